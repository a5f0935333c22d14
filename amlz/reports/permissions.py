"""Permissions: a matrix, the actions of a persona, and one answer with its reasons, in text, Markdown and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from amlz.azure.graph import Persona, ResourceGraph
from amlz.azure.ids import parse, same_id
from amlz.azure.permissions import GivenRole, Status
from amlz.core.permissions.actions import ACTIONS
from amlz.core.permissions.answers import Grounds, PermissionAnswer, Permissions, combined
from amlz.core.permissions.asked import PermissionQuestion
from amlz.core.permissions.personas import name_of
from amlz.core.words import short_noun
from amlz.reports.json_text import dump
from amlz.reports.lines import wrapped
from amlz.reports.markdown_text import code, escaped
from amlz.reports.styled import heading, paragraphs, printable_text

#: Limitations of every answer.
NOT_MODELLED = (
    "the members of groups: principals are the object IDs of the stack file, and a person has the rights of every "
    "group that the person is in",
    "roles that the plan does not assign, and eligible assignments (PIM)",
    "identities of Kubernetes clusters, meshes, Databricks, data factories, alerts and the data lake's key: they are "
    "no personas here",
    "conditions of role assignments: an answer that rests on one is `conditional`",
    "deny assignments, and what networks, policies and settings of a service refuse in addition",
    "locks: they forbid deletions below them to everybody",
)
_WORDS = {Status.ALLOWED: "yes", Status.CONDITIONAL: "if", Status.DENIED: "no", Status.UNKNOWN: "?", None: "-"}
#: Word for resources or principals with different answers.
_DIFFERS = "~"
LEGEND = (
    "yes: allowed. no: not allowed. if: under a condition. ?: cannot tell. -: nothing to do it on. ~: differs between "
    "resources or principals; name the persona to see them."
)
#: Width of the names of actions, and of each persona; personas that fit into 80 columns.
_COLUMN, _CELL, _PERSONAS = 29, 4, 12


@dataclass(frozen=True, slots=True)
class Matrix:
    """Environments in which the same personas can do the same, with a row for each action."""

    places: tuple[str, ...]
    kinds: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the personas."""
        return tuple(map(name_of, self.kinds))


def as_text(graph: ResourceGraph, question: PermissionQuestion) -> str:
    """Returns the answer for a terminal: one answer with its reasons, the actions of a persona, or a matrix."""
    permissions, answered = _answers(graph, question)
    if question.action and question.kind:
        parts = ["\n".join(_explained(permissions, answer)) for answer in answered]
    elif question.kind:
        parts = ["\n".join(_list(place, answers)) for place, answers in _by_place(answered).items()]
    else:
        parts = ["\n".join(_table(matrix)) for matrix in matrices(answered)]
    parts = [heading(part) for part in parts] if answered else [_nobody(question)]
    legend = [wrapped("", LEGEND)] if answered and not question.kind else []
    return printable_text(paragraphs([*parts, *legend, _limits()]))


def as_markdown(graph: ResourceGraph, question: PermissionQuestion) -> str:
    """Returns the same as tables."""
    permissions, answers = _answers(graph, question)
    if question.action and question.kind:
        parts = [f"```text\n{chr(10).join(_explained(permissions, answer))}\n```" for answer in answers]
    else:
        parts = ["\n".join(markdown_table(matrix)) for matrix in matrices(answers)] + [escaped(LEGEND)]
    parts = parts if answers else [escaped(_nobody(question))]
    return "\n\n".join([*parts, "Not modelled:\n\n" + "\n".join(f"- {escaped(item)}" for item in NOT_MODELLED)]) + "\n"


def as_json(stack: str, graph: ResourceGraph, question: PermissionQuestion) -> str:
    """Returns every answer with its reasons, for programs."""
    permissions, answers = _answers(graph, question)
    return dump(
        {
            "schemaVersion": 1,
            "stack": stack,
            "answers": [_record(permissions, answer) for answer in answers],
            "notModelled": list(NOT_MODELLED),
        }
    )


