"""Decides the Databricks workspace of an environment: its subnets, its private endpoints, its egress, its identity."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from amlz.capabilities.databricks.config import DatabricksConfig
from amlz.capabilities.databricks.facts import (
    DELEGATION,
    GROUP,
    LEAST_NODES,
    NETWORK_CHANGE,
    PORTS,
    READER,
    RULES,
    SIGN_IN,
    SMALLEST,
    TAGS,
    WORKSPACE,
)
from amlz.capabilities.databricks.spec import DatabricksSpec, LakeLocation
from amlz.core.addresses import spoke_of
from amlz.core.capability import (
    EnvironmentParts,
    Part,
    Planner,
    Relaxation,
    SharedEndpoints,
    SharedSubnet,
    setting,
)
from amlz.core.capability_facts import Contradiction
from amlz.core.config import EnvironmentConfig, LandingZoneConfig
from amlz.core.environment_settings import environments_with, path_of_setting
from amlz.core.facts.clouds import host_of, title
from amlz.core.facts.dns import ZONES
from amlz.core.facts.networks import RESERVED_ADDRESSES
from amlz.core.owners import EnvironmentKey, SharedOwner
from amlz.core.planning.capabilities import shared_roles_of
from amlz.core.planning.context import Context
from amlz.core.planning.environment_context import EnvironmentContext
from amlz.core.planning.places import spoke_network_id, subnet_name
from amlz.core.planning.rules import deny
from amlz.core.problems import Path, Problem
from amlz.core.specs import (
    ApplicationRuleSpec,
    IdentitySpec,
    LockSpec,
    NetworkRuleSpec,
    NsgRuleSpec,
    RuleGroupSpec,
)

_GROUP = "rcg-databricks"
#: The role of both subnets.
_NODES = "nodes"
_HALVES = ("host", "container")


def plan_databricks(env: EnvironmentContext, _: EnvironmentParts) -> Part | None:
    """Returns the workspace of an environment; None where it has none."""
    settings = _settings(env.settings)
    if settings is None:
        return None
    path, context, namer = _path(env.key), env.context, env.namer
    name = context.take("databricksWorkspace", namer.name("databricksWorkspace"), env.place.group_id, path)
    connector = context.take("databricksConnector", namer.name("databricksConnector"), env.place.group_id, path)
    managed = context.group_name("databricks", owner=env.key)
    subscription = f"/subscriptions/{env.place.subscription}"
    context.take("resourceGroup", managed, subscription, path)
    network, workspace = spoke_network_id(context, env.spoke), env.place.id(WORKSPACE, name)
    host, container = (f"{network}/subnets/{subnet_name(context, _owner(env.key, half), _NODES)}" for half in _HALVES)
    endpoints = [env.endpoint(GROUP, workspace, label="databricks")]
    lock = env.lock("databricks", workspace)
    if settings.sign_in:
        endpoints.append(env.endpoint(SIGN_IN, workspace, label="databricks-sign-in"))
        name_of_lock = namer.called("lock", "lock-databricks", "databricks")
        lock = lock or LockSpec(name_of_lock, workspace, "Browsers sign in through it.")
    spec = DatabricksSpec(
        name=name,
        place=env.place,
        connector=connector,
        identity=_identity(env).id,
        managed_group=f"{subscription}/resourceGroups/{managed}",
        network=network,
        host_subnet=host,
        container_subnet=container,
        endpoints=tuple(endpoints),
        locations=tuple(_locations(env)),
        diagnostics=context.diagnostics(workspace),
        lock=lock,
        protect=lock is not None,
        tags=env.tags,
    )
    return Part(spec)


def _settings(environment: EnvironmentConfig) -> DatabricksConfig | None:
    return setting(environment, "databricks", DatabricksConfig)


def _workspaces(config: LandingZoneConfig) -> Iterator[tuple[EnvironmentKey, EnvironmentConfig, DatabricksConfig]]:
    return environments_with(config, _settings)


def _path(key: EnvironmentKey) -> Path:
    return path_of_setting(key, "databricks")


def _owner(key: EnvironmentKey, half: str) -> SharedOwner:
    return SharedOwner(f"databricks-{key.project}-{key.environment}-{half}")


def _ranges(settings: DatabricksConfig) -> tuple[str, str]:
    return settings.host_network, settings.container_network


def _identity(env: EnvironmentContext) -> IdentitySpec:
    name = env.context.take("identity", env.namer.name("identity", "databricks"), env.place.group_id, _path(env.key))
    return IdentitySpec("databricks", name, env.place, env.tags)


def _identities(env: EnvironmentContext) -> tuple[IdentitySpec, ...]:
    return () if _settings(env.settings) is None else (_identity(env),)


def _locations(env: EnvironmentContext) -> Iterator[LakeLocation]:
    """Returns the containers of the lake on which its identity has a role."""
    host, identity = host_of("storage", env.context.config.cloud), _identity(env).id
    for role in shared_roles_of(env):
        account, within, container = role.scope.rpartition("/blobServices/default/containers/")
        if within and role.principal.id == identity:
            url = f"abfss://{container}@{account.rsplit('/', 1)[-1]}.dfs.{host}/"
            yield LakeLocation(container, url, role.role == READER)


def _endpoints(environment: EnvironmentConfig) -> tuple[str, ...]:
    settings = _settings(environment)
    if settings is None:
        return ()
    return (GROUP, SIGN_IN) if settings.sign_in else (GROUP,)


def _subnets(config: LandingZoneConfig) -> Iterator[SharedEndpoints]:
    """Returns both subnets of each workspace, with the room that Databricks requires."""
    for key, environment, settings in _workspaces(config):
        spoke = spoke_of(config, environment)
        for half, cidr in zip(_HALVES, _ranges(settings), strict=True):
            path = (*_path(key), f"{half}Network")
            yield SharedEndpoints(
                (), SharedSubnet(_owner(key, half), spoke, cidr, path, (key,), _NODES, LEAST_NODES, DELEGATION, key)
            )


def _subnet_rules(context: Context, subnet: SharedSubnet) -> Iterator[NsgRuleSpec]:
    """Returns the rules of a subnet of a workspace: those of the service, and egress through the firewall."""
    key = subnet.environment
    if key is None or subnet.owner not in (_owner(key, half) for half in _HALVES):
        return
    settings = _settings(context.config.projects[key.project].environments[key.environment])
    assert settings is not None
    inside = ("VirtualNetwork",)
    for rule in RULES:
        protocol = "*" if rule.tag in inside else "Tcp"
        yield NsgRuleSpec(
            rule.name, rule.priority, rule.direction, inside, (rule.tag,), (rule.port,), rule.why, protocol
        )
    if settings.hosts:
        why = "the firewall knows the hosts"
        yield NsgRuleSpec("by-firewall", 400, "Outbound", (subnet.cidr,), ("Internet",), ("443",), why, "Tcp")
    yield deny("Inbound")
    yield deny("Outbound")


def _endpoint_rules(environment: EnvironmentConfig, endpoints: str) -> Iterator[NsgRuleSpec]:
    """Returns the rule by which clusters use an environment's private endpoints (their range)."""
    settings = _settings(environment)
    if settings is not None:
        why = "Databricks clusters reach the control plane and the workspace"
        yield NsgRuleSpec("databricks", 122, "Inbound", _ranges(settings), (endpoints,), PORTS, why, "Tcp")


