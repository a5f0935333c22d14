"""Decides the cluster of an environment: its identities, its subnet, its egress, its zone, its pools."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from amlz.capabilities.aks.azure_ml import plan_azure_ml
from amlz.capabilities.aks.check import check_aks
from amlz.capabilities.aks.config import AksConfig
from amlz.capabilities.aks.facts import (
    ATTACHMENT,
    CLUSTER,
    FQDN_TAG,
    GPU_TAINT,
    GRAFANA_GROUP,
    HOSTS,
    IDENTITY,
    MAINTENANCE,
    ML_TAINT,
    NODES_TARGET,
    POOL,
    ROUTES_TARGET,
    SURGE,
    TARGET,
    ZONE,
    ZONE_TARGET,
)
from amlz.capabilities.aks.monitoring import associations, built, monitoring_targets, plan_monitoring, prometheus
from amlz.capabilities.aks.records import NODES, clusters, owner_of, path_of, settings_of, subnets
from amlz.capabilities.aks.spec import AksSpec, ChildSpec, MaintenanceSpec, PoolSpec
from amlz.core.capability import EnvironmentParts, Part, Planner, Relaxation, SharedSubnet
from amlz.core.capability_facts import Contradiction, Who
from amlz.core.config import EnvironmentConfig, LandingZoneConfig
from amlz.core.facts.quotas import SIZES
from amlz.core.names import kebab
from amlz.core.planning.context import Context, registry_is_shared
from amlz.core.planning.environment_context import EnvironmentContext
from amlz.core.planning.hub import ranges_in_hub
from amlz.core.planning.parts import ranges_of_parts
from amlz.core.planning.places import spoke_network_id, spoke_place, spoke_route_table, subnet_name
from amlz.core.planning.rules import ANY, deny
from amlz.core.planning.spoke import name_servers, peerings, people_ranges
from amlz.core.problems import Path
from amlz.core.specs import (
    ApplicationRuleSpec,
    IdentitySpec,
    NsgRuleSpec,
    PrincipalSpec,
    RoleAssignmentSpec,
    RuleGroupSpec,
    ZoneLinkSpec,
    ZoneSpec,
)

_GROUP = "rcg-aks"
#: Taint of the pool of system pods: https://learn.microsoft.com/azure/aks/use-system-pools
_SYSTEM_TAINT = "CriticalAddonsOnly=true:NoSchedule"
#: Names of the two schedules: https://learn.microsoft.com/azure/aks/planned-maintenance
_SCHEDULES = ("aksManagedAutoUpgradeSchedule", "aksManagedNodeOSUpgradeSchedule")
#: From `gpuDriver` to `gpuProfile.driver`.
_DRIVERS = {"install": "Install", "none": "None"}


def plan_aks(env: EnvironmentContext, given: EnvironmentParts) -> Part | None:
    """Returns the cluster of an environment; None where it has none."""
    settings = settings_of(env.settings)
    if settings is None:
        return None
    path, context = path_of(env.key), env.context
    name = context.take("managedCluster", env.namer.unique("managedCluster"), env.place.group_id, path)
    nodes_group = context.group_name("nodes", owner=env.key)
    context.take("resourceGroup", nodes_group, f"/subscriptions/{env.place.subscription}", path)
    targets, cluster = _targets(env), env.place.id(CLUSTER, name)
    network = spoke_network_id(context, env.spoke)
    zone = ZoneSpec(targets[ZONE_TARGET].rsplit("/", 1)[-1], targets[ZONE_TARGET])
    roles = (*given.roles[ZONE_TARGET], *given.roles[ROUTES_TARGET], *given.roles[NODES_TARGET])
    monitoring = plan_monitoring(env, given, settings, _identity(env, "aksGrafana").id) if settings.monitoring else None
    azure_ml = plan_azure_ml(env, given, settings, cluster) if settings.attach is not None else None
    spec = AksSpec(
        name=name,
        place=env.place,
        nodes_group=nodes_group,
        tier=settings.tier.capitalize(),
        tenant_id=context.config.tenant_id,
        identity=_identity(env, "aks").id,
        nodes_identity=_identity(env, "aksNodes").id,
        subnet=f"{network}/subnets/{subnet_name(context, owner_of(env.key), NODES)}",
        link=_link(env, zone),
        pod_network=settings.pod_network,
        service_network=settings.service_network,
        dns_address=str(IPv4Network(settings.service_network).network_address + 10),
        zones=context.zones,
        system=_system(settings),
        pools=tuple(_pool(settings, pool_name) for pool_name in settings.pools),
        surge=f"{SURGE}%",
        upgrades=settings.upgrades,
        maintenance=MaintenanceSpec(
            _SCHEDULES,
            settings.maintenance.day,
            settings.maintenance.start,
            settings.maintenance.hours,
            settings.maintenance.utc_offset,
        ),
        before=roles,
        after=_after(env, given, roles),
        roles=given.roles[TARGET],
        diagnostics=context.diagnostics(cluster),
        protect=env.production,
        lock=env.lock("aks", cluster),
        children=(
            *(ChildSpec(env.place.id(POOL, name, pool_name)) for pool_name in settings.pools),
            *(ChildSpec(env.place.id(MAINTENANCE, name, schedule)) for schedule in _SCHEDULES),
            *(ChildSpec(one) for one in associations(cluster, monitoring)),
            *((ChildSpec(azure_ml.binding_id), ChildSpec(azure_ml.extension_id)) if azure_ml is not None else ()),
        ),
        monitoring=monitoring,
        azure_ml=azure_ml,
        defender=context.log_analytics if settings.defender else None,
        tags=env.tags,
    )
    return Part(spec)


def _link(env: EnvironmentContext, zone: ZoneSpec) -> ZoneLinkSpec:
    name = env.namer.called("zoneLink", "link-hub", "hub")
    return ZoneLinkSpec("hub", zone, name, env.context.hub_network, env.place, env.tags)


def _after(env: EnvironmentContext, given: EnvironmentParts, roles: tuple[RoleAssignmentSpec, ...]) -> tuple[str, ...]:
    """Returns the IDs of what a cluster waits for: all roles of its identities, and its egress."""
    identities = {_identity(env, "aks").id, _identity(env, "aksNodes").id}
    given_before = (*roles, *given.roles.get("network", ()), *given.roles.get("registry", ()))
    return (
        *(role.id for role in given_before if role.principal.id in identities),
        *(side.id for side in peerings(env.context, env.spoke)),
        env.context.rule_group_id(_GROUP),
    )


def _system(settings: AksConfig) -> PoolSpec:
    system = settings.system
    return PoolSpec("system", "System", system.size, system.min_nodes, system.max_nodes, (_SYSTEM_TAINT,))


def _pool(settings: AksConfig, name: str) -> PoolSpec:
    pool, gpu_taint = settings.pools[name], GPU_TAINT if settings.attach is None else ML_TAINT
    taints = (*((gpu_taint,) if pool.gpu_driver is not None else ()), *pool.taints)
    driver = _DRIVERS[pool.gpu_driver] if pool.gpu_driver is not None else None
    return PoolSpec(name, "User", pool.size, pool.min_nodes, pool.max_nodes, tuple(dict.fromkeys(taints)), driver)


def _identity(env: EnvironmentContext, role: str) -> IdentitySpec:
    name = env.context.take("identity", env.namer.name("identity", kebab(role)), env.place.group_id, path_of(env.key))
    return IdentitySpec(role, name, env.place, env.tags)


def _identities(env: EnvironmentContext) -> tuple[IdentitySpec, ...]:
    settings = settings_of(env.settings)
    if settings is None:
        return ()
    roles = ("aks", "aksNodes", *(("aksGrafana",) if settings.monitoring else ()))
    return tuple(_identity(env, role) for role in roles)


def _principals(env: EnvironmentContext) -> dict[Who, dict[str, PrincipalSpec]]:
    """Returns the identity of the workspace where it attaches the cluster."""
    settings = settings_of(env.settings)
    if settings is None or settings.attach is None:
        return {}
    return {"aksWorkspace": {"workspace": env.identity("workspace").principal}}


def _computes(environment: EnvironmentConfig) -> Iterator[Path]:
    """Returns the paths of the compute targets, within the environment."""
    settings = settings_of(environment)
    if settings is not None and settings.attach is not None:
        yield from (("aks", "attach", "computeTargets", name) for name in settings.attach.compute_targets)


def _endpoints(environment: EnvironmentConfig) -> tuple[str, ...]:
    settings = settings_of(environment)
    return (GRAFANA_GROUP,) if settings is not None and settings.monitoring else ()


def _targets(env: EnvironmentContext) -> dict[str, str]:
    """Returns the ids that roles are given on: cluster, zone, routes, and the identity of nodes."""
    settings = settings_of(env.settings)
    if settings is None:
        return {}
    cluster = env.namer.unique("managedCluster")
    zone = ZONE.format(cluster=cluster, region=env.place.location)
    spoke = spoke_place(env.context, env.spoke)
    return {
        TARGET: env.place.id(CLUSTER, cluster),
        ZONE_TARGET: env.place.id("Microsoft.Network/privateDnsZones", zone),
        ROUTES_TARGET: spoke.id("Microsoft.Network/routeTables", spoke_route_table(env.context, env.spoke)),
        NODES_TARGET: _identity(env, "aksNodes").id,
        **monitoring_targets(env, settings),
    }


def _subnet_rules(context: Context, subnet: SharedSubnet) -> Iterator[NsgRuleSpec]:
    """Returns the rules of a subnet of nodes: everything within the cluster, as AKS requires, and its documented egress
    through the firewall.
    """
    key = subnet.environment
    if key is None or owner_of(key) != subnet.owner:
        return
    environment = context.config.projects[key.project].environments[key.environment]
    settings = settings_of(environment)
    assert settings is not None
    own, inside = settings.network, (settings.network, settings.pod_network)
    endpoints = next(s.cidr for s in context.addresses.block(key).subnets if s.role == "endpoints")
    shared = ranges_in_hub(context, "endpoints") if registry_is_shared(environment) else ()
    stores = (endpoints, *shared, *ranges_of_parts(environment))
    servers, names = name_servers(context)
    why = "nodes and pods of the cluster"
    yield NsgRuleSpec("cluster-in", 100, "Inbound", inside, inside, ANY, why)
    yield NsgRuleSpec("load-balancer", 110, "Inbound", ("AzureLoadBalancer",), ANY, ANY, "its health probes")
    why = "people and callers, to the API server and internal load balancers"
    yield NsgRuleSpec("people", 120, "Inbound", people_ranges(context), (own,), ("443",), why, "Tcp")
    yield deny("Inbound")
    yield NsgRuleSpec("cluster-out", 100, "Outbound", inside, inside, ANY, "nodes and pods of the cluster")
    why = "stores, vault, registry and workspace of this environment"
    yield NsgRuleSpec("endpoints", 110, "Outbound", (own,), stores, ("443",), why, "Tcp")
    yield NsgRuleSpec("dns", 120, "Outbound", (own,), servers, ("53",), f"names, by {names}")
    if settings.monitoring and context.private_link_scope:
        scope, why = ranges_in_hub(context, "endpoints"), "metrics and logs of containers, to the private link scope"
        yield NsgRuleSpec("telemetry", 130, "Outbound", (own,), scope, ("443",), why, "Tcp")
    why = "the firewall knows the hosts"
    yield NsgRuleSpec("by-firewall", 400, "Outbound", (own,), ("Internet",), ("80", "443"), why, "Tcp")
    yield deny("Outbound")


def _endpoint_rules(environment: EnvironmentConfig, endpoints: str) -> Iterator[NsgRuleSpec]:
    """Returns the rule by which nodes use an environment's private endpoints (their range)."""
    settings = settings_of(environment)
    if settings is not None:
        why = "nodes of the AKS cluster use the stores"
        yield NsgRuleSpec("aks", 121, "Inbound", (settings.network,), (endpoints,), ("443",), why, "Tcp")


