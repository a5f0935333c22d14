"""A service mesh in the stack file."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from amlz.core.capability import Key, Scope
from amlz.core.config.policies import Day
from amlz.core.config.shared import ComputeName, Config
from amlz.mesh.model import Authority, Cni, Stage, Version, Way

#: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#rfc-1035-label-names
ObjectName = Annotated[str, StringConstraints(pattern=r"^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$")]
MeshEndpointName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,30}[a-z0-9]$")]
ZoneName = Annotated[str, StringConstraints(pattern=r"^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$")]
Host = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?\.[a-z]{2,}$", max_length=253)]
#: https://git-scm.com/docs/git-check-ref-format, of which this is a part.
GitName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]*$", max_length=200)]
GitPath = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*$", max_length=200)
]
#: An environment of the stack file.
ClusterOwner = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*/[a-z][a-z0-9-]*$", max_length=80)]
Percentage = Annotated[int, Field(ge=1, le=100, strict=True)]
Certificate = Annotated[
    str,
    StringConstraints(
        pattern=r"^-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE-----\n?$", max_length=20000
    ),
]


class CallerConfig(Config):
    """A workload that calls online endpoints: the source of mesh permissions, and of roles in Azure."""

    namespace: ObjectName
    """The namespace of its pods."""
    service_account: ObjectName | None = None
    """The service account of its pods. Default: its name."""
    zone: ZoneName | None = None
    """The zone that it runs in. Default: the zone of the mesh."""
    may_score: tuple[MeshEndpointName, ...] = ()
    """Endpoints that it may call from the stage `canary` on."""
    may_validate: tuple[MeshEndpointName, ...] = ()
    """Endpoints that it may call in each stage: it validates them."""


class ShadowConfig(Config):
    """The endpoint that receives copies of requests. Its answers are discarded."""

    endpoint: MeshEndpointName
    """Its name under `endpoints`."""
    percentage: Percentage
    """Percent of the requests that are copied."""


class FaultAbortConfig(Config):
    """Requests that the mesh answers with an error in place of the endpoint."""

    status: Annotated[int, Field(ge=400, le=599, strict=True)] = 503
    """Status of the answer. Callers' proxies retry 429, 502, 503 and 504."""
    percentage: Percentage
    """Percent of the requests."""


class FaultDelayConfig(Config):
    """Requests that the mesh delays."""

    milliseconds: Annotated[int, Field(ge=1, le=600000, strict=True)]
    """The delay of each of them."""
    percentage: Percentage
    """Percent of the requests."""


class FaultAllowanceConfig(Config):
    """Allows faults in production, until a date."""

    reason: Annotated[
        str, StringConstraints(min_length=10, max_length=512), Field(examples=["Game day of the fraud team (OPS-77)."])
    ]
    """Why."""
    expires_on: Day
    """The first day on which they are no longer allowed, in quotes."""


class MeshFaultsConfig(Config):
    """Faults on purpose in requests to an endpoint, for a game day. docs/how-to/mesh.md."""

    abort: FaultAbortConfig | None = None
    """Requests that are answered with an error."""
    delay: FaultDelayConfig | None = None
    """Requests that are delayed."""
    allow_production: FaultAllowanceConfig | None = None
    """Required in production, and allowed nowhere else."""


class MeshEndpointConfig(Config):
    """An online endpoint of the workspace, in the mesh. docs/how-to/mesh.md."""

    way: Way
    """Position of the endpoint: behind the egress (`managed`, `kubernetes-via-front-end`), or its pods in the mesh."""
    stage: Stage
    """Callers that reach it: its validators alone (`validating`), or all of them (`canary`, `promoted`)."""
    host: Host | None = None
    """The DNS name of a managed endpoint. Default: `<name>.<region>.inference.ml.azure.com`."""
    request_timeout_ms: Annotated[int, Field(ge=100, le=180000, strict=True)] = 5000
    """The longest time of one try, as the deployment's `request_timeout_ms`."""
    rate_per_second: Annotated[int, Field(ge=1, le=100000, strict=True)] | None = None
    """The most requests in a second at each proxy. Default: no limit."""
    weights: dict[MeshEndpointName, Percentage] = Field(default_factory=dict)
    """Percent of the requests by destination: deployments in the mesh, or managed endpoints."""
    shadow: ShadowConfig | None = None
    """Copies of its requests, for live validation. It needs Kuma 3.0."""
    faults: MeshFaultsConfig | None = None
    """Faults on purpose, for a game day."""
    roles: Annotated[bool, Field(strict=True)] = False
    """Assigns the role that allows scoring, on this endpoint, to the identities of its callers. The endpoint must
    exist. It is for managed endpoints: those on Kubernetes accept no tokens of Entra ID.
    """


class IdentityConfig(Config):
    """Certificates of workloads in the mesh."""

    authority: Authority | None = None
    """Source of the certificate authority: Secrets that you create, or generated by Kuma. Default: `secrets` in
    production, else `generated`.
    """
    expiry: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,2}(m|h)$")] | None = None
    """Lifetime of certificates. They are renewed after four fifths of it. Default: `1h` in production, else `24h`."""
    generation: Annotated[int, Field(ge=1, le=99, strict=True)] = 1
    """Part of the names of identities. Raise it to rotate the certificate authority: `amlz mesh rotate`."""


