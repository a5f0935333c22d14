"""Records of a mesh, decided: one mesh for each project environment, in one or more zones.

One caller record is the source of the permissions of the mesh and of the role assignments of Azure.
Names, SPIFFE IDs and SNI: https://kuma.io/docs (MeshIdentity), kumahq/kuma docs/madr/decisions/101 (SNI).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, get_args

from amlz.dataclass import dataclass

Version = Literal["3.0", "2.14"]
Way = Literal["managed", "kubernetes-via-front-end", "kubernetes-in-mesh"]
Stage = Literal["validating", "canary", "promoted"]
Authority = Literal["secrets", "generated"]
Cni = Literal["azure", "azure-overlay"]

MANAGED, FRONT_END, IN_MESH = get_args(Way)
#: Releases of Kuma and of its chart, which have the same version (2026-10-29).
RELEASES: dict[Version, str] = {"3.0": "3.0.1", "2.14": "2.14.7"}
SYSTEM = "kuma-system"
#: The port of the models' inference server, and the port of a MeshExternalService in the mesh.
MODEL_PORT, EXTERNAL_PORT = 5001, 80
#: The Flux configuration of a cluster, and the namespace of its objects.
FLUX_CONFIGURATION, FLUX_NAMESPACE = "mesh", "mesh-gitops"
#: Retries after the first try, and the longest pause before each of them in milliseconds.
RETRIES, LONGEST_PAUSE = 2, 2000


@dataclass(frozen=True, slots=True)
class CallerSpec:
    """A workload that calls endpoints: its service account, the zone that it runs in, and the endpoints.

    `may_score`: endpoints that it calls once they are validated; `may_validate`: in every stage.
    """

    name: str
    namespace: str
    account: str
    zone: str
    may_score: tuple[str, ...] = ()
    may_validate: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BackendSpec:
    """A destination of a weighted route: an endpoint of the mesh, or a deployment of an endpoint in the mesh."""

    name: str
    weight: int


@dataclass(frozen=True, slots=True)
class CopySpec:
    """The endpoint that receives copies of requests, and how many of 100 are copied."""

    endpoint: str
    percentage: int


@dataclass(frozen=True, slots=True)
class AbortSpec:
    """Requests that are answered with an error on purpose: its status, and how many of 100."""

    status: int
    percentage: int


@dataclass(frozen=True, slots=True)
class DelaySpec:
    """Requests that are delayed on purpose: by how much, and how many of 100."""

    milliseconds: int
    percentage: int


@dataclass(frozen=True, slots=True)
class MeshFaultsSpec:
    """Faults on purpose, for a game day. `expires_on`: the day on which production no longer allows them (ISO 8601)."""

    abort: AbortSpec | None = None
    delay: DelaySpec | None = None
    expires_on: str | None = None


@dataclass(frozen=True, slots=True)
class MeshEndpointSpec:
    """An online endpoint as the mesh sees it. `host`: the DNS name of a managed one.

    `timeout`: of one try, in milliseconds; `rate`: the most requests in a second, None for no limit. `faults`: injected
    into its requests.
    """

    name: str
    way: Way
    stage: Stage
    host: str | None = None
    timeout: int = 5000
    rate: int | None = None
    weights: tuple[BackendSpec, ...] = ()
    shadow: CopySpec | None = None
    faults: MeshFaultsSpec | None = None

    @property
    def whole_timeout(self) -> int:
        """Returns the milliseconds that every try takes together, with the pauses between them."""
        return (RETRIES + 1) * self.timeout + RETRIES * LONGEST_PAUSE


@dataclass(frozen=True, slots=True)
class MeshRepositorySpec:
    """The git repository from which Flux applies the documents of a branch.

    `path` and `chart`: of the rendered folder and of the unpacked chart in it. `sign_in`: the Secret with user and
    password, in the namespace of Flux's objects; None for a public repository.
    """

    url: str
    branch: str
    path: str
    chart: str
    sign_in: str | None = None


@dataclass(frozen=True, slots=True)
class MeshZoneSpec:
    """A zone: a cluster with a control plane. `global_address`: of the Global control plane, None where unfederated.

    `registry`: with the images of Kuma, None for the one of the chart. `repository`: None where you apply documents.
    """

    name: str
    cni: Cni
    global_address: str | None
    registry: str | None = None
    repository: MeshRepositorySpec | None = None


@dataclass(frozen=True, slots=True)
class FrontEndSpec:
    """The front end of Azure ML on a cluster: the name in its certificate, the Secret of its CA, labels of its pods."""

    server_name: str
    ca_secret: str
    pod_labels: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class IdentitySettings:
    """Certificates of workloads. `generation`: part of the names of identities, which are immutable on 3.0."""

    authority: Authority
    expiry: str
    generation: int

    @property
    def lifetime(self) -> int:
        """Returns the lifetime of a certificate in seconds."""
        return int(self.expiry[:-1]) * {"m": 60, "h": 3600}[self.expiry[-1]]


@dataclass(frozen=True, slots=True)
class CollectorSpec:
    """The OpenTelemetry collector that sends traces, metrics and access logs to Azure Monitor. `sampling`: percent."""

    address: str
    port: int
    sampling: int


@dataclass(frozen=True, slots=True)
class MeshSpec:
    """The mesh of one project environment. `zone`: where its endpoints are; `zones`: all of them, that one first.

    `namespace`: of Azure ML on the cluster, None without endpoints there. `allowed_hosts`: hosts outside of the mesh.
    `trusted`: PEM certificates by the name of another zone. `image`: of the container next to the proxy of an egress.
    """

    project: str
    environment: str
    production: bool
    version: Version
    zone: str
    zones: tuple[MeshZoneSpec, ...]
    namespace: str | None
    callers: tuple[CallerSpec, ...]
    endpoints: tuple[MeshEndpointSpec, ...]
    identity: IdentitySettings
    collector: CollectorSpec
    front_end: FrontEndSpec | None = None
    allowed_hosts: tuple[str, ...] = ()
    trusted: tuple[tuple[str, str], ...] = ()
    image: str = "registry.k8s.io/pause:3.10"

    @property
    def name(self) -> str:
        """Returns the name of the mesh."""
        return f"{self.project}-{self.environment}"

    @property
    def owner(self) -> str:
        """Returns the environment as reports write it."""
        return f"{self.project}/{self.environment}"

    @property
    def egress(self) -> str:
        """Returns the name of its zone egress, and of the namespace of that."""
        return f"{self.name}-egress"

    @property
    def federated(self) -> bool:
        """Returns whether its zones have one Global control plane."""
        return any(zone.global_address for zone in self.zones)

    def endpoint(self, name: str) -> MeshEndpointSpec | None:
        """Returns an endpoint by its name."""
        return next((endpoint for endpoint in self.endpoints if endpoint.name == name), None)

    def trust_domain(self, zone: str) -> str:
        """Returns the trust domain of a zone: never a template, since it is part of every permission."""
        return f"{self.name}.{zone}.mesh.local"

    def spiffe(self, caller: CallerSpec) -> str:
        """Returns the SPIFFE ID of a caller."""
        return f"spiffe://{self.trust_domain(caller.zone)}/ns/{caller.namespace}/sa/{caller.account}"

    def sni(self, endpoint: MeshEndpointSpec, zone: str) -> str:
        """Returns the SNI by which the egress of a zone knows an external endpoint."""
        return f"sni.extsvc.{self.name}.{zone}.{SYSTEM}.{self.name}-{endpoint.name}.{EXTERNAL_PORT}"


def direct_callers(mesh: MeshSpec, endpoint: MeshEndpointSpec) -> tuple[CallerSpec, ...]:
    """Returns the callers whose requests an endpoint answers in its stage."""
    open_to_all = endpoint.stage != "validating"
    return tuple(
        caller
        for caller in mesh.callers
        if endpoint.name in caller.may_validate or (open_to_all and endpoint.name in caller.may_score)
    )


def copied_from(mesh: MeshSpec, shadow: MeshEndpointSpec) -> tuple[CallerSpec, ...]:
    """Returns the callers of which an endpoint receives copies, and whose own requests to it are not answered."""
    direct = direct_callers(mesh, shadow)
    senders: dict[CallerSpec, None] = {}
    for endpoint in mesh.endpoints:
        if endpoint.shadow is not None and endpoint.shadow.endpoint == shadow.name:
            senders |= dict.fromkeys(direct_callers(mesh, endpoint))
    return tuple(caller for caller in mesh.callers if caller in senders and caller not in direct)


def permitted(mesh: MeshSpec, endpoint: MeshEndpointSpec) -> tuple[CallerSpec, ...]:
    """Returns the callers that an endpoint's permission names: those of requests, then those of copies."""
    return (*direct_callers(mesh, endpoint), *copied_from(mesh, endpoint))