def matrices(answers: Sequence[PermissionAnswer]) -> list[Matrix]:
    """Returns a matrix for each environment; those that are alike are one."""
    places_by_rows: dict[tuple[object, ...], list[str]] = {}
    for place, here in _by_place(answers).items():
        kinds = tuple(dict.fromkeys(answer.persona.kind for answer in here))
        cells: dict[tuple[str, str], list[PermissionAnswer]] = {}
        for answer in here:
            cells.setdefault((answer.action.name, answer.persona.kind), []).append(answer)
        rows = []
        for action in ACTIONS:
            row = tuple(_word(cells.get((action.name, kind), ())) for kind in kinds)
            if set(row) - {"", "-"}:
                rows.append((action.name, row))
        places_by_rows.setdefault((kinds, tuple(rows)), []).append(place)
    return [Matrix(tuple(places), *key) for key, places in places_by_rows.items()]  # type: ignore[arg-type]


def markdown_table(matrix: Matrix) -> Iterator[str]:
    """Returns a matrix as a table of Markdown, below the environments."""
    yield f"**{escaped(', '.join(matrix.places))}**\n"
    yield f"| action | {' | '.join(matrix.names)} |"
    yield f"| --- |{' --- |' * len(matrix.kinds)}"
    for action, row in matrix.rows:
        yield f"| {code(action, in_table=True)} | {' | '.join(row)} |"


def _answers(graph: ResourceGraph, question: PermissionQuestion) -> tuple[Permissions, list[PermissionAnswer]]:
    permissions = Permissions(graph)
    return permissions, list(permissions.answers(question.asks_persona, question.asks_action))


def _nobody(question: PermissionQuestion) -> str:
    who = name_of(question.kind) if question.kind else "anybody"
    return wrapped("", f"The stack file names no principal for {who} there, or the action is none of theirs.")


def _place(persona: Persona) -> str:
    return f"{persona.project} {persona.environment}" if persona.project and persona.environment else "landing zone"


def _by_place(answers: Sequence[PermissionAnswer]) -> dict[str, list[PermissionAnswer]]:
    by_place: dict[str, list[PermissionAnswer]] = {}
    for answer in answers:
        by_place.setdefault(_place(answer.persona), []).append(answer)
    return by_place


def _word(answers: Sequence[PermissionAnswer]) -> str:
    if not answers:
        return ""
    status = combined(answers)
    return _WORDS[status] if status is None or isinstance(status, Status) else _DIFFERS


def _table(matrix: Matrix) -> Iterator[str]:
    """Returns a matrix in lines: personas are numbered, and those that do not fit follow below."""
    yield wrapped("", ", ".join(matrix.places))
    for number, name in enumerate(matrix.names, 1):
        yield f"  {number:>2}  {name}"
    numbers = range(1, len(matrix.kinds) + 1)
    for start in range(0, len(numbers), _PERSONAS):
        part = slice(start, start + _PERSONAS)
        yield "".join([" " * _COLUMN, *(f"{number:<{_CELL}}" for number in numbers[part])]).rstrip()
        for action, row in matrix.rows:
            yield "".join([f" {action:<{_COLUMN - 1}}", *(f"{word:<{_CELL}}" for word in row[part])]).rstrip()


def _list(place: str, answers: Sequence[PermissionAnswer]) -> Iterator[str]:
    yield f"{place}: {name_of(answers[0].persona.kind)}"
    for answer in answers:
        if answer.status is None:
            continue
        on = f" on {_named(answer.on)}" if answer.on else ""
        some = len(answer.principals) < len(answer.persona.principals)
        who = f", {', '.join(map(_principal, answer.principals))}" if some else ""
        yield wrapped(f"  {_WORDS[answer.status]:<4} ", f"{answer.action.name}{on}{who}{_by(answer)}")


def _by(answer: PermissionAnswer) -> str:
    """Returns the roles that allow it, or the first permission that is missing."""
    if answer.missing:
        first = answer.missing[0]
        return f": {first.permission.name} is missing on {_named(first.on)}"
    roles = dict.fromkeys(ground.ruling.by.role_name for ground in answer.grounds if ground.ruling.by)
    return f": by {', '.join(roles)}" if roles else ""