class EnvironmentMeshConfig(Config):
    """The mesh of a project environment. docs/how-to/mesh.md."""

    zone: ZoneName
    """The zone of its endpoints, one of `mesh.zones` of the landing zone."""
    cluster: ComputeName | None = None
    """The cluster of endpoints on Kubernetes: its name under `kubernetes`."""
    callers: dict[ObjectName, CallerConfig]
    """Workloads that call endpoints, by name."""
    endpoints: Annotated[dict[MeshEndpointName, MeshEndpointConfig], Field(min_length=1)]
    """Online endpoints, by name."""
    identity: IdentityConfig = IdentityConfig()
    """Certificates of workloads."""
    allowed_hosts: tuple[Host, ...] = ()
    """Further hosts outside of the mesh that its pods reach on port 443. The sign-in of Entra ID, and the workspace's
    storage account and key vault, are included.
    """
    trusted: dict[ZoneName, Certificate] = Field(default_factory=dict)
    """Certificate authorities of other zones of this mesh, by zone, in PEM."""


class MeshZoneConfig(Config):
    """A Kubernetes cluster with a control plane of Kuma."""

    federated: Annotated[bool, Field(strict=True)] = False
    """Connects it to the Global control plane."""
    cni: Cni = "azure"
    """The network of the cluster: Azure CNI, or that with overlay. Kuma's CNI is chained to it."""
    issuer: (
        Annotated[str, StringConstraints(pattern=r"^https://[a-z0-9.-]+/[A-Za-z0-9/_.-]*$", max_length=600)] | None
    ) = None
    """The OIDC issuer of the cluster. With it, an identity with a federated credential is created for each caller."""
    aks: ClusterOwner | None = None
    """The environment whose `aks` is this cluster, as `project/environment`: the firewall opens what the mesh reaches,
    and alerts and dashboards are built. Default: a cluster of another stack.
    """


class FrontEndConfig(Config):
    """The front end of Azure ML on a cluster, `azureml-fe`."""

    server_name: Host
    """The name in its certificate: `sslCname` of the extension."""
    authority: ObjectName
    """The Secret of the certificate's authority, in the namespace `kuma-system`."""
    pod_labels: Annotated[dict[str, str], Field(min_length=1)]
    """Labels of its pods, as `kubectl get pods -n azureml --show-labels` lists them. Microsoft documents none."""


class CollectorConfig(Config):
    """An OpenTelemetry collector, which sends to Azure Monitor. You run it."""

    address: Host
    """Its DNS name."""
    port: Annotated[int, Field(ge=1, le=65535, strict=True)] = 4317
    """Its port for OTLP over gRPC."""
    sampling: Percentage = 10
    """Percent of the requests that are traced in production. Elsewhere, all of them are."""


class MeshRepositoryConfig(Config):
    """The git repository that Flux applies the documents from. docs/how-to/mesh.md."""

    url: Annotated[
        str, StringConstraints(pattern=r"^https://[a-z0-9.-]+\.[a-z]{2,}/[A-Za-z0-9/_.%-]+$", max_length=500)
    ]
    """Its address, without a sign-in."""
    branch: GitName = "main"
    """The branch that Flux follows."""
    path: GitPath = "mesh"
    """The folder that `amlz mesh render --to` writes, from the top of the repository."""
    chart: GitPath = "charts/kuma"
    """The folder of Kuma's chart, unpacked, from the top of the repository."""
    sign_in: ObjectName | None = None
    """A Secret in the namespace `mesh-gitops` with `username` and `password`, for a private repository. You create it:
    no secret passes through the program.
    """


class MeshConfig(Config):
    """Common settings of the meshes of all project environments. docs/how-to/mesh.md."""

    version: Version = "3.0"
    """The version of Kuma: 3.0.1, or 2.14.7."""
    apply: Annotated[bool, Field(strict=True)] = False
    """Installs Flux on the clusters under `aks`, which applies the documents from `repository`. Default: you apply what
    `amlz mesh render` writes.
    """
    repository: MeshRepositoryConfig | None = None
    """The repository with the documents, for `apply`."""
    zones: Annotated[dict[ZoneName, MeshZoneConfig], Field(min_length=1)]
    """Clusters with a control plane, by zone."""
    global_address: Annotated[str, StringConstraints(pattern=r"^grpcs://[a-z0-9.-]+:\d{2,5}$")] | None = None
    """The address of the Global control plane, for federated zones."""
    collector: CollectorConfig
    """The collector of traces, metrics and access logs."""
    front_end: FrontEndConfig | None = None
    """The front end of Azure ML, for endpoints behind it."""
    image: Annotated[str, StringConstraints(min_length=3, max_length=300)] = "registry.k8s.io/pause:3.10"
    """The image of the idle container next to the proxy of an egress."""
    image_registry: (
        Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+(/[a-z0-9._-]+)*$", max_length=255)] | None
    ) = None
    """The registry with the images of Kuma, which the nodes of every zone reach. Default: that of the chart, on Docker
    Hub.
    """


KEYS = (
    Key(
        Scope.LANDING_ZONE,
        "mesh",
        MeshConfig | None,
        "Common settings of the service meshes of all project environments. docs/how-to/mesh.md.",
    ),
    Key(
        Scope.ENVIRONMENT,
        "mesh",
        EnvironmentMeshConfig | None,
        "A service mesh over the environment's online endpoints. It needs `mesh` of the landing zone. "
        "docs/how-to/mesh.md.",
        copied=False,
    ),
)
