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


def plan_search(env: EnvironmentContext, given: EnvironmentParts) -> Part | None:
    """Returns the search service of an environment; None where it has none."""
    asked = _asked(env.settings)
    if asked is None:
        return None
    path: Path = (*env.path, "search", "name") if asked.name else (*env.path, "search")
    name = env.context.take("searchService", _name(env, asked), "", path)
    service = env.place.id(SEARCH, name)
    host = f"{name}.{HOSTS[env.context.config.cloud]}"
    spec = SearchSpec(
        name=name,
        place=env.place,
        sku=asked.sku,
        replicas=asked.replicas,
        partitions=asked.partitions,
        semantic_search=asked.semantic_search,
        identity=asked.identity,
        require_customer_keys=asked.require_customer_keys,
        endpoint=env.endpoint(GROUP, service, label="search"),
        diagnostics=env.context.diagnostics(service),
        connection=_connection(env, given.workspace, host),
        roles=given.roles[TARGET],
        lock=env.lock("search", service),
        protect=env.production,
        tags=env.tags,
    )
    return Part(spec, (host,))


def _asked(environment: EnvironmentConfig) -> SearchConfig | None:
    return setting(environment, "search", SearchConfig)


def _name(env: EnvironmentContext, asked: SearchConfig) -> str:
    return asked.name or env.namer.unique("searchService")


def _connection(env: EnvironmentContext, workspace: WorkspaceSpec, host: str) -> ConnectionSpec:
    """Returns the workspace's connection: the caller signs in, no key is kept."""
    return ConnectionSpec(
        name=env.context.take("connection", "ai-search", workspace.id, (*env.path, "search")),
        workspace=workspace.id,
        category="CognitiveSearch",
        target=f"https://{host}",
        identity=None,
        metadata={},
        after=(workspace.endpoint.ready,),
    )


def _endpoints(environment: EnvironmentConfig) -> tuple[str, ...]:
    return (GROUP,) if _asked(environment) is not None else ()


def _targets(env: EnvironmentContext) -> dict[str, str]:
    asked = _asked(env.settings)
    return {TARGET: env.place.id(SEARCH, _name(env, asked))} if asked is not None else {}


def _outbound(env: EnvironmentContext, workspace: str) -> Iterator[OutboundRuleSpec]:
    """Returns the private endpoint by which compute clusters in a managed network reach the service."""
    for target in _targets(env).values():
        name, why = "pe-search", "the search service answers on private endpoints only"
        rule = f"{workspace}/outboundRules/{name}"
        yield OutboundRuleSpec(name, "PrivateEndpoint", target, why, NETWORK_PAGE, GROUP, rule)


def check_search(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns what the tier, or the cloud, does not allow."""
    for project, name, environment in environments(config):
        asked = _asked(environment)
        if asked is None:
            continue
        path: Path = ("projects", project, "environments", name, "search")
        if config.cloud not in HOSTS:
            yield Problem(
                path,
                f"No page of Microsoft's names the private DNS zone of Azure AI Search in {title(config.cloud)}.",
                "Remove it.",
            )
        yield from _capacity(asked, path)


def _capacity(asked: SearchConfig, path: Path) -> Iterator[Problem]:
    if asked.sku == "basic":
        for key, count, most in (
            ("replicas", asked.replicas, BASIC_REPLICAS),
            ("partitions", asked.partitions, BASIC_PARTITIONS),
        ):
            if count > most:
                yield Problem(
                    (*path, key),
                    f"The tier basic has at most {most} {key if most > 1 else key.removesuffix('s')}.",
                    f"Set `{key}: {most}`, or `sku: standard`.",
                )
    elif asked.replicas * asked.partitions > SEARCH_UNITS:
        units = asked.replicas * asked.partitions
        yield Problem(
            (*path, "replicas"),
            f"{asked.replicas} replicas times {asked.partitions} partitions are {units} search units; a service has at "
            f"most {SEARCH_UNITS}.",
            f"Set `replicas: {SEARCH_UNITS // asked.partitions}` or less.",
        )


PLANNER = Planner(
    check=check_search,
    endpoints=_endpoints,
    targets=_targets,
    outbound=_outbound,
    environment=plan_search,
)
