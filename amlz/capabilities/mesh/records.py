"""The records of a mesh from the stack file."""

from __future__ import annotations

from typing import Any

from amlz.capabilities.mesh.config import EnvironmentMeshConfig, MeshConfig, MeshEndpointConfig, MeshFaultsConfig
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


def attached(environment: EnvironmentConfig) -> dict[str, Any]:
    """Returns the clusters that are attached to the workspace of an environment, by name."""
    return getattr(environment, "kubernetes", None) or {}


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
    cluster = attached(environment).get(own.cluster) if own.cluster else None
    front = shared.front_end
    identity = own.identity
    return MeshSpec(
        project=project,
        environment=name,
        production=production,
        version=shared.version,
        zone=own.zone,
        zones=tuple(_zone(shared, zone) for zone in zones),
        namespace=cluster.namespace if cluster else None,
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
    return MeshZoneSpec(name, zone.cni, shared.global_address if zone.federated else None, shared.image_registry)


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
