"""Decides the search service of an environment."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.capabilities.search.config import SearchConfig
from amlz.capabilities.search.facts import (
    BASIC_PARTITIONS,
    BASIC_REPLICAS,
    GROUP,
    HOSTS,
    NETWORK_PAGE,
    SEARCH,
    SEARCH_UNITS,
    TARGET,
)
from amlz.capabilities.search.spec import SearchSpec
from amlz.core.addresses import environments
from amlz.core.capability import EnvironmentParts, Part, Planner, setting
from amlz.core.config import EnvironmentConfig, LandingZoneConfig
from amlz.core.facts.clouds import title
from amlz.core.planning.environment_context import EnvironmentContext
from amlz.core.problems import Path, Problem
from amlz.core.specs import ConnectionSpec, OutboundRuleSpec, WorkspaceSpec


def plan_search(env: EnvironmentContext, planned: EnvironmentParts) -> Part | None:
    """Returns the search service of an environment; None where it has none."""
    search = _settings(env.settings)
    if search is None:
        return None
    path: Path = (*env.path, "search", "name") if search.name else (*env.path, "search")
    name = env.context.take("searchService", _name(env, search), None, path)
    service = env.place.id(SEARCH, name)
    host = f"{name}.{HOSTS[env.context.config.cloud]}"
    spec = SearchSpec(
        name=name,
        place=env.place,
        sku=search.sku,
        replicas=search.replicas,
        partitions=search.partitions,
        semantic_search=search.semantic_search,
        identity=search.identity,
        require_customer_keys=search.require_customer_keys,
        endpoint=env.endpoint(GROUP, service, label="search"),
        diagnostics=env.context.diagnostics(service),
        connection=_connection(env, planned.workspace, host),
        roles=planned.roles[TARGET],
        lock=env.lock("search", service),
        protect=env.production,
        tags=env.tags,
    )
    return Part(spec, (host,))


def _settings(environment: EnvironmentConfig) -> SearchConfig | None:
    return setting(environment, "search", SearchConfig)


def _name(env: EnvironmentContext, search: SearchConfig) -> str:
    return search.name or env.namer.unique("searchService")


def _connection(env: EnvironmentContext, workspace: WorkspaceSpec, host: str) -> ConnectionSpec:
    """Returns the workspace's connection: the caller signs in, no key is kept."""
    return ConnectionSpec(
        name=env.context.take("connection", "ai-search", workspace.id, (*env.path, "search")),
        workspace=workspace.id,
        # Without a key it signs in with Entra ID (2026-02):
        # https://learn.microsoft.com/azure/machine-learning/reference-yaml-connection-ai-search
        category="CognitiveSearch",
        target=f"https://{host}",
        identity=None,
        metadata={},
        after=(workspace.endpoint.ready,),
    )


def _endpoints(environment: EnvironmentConfig) -> tuple[str, ...]:
    return (GROUP,) if _settings(environment) is not None else ()


def _targets(env: EnvironmentContext) -> dict[str, str]:
    search = _settings(env.settings)
    return {TARGET: env.place.id(SEARCH, _name(env, search))} if search is not None else {}


def _outbound(env: EnvironmentContext, workspace: str) -> Iterator[OutboundRuleSpec]:
    """Returns the private endpoint by which compute clusters in a managed network reach the service."""
    for target in _targets(env).values():
        name, why = "pe-search", "the search service answers on private endpoints only"
        rule = f"{workspace}/outboundRules/{name}"
        yield OutboundRuleSpec(name, "PrivateEndpoint", target, why, NETWORK_PAGE, GROUP, rule)


def check_search(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns what the tier, or the cloud, does not allow."""
    for project, name, environment in environments(config):
        search = _settings(environment)
        if search is None:
            continue
        path: Path = ("projects", project, "environments", name, "search")
        if config.cloud not in HOSTS:
            yield Problem(
                path,
                f"No page of Microsoft's names the private DNS zone of Azure AI Search in {title(config.cloud)}.",
                "Remove it.",
            )
        yield from _capacity(search, path)


def _capacity(search: SearchConfig, path: Path) -> Iterator[Problem]:
    if search.sku == "basic":
        for key, count, most in (
            ("replicas", search.replicas, BASIC_REPLICAS),
            ("partitions", search.partitions, BASIC_PARTITIONS),
        ):
            if count > most:
                yield Problem(
                    (*path, key),
                    f"The tier basic has at most {most} {key if most > 1 else key.removesuffix('s')}.",
                    f"Set `{key}: {most}`, or `sku: standard`.",
                )
    elif search.replicas * search.partitions > SEARCH_UNITS:
        units = search.replicas * search.partitions
        yield Problem(
            (*path, "replicas"),
            f"{search.replicas} replicas times {search.partitions} partitions are {units} search units; a service "
            f"has at most {SEARCH_UNITS}.",
            f"Set `replicas: {SEARCH_UNITS // search.partitions}` or less.",
        )


PLANNER = Planner(
    check=check_search,
    endpoints=_endpoints,
    targets=_targets,
    outbound=_outbound,
    environment=plan_search,
)