def _firewall(context: Context) -> Iterator[RuleGroupSpec]:
    """Returns the firewall's rules for nodes: the hosts that Azure lists under a tag, and those of what is used."""
    nodes = _nodes(context.config, None)
    if not nodes:
        return
    why = "hosts that AKS requires, as Azure lists them"
    rules = [
        ApplicationRuleSpec("aks-required", nodes, (), why, fqdn_tags=(FQDN_TAG,)),
        ApplicationRuleSpec("aks-required-http", nodes, (), why, "Http", fqdn_tags=(FQDN_TAG,)),
    ]
    for row in HOSTS:
        sources = _nodes(context.config, row.only)
        if sources:
            hosts = tuple(host.format(region=context.config.location) for host in row.hosts)
            rules.append(ApplicationRuleSpec(row.name, sources, hosts, row.why, row.scheme))
    yield RuleGroupSpec(_GROUP, 420, application_rules=tuple(rules))


def _nodes(config: LandingZoneConfig, only: str | None) -> tuple[str, ...]:
    """Returns ranges of nodes that use something (a key of the stack file, None for all), in order."""
    ranges = {
        settings.network
        for _, _, settings in clusters(config)
        if {
            None: True,
            "gpuDriver": any(pool.gpu_driver == "install" for pool in settings.pools.values()),
            "azureMl": settings.azure_ml,
            "training": settings.attach is not None and settings.attach.training,
            "defender": settings.defender and config.hub.private_link_scope is None,
            "monitoring": settings.monitoring and config.hub.private_link_scope is None,
        }[only]
    }
    return tuple(sorted(ranges, key=IPv4Network))


