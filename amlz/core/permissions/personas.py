"""Personas: the roles of the stack file and the identities of each environment, with their principals."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from amlz.azure.graph import Persona
from amlz.core.config import AccessConfig, LandingZoneConfig
from amlz.core.permissions.promises import Condition, promised
from amlz.core.plan import LandingZonePlan
from amlz.core.planning.context import union
from amlz.core.planning.roles import PEOPLE
from amlz.core.planning.sharing import ON_CLUSTERS, access_of_member
from amlz.core.specs import IdentityPrincipalSpec, ProjectEnvironmentSpec, RoleAssignmentSpec, records
from amlz.core.specs.serving import OnlineEndpointSpec

#: The system-assigned identity of a managed online endpoint. Azure makes it, and gives it roles.
ENDPOINT = "endpointIdentity"
#: The user-assigned identities of online endpoints, of `serving`.
SERVING = "servingIdentity"
#: Identities of an environment.
IDENTITIES = ("workspaceIdentity", "computeIdentity", "buildIdentity", "encryptionIdentity", SERVING, ENDPOINT)
#: Groups that call endpoints, by the word for them in the table of roles: all online endpoints of a workspace, single
#: ones, and batch endpoints.
CALLERS = ("endpointCallers", "callersOfEndpoint", "batchEndpointCallers")
#: Every kind, in the order of reports.
KINDS = (*PEOPLE, *CALLERS, *IDENTITIES)


def name_of(kind: str) -> str:
    """Returns the name of a kind on the command line: `data-scientists` for `dataScientists`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", kind).lower()


def personas(config: LandingZoneConfig, plan: LandingZonePlan) -> Iterator[Persona]:
    """Returns the personas of the landing zone, then those of each environment. One without principals is left out."""
    yield from _people(union(config.access), Persona("", ()))
    for spec in plan.environments:
        place = Persona("", (), spec.project, spec.environment, spec.production)
        yield from _people(_access(config, spec), place, _conditions(config, spec), tuple(_pipelines(spec)))
        yield from _callers(spec, place)
        yield from _identities(spec, place)


def _callers(spec: ProjectEnvironmentSpec, place: Persona) -> Iterator[Persona]:
    """Returns the groups that call endpoints. Those of single endpoints are promised nothing that holds for each."""
    for kind in CALLERS:
        callers = dict.fromkeys(role.principal.id for role in records(spec, RoleAssignmentSpec) if kind in role.holders)
        if callers:
            yield replace(place, kind=kind, principals=tuple(callers), promised=promised(kind, ()))


def _access(config: LandingZoneConfig, spec: ProjectEnvironmentSpec) -> dict[str, tuple[str, ...]]:
    """Returns everybody with access to an environment, by field of the configuration."""
    project = config.projects[spec.project]
    settings = project.environments[spec.environment]
    people = union(config.access, project.access, settings.access)
    for member, shared in (settings.shared_by or {}).items():
        levels: tuple[AccessConfig, ...] = tuple(access_of_member(config, member, shared).values())
        for field, who in union(*levels).items():
            key = ON_CLUSTERS.get(field, field)
            people[key] = tuple(sorted({*people.get(key, ()), *who}))
    return people


def _conditions(config: LandingZoneConfig, spec: ProjectEnvironmentSpec) -> tuple[Condition, ...]:
    settings = config.projects[spec.project].environments[spec.environment]
    holds: dict[Condition, bool] = {
        "production": spec.production,
        "nonProduction": not spec.production,
        "noSharedKeys": not spec.storage.shared_keys,
        "peopleCreateComputes": settings.people_create_computes,
        "studioDeployments": settings.studio_deployments,
        "serving": bool(_serving(spec)),
    }
    return tuple(condition for condition, held in holds.items() if held)


def _serving(spec: ProjectEnvironmentSpec) -> tuple[str, ...]:
    """Returns the ids of the identities of online endpoints."""
    return tuple(endpoint.identity for endpoint in records(spec.capabilities, OnlineEndpointSpec))


def _pipelines(spec: ProjectEnvironmentSpec) -> Iterator[str]:
    """Returns the identities of pipelines that are built here, each once."""
    roles = records(spec, RoleAssignmentSpec)
    yield from dict.fromkeys(
        role.principal.id
        for role in roles
        if "pipelines" in role.holders and isinstance(role.principal, IdentityPrincipalSpec)
    )


def _people(
    access: dict[str, tuple[str, ...]],
    place: Persona,
    conditions: tuple[Condition, ...] = (),
    pipelines: tuple[str, ...] = (),
) -> Iterator[Persona]:
    for kind, field in PEOPLE.items():
        principals = (*access.get(field, ()), *(pipelines if kind == "pipelines" else ()))
        if principals:
            actions = promised(kind, conditions)
            yield replace(place, kind=kind, principals=principals, promised=actions)


def _identities(spec: ProjectEnvironmentSpec, place: Persona) -> Iterator[Persona]:
    """Returns the identities of an environment. Those of projects that share its workspace do what its compute
    identity does.
    """
    ids_by_kind: dict[str, list[str]] = {ENDPOINT: [f"{spec.workspace.id}/onlineEndpoints/-"]}
    ids_by_kind[SERVING] = list(_serving(spec))
    for identity in spec.identities:
        kind = "computeIdentity" if identity.role.startswith("member-") else f"{identity.role}Identity"
        ids_by_kind.setdefault(kind, []).append(identity.principal.holder)
    existing = {f"{one.role}Identity": one.id for one in spec.identities if one.principal_id is not None}
    for kind in IDENTITIES:
        if ids_by_kind.get(kind):
            yield replace(place, kind=kind, principals=tuple(ids_by_kind[kind]), identity=existing.get(kind))
