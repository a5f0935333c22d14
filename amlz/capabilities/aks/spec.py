"""Spec of a cluster of Azure Kubernetes Service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amlz.capabilities.aks.facts import CLUSTER, COLLECTION_ENDPOINT, COLLECTION_RULE, EXTENSION, GRAFANA, METRICS
from amlz.core.specs import (
    DiagnosticsSpec,
    KubernetesSpec,
    LockSpec,
    Place,
    PrivateEndpointSpec,
    RoleAssignmentSpec,
    ScopedResourceSpec,
    ZoneLinkSpec,
)
from amlz.core.specs.common import Tags
from amlz.core.specs.grafana import DashboardsSpec
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class PoolSpec:
    """A pool of nodes. `gpu_driver`: as ARM writes it, None for sizes without GPUs."""

    name: str
    mode: str
    size: str
    min_nodes: int
    max_nodes: int
    taints: tuple[str, ...]
    gpu_driver: str | None = None


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """A resource below the cluster, which its lock holds, too."""

    id: str


@dataclass(frozen=True, slots=True)
class MaintenanceSpec:
    """The weekly time of upgrades. `schedules`: names of the configurations that have it."""

    schedules: tuple[str, ...]
    day: str
    start: str
    hours: int
    utc_offset: str


@dataclass(frozen=True, slots=True)
class MonitoringSpec:
    """Metrics of a cluster with Grafana, and logs of its containers in the central log (`log`: its id).

    `collector`: the data collection endpoint; `scoped`: it in the private link scope, None without one. `identity`: of
    Grafana; `endpoint`: by which people reach it; `roles`: on metrics and Grafana; `dashboards`: of Grafana, which a
    command imports.
    """

    place: Place
    metrics: str
    collector: str
    metrics_rule: str
    containers_rule: str
    log: str
    scoped: ScopedResourceSpec | None
    grafana: str
    identity: str
    endpoint: PrivateEndpointSpec
    roles: tuple[RoleAssignmentSpec, ...]
    dashboards: DashboardsSpec
    protect: bool
    tags: Tags

    @property
    def metrics_id(self) -> str:
        return self.place.id(METRICS, self.metrics)

    @property
    def collector_id(self) -> str:
        return self.place.id(COLLECTION_ENDPOINT, self.collector)

    @property
    def metrics_rule_id(self) -> str:
        return self.place.id(COLLECTION_RULE, self.metrics_rule)

    @property
    def containers_rule_id(self) -> str:
        return self.place.id(COLLECTION_RULE, self.containers_rule)

    @property
    def grafana_id(self) -> str:
        return self.place.id(GRAFANA, self.grafana)


@dataclass(frozen=True, slots=True)
class AzureMlSpec:
    """Azure ML on a cluster: its extension with `settings`, Trusted Access, and compute targets in the workspace.

    `workspace` and `identity` (of the compute targets): IDs. `after`: IDs of what attaching waits for. `objects`:
    Kubernetes objects that a pipeline applies.
    """

    place: Place
    cluster: str
    workspace: str
    identity: str
    binding: str
    extension: str
    settings: Mapping[str, str]
    attached: tuple[KubernetesSpec, ...]
    objects: tuple[Mapping[str, Any], ...]
    after: tuple[str, ...]
    tags: Tags

    @property
    def binding_id(self) -> str:
        return f"{self.cluster}/trustedAccessRoleBindings/{self.binding}"

    @property
    def extension_id(self) -> str:
        return f"{self.cluster}/providers/{EXTENSION}/{self.extension}"


@dataclass(frozen=True, slots=True)
class AksSpec:
    """A private cluster with its zone. `identity`, `nodes_identity`, `subnet`: IDs.

    `before`: roles that must exist before the cluster. `after`: IDs of its egress. `roles`: on the cluster.
    `defender`: the ID of the log that the sensor of Defender sends to; None without it.
    """

    name: str
    place: Place
    nodes_group: str
    tier: str
    tenant_id: str
    identity: str
    nodes_identity: str
    subnet: str
    link: ZoneLinkSpec
    pod_network: str
    service_network: str
    dns_address: str
    zones: tuple[str, ...]
    system: PoolSpec
    pools: tuple[PoolSpec, ...]
    surge: str
    upgrades: str
    maintenance: MaintenanceSpec
    before: tuple[RoleAssignmentSpec, ...]
    after: tuple[str, ...]
    roles: tuple[RoleAssignmentSpec, ...]
    diagnostics: DiagnosticsSpec
    protect: bool
    lock: LockSpec | None
    children: tuple[ChildSpec, ...]
    monitoring: MonitoringSpec | None
    azure_ml: AzureMlSpec | None
    defender: str | None
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id(CLUSTER, self.name)
