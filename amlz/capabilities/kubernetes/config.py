"""Kubernetes clusters that exist and are attached to a workspace, in the stack file."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from amlz.core.capability import Key, Scope
from amlz.core.config.existing import ClusterId
from amlz.core.config.shared import ComputeName, Config, Network

#: A namespace: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names
Namespace = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", max_length=63)]


class KubernetesConfig(Config):
    """A cluster of Azure Kubernetes Service that exists, attached to the workspace. docs/how-to/kubernetes.md."""

    cluster: ClusterId
    """The cluster's id. It must be in the environment's subscription, in its region, and have Azure ML's extension."""
    namespace: Namespace
    """The namespace that everything runs in. It must be there: nothing creates it, and nothing checks it."""
    nodes: tuple[Network, ...] = ()
    """Ranges of its nodes, if their egress goes through the hub's firewall: opens to them the destinations that Azure
    ML requires.
    """
    system_logs: Annotated[bool, Field(strict=True)] = False
    """Lets `nodes` send logs of Azure ML's extension to Microsoft. The hosts for that include all of Azure's queues,
    tables and databases, third-party ones among them.
    """
    training: Annotated[bool, Field(strict=True)] = False
    """Lets jobs train on it, in addition to serving models: opens repositories of packages to `nodes`, too."""


KEYS = (
    Key(
        Scope.ENVIRONMENT,
        "kubernetes",
        dict[ComputeName, KubernetesConfig],
        "Existing Kubernetes clusters, attached as compute targets, by the name of the compute target. "
        "docs/how-to/kubernetes.md.",
        default={},
        copied=False,
    ),
)
