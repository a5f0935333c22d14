"""Decides the Purview account of a landing zone, its private endpoint, and the roles for scans and registrations."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.capabilities.purview.config import PurviewConfig
from amlz.capabilities.purview.facts import ACCOUNT, GROUP, LAKE, LINEAGE_PAGE, NOT_VERIFIED
from amlz.capabilities.purview.spec import PurviewAccountSpec, PurviewSpec
from amlz.core.addresses import environments
from amlz.core.capability import Part, Phase, Planner, Relaxation, SharedEndpoints, SharedGroup, setting
from amlz.core.capability_facts import Who
from amlz.core.config import LandingZoneConfig
from amlz.core.facts.clouds import title
from amlz.core.facts.dns import ZONES
from amlz.core.names import Namer
from amlz.core.planning.capabilities import shared_roles_of
from amlz.core.planning.context import Context
from amlz.core.planning.environment_context import EnvironmentContext, environment_context
from amlz.core.planning.roles import GrantConditions, Principals, assign
from amlz.core.problems import Path, Problem
from amlz.core.specs import (
    ExistingPrincipalSpec,
    IdentityPrincipalSpec,
    LockSpec,
    Place,
    PrincipalSpec,
    PrivateEndpointSpec,
    ResourceGroupSpec,
    RoleAssignmentSpec,
)

_PATH: Path = ("purview",)
_LAKE_PARTS = "/blobServices/"


def plan_purview(context: Context) -> Part | None:
    """Returns Purview of a landing zone; None where it has none."""
    settings = _settings(context.config)
    if settings is None:
        return None
    lake = _lake(context)
    if settings.existing is not None:
        principal: PrincipalSpec = ExistingPrincipalSpec("ServicePrincipal", settings.existing.identity)
        roles = tuple(_roles(context, principal, lake))
        return Part(_spec(context, None, settings.existing.account, roles, lake))
    account = _account(context, settings)
    roles = tuple(_roles(context, IdentityPrincipalSpec(account.id), lake))
    group = SharedGroup(account.group.id, account.protect)
    return Part(_spec(context, account, account.id, roles, lake), phase=Phase.BEFORE_ENVIRONMENTS, group=group)


def _spec(
    context: Context,
    account: PurviewAccountSpec | None,
    account_id: str,
    roles: tuple[RoleAssignmentSpec, ...],
    lake: str | None,
) -> PurviewSpec:
    config = context.config
    return PurviewSpec(account, account_id, roles, lake, config.tenant_id, config.location)


def _settings(config: LandingZoneConfig) -> PurviewConfig | None:
    return setting(config, "purview", PurviewConfig)


def _namer(context: Context, settings: PurviewConfig) -> Namer:
    config = context.config
    identity = (context.landing_zone_subscription, config.business_unit, config.location, "purview")
    return context.namer("purview", identity=(*identity, settings.generation))


def _account(context: Context, settings: PurviewConfig) -> PurviewAccountSpec:
    namer, production = _namer(context, settings), context.any_production
    place = Place(context.landing_zone_subscription, context.group_name("purview"), context.config.location)
    managed = context.group_name("purview-managed")
    for group in (place.resource_group, managed):
        context.take("resourceGroup", group, f"/subscriptions/{place.subscription}", _PATH)
    path = (*_PATH, "name") if settings.name else _PATH
    name = context.take("purviewAccount", settings.name or namer.unique("purviewAccount"), None, path)
    account = place.id(ACCOUNT, name)
    lock = LockSpec(namer.called("lock", "lock-purview", "purview"), account, "Holds the catalogue of production data.")
    return PurviewAccountSpec(
        group=ResourceGroupSpec(place, context.tags()),
        name=name,
        place=place,
        managed_group=managed,
        public=settings.public_network_access,
        endpoint=_endpoint(context, namer, account),
        diagnostics=context.diagnostics(account),
        lock=lock if production else None,
        protect=production,
        tags=context.tags(),
    )


def _endpoint(context: Context, namer: Namer, account: str) -> PrivateEndpointSpec:
    """Returns the endpoint of the portal and of its API, once, in the hub."""
    place = context.hub_place
    return PrivateEndpointSpec(
        name=context.take("privateEndpoint", namer.name("privateEndpoint", GROUP), place.group_id, _PATH),
        interface=context.take("networkInterface", namer.name("networkInterface", GROUP), place.group_id, _PATH),
        group=GROUP,
        target=account,
        subnet=context.hub_subnet_id("endpoints"),
        zones=context.zones_for(GROUP),
        place=place,
        tags=context.tags(),
        zone_group_name=context.zone_group_name,
    )


def _lake(context: Context) -> str | None:
    """Returns the id of the lake's account; None where there is none, or its owner gives the roles on it."""
    for project, name, _ in environments(context.config):
        for role in shared_roles_of(environment_context(context, project, name)):
            account, within, _ = role.scope.partition(_LAKE_PARTS)
            if within:
                return account
    return None