def _firewall(context: Context) -> Iterator[RuleGroupSpec]:
    """Returns the firewall's rules for clusters: the services that Databricks requires, and hosts by choice."""
    workspaces = list(_workspaces(context.config))
    if not workspaces:
        return
    nodes = sorted({cidr for _, _, settings in workspaces for cidr in _ranges(settings)}, key=IPv4Network)
    region = context.config.location
    required = tuple(
        NetworkRuleSpec(row.name, row.protocols, tuple(nodes), (row.tag.format(region=region),), row.ports, row.why)
        for row in TAGS
    )
    chosen = tuple(
        ApplicationRuleSpec(
            f"databricks-{key.project}-{key.environment}", _ranges(settings), settings.hosts, "hosts of the stack file"
        )
        for key, _, settings in workspaces
        if settings.hosts
    )
    yield RuleGroupSpec(_GROUP, 425, required, chosen)


def _relaxations(config: LandingZoneConfig) -> Iterator[Relaxation]:
    for key, _, _ in _workspaces(config):
        yield Relaxation(
            _path(key),
            "the security groups of its subnets allow all traffic of connected networks, as Databricks requires, and "
            "the storage account in its managed resource group takes public traffic",
        )


def _contradictions(config: LandingZoneConfig) -> Iterator[tuple[Path, Contradiction]]:
    for key, _, _ in _workspaces(config):
        yield _path(key), NETWORK_CHANGE


def _summary(config: LandingZoneConfig) -> Iterator[tuple[str, str]]:
    """Returns the most nodes of each workspace, and where browsers sign in."""
    texts = [
        f"{key}: at most {min(IPv4Network(cidr).num_addresses for cidr in _ranges(row)) - RESERVED_ADDRESSES} nodes"
        for key, _, row in _workspaces(config)
    ]
    if texts:
        here = next((f"by the endpoint of {key}" for key, _, row in _workspaces(config) if row.sign_in), None)
        yield "Databricks", f"{'; '.join(texts)}; browsers sign in {here or 'by an endpoint that is not built here'}"


def check_databricks(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns workspaces that Azure would refuse, or whose documentation this project has not."""
    first: EnvironmentKey | None = None
    for key, _, settings in _workspaces(config):
        path = _path(key)
        if GROUP not in ZONES[config.cloud]:
            yield Problem(
                path,
                f"No page of Microsoft's names the private DNS zone of Azure Databricks in {title(config.cloud)}.",
                "Remove it.",
            )
        host, container = (IPv4Network(cidr) for cidr in _ranges(settings))
        if host.prefixlen != container.prefixlen and max(host.prefixlen, container.prefixlen) <= SMALLEST:
            yield Problem(
                (*path, "containerNetwork"),
                f"{container} and `hostNetwork` {host} differ in size; a node takes an address of both.",
                f"Use a /{min(host.prefixlen, container.prefixlen)} for both.",
            )
        if settings.sign_in and first is not None:
            yield Problem(
                (*path, "signIn"),
                f"{first} has the endpoint by which browsers sign in: one answers for all workspaces of a region.",
                "Remove it.",
            )
        first = first or (key if settings.sign_in else None)


def _needs_firewall(config: LandingZoneConfig) -> Iterator[tuple[Path, str]]:
    for key, _, _ in _workspaces(config):
        yield _path(key), "The firewall opens to its clusters the services that Databricks requires."


PLANNER = Planner(
    check=check_databricks,
    relaxations=_relaxations,
    contradictions=_contradictions,
    summary=_summary,
    endpoints=_endpoints,
    identities=_identities,
    endpoint_rules=_endpoint_rules,
    needs_firewall=_needs_firewall,
    firewall=_firewall,
    shared_endpoints=_subnets,
    subnet_rules=_subnet_rules,
    environment=plan_databricks,
)