def _explained(permissions: Permissions, answer: PermissionAnswer) -> Iterator[str]:
    """Returns one answer: each permission with the assignment that gives it, and what is missing."""
    on = f" on {_named(answer.on)}" if answer.on else ""
    status = answer.status.value if answer.status else "there is nothing to do it on"
    yield wrapped("", f"{_place(answer.persona)}, {name_of(answer.persona.kind)}: {answer.action.name}{on}: {status}")
    yield wrapped("  ", f"To {answer.action.does}.")
    yield wrapped("  principals ", ", ".join(map(_principal, answer.principals)))
    if answer.because:
        yield wrapped("  ", f"Cannot tell: {answer.because}.")
    for (title, _), grounds in _grouped(answer).items():
        yield wrapped("  ", title)
        for item in grounds:
            kind = " (data action)" if item.permission.data else ""
            yield wrapped("    ", f"{item.permission.name}{kind}")
            if item.ruling.status is Status.DENIED:
                roles = permissions.roles_that_give(item.permission)
                yield wrapped("      ", _would_give(roles))
    for page in dict.fromkeys(
        (ground.need.page.url, ground.need.page.date, ground.need.inferred) for ground in answer.grounds
    ):
        url, date, inferred = page
        yield wrapped("  source ", f"{url} ({date})" + (f"; inferred: {inferred}" if inferred else ""))


def _grouped(answer: PermissionAnswer) -> dict[tuple[str, str], list[Grounds]]:
    grounds_by_title: dict[tuple[str, str], list[Grounds]] = {}
    for ground in answer.grounds:
        title = f"missing on {_named(ground.on)}" if ground.ruling.by is None else _given(ground, ground.ruling.by)
        grounds_by_title.setdefault((title, ground.on), []).append(ground)
    return grounds_by_title


def _given(grounds: Grounds, by: GivenRole) -> str:
    """Returns the assignment in words: its role, its scope, and what is special about it."""
    scope = f"on {_named(by.scope)}"
    if not same_id(by.scope, grounds.on):
        scope = f"on {_named(grounds.on)}, inherited from {_named(by.scope)}"
    title = f"by {by.role_name}{' (custom role)' if by.role and by.role.custom else ''} {scope}"
    if grounds.ruling.status is Status.CONDITIONAL:
        title += ", under the condition of the assignment"
    if grounds.ruling.status is Status.UNKNOWN:
        title += _doubt(by)
    return f"{title}, {by.note}" if by.note else title


def _doubt(by: GivenRole) -> str:
    """Returns the reason why an assignment decides nothing."""
    if by.role is None:
        return ": its definition is not known here"
    return ": it may give only a part" if by.certain else ": not certain"


def _would_give(roles: Sequence[str]) -> str:
    if not roles:
        return "No role that this stack assigns gives it, apart from those that allow every action."
    return f"Roles of this stack that give it: {', '.join(roles[:3])}."


def _named(resource: str) -> str:
    """Returns a resource in words: `storage account st…`."""
    place = parse(resource)
    return f"{short_noun(place.type).one} {place.name}"


def _principal(principal: str) -> str:
    if "/onlineEndpoints/" in principal:
        return "the system-assigned identity of a managed online endpoint"
    return _named(principal) if principal.startswith("/") else principal


def _limits() -> str:
    return wrapped("", "Not modelled: " + "; ".join(NOT_MODELLED) + ". See docs/reference/can.md.")


def _record(permissions: Permissions, answer: PermissionAnswer) -> dict[str, Any]:
    return {
        "persona": name_of(answer.persona.kind),
        "principals": list(answer.principals),
        "project": answer.persona.project or "",
        "environment": answer.persona.environment or "",
        "action": answer.action.name,
        "on": answer.on or None,
        "answer": answer.status.value if answer.status else None,
        "because": answer.because or None,
        "permissions": [_ground_record(permissions, ground) for ground in answer.grounds],
    }


def _ground_record(permissions: Permissions, grounds: Grounds) -> dict[str, Any]:
    by = grounds.ruling.by
    missing = grounds.ruling.status is Status.DENIED
    return {
        "permission": grounds.permission.name,
        "dataAction": grounds.permission.data,
        "on": grounds.on,
        "answer": grounds.ruling.status.value,
        "by": None
        if by is None
        else {
            "role": by.role_name,
            "roleId": by.role_id,
            "definition": by.role.source if by.role else None,
            "definitionDate": by.role.date if by.role else None,
            "scope": by.scope,
            "inherited": not same_id(by.scope, grounds.on),
            "conditional": by.conditional,
            "note": by.note,
        },
        "rolesThatGive": list(permissions.roles_that_give(grounds.permission)) if missing else [],
        "source": grounds.need.page.url,
        "date": grounds.need.page.date,
        "inferred": grounds.need.inferred or None,
    }
