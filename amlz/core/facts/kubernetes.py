"""Attached Kubernetes clusters: what their nodes must reach, and what their owners must see to.

https://learn.microsoft.com/azure/machine-learning/how-to-access-azureml-behind-firewall (2026-03-19), in the public
cloud. Egress of the cluster itself, with Azure ML's extension, is its owner's to open:
https://learn.microsoft.com/azure/aks/outbound-rules-control-egress
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from amlz.core.facts.clouds import FIREWALL_PAGE

ATTACH_PAGE = "https://learn.microsoft.com/azure/machine-learning/how-to-attach-kubernetes-to-workspace"
SECURE_PAGE = "https://learn.microsoft.com/azure/machine-learning/how-to-secure-kubernetes-inferencing-environment"


@dataclass(frozen=True, slots=True)
class KubernetesHosts:
    """Hosts that nodes reach. They may hold {region}. `only`: the use that needs them, "" for any."""

    name: str
    hosts: tuple[str, ...]
    scheme: Literal["Https", "Http"]
    why: str
    only: Literal["", "training", "systemLogs"] = ""
    source: str = FIREWALL_PAGE


#: The page's hosts of workspace, registry and storage account are not here: those answer on private endpoints.
_PUBLIC: tuple[KubernetesHosts, ...] = (
    KubernetesHosts(
        "kubernetes-logs",
        ("*.kusto.windows.net", "*.table.core.windows.net", "*.queue.core.windows.net"),
        "Https",
        "system logs of the extension; accounts of others answer there, too",
        "systemLogs",
    ),
    KubernetesHosts(
        "kubernetes-service", ("{region}.experiments.azureml.net", "{region}.api.azureml.ms"), "Https", "the service itself"
    ),
    KubernetesHosts("kubernetes-python", ("pypi.org",), "Https", "Python packages of jobs", "training"),
    KubernetesHosts(
        "kubernetes-system",
        ("archive.ubuntu.com", "security.ubuntu.com", "ppa.launchpad.net"),
        "Http",
        "system packages of jobs, without encryption",
        "training",
    ),
)  # fmt: skip

#: By cloud. The page lists them for the public one alone.
HOSTS: Mapping[str, tuple[KubernetesHosts, ...]] = {"public": _PUBLIC}


@dataclass(frozen=True, slots=True)
class Demand:
    """A task of a cluster's owner. It may hold {namespace} and {spoke}."""

    says: str
    source: str


DEMANDS: tuple[Demand, ...] = (
    Demand("Azure ML's extension is on it", ATTACH_PAGE),
    Demand("namespace {namespace} is there: nothing creates or checks it, and jobs fail without it", ATTACH_PAGE),
    Demand("its network is peered with spoke {spoke}, where the private endpoints are, and resolves their names", SECURE_PAGE),
    Demand("it is in the region of the workspace", SECURE_PAGE),
    Demand("it has no public name, where it is a private cluster", SECURE_PAGE),
    Demand("after it was stopped and started, its compute targets are attached again", SECURE_PAGE),
)  # fmt: skip
