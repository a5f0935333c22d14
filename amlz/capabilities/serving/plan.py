"""Decides what endpoints need before a pipeline deploys to them: identities, roles, names, quota, and the empty online
endpoint where the stack file has `create`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from amlz.azure.ids import parse
from amlz.capabilities.serving import batch
from amlz.capabilities.serving.config import OnlineEndpointConfig, ServingConfig
from amlz.capabilities.serving.facts import ENDPOINT_TARGET, ENDPOINTS, LONGEST_NAME, SCALE_TARGET, TARGET
from amlz.capabilities.serving.sizes import AS_OF, SIZES, reserves, similar
from amlz.core.addresses import environments
from amlz.core.capability import EnvironmentParts, Part, Planner, Relaxation, setting
from amlz.core.capability_facts import Who
from amlz.core.config import EnvironmentConfig, LandingZoneConfig
from amlz.core.facts.sizes import RETIRED
from amlz.core.names import suffix
from amlz.core.notices.notice import ENDPOINT_SIZE, SERVING_OUTSIDE, Notice
from amlz.core.plan import LandingZonePlan
from amlz.core.planning.capabilities import principals_of
from amlz.core.planning.context import registry_is_shared, union
from amlz.core.planning.environment_context import EnvironmentContext, grant_conditions
from amlz.core.planning.roles import Principals, assign
from amlz.core.planning.sharing import members_of, people_of
from amlz.core.problems import Path, Problem, dotted, listed
from amlz.core.specs import (
    ExistingPrincipalSpec,
    IdentityPrincipalSpec,
    IdentitySpec,
    PrincipalSpec,
    WorkspaceSpec,
)
from amlz.core.specs.serving import EmptyEndpointSpec, OnlineEndpointSpec, ServingSpec
from amlz.core.subscriptions import subscription_of


def plan_serving(env: EnvironmentContext, given: EnvironmentParts) -> Part | None:
    """Returns what an environment prepares for endpoints: roles of pipelines and callers, and empty endpoints. None
    without any.
    """
    serving, batched = _settings(env.settings), batch.settings_of(env.settings)
    if serving is None and batched is None:
        return None
    pipelines = Principals({}, people_of(env, members_of(env)), principals_of(env))
    specs = []
    for key, endpoint in serving.endpoints.items() if serving else ():
        identity, capacity = _identity(env, key), endpoint.capacity
        name = _name(key, env.name, suffix("onlineEndpoint", given.workspace.id))
        specs.append(
            OnlineEndpointSpec(
                key=key,
                name=name,
                identity=identity.id,
                roles=assign({TARGET: identity.id}, pipelines, grant_conditions(env))[TARGET],
                size=capacity.size if capacity else None,
                instances=capacity.instances if capacity else 0,
                created=_empty(env, given.workspace, name, endpoint) if endpoint.create else None,
                reserves=reserves(capacity.size) if capacity else True,
            )
        )
    scaled = {SCALE_TARGET: env.place.group_id} if serving else {}
    scaling = assign(scaled, pipelines, grant_conditions(env)).get(SCALE_TARGET, ())
    return Part(ServingSpec(scaling, tuple(specs), batch.planned(env, given.workspace, pipelines)))


def _empty(
    env: EnvironmentContext, workspace: WorkspaceSpec, name: str, endpoint: OnlineEndpointConfig
) -> EmptyEndpointSpec:
    """Returns an endpoint without deployments, and the roles of those who call it alone."""
    env.context.take("onlineEndpoint", name, env.context.config.location, (*env.path, "serving", "endpoints"))
    target = f"{workspace.id}/onlineEndpoints/{name}"
    groups = {group: ExistingPrincipalSpec("Group", group) for group in endpoint.callers}
    callers = Principals({}, {}, {"callersOfEndpoint": groups})
    return EmptyEndpointSpec(
        id=target,
        name=name,
        workspace=workspace.id,
        place=workspace.place,
        diagnostics=env.context.diagnostics(target),
        callers=assign({ENDPOINT_TARGET: target}, callers, grant_conditions(env))[ENDPOINT_TARGET],
        after=(workspace.endpoint.ready,),
        tags=env.tags,
    )


def _settings(environment: EnvironmentConfig) -> ServingConfig | None:
    return setting(environment, "serving", ServingConfig)


def _name(key: str, environment: str, tail: str) -> str:
    """Returns the name of an endpoint in Azure, unique in the region, as pipelines make it (amlz/core/workload.py)."""
    return f"{key}-{environment}-{tail}"


def _identity(env: EnvironmentContext, key: str) -> IdentitySpec:
    return IdentitySpec(f"endpoint-{key}", env.namer.name("identity", "endpoint", key), env.place, env.tags)


def _identities(env: EnvironmentContext) -> Iterator[IdentitySpec]:
    """Returns the identity of each endpoint. It cannot be changed later, so it exists before the endpoint."""
    serving = _settings(env.settings)
    for key in serving.endpoints if serving else ():
        identity = _identity(env, key)
        env.context.take("identity", identity.name, env.place.group_id, (*env.path, "serving", "endpoints", key))
        yield identity


def _principals(env: EnvironmentContext) -> dict[Who, dict[str, PrincipalSpec]]:
    """Returns the identities of endpoints by their rights, and the groups of callers."""
    serving, invoking = _settings(env.settings), batch.callers_of(env)
    if serving is None:
        return {batch.CALLERS: invoking}

    def built(keys: list[str]) -> dict[str, PrincipalSpec]:
        identities = [_identity(env, key) for key in keys]
        return {one.role: IdentityPrincipalSpec(one.id) for one in identities}

    endpoints = serving.endpoints
    return {
        "endpoints": built(list(endpoints)),
        "collectingEndpoints": built([key for key, endpoint in endpoints.items() if endpoint.collects_data]),
        "endpointsWithSecrets": built([key for key, endpoint in endpoints.items() if endpoint.reads_secrets]),
        "endpointCallers": {group: ExistingPrincipalSpec("Group", group) for group in serving.callers},
        batch.CALLERS: invoking,
    }


def _relaxations(config: LandingZoneConfig) -> Iterator[Relaxation]:
    for project, name, environment in environments(config):
        serving = _settings(environment)
        for key, endpoint in serving.endpoints.items() if serving else ():
            if endpoint.reads_secrets:
                path = ("projects", project, "environments", name, "serving", "endpoints", key, "readsSecrets")
                yield Relaxation(path, "code of its deployments reads every secret in the key vault")
        if batch.settings_of(environment) is not None:
            callers: Path = ("projects", project, "environments", name, "batchEndpoints", "callers")
            yield Relaxation(callers, batch.GIVES_UP)


def _sizes(serving: ServingConfig | None, path: Path) -> Iterator[tuple[Path, str]]:
    """Returns the sizes of an environment's endpoints, with their paths. `path`: of the environment."""
    for key, endpoint in serving.endpoints.items() if serving else ():
        if endpoint.capacity is not None:
            yield (*path, "serving", "endpoints", key, "capacity", "size"), endpoint.capacity.size