def _roles(context: Context, principal: PrincipalSpec, lake: str | None) -> Iterator[RoleAssignmentSpec]:
    if lake is not None:
        principals = Principals({}, {}, more={"purviewAccount": {"purview": principal}})
        conditions = GrantConditions(context.any_production, False, False)
        yield from assign({LAKE: lake}, principals, conditions)[LAKE]


def _principals(env: EnvironmentContext) -> dict[Who, dict[str, PrincipalSpec]]:
    """Returns the groups that register workspaces."""
    settings = _settings(env.context.config)
    groups = settings.registrars if settings is not None else ()
    return {"purviewRegistrars": {f"registrars-{group}": ExistingPrincipalSpec("Group", group) for group in groups}}


def _shared_endpoints(config: LandingZoneConfig) -> Iterator[SharedEndpoints]:
    settings = _settings(config)
    if settings is not None and settings.existing is None:
        yield SharedEndpoints((GROUP,))


def check_purview(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns settings that contradict each other, or whose documentation this project has not."""
    settings = _settings(config)
    if settings is None:
        return
    if GROUP not in ZONES[config.cloud]:
        yield Problem(
            _PATH,
            f"No page of Microsoft's names the private DNS zone of the Purview portal in {title(config.cloud)}.",
            "Remove it.",
        )
    if settings.existing is not None:
        for field, name in (
            ("public_network_access", "publicNetworkAccess"),
            ("name", "name"),
            ("generation", "generation"),
        ):
            if field in settings.model_fields_set:
                yield Problem(
                    (*_PATH, name),
                    f"{name} is of an account that is created here, and `existing` names one that is not.",
                    "Remove it, or remove `existing` to have an account created.",
                )
        return
    if not config.hub.builds_network:
        yield Problem(
            _PATH,
            "Its private endpoint would be in the hub, and no network of a hub is built here.",
            "Create the account in the stack that builds the hub, and name it here under `existing`; or remove it.",
        )
    if settings.registrars and not settings.public_network_access:
        yield Problem(
            (*_PATH, "registrars"),
            "Azure ML does not push metadata to Purview through a private endpoint, and the account takes no other "
            f"requests: registered workspaces would stay empty ({LINEAGE_PAGE}).",
            "Remove it, or set `publicNetworkAccess: true`.",
        )


def _relaxations(config: LandingZoneConfig) -> Iterator[Relaxation]:
    settings = _settings(config)
    if settings is not None and settings.public_network_access:
        yield Relaxation(
            (*_PATH, "publicNetworkAccess"), "public networks reach the catalogue; Entra ID alone protects it"
        )


def _summary(config: LandingZoneConfig) -> Iterator[tuple[str, str]]:
    """Returns the step that follows a deployment, what Azure ML does not send, and what no source settles."""
    settings = _settings(config)
    if settings is None:
        return
    lake = getattr(config, "data_lake", None) is not None
    texts = ["pipelines/purview.py registers the lake and its scan after it"] if lake else []
    if settings.existing is None:
        if not settings.public_network_access:
            texts.append("Azure ML pushes no lineage to it, as it has no public network access")
        texts.append(NOT_VERIFIED)
    else:
        texts.append("Azure ML pushes lineage to it only with public network access, which is not known here")
    yield "Purview", "; ".join(texts)


PLANNER = Planner(
    check=check_purview,
    relaxations=_relaxations,
    summary=_summary,
    principals=_principals,
    shared_endpoints=_shared_endpoints,
    landing_zone=plan_purview,
)
