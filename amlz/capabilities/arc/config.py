"""Clusters that are connected by Azure Arc, in the stack file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from amlz.core.capability import Key, Scope
from amlz.core.config.egress import HostName
from amlz.core.config.existing import ConnectedClusterId, RelayId
from amlz.core.config.shared import ComputeName, Config, KubernetesName, Network

#: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
Label = Annotated[
    str,
    StringConstraints(
        pattern=r"^([a-z0-9]([a-z0-9.-]*[a-z0-9])?/)?[a-zA-Z0-9]([a-zA-Z0-9._-]*[a-zA-Z0-9])?$", max_length=317
    ),
]
LabelValue = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9]([a-zA-Z0-9._-]*[a-zA-Z0-9])?$", max_length=63)]


class ArcServingConfig(Config):
    """The router of Azure ML, which callers of models connect to over TLS."""

    certificate: KubernetesName
    """A Kubernetes secret in namespace `azureml` with `cert.pem` and `key.pem`. It must exist before."""
    host: HostName
    """The host in the certificate. Its DNS record is yours."""
    service: Literal["loadBalancer", "nodePort", "clusterIP"]
    """How callers outside of the cluster reach the router: a load balancer of the cluster, a port of each node, or an
    ingress of yours.
    """
    replicas: Literal[1, 3] = 3
    """Replicas of the router. 3 need three nodes."""


class ArcInstanceTypeConfig(Config):
    """Resources of a job or a deployment that names this instance type."""

    nodes: dict[Label, LabelValue] = Field(default_factory=dict)
    """Labels of its nodes. Left out: any node."""
    cores: Annotated[int, Field(ge=1, le=416, strict=True)]
    """Cores. Models in MLflow format take 2 at least."""
    memory_gb: Annotated[int, Field(ge=1, le=12000, strict=True)]
    """Memory in GiB. Models in MLflow format take 4 at least."""
    gpus: Annotated[int, Field(ge=0, le=16, strict=True)] = 0
    """GPUs."""


class ArcClusterConfig(Config):
    """A cluster that is connected by Azure Arc, with Azure ML's extension. docs/how-to/arc.md."""

    cluster: ConnectedClusterId
    """The ID of the connected cluster, in the environment's subscription."""
    compute_targets: Annotated[dict[ComputeName, KubernetesName], Field(min_length=1)]
    """Namespaces by the name of the compute target that uses them. `pipelines/arc.sh` prints them as objects."""
    relay: RelayId | None = None
    """The ID of the Azure Relay that was made with Azure ML's extension. The cluster is attached once it is set:
    `pipelines/arc.sh` prints the commands before.
    """
    serving: ArcServingConfig | None = None
    """Serves models over TLS. Omit it on a cluster that only trains."""
    training: Annotated[bool, Field(strict=True)] = False
    """Lets jobs train on it: also opens repositories of packages to `nodes`."""
    gpu_plugin: Annotated[bool, Field(strict=True)] = False
    """The extension brings NVIDIA's device plugin. Leave it out where the cluster has it already, or no GPUs."""
    instance_types: dict[KubernetesName, ArcInstanceTypeConfig] = Field(default_factory=dict)
    """Resources by the name that jobs and deployments refer to. `pipelines/arc.sh` prints them as objects."""
    nodes: tuple[Network, ...] = ()
    """Ranges of its nodes: they reach the private endpoints, and the hub's firewall opens to them the hosts that Azure
    Arc and Azure ML require.
    """
    relay_gateways: tuple[HostName, ...] = ()
    """Hosts of the relay's gateways, which the firewall opens to `nodes` in addition to the relay's own host."""
    system_logs: Annotated[bool, Field(strict=True)] = False
    """Lets `nodes` send logs of Azure ML's extension to Microsoft. The hosts for that include all of Azure's queues,
    tables and databases, third-party ones among them.
    """


KEYS = (
    Key(
        Scope.ENVIRONMENT,
        "arc",
        dict[ComputeName, ArcClusterConfig],
        "Kubernetes clusters that are connected by Azure Arc, by a name for each. docs/how-to/arc.md.",
        default={},
        copied=False,
    ),
)