def _notices(config: LandingZoneConfig, _: LandingZonePlan | None) -> Iterator[Notice]:
    for project, name, environment in environments(config):
        for place, size in _sizes(_settings(environment), ("projects", project, "environments", name)):
            if size.lower() not in SIZES and size.lower() not in RETIRED:
                yield Notice(
                    ENDPOINT_SIZE,
                    place,
                    f"{size} is not in Microsoft's list of sizes for managed online endpoints of {AS_OF}.",
                    f"Set `{dotted(place)}` to `{similar(size)}`, or to another size of the list. No action needed, if "
                    "Azure has added it since.",
                )
        if _settings(environment) is not None and not environment.isolation.managed:
            path: Path = ("projects", project, "environments", name)
            yield Notice(
                SERVING_OUTSIDE,
                (*path, "serving"),
                "Managed online endpoints run in a network of Microsoft's, not in the subnets of this environment: a "
                "deployment reaches its workspace, storage account and registry only with "
                "`egress_public_network_access: disabled`, and no other destination.",
                f"Set `{dotted((*path, 'isolation'))}` to `managed` before the environment is deployed. No action "
                "needed, if every deployment is created with `egress_public_network_access: disabled`.",
            )


def check_serving(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns endpoints that Azure would refuse."""
    counts: Counter[str] = Counter()
    for project, name, environment in environments(config):
        yield from batch.check(environment, ("projects", project, "environments", name))
        serving = _settings(environment)
        if serving is None:
            continue
        path: Path = ("projects", project, "environments", name, "serving")
        subscription = subscription_of(config, environment)
        counts[subscription] += len(serving.endpoints)
        if counts[subscription] > ENDPOINTS:
            yield Problem(
                (*path, "endpoints"),
                f"Subscription {subscription} would have {counts[subscription]} endpoints in {config.location}: Azure "
                f"takes at most {ENDPOINTS}.",
                "Remove some, or set `subscription` of another spoke.",
            )
        for place, size in _sizes(serving, path[:-1]):
            if retired := RETIRED.get(size.lower()):
                yield Problem(
                    place,
                    f"Azure retired {size} on {retired.on}.",
                    f"Choose a size that managed online endpoints take, such as {similar(size)}.",
                )
        if not _has_pipelines(config, project, environment):
            yield Problem(
                path,
                "Nobody could deploy with the identities of its endpoints: `access.pipelines` and `pipelineIdentities` "
                "name no pipeline.",
                "Add `pipelineIdentities`, or remove it.",
            )
        for key, endpoint in serving.endpoints.items():
            if endpoint.callers and not endpoint.create:
                yield Problem(
                    (*path, "endpoints", key, "callers"),
                    "A role can be assigned only on an endpoint that exists, and a pipeline creates this one later.",
                    f"Set `create: true`, or move the groups to `{dotted(path)}.callers`, which holds for every "
                    "endpoint of the workspace.",
                )
            whole = _name(key, name, suffix(key))
            most = LONGEST_NAME - len(whole) + len(key)
            if most < len(key):
                yield Problem(
                    (*path, "endpoints", key),
                    f"{key!r} would name an endpoint of {len(whole)} characters, {_name(key, name, 'SUFFIX')} with a "
                    f"suffix of 5. Azure takes {LONGEST_NAME}, so it has at most {most}.",
                    "Shorten it.",
                )
        elsewhere = [f"{what} is in {other}" for what, other in _elsewhere(config, environment, subscription)]
        if elsewhere:
            yield Problem(
                path,
                "Managed online endpoints with network isolation need registry and key vault in the subscription of "
                f"the workspace, {subscription}: {listed(elsewhere)}.",
                "Remove it, or use those of that subscription.",
            )


def _has_pipelines(config: LandingZoneConfig, project: str, environment: EnvironmentConfig) -> bool:
    owner = config.projects[project]
    own = getattr(environment, "pipeline_identities", None)
    identities = getattr(owner, "pipeline_identities", None) if own is None else own
    named = union(config.access, owner.access, environment.access)["pipelines"]
    return bool(named) or (identities is not None and identities != type(identities)())


def _elsewhere(
    config: LandingZoneConfig, environment: EnvironmentConfig, subscription: str
) -> Iterator[tuple[str, str]]:
    """Returns the key vault and registry of a workspace that are in other subscriptions, with those.

    https://learn.microsoft.com/azure/machine-learning/concept-secure-online-endpoint#limitations (2024-02-29)
    """
    existing, shared = environment.existing, config.subscriptions.landing_zone
    parts = [("the registry", existing.container_registry), ("the key vault", existing.key_vault)]
    used = [(what, parse(part.id).subscription) for what, part in parts if part is not None]
    if registry_is_shared(environment):
        used.append(("the shared registry", shared))
    yield from ((what, other) for what, other in used if other != subscription)


PLANNER = Planner(
    check=check_serving,
    relaxations=_relaxations,
    notices=_notices,
    identities=_identities,
    principals=_principals,
    environment=plan_serving,
)
