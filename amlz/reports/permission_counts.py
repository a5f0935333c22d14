"""Permissions in the reports of a preview: how many of the possible actions each persona can do, and which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from amlz.azure.permissions import Status
from amlz.core.permissions.answers import PermissionAnswer, combined
from amlz.core.permissions.personas import KINDS, name_of
from amlz.reports.lines import wrapped
from amlz.reports.permissions import Matrix, matrices

#: Columns of a table in 80 characters.
_COLUMNS = 7
_NAME, _CELL = 24, 8
_TITLE = "Allowed actions, of those that are possible (amlz can names them)"
#: Words for the personas of an action that are named, by the status of it.
_SOME: Mapping[Status | str | None, str] = {
    Status.ALLOWED: "",
    Status.CONDITIONAL: " (under a condition)",
    "differs": " (some)",
}
#: Actions that score and promote, which a preview names.
SERVING = ("call-endpoint", "call-created-endpoint", "call-batch-endpoint", "publish-model")
SERVING_TITLE = "Allowed to score, and to publish models for other environments"
#: Keys of a record, by the status of its actions.
_KEYS = {
    Status.ALLOWED: "allowed",
    Status.CONDITIONAL: "conditional",
    Status.DENIED: "notAllowed",
    Status.UNKNOWN: "cannotTell",
    "differs": "differs",
}


@dataclass(frozen=True, slots=True)
class CountTable:
    """Environments that are alike, and for each persona `allowed/possible` in each of them, "" where there is none."""

    places: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def tables(answers: Sequence[PermissionAnswer]) -> Iterator[CountTable]:
    """Returns the counts in tables that fit into 80 columns."""
    matrixes = matrices(answers)
    for start in range(0, len(matrixes), _COLUMNS):
        part = matrixes[start : start + _COLUMNS]
        kinds = [kind for kind in KINDS if any(kind in matrix.kinds for matrix in part)]
        rows = ((name_of(kind), tuple(_count(matrix, kind) for matrix in part)) for kind in kinds)
        yield CountTable(tuple(matrix.places for matrix in part), tuple(rows))


def serving(answers: Sequence[PermissionAnswer]) -> Iterator[tuple[str, str, str]]:
    """Returns the personas that may score and promote, by action and environment. Nothing for a stack file without
    endpoints and without an Azure ML registry.
    """
    if not any(_serves(answer) for answer in answers):
        return
    allowed: dict[tuple[str, str], dict[str, list[PermissionAnswer]]] = {}
    for answer in answers:
        if answer.action.name in SERVING and answer.persona.project:
            place = f"{answer.persona.project} {answer.persona.environment}"
            allowed.setdefault((answer.action.name, place), {}).setdefault(answer.persona.kind, []).append(answer)
    for name in SERVING:
        for (action, place), kinds in allowed.items():
            words = {kind: combined(kinds[kind]) for kind in KINDS if kind in kinds}
            if action == name and any(words.values()):
                personas = [name_of(kind) + _SOME[word] for kind, word in words.items() if word in _SOME]
                yield name, place, ", ".join(personas) or "nobody"


def _serves(answer: PermissionAnswer) -> bool:
    return answer.action.name in ("call-batch-endpoint", "deploy-as-serving-identity", "publish-model") and (
        combined([answer]) is not None
    )


def variables(answers: Sequence[PermissionAnswer]) -> dict[str, Any]:
    """Returns the same for the template of Markdown."""
    return {"permissions": list(tables(answers)), "serving": list(serving(answers))}


def text(answers: Sequence[PermissionAnswer]) -> str:
    """Returns the counts for a terminal, "" where nobody is configured."""
    lines = [
        line
        for table in tables(answers)
        for line in (
            *(wrapped(f"  {number}  ", ", ".join(places)) for number, places in enumerate(table.places, 1)),
            "".join([" " * _NAME, *(f"{number:<{_CELL}}" for number in range(1, len(table.places) + 1))]).rstrip(),
            *(
                "".join([f"  {name:<{_NAME - 2}}", *(f"{cell:<{_CELL}}" for cell in row)]).rstrip()
                for name, row in table.rows
            ),
        )
    ]
    rows = [wrapped(f"  {action}, {place}\n    ", personas) for action, place, personas in serving(answers)]
    named = ["", SERVING_TITLE, *rows] if rows else []
    return "\n".join([_TITLE, *lines, *named]) if lines else ""


def records(answers: Sequence[PermissionAnswer]) -> list[dict[str, Any]]:
    """Returns a record for each persona of an environment: its principals, and the names of actions by their answer."""
    by_persona: dict[tuple[str, str, str], dict[str, list[PermissionAnswer]]] = {}
    for answer in answers:
        persona = answer.persona
        key = (persona.project or "", persona.environment or "", persona.kind)
        by_persona.setdefault(key, {}).setdefault(answer.action.name, []).append(answer)
    return [
        {
            "persona": name_of(kind),
            "project": project,
            "environment": environment,
            "principals": list(next(iter(actions.values()))[0].persona.principals),
            "identity": next(iter(actions.values()))[0].persona.identity,
            **{key: [] for key in _KEYS.values()},
            **_by_status(actions),
        }
        for (project, environment, kind), actions in by_persona.items()
    ]


def _by_status(actions: dict[str, list[PermissionAnswer]]) -> dict[str, list[str]]:
    by_status: dict[str, list[str]] = {}
    for name, answers in actions.items():
        status = combined(answers)
        if status is not None:
            by_status.setdefault(_KEYS[status], []).append(name)
    return by_status


def _count(matrix: Matrix, kind: str) -> str:
    if kind not in matrix.kinds:
        return ""
    words = [row[matrix.kinds.index(kind)] for _, row in matrix.rows]
    possible = [word for word in words if word not in ("", "-")]
    return f"{possible.count('yes')}/{len(possible)}"
