"""Kubernetes clusters that exist and are attached to a workspace, in the stack file."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from amlz.core.config.existing import ClusterId
from amlz.core.config.shared import Config, Network

#: A namespace: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names
Namespace = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", max_length=63)]


class KubernetesConfig(Config):
    """A cluster of Azure Kubernetes Service that exists, attached to the workspace. docs/how-to/kubernetes.md."""

    cluster: ClusterId
    """The cluster's id. It must be in the landing zone's subscription, in its region, and have Azure ML's extension."""
    namespace: Namespace
    """The namespace that everything runs in. It must be there: nothing creates it, and nothing checks it."""
    nodes: tuple[Network, ...] = ()
    """Ranges of its nodes, where they leave by the hub's firewall: opens to them what Azure ML says that they need."""
    system_logs: Annotated[bool, Field(strict=True)] = False
    """Whether `nodes` may send logs of Azure ML's extension to Microsoft. The hosts for that are all of Azure's queues,
    tables and databases, those of others among them."""
    training: Annotated[bool, Field(strict=True)] = False
    """Whether jobs train on it, and not only models serve: opens repositories of packages to `nodes`, too."""
