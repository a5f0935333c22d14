"""Decides meshes: their records, the identities of callers, and their roles on endpoints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from amlz.azure.ids import parse
from amlz.capabilities.mesh.check import check_mesh
from amlz.capabilities.mesh.clusters import firewall, plan_flux, subnet_rules, summary, zone_clusters
from amlz.capabilities.mesh.config import EnvironmentMeshConfig, MeshConfig
from amlz.capabilities.mesh.facts import DASHBOARDS, ENDPOINT, TARGET
from amlz.capabilities.mesh.records import landing_zone_mesh, mesh_of, own_mesh, repository_of
from amlz.capabilities.mesh.spec import MeshCallerSpec, MeshPartSpec
from amlz.core.addresses import environments
from amlz.core.capability import EnvironmentParts, Part, Planner, PrometheusSource, Relaxation
from amlz.core.config import LandingZoneConfig
from amlz.core.facts.federation import AUDIENCES
from amlz.core.planning.context import Context
from amlz.core.planning.environment_context import EnvironmentContext, environment_context, grant_conditions
from amlz.core.planning.roles import Principals, assign
from amlz.core.specs import IdentityPrincipalSpec, RoleAssignmentSpec
from amlz.core.specs.grafana import DashboardsSpec
from amlz.mesh.model import MeshSpec, pairs

#: Hosts of a workspace's stores in the public cloud.
#: https://learn.microsoft.com/azure/private-link/private-endpoint-dns (2026-03)
_BLOBS, _VAULT = "{}.blob.core.windows.net", "{}.vault.azure.net"


def plan_mesh(env: EnvironmentContext, planned: EnvironmentParts) -> Part | None:
    """Returns the mesh of an environment, with the identities and roles of its callers, and Flux on its cluster; None
    where it has neither.
    """
    shared, own, flux = landing_zone_mesh(env.context.config), own_mesh(env.settings), plan_flux(env)
    if shared is None or own is None:
        return Part(MeshPartSpec(None, planned.workspace.id, (), (), flux)) if flux is not None else None
    stores = (
        _BLOBS.format(parse(planned.workspace.storage).name),
        _VAULT.format(parse(planned.workspace.key_vault).name),
    )
    mesh = mesh_of(env.context.config, env.key, stores)
    callers = tuple(_callers(env, mesh, shared))
    grafanas = dict.fromkeys(one.grafana for _, one in zone_clusters(env.context, mesh) if one.grafana is not None)
    dashboards = tuple(DashboardsSpec(grafana, DASHBOARDS) for grafana in grafanas)
    roles = tuple(_roles(env, mesh, own, callers))
    return Part(MeshPartSpec(mesh, planned.workspace.id, callers, roles, flux, dashboards))


def _prometheus(env: EnvironmentContext) -> Iterator[PrometheusSource]:
    """Returns each zone of an environment's mesh whose metrics are in managed Prometheus.

    A certificate is renewed after four fifths of its lifetime: nine tenths without a renewal are too long.
    """
    if landing_zone_mesh(env.context.config) is None or own_mesh(env.settings) is None:
        return
    mesh = mesh_of(env.context.config, env.key)
    lifetime = mesh.identity.lifetime
    values = {"MESH": mesh.name, "WINDOW": f"{lifetime * 9 // 10}s", "LIFETIME": str(lifetime)}
    for zone, cluster in zone_clusters(env.context, mesh):
        if cluster.metrics is not None:
            yield PrometheusSource(cluster.metrics, cluster.id, "mesh", ("mesh", zone), values)


def _callers(env: EnvironmentContext, mesh: MeshSpec, shared: MeshConfig) -> Iterator[MeshCallerSpec]:
    """Returns the identity of each caller that runs on a cluster with a known issuer."""
    for caller in mesh.callers:
        issuer = shared.zones[caller.zone].issuer
        if issuer is not None:
            name = env.namer.name("identity", "mesh", caller.name)
            env.context.take("identity", name, env.place.group_id, (*env.path, "mesh", "callers", caller.name))
            subject = f"system:serviceaccount:{caller.namespace}:{caller.account}"
            audience = AUDIENCES[env.context.config.cloud]
            yield MeshCallerSpec(caller.name, name, env.place, issuer, subject, audience, env.tags)


def _roles(
    env: EnvironmentContext, mesh: MeshSpec, own: EnvironmentMeshConfig, callers: tuple[MeshCallerSpec, ...]
) -> Iterator[RoleAssignmentSpec]:
    """Returns the roles on endpoints: of the same callers that the mesh permits, by the same records."""
    identities = {caller.key: IdentityPrincipalSpec(caller.id) for caller in callers}
    for endpoint in mesh.endpoints:
        if own.endpoints[endpoint.name].roles:
            of_endpoint = {
                f"{caller.name}-{endpoint.name}": identities[caller.name]
                for caller, reached in pairs(mesh)
                if reached is endpoint
            }
            principals = Principals({}, {}, {"meshCallers": of_endpoint})
            scope = _endpoint_id(env, endpoint.name)
            yield from assign({TARGET: scope}, principals, grant_conditions(env))[TARGET]


def _endpoint_id(env: EnvironmentContext, name: str) -> str:
    return f"{env.workspace_id}/{ENDPOINT.rsplit('/', 1)[1]}/{name}"


def _outside(context: Context) -> Iterator[str]:
    """Returns the ids of endpoints on which roles are assigned: they exist."""
    for project, name, environment in environments(context.config):
        own = own_mesh(environment)
        if own is None or landing_zone_mesh(context.config) is None:
            continue
        env = environment_context(context, project, name)
        yield from (_endpoint_id(env, endpoint) for endpoint, given in own.endpoints.items() if given.roles)


def _relaxations(config: LandingZoneConfig) -> Iterator[Relaxation]:
    """Returns faults on purpose in production, its certificate authorities whose key Kuma keeps in the cluster, and
    the repository that Flux applies as administrator.
    """
    shared = landing_zone_mesh(config)
    repository = repository_of(shared) if shared is not None else None
    if repository is not None:
        source = f"branch {repository.branch} of {repository.url}"
        gives = f"writers to {source} administer the clusters, since Flux applies it"
        yield Relaxation(("mesh", "apply"), gives)
    for project, name, environment in environments(config):
        own = own_mesh(environment)
        if own is None or not environment.is_production(name):
            continue
        path: tuple[Any, ...] = ("projects", project, "environments", name, "mesh")
        if own.identity.authority == "generated":
            gives = "the certificate authority of the mesh signs itself, and its key is in the cluster"
            yield Relaxation((*path, "identity", "authority"), gives)
        for key, endpoint in own.endpoints.items():
            if endpoint.faults is not None and endpoint.faults.allow_production is not None:
                ends = endpoint.faults.allow_production.expires_on
                gives = f"requests to {key} fail on purpose, and are allowed to until {ends}"
                yield Relaxation((*path, "endpoints", key, "faults"), gives)


PLANNER = Planner(
    check=check_mesh,
    relaxations=_relaxations,
    summary=summary,
    outside=_outside,
    prometheus=_prometheus,
    firewall=firewall,
    subnet_rules=subnet_rules,
    environment=plan_mesh,
)
