"""Decides the feature store of an environment: workspace, account, vault, identity, network, roles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from amlz.azure.ids import parse
from amlz.capabilities.feature_store.config import FeatureStoreConfig
from amlz.capabilities.feature_store.facts import (
    ACCOUNT,
    GROUPS,
    IDENTITY,
    ITSELF,
    KEYS,
    MATERIALISES,
    NETWORK_PAGE,
    SOURCE,
    SOURCES,
    STORAGE,
    STORE,
    VAULT,
    WORKSPACE,
)
from amlz.core.capability import EnvironmentParts, Part, Planner, Relaxation, setting
from amlz.core.capability_facts import Target, Who
from amlz.core.config import EnvironmentConfig, LandingZoneConfig
from amlz.core.environment_settings import environments_with, path_of_setting
from amlz.core.facts.clouds import PUBLIC, title
from amlz.core.facts.managed_network import MODES
from amlz.core.names import suffix
from amlz.core.owners import EnvironmentKey
from amlz.core.planning.capabilities import shared_roles_of
from amlz.core.planning.environment_context import EnvironmentContext, grant_conditions
from amlz.core.planning.private_link_scope import scoped
from amlz.core.planning.roles import Principals, assign
from amlz.core.problems import Path, Problem, listed
from amlz.core.specs import (
    ConnectionSpec,
    ContainerSpec,
    IdentityPrincipalSpec,
    IdentitySpec,
    InsightsSpec,
    KeyVaultSpec,
    ManagedNetworkSpec,
    OutboundRuleSpec,
    PrincipalSpec,
    ProjectEnvironmentSpec,
    RoleAssignmentSpec,
    StorageSpec,
    records,
)
from amlz.core.specs.feature_store import FeatureStoreSpec

_CONTAINERS = "/blobServices/default/containers/"
_SERVICES = ("blobServices", "fileServices", "queueServices", "tableServices")
_IDENTITIES = "Microsoft.ManagedIdentity/userAssignedIdentities"
#: The container that materialised features are in.
_OFFLINE = "offlinestore"


def plan_feature_store(env: EnvironmentContext, given: EnvironmentParts) -> Part | None:
    """Returns the feature store of an environment; None where it has none."""
    settings = _settings(env.settings)
    if settings is None:
        return None
    ids, path = _targets(env), _path(env.key)
    sources = _sources(env, given.computes.identity)
    if not sources:
        env.context.names.problems.append(_without_sources(path))
        return None
    name = env.context.take("workspace", parse(ids[STORE]).name, env.place.group_id, path)
    roles, storage = given.roles, _storage(env, ids[STORAGE], given.roles[STORAGE])
    offline, project = ContainerSpec(_OFFLINE, f"{storage.id}{_CONTAINERS}{_OFFLINE}"), env.project
    vault = _vault(env, ids[KEYS])
    endpoint = env.endpoint("amlworkspace", ids[STORE], label="features")
    source_roles = tuple(_roles_on_sources(env, ids[STORE], sources))
    itself = tuple(role for target in (STORAGE, KEYS) for role in roles[target] if _of_store(role, ids[STORE]))
    spec = FeatureStoreSpec(
        name=name,
        place=env.place,
        description=f"Features of {project} in {env.name}",
        friendly_name=f"{project} {env.name} features",
        spark_version=settings.spark_version,
        identity=_identity(env),
        vault=vault,
        storage=storage,
        offline_store=offline,
        insights=_insights(env),
        high_business_impact=env.settings.security.high_business_impact,
        endpoint=endpoint,
        connection=_connection(env, ids[STORE], offline, endpoint.ready),
        network=_network(env, ids, sources),
        diagnostics=env.context.diagnostics(ids[STORE]),
        roles=(*roles[STORE], *itself, *source_roles),
        protect=env.production,
        tags=env.tags,
    )
    return Part(spec)


def _settings(environment: EnvironmentConfig) -> FeatureStoreConfig | None:
    return setting(environment, "feature_store", FeatureStoreConfig)


def _path(key: EnvironmentKey) -> Path:
    return path_of_setting(key, "featureStore")


def _identity(env: EnvironmentContext) -> str:
    return env.place.id(_IDENTITIES, env.namer.name("identity", IDENTITY))


def _targets(env: EnvironmentContext) -> dict[Target, str]:
    """Returns the ids of the store, its account and its vault, on which roles are assigned."""
    if _settings(env.settings) is None:
        return {}
    kinds = ((STORE, WORKSPACE, "workspace"), (STORAGE, ACCOUNT, "storageAccount"), (KEYS, VAULT, "keyVault"))
    return {target: env.place.id(arm_type, env.namer.unique(kind, IDENTITY)) for target, arm_type, kind in kinds}


def _identities(env: EnvironmentContext) -> Iterator[IdentitySpec]:
    if _settings(env.settings) is not None:
        name = env.context.take("identity", parse(_identity(env)).name, env.place.group_id, _path(env.key))
        yield IdentitySpec(IDENTITY, name, env.place, env.tags)


def _principals(env: EnvironmentContext) -> dict[Who, dict[str, PrincipalSpec]]:
    """Returns the store's own identity."""
    ids = _targets(env)
    return {ITSELF: {ITSELF: IdentityPrincipalSpec(ids[STORE])}} if ids else {}