def _relaxations(config: LandingZoneConfig) -> Iterator[Relaxation]:
    for key, _, settings in clusters(config):
        yield Relaxation(
            path_of(key),
            "the cluster's identity changes the whole network of its spoke (Network Contributor), as its private DNS "
            "zone requires",
        )
        if settings.attach is not None:
            yield Relaxation(
                (*path_of(key), "attach"),
                "the workspace's identity manages the cluster (Contributor), as Trusted Access requires",
            )


def _contradictions(config: LandingZoneConfig) -> Iterator[tuple[Path, Contradiction]]:
    for key, _, settings in clusters(config):
        if settings.azure_ml:
            yield path_of(key), IDENTITY
        if settings.attach is not None:
            yield (*path_of(key), "attach"), ATTACHMENT


def _summary(config: LandingZoneConfig) -> Iterator[tuple[str, str]]:
    """Returns nodes and vCPUs of all clusters at full scale: their quota is that of virtual machines."""
    texts = []
    for key, _, settings in clusters(config):
        pools = (_system(settings), *(_pool(settings, name) for name in settings.pools))
        sizes = [(SIZES.get(pool.size.lower()), pool.max_nodes) for pool in pools]
        vcpus = sum(row[1] * nodes for row, nodes in sizes if row is not None)
        rest = "" if all(row is not None for row, _ in sizes) else " and those of unknown sizes"
        nodes = sum(pool.max_nodes for pool in pools)
        texts.append(f"{key}: at most {nodes} nodes, {vcpus} vCPUs{rest}")
    attached = [str(key) for key, _, settings in clusters(config) if settings.attach is not None]
    if attached:
        texts.append(f"{', '.join(attached)}: pipelines/aks.sh prints namespaces and instance types")
    if texts:
        yield "AKS", "; ".join(texts)


PLANNER = Planner(
    check=check_aks,
    endpoints=_endpoints,
    computes=_computes,
    principals=_principals,
    relaxations=_relaxations,
    contradictions=_contradictions,
    summary=_summary,
    identities=_identities,
    targets=_targets,
    endpoint_rules=_endpoint_rules,
    firewall=_firewall,
    shared_endpoints=subnets,
    subnet_rules=_subnet_rules,
    clusters=built,
    prometheus=prometheus,
    environment=plan_aks,
)