def pairs(mesh: MeshSpec) -> Iterator[tuple[CallerSpec, MeshEndpointSpec]]:
    """Returns each caller with each endpoint that its requests or copies reach: mesh permissions and Azure roles."""
    return ((caller, endpoint) for endpoint in mesh.endpoints for caller in permitted(mesh, endpoint))


def external(mesh: MeshSpec, zone: str) -> tuple[MeshEndpointSpec, ...]:
    """Returns the endpoints behind the egress of a zone: in the zone of the endpoints all, elsewhere those with callers
    there.
    """
    return tuple(
        endpoint
        for endpoint in mesh.endpoints
        if endpoint.way != IN_MESH
        and (zone == mesh.zone or any(caller.zone == zone for caller in permitted(mesh, endpoint)))
    )


def inside(mesh: MeshSpec, zone: str) -> tuple[MeshEndpointSpec, ...]:
    """Returns the endpoints whose pods are in the mesh in a zone."""
    return tuple(endpoint for endpoint in mesh.endpoints if endpoint.way == IN_MESH and zone == mesh.zone)


def namespaces_in(mesh: MeshSpec, zone: str) -> tuple[str, ...]:
    """Returns the namespaces of a zone whose pods are in the mesh, sorted. A namespace has one mesh."""
    names = {caller.namespace for caller in callers_in(mesh, zone)}
    if inside(mesh, zone) and mesh.namespace:
        names.add(mesh.namespace)
    if external(mesh, zone):
        names.add(mesh.egress)
    return tuple(sorted(names))


def callers_in(mesh: MeshSpec, zone: str) -> tuple[CallerSpec, ...]:
    """Returns the callers that run in a zone."""
    return tuple(caller for caller in mesh.callers if caller.zone == zone)