def _of_store(role: RoleAssignmentSpec, store: str) -> bool:
    """Returns whether a role is one of the store's own identity, which exists only with the store."""
    return role.principal.id == store


def _sources(env: EnvironmentContext, jobs: str) -> tuple[str, ...]:
    """Returns the containers of the data lake that the environment's jobs (their identity) read."""
    scopes = (role.scope for role in shared_roles_of(env) if role.principal.id == jobs)
    return tuple(dict.fromkeys(scope for scope in scopes if _CONTAINERS in scope))


def _without_sources(path: Path) -> Problem:
    return Problem(
        path,
        "Features are made from containers of the data lake that the environment reads, and there are none.",
        "Set `dataLake: {}`, or `giveRoles: true` of an existing lake; or remove it.",
    )


def _roles_on_sources(env: EnvironmentContext, store: str, sources: tuple[str, ...]) -> Iterator[RoleAssignmentSpec]:
    """Returns what the identity reads, container by container, and the right to approve endpoints to their accounts."""
    conditions = grant_conditions(env)
    for scope in sources:
        principals = Principals({MATERIALISES: IdentityPrincipalSpec(_identity(env))}, {})
        for role in assign({SOURCES: scope}, principals, conditions)[SOURCES]:
            yield replace(role, key=f"{scope.rsplit('/', 1)[-1]}-{role.key}")
    principals = Principals({}, {}, {ITSELF: {ITSELF: IdentityPrincipalSpec(store)}})
    for account in _accounts(sources):
        yield from assign({SOURCE: account}, principals, conditions)[SOURCE]


def _accounts(sources: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(scope.partition(_CONTAINERS)[0] for scope in sources))


def _storage(env: EnvironmentContext, account: str, roles: tuple[RoleAssignmentSpec, ...]) -> StorageSpec:
    """Returns the account of the store: by the template of Azure's SDK its default store and its offline store."""
    settings, store = env.settings.storage, _targets(env)[STORE]
    return StorageSpec(
        name=env.context.take("storageAccount", parse(account).name, None, _path(env.key)),
        place=env.place,
        sku=settings.sku(env.production, bool(env.context.zones)),
        shared_keys=False,
        endpoints=tuple(env.endpoint(group, account, label=f"features-{group}") for group in ("blob", "file", "dfs")),
        diagnostics=tuple(
            env.context.diagnostics(target) for target in (account, *(f"{account}/{one}/default" for one in _SERVICES))
        ),
        roles=tuple(role for role in roles if not _of_store(role, store)),
        lock=env.lock("features", account),
        protect=env.production,
        tags=env.tags,
        hierarchical=True,
        soft_delete_days=settings.blob_days(env.production),
        share_days=settings.share_soft_delete_days,
    )


def _vault(env: EnvironmentContext, vault: str) -> KeyVaultSpec:
    return KeyVaultSpec(
        name=env.context.take("keyVault", parse(vault).name, None, _path(env.key)),
        place=env.place,
        tenant_id=env.context.config.tenant_id,
        retention_days=90,
        endpoint=env.endpoint("vault", vault, label="features-vault"),
        diagnostics=env.context.diagnostics(vault),
        roles=(),
        lock=env.lock("features-vault", vault),
        protect=env.production,
        tags=env.tags,
    )


def _insights(env: EnvironmentContext) -> InsightsSpec:
    context, name = env.context, env.namer.name("applicationInsights", IDENTITY)
    return InsightsSpec(
        context.take("applicationInsights", name, env.place.group_id, _path(env.key)),
        env.place,
        context.log_analytics,
        (),
        env.tags,
        context.telemetry,
        scoped=scoped(context, env.place.id("Microsoft.Insights/components", name)),
    )


def _connection(env: EnvironmentContext, store: str, offline: ContainerSpec, ready: str) -> ConnectionSpec:
    """Returns the connection to the offline store, by which materialisation jobs sign in.

    The Azure ML SDK (azure-ai-ml 1.35.2) shows the offline store of a connection of this category, and the identity
    where the connection's name begins like this.
    """
    name = f"OfflineStoreConnectionName-{suffix('connection', offline.id)}"
    return ConnectionSpec(
        name=env.context.take("connection", name, store, _path(env.key)),
        workspace=store,
        category="ADLSGen2",
        target=offline.id,
        identity=_identity(env),
        metadata={},
        after=(ready, offline.id),
    )


