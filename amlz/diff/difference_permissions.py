"""Actions that a change newly allows to personas, or allows no longer, and the role assignments that decide.

Both sides are evaluated by the rules of this version, on the requests of their previews. A preview of an older version
lists no personas: then those of the new one are asked about on both sides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from amlz.azure.graph import Persona, Resource, ResourceGraph
from amlz.azure.permissions import Status, worst
from amlz.core.permissions.answers import Permissions
from amlz.core.permissions.personas import KINDS, name_of

Record = Mapping[str, Any]
#: A persona's kind in an environment (project and name, None for the landing zone), a principal, and an action.
_Key = tuple[str, str | None, str | None, str, str]
#: An answer, and the assignments that give it: role and scope.
_Answer = tuple[Status, dict[tuple[str, str], None]]

_KINDS = {name_of(kind): kind for kind in KINDS}
#: An unknown answer counts as not allowed.
_RANK = {Status.DENIED: 0, Status.UNKNOWN: 0, Status.CONDITIONAL: 1, Status.ALLOWED: 2}
_ABSENT: _Answer = (Status.DENIED, {})


@dataclass(frozen=True, slots=True)
class PermissionChange:
    """Actions of a persona whose answers change alike. `by`: assignments (role and scope) that are new, or are gone.

    `answer`: the new one. `partly`: `principals` are some of the persona's.
    """

    persona: str
    project: str | None
    environment: str | None
    principals: tuple[str, ...]
    actions: tuple[str, ...]
    by: tuple[tuple[str, str], ...]
    answer: Status
    partly: bool


PermissionChanges = tuple[tuple[PermissionChange, ...], tuple[PermissionChange, ...]]


def difference_of_permissions(old: Record, new: Record) -> PermissionChanges:
    """Returns the newly allowed actions, and those that are allowed no longer."""
    theirs = _personas(old if "permissions" in old else new)
    ours = _personas(new)
    was, now = _answers(old, theirs), _answers(new, ours)
    return tuple(_gained(was, now, now, ours)), tuple(_gained(now, was, now, theirs))


def _gained(
    less: Mapping[_Key, _Answer], more: Mapping[_Key, _Answer], now: Mapping[_Key, _Answer], personas: list[Persona]
) -> Iterator[PermissionChange]:
    """Returns the actions with a better answer in `more` than in `less`."""
    alike: dict[tuple[Any, ...], dict[str, list[str]]] = {}
    for key, (status, by) in more.items():
        before, old = less.get(key, _ABSENT)
        if _RANK[status] > _RANK[before]:
            *persona, principal, action = key
            decides = tuple(item for item in by if item not in old) or tuple(by)
            answer = now.get(key, _ABSENT)[0]
            alike.setdefault((*persona, decides, answer), {}).setdefault(action, []).append(principal)
    everybody = {(p.kind, p.project, p.environment): len(p.principals) for p in personas}
    for (kind, project, environment, decides, answer), actions in alike.items():
        by_principals: dict[tuple[str, ...], list[str]] = {}
        for action, principals in actions.items():
            by_principals.setdefault(tuple(principals), []).append(action)
        for who, names in by_principals.items():
            partly = len(who) < everybody[kind, project, environment]
            yield PermissionChange(name_of(kind), project, environment, who, tuple(names), decides, answer, partly)


def _answers(preview: Record, personas: list[Persona]) -> dict[_Key, _Answer]:
    """Returns the answer to each action of each principal: on several resources, the worst one."""
    graph = ResourceGraph(tuple(map(_resource, preview.get("resources", ()))), personas=tuple(personas))
    result: dict[_Key, _Answer] = {}
    for answer in Permissions(graph).answers():
        if answer.status is None:
            continue
        persona = answer.persona
        by = {(g.ruling.by.role_name, g.ruling.by.scope): None for g in answer.grounds if g.ruling.by is not None}
        for principal in answer.principals:
            key = (persona.kind, persona.project, persona.environment, principal, answer.action.name)
            status, others = result.get(key, (answer.status, {}))
            result[key] = (worst((status, answer.status)), others | by)
    return result


def _personas(preview: Record) -> list[Persona]:
    return [
        Persona(
            _KINDS[record["persona"]],
            tuple(record["principals"]),
            record["project"] or None,
            record["environment"] or None,
            identity=record.get("identity"),
        )
        for record in preview.get("permissions", ())
        if record["persona"] in _KINDS
    ]


def _resource(record: Record) -> Resource:
    return Resource(
        urn=record["urn"],
        token="",
        arm_type=record["armType"],
        api_version=record["apiVersion"],
        id=record["id"],
        name=record["name"],
        location=record.get("location", ""),
        subscription=record.get("subscription", ""),
        resource_group=record["resourceGroup"],
        body=record["body"],
        project=record["project"] or None,
        environment=record["environment"] or None,
        depends_on=tuple(record.get("dependsOn", ())),
    )
