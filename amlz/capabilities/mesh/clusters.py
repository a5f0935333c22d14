"""Decides the Azure side of a mesh's zones: egress of their nodes, and Flux, where the cluster is of this stack."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.capabilities.mesh.facts import HOSTS
from amlz.capabilities.mesh.records import (
    landing_zone_mesh,
    mesh_of,
    own_mesh,
    owned_zones,
    repository_of,
    zone_nodes,
)
from amlz.capabilities.mesh.spec import FluxFolderSpec, FluxSpec
from amlz.core.addresses import environments
from amlz.core.capability import BuiltCluster, SharedSubnet
from amlz.core.config import LandingZoneConfig
from amlz.core.owners import EnvironmentKey
from amlz.core.planning.capabilities import clusters_of
from amlz.core.planning.context import Context
from amlz.core.planning.environment_context import EnvironmentContext, environment_context
from amlz.core.planning.hub import ranges_in_hub
from amlz.core.problems import listed
from amlz.core.specs import ApplicationRuleSpec, NsgRuleSpec, RuleGroupSpec
from amlz.mesh.files import SCRAPE_FILE
from amlz.mesh.model import FLUX_CONFIGURATION, FLUX_NAMESPACE, MeshSpec

_GROUP = "rcg-mesh"
_FLUX = "flux"
#: Names of folders that Flux applies.
_PLANE, _METRICS = "control-plane", "prometheus"


def zone_clusters(context: Context, mesh: MeshSpec) -> Iterator[tuple[str, BuiltCluster]]:
    """Returns the zones of a mesh whose cluster is built here, with it."""
    shared = landing_zone_mesh(context.config)
    for zone in mesh.zones:
        owner = shared.zones[zone.name].aks if shared is not None else None
        if owner is not None:
            for cluster in clusters_of(environment_context(context, *owner.split("/"))):
                yield zone.name, cluster


def meshes_in(config: LandingZoneConfig, zone: str) -> Iterator[MeshSpec]:
    """Returns the meshes with pods in a zone."""
    for project, name, environment in environments(config):
        if own_mesh(environment) is not None:
            mesh = mesh_of(config, EnvironmentKey(project, name))
            if zone in [row.name for row in mesh.zones]:
                yield mesh


def plan_flux(env: EnvironmentContext) -> FluxSpec | None:
    """Returns Flux on the cluster of an environment, where that is a zone of a mesh that is applied."""
    shared = landing_zone_mesh(env.context.config)
    repository = repository_of(shared) if shared is not None else None
    for zone in owned_zones(env.context.config, env.key) if repository is not None else ():
        assert repository is not None
        for cluster in clusters_of(env):
            top = f"{repository.path}/zones/{zone}"
            folders = [
                # Without pruning: the end of the configuration leaves the control plane, and running proxies, alone.
                FluxFolderSpec(_PLANE, f"{top}/{_PLANE}", prune=False, wait=True),
                *(
                    FluxFolderSpec(mesh.name, f"{top}/{mesh.name}", (_PLANE,))
                    for mesh in meshes_in(env.context.config, zone)
                ),
            ]
            if cluster.metrics is not None:
                folders.append(FluxFolderSpec(_METRICS, f"{top}/{SCRAPE_FILE.split('/')[0]}"))
            after = (cluster.id, env.context.rule_group_id(_GROUP))
            return FluxSpec(
                zone=zone,
                cluster=cluster.id,
                place=env.place,
                extension=_FLUX,
                configuration=FLUX_CONFIGURATION,
                namespace=FLUX_NAMESPACE,
                repository=repository,
                folders=tuple(folders),
                after=after,
            )
    return None


def firewall(context: Context) -> Iterator[RuleGroupSpec]:
    """Returns the firewall's rules for nodes of zones: telemetry, images of Kuma, and the repository of Flux."""
    shared, nodes = landing_zone_mesh(context.config), zone_nodes(context.config)
    if shared is None or not nodes:
        return
    everywhere = _ranges(nodes, tuple(nodes))
    flux = _ranges(nodes, tuple(zone for zone in nodes if shared.apply and shared.zones[zone].aks is not None))
    sources = {
        "telemetry": () if context.private_link_scope else everywhere,
        "images": everywhere if shared.image_registry is None else (),
        "flux": flux,
    }
    rules = [
        ApplicationRuleSpec(
            row.name,
            sources[row.only],
            tuple(host.format(region=context.config.location) for host in row.hosts),
            row.why,
            row.scheme,
        )
        for row in HOSTS
        if row.only is not None and sources[row.only]
    ]
    registries = dict.fromkeys(text.split("/")[0] for text in (shared.image_registry, shared.image) if text)
    named = tuple(host for host in registries if host != "registry.k8s.io")
    if named:
        why = "images of the mesh, in the registry of the stack file"
        rules.append(ApplicationRuleSpec("mesh-registry", everywhere, named, why))
    if flux and shared.repository is not None:
        host = shared.repository.url.split("/")[2]
        rules.append(ApplicationRuleSpec("mesh-repository", flux, (host,), "the documents of the mesh, for Flux"))
    if rules:
        yield RuleGroupSpec(_GROUP, 440, application_rules=tuple(rules))


def _ranges(nodes: dict[str, tuple[str, ...]], zones: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(cidr for zone in zones for cidr in nodes[zone]))


def subnet_rules(context: Context, subnet: SharedSubnet) -> Iterator[NsgRuleSpec]:
    """Returns the rule by which the collector on nodes reaches the private link scope, where the cluster has none."""
    for project, name, environment in environments(context.config):
        aks = getattr(environment, "aks", None)
        key = EnvironmentKey(project, name)
        if aks is None or aks.network != subnet.cidr or aks.monitoring or not owned_zones(context.config, key):
            continue
        if context.private_link_scope:
            scope, why = ranges_in_hub(context, "endpoints"), "telemetry of the mesh, to the private link scope"
            yield NsgRuleSpec("mesh-telemetry", 131, "Outbound", (subnet.cidr,), scope, ("443",), why, "Tcp")


def summary(config: LandingZoneConfig) -> Iterator[tuple[str, str]]:
    """Returns the zones whose cluster is built here, and what is not verified of them."""
    shared = landing_zone_mesh(config)
    zones = [f"{name} on {zone.aks}" for name, zone in (shared.zones if shared else {}).items() if zone.aks is not None]
    if zones:
        applied = "Flux applies the documents" if shared is not None and shared.apply else "nothing is applied"
        yield "Mesh", f"{listed(zones)}; {applied}; {NOT_VERIFIED}"


#: Kuma's page on Cilium requires `kubeProxyReplacement: false`; AKS sets it: docs/how-to/mesh.md.
NOT_VERIFIED = "not verified: Kuma on the data plane of Cilium, which clusters under `aks` have"