def _network(env: EnvironmentContext, ids: dict[Target, str], sources: tuple[str, ...]) -> ManagedNetworkSpec:
    """Returns the managed network of the store: the only documented mode, and endpoints for materialisation jobs."""
    rules = [
        _rule(ids[STORE], "pe-store-dfs", ids[STORAGE], "dfs", "materialisation jobs write to the offline store"),
        _rule(ids[STORE], "pe-store-vault", ids[KEYS], "vault", "materialisation jobs use the vault of the store"),
    ]
    for number, account in enumerate(_accounts(sources), start=1):
        name = "pe-source-dfs" if number == 1 else f"pe-source-{number}-dfs"
        rules.append(_rule(ids[STORE], name, account, "dfs", "materialisation jobs read what features are made from"))
    for rule in rules:
        env.context.take("outboundRule", rule.name, ids[STORE], _path(env.key))
    return ManagedNetworkSpec(MODES["internet"], None, tuple(rules))


def _rule(workspace: str, name: str, target: str, group: str, why: str) -> OutboundRuleSpec:
    rule_id = f"{workspace}/outboundRules/{name}"
    return OutboundRuleSpec(name, "PrivateEndpoint", target, why, NETWORK_PAGE, group, rule_id, spark=True)


def _outbound(env: EnvironmentContext, workspace: str) -> Iterator[OutboundRuleSpec]:
    """Returns the rules by which Spark jobs of the environment's workspace read features."""
    ids = _targets(env)
    if ids:
        yield _rule(workspace, "pe-features", ids[STORE], "amlworkspace", "jobs find features in the feature store")
        for group in ("blob", "dfs"):
            yield _rule(workspace, f"pe-features-{group}", ids[STORAGE], group, "jobs read features")


def with_spark(spec: ProjectEnvironmentSpec) -> ProjectEnvironmentSpec:
    """Returns the environment with outbound rules to storage that serverless Spark uses, too: it reads features."""
    network = spec.workspace.managed_network
    if network is None or not any(records(spec.capabilities, FeatureStoreSpec)):
        return spec
    rules = tuple(replace(rule, spark=True) if _to_storage(rule) else rule for rule in network.rules)
    return replace(spec, workspace=replace(spec.workspace, managed_network=replace(network, rules=rules)))


def _to_storage(rule: OutboundRuleSpec) -> bool:
    return rule.kind == "PrivateEndpoint" and rule.id is not None and parse(rule.to).type == ACCOUNT


def _endpoints(environment: EnvironmentConfig) -> tuple[str, ...]:
    return GROUPS if _settings(environment) is not None else ()


def check_feature_stores(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns feature stores that no page of Microsoft's describes: network, cloud, encryption."""
    for key, environment, _ in environments_with(config, _settings):
        path, isolation = _path(key), environment.isolation
        if config.cloud != PUBLIC:
            yield Problem(
                path,
                f"No page of Microsoft's states that {title(config.cloud)} has feature stores.",
                "Remove it, and keep features in containers of `dataLake`.",
            )
        if not isolation.managed or isolation.approved_only:
            here = (
                "This network allows approved egress only" if isolation.managed else "Compute targets are in a subnet"
            )
            yield Problem(
                path,
                "Microsoft supports feature stores only where the workspace has a managed network that allows all "
                f"egress. {here}.",
                "Set `isolation: {mode: managed, outbound: internet}` before the workspace is first built, which gives "
                "up the control of egress. Or remove it, and keep features in containers of `dataLake`.",
            )
        if getattr(environment.security, "customer_managed_key", None) is not None:
            yield Problem(
                path,
                "The environment has a customer-managed key, and no page of Microsoft's describes a feature store with "
                "one.",
                "Remove it, or remove `security.customerManagedKey`.",
            )


def _relaxations(config: LandingZoneConfig) -> Iterator[Relaxation]:
    for key, _, _ in environments_with(config, _settings):
        yield Relaxation(
            _path(key),
            "materialisation jobs run code of feature sets and read the lake, in a network that allows all egress",
        )


def _summary(config: LandingZoneConfig) -> Iterator[tuple[str, str]]:
    """Returns the step that follows a deployment."""
    keys = [str(key) for key, _, _ in environments_with(config, _settings)]
    if keys:
        yield (
            "feature store",
            f"{listed(keys)}: provision the managed networks of store and workspace for Spark after it "
            "(docs/how-to/feature-store.md)",
        )


PLANNER = Planner(
    check=check_feature_stores,
    relaxations=_relaxations,
    summary=_summary,
    endpoints=_endpoints,
    identities=_identities,
    principals=_principals,
    targets=_targets,
    outbound=_outbound,
    environment=plan_feature_store,
    amend=with_spark,
)
