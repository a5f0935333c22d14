"""A cluster of Azure Kubernetes Service in the stack file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from amlz.core.capability import Key, Scope
from amlz.core.config.egress import HostName
from amlz.core.config.shared import ComputeName, Config, KubernetesName, Network, VmSize

#: Of pools with Linux nodes: https://learn.microsoft.com/azure/aks/create-node-pools
PoolName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{0,11}$")]
Time = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Offset = Annotated[str, StringConstraints(pattern=r"^[+-](0[0-9]|1[0-4]):[0-5][0-9]$")]
#: https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration
Taint = Annotated[
    str,
    StringConstraints(
        pattern=r"^[a-z0-9A-Z][a-z0-9A-Z./_-]*(=[a-z0-9A-Z._-]*)?:(NoSchedule|PreferNoSchedule|NoExecute)$",
        max_length=256,
    ),
]


class AksSystemPoolConfig(Config):
    """The pool of system pods. It takes no others."""

    size: VmSize = "Standard_D4s_v5"
    """The size of each node."""
    min_nodes: Annotated[int, Field(ge=2, le=1000, strict=True)] = 2
    """Nodes that stay."""
    max_nodes: Annotated[int, Field(ge=2, le=1000, strict=True)] = 3
    """Most nodes, apart from those of an upgrade."""


class AksPoolConfig(Config):
    """A pool of nodes for models. Azure does not change size, GPU or taints of a pool: add another, then remove it."""

    size: VmSize
    """The size of each node."""
    max_nodes: Annotated[int, Field(ge=1, le=1000, strict=True)]
    """Most nodes, apart from those of an upgrade. Each takes an address of `network` and 256 of `podNetwork`."""
    min_nodes: Annotated[int, Field(ge=0, le=1000, strict=True)] = 0
    """Nodes that stay."""
    gpu_driver: Literal["install", "none"] | None = None
    """For sizes with GPUs: Azure installs the driver, or none, where the NVIDIA GPU operator does. Such a pool gets the
    taint `sku=gpu:NoSchedule`.
    """
    taints: tuple[Taint, ...] = ()
    """Further taints: pods without a toleration stay away."""


class AksMaintenanceConfig(Config):
    """The weekly time of upgrades."""

    day: Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] = "Sunday"
    """Day of the week."""
    start: Time = "02:00"
    """When it begins."""
    hours: Annotated[int, Field(ge=4, le=24, strict=True)] = 4
    """How long it lasts. Automatic upgrades take 4 hours at least."""
    utc_offset: Offset = "+00:00"
    """Of `start`."""


class AksServingConfig(Config):
    """Certificate of the router of Azure ML, which callers of models connect to. It has an address in `network`."""

    certificate: KubernetesName
    """A Kubernetes secret in namespace `azureml` with `cert.pem` and `key.pem`. It must exist before."""
    host: HostName
    """The host in the certificate. Its DNS record is yours."""


class AksInstanceTypeConfig(Config):
    """Resources of a job or a deployment that names this instance type."""

    pool: PoolName
    """The pool that it runs in."""
    cores: Annotated[int, Field(ge=1, le=416, strict=True)]
    """Cores. Models in MLflow format take 2 at least."""
    memory_gb: Annotated[int, Field(ge=1, le=12000, strict=True)]
    """Memory in GiB. Models in MLflow format take 4 at least."""
    gpus: Annotated[int, Field(ge=0, le=16, strict=True)] = 0
    """GPUs."""


class AksAttachConfig(Config):
    """Azure ML's extension on the cluster, and its compute targets in the workspace. docs/how-to/aks.md."""

    compute_targets: Annotated[dict[ComputeName, KubernetesName], Field(min_length=1)]
    """Namespaces by the name of the compute target that uses them. `pipelines/aks.sh` prints them as objects."""
    serving: AksServingConfig | None = None
    """Serves models over TLS. Omit it on a cluster that only trains."""
    training: Annotated[bool, Field(strict=True)] = False
    """Lets jobs train on it: also opens repositories of packages to its nodes."""
    instance_types: dict[KubernetesName, AksInstanceTypeConfig] = Field(default_factory=dict)
    """Resources by the name that jobs and deployments refer to. `pipelines/aks.sh` prints them as objects."""


class AksConfig(Config):
    """A private cluster of Azure Kubernetes Service. docs/how-to/aks.md."""

    network: Network
    """Range of its nodes, in the spoke and outside of the environment's own."""
    pod_network: Network
    """Range of its pods, which no other network uses: each node takes a /24 of it."""
    service_network: Network
    """Range of its Kubernetes services, which no other network uses: /28 to /13."""
    pools: Annotated[dict[PoolName, AksPoolConfig], Field(min_length=1)]
    """Pools of nodes for models, by name."""
    tier: Literal["free", "standard"] = "standard"
    """`free` has no service level of the API server."""
    system: AksSystemPoolConfig = AksSystemPoolConfig()
    """The pool of system pods."""
    upgrades: Literal["patch", "stable", "rapid", "node-image"] = "patch"
    """Channel of automatic upgrades of Kubernetes, as Azure names it. Images of nodes are upgraded in any case."""
    maintenance: AksMaintenanceConfig = AksMaintenanceConfig()
    """The weekly time of upgrades."""
    azure_ml: Annotated[bool, Field(strict=True)] = False
    """Opens to its nodes the hosts that Azure ML's extension requires."""
    attach: AksAttachConfig | None = None
    """Installs Azure ML's extension and attaches the cluster to the workspace. Needs `azureMl: true`."""
    defender: Annotated[bool, Field(strict=True)] = False
    """The sensor of Microsoft Defender for Containers, which sends to the central log."""
    monitoring: Annotated[bool, Field(strict=True)] = False
    """Metrics in managed Prometheus with Managed Grafana, and logs of containers in the central log."""


KEYS = (
    Key(
        Scope.ENVIRONMENT,
        "aks",
        AksConfig | None,
        "A private cluster of Azure Kubernetes Service, to serve models. docs/how-to/aks.md.",
        copied=False,
    ),
)
