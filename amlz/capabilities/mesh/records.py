"""The records of a mesh from the stack file."""

from __future__ import annotations

from amlz.capabilities.mesh.config import EnvironmentMeshConfig, MeshConfig, MeshEndpointConfig, MeshFaultsConfig
from amlz.core.addresses import environments
from amlz.core.capability import setting
from amlz.core.config import EnvironmentConfig, LandingZoneConfig
from amlz.core.owners import EnvironmentKey
from amlz.mesh.model import (
    MANAGED,
    AbortSpec,
    BackendSpec,
    CallerSpec,
    CollectorSpec,
    CopySpec,
    DelaySpec,
    FrontEndSpec,
    IdentitySettings,
    MeshEndpointSpec,
    MeshFaultsSpec,
    MeshRepositorySpec,
    MeshSpec,
    MeshZoneSpec,
)

#: https://learn.microsoft.com/azure/machine-learning/how-to-deploy-online-endpoints (2026-03)
_HOST = "{name}.{region}.inference.ml.azure.com"


def landing_zone_mesh(config: LandingZoneConfig) -> MeshConfig | None:
    """Returns what the meshes of a landing zone share."""
    return setting(config, "mesh", MeshConfig)


def own_mesh(environment: EnvironmentConfig) -> EnvironmentMeshConfig | None:
    """Returns the mesh of an environment."""
    return setting(environment, "mesh", EnvironmentMeshConfig)


def attached(environment: EnvironmentConfig) -> dict[str, str]:
    """Returns the namespaces of the Kubernetes compute targets of an environment, by name."""
    existing = {name: str(one.namespace) for name, one in (getattr(environment, "kubernetes", None) or {}).items()}
    attach = getattr(getattr(environment, "aks", None), "attach", None)
    return existing | (attach.compute_targets if attach is not None else {})


def zone_nodes(config: LandingZoneConfig) -> dict[str, tuple[str, ...]]:
    """Returns the ranges of the nodes of zones, where the stack file has them: of clusters that are built here, and of
    attached ones.
    """
    shared = landing_zone_mesh(config)
    result: dict[str, list[str]] = {name: [] for name in (shared.zones if shared is not None else ())}
    for project, name, environment in environments(config):
        aks = getattr(environment, "aks", None)
        if aks is not None:
            for zone in owned_zones(config, EnvironmentKey(project, name)):
                result[zone].append(aks.network)
        own = own_mesh(environment)
        clusters = getattr(environment, "kubernetes", None) or {}
        if own is not None and own.zone in result and own.cluster in clusters:
            result[own.zone] += clusters[own.cluster].nodes
    return {zone: tuple(dict.fromkeys(nodes)) for zone, nodes in result.items() if nodes}


def owned_zones(config: LandingZoneConfig, owner: EnvironmentKey) -> tuple[str, ...]:
    """Returns the zones whose cluster is built in an environment."""
    shared = landing_zone_mesh(config)
    zones = shared.zones if shared is not None else {}
    return tuple(name for name, zone in zones.items() if zone.aks == str(owner))


def repository_of(shared: MeshConfig) -> MeshRepositorySpec | None:
    """Returns the repository that Flux applies documents from; None where it is not installed."""
    given = shared.repository
    if not shared.apply or given is None:
        return None
    return MeshRepositorySpec(given.url, given.branch, given.path, given.chart, given.sign_in)


def mesh_of(config: LandingZoneConfig, owner: EnvironmentKey, stores: tuple[str, ...] = ()) -> MeshSpec:
    """Returns the records of an environment's mesh, right or wrong. `stores`: hosts of its workspace's stores."""
    project, name = owner
    environment = config.projects[project].environments[name]
    shared, own = landing_zone_mesh(config), own_mesh(environment)
    assert shared is not None
    assert own is not None
    production = environment.is_production(name)
    used = dict.fromkeys((own.zone, *(caller.zone or own.zone for caller in own.callers.values())))
    zones = [zone for zone in used if zone in shared.zones]
    front = shared.front_end
    identity = own.identity
    return MeshSpec(
        project=project,
        environment=name,
        production=production,
        version=shared.version,
        zone=own.zone,
        zones=tuple(_zone(shared, zone) for zone in zones),
        namespace=attached(environment).get(own.cluster) if own.cluster else None,
        callers=tuple(
            CallerSpec(
                key, row.namespace, row.service_account or key, row.zone or own.zone, row.may_score, row.may_validate
            )
            for key, row in own.callers.items()
        ),
        endpoints=tuple(_endpoint(key, row, config.location) for key, row in own.endpoints.items()),
        identity=IdentitySettings(
            identity.authority or ("secrets" if production else "generated"),
            identity.expiry or ("1h" if production else "24h"),
            identity.generation,
        ),
        collector=CollectorSpec(
            shared.collector.address, shared.collector.port, shared.collector.sampling if production else 100
        ),
        front_end=FrontEndSpec(front.server_name, front.authority, tuple(sorted(front.pod_labels.items())))
        if front
        else None,
        allowed_hosts=(*own.allowed_hosts, *stores),
        trusted=tuple(sorted(own.trusted.items())),
        image=shared.image,
    )


def _zone(shared: MeshConfig, name: str) -> MeshZoneSpec:
    zone = shared.zones[name]
    address = shared.global_address if zone.federated else None
    return MeshZoneSpec(name, zone.cni, address, shared.image_registry, repository_of(shared))


def _endpoint(name: str, row: MeshEndpointConfig, region: str) -> MeshEndpointSpec:
    host = row.host or _HOST.format(name=name, region=region)
    return MeshEndpointSpec(
        name=name,
        way=row.way,
        stage=row.stage,
        host=host if row.way == MANAGED else None,
        timeout=row.request_timeout_ms,
        rate=row.rate_per_second,
        weights=tuple(BackendSpec(key, weight) for key, weight in row.weights.items()),
        shadow=CopySpec(row.shadow.endpoint, row.shadow.percentage) if row.shadow else None,
        faults=_faults(row.faults) if row.faults else None,
    )


def _faults(row: MeshFaultsConfig) -> MeshFaultsSpec:
    return MeshFaultsSpec(
        AbortSpec(row.abort.status, row.abort.percentage) if row.abort else None,
        DelaySpec(row.delay.milliseconds, row.delay.percentage) if row.delay else None,
        row.allow_production.expires_on if row.allow_production else None,
    )
