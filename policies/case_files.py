"""Case files: a policy, a resource, and in the file's name what Azure would say (`what--verdict.json`).

{"definition": name or JSON, "parameters": {…}, "resource": {…}, "related": […], "context": {…}, "why": "…"}
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from arm.credentials import of_environment
from arm.secrets import Hider
from policies.engine.errors import BadInput
from policies.engine.hiding import hidden_verdict
from policies.engine.judge import APPLIES, DOES_NOT_APPLY, Verdict
from policies.engine.lines import answer
from policies.engine.requests import WORDS
from policies.library import Library, read_json, shown

KEYS = frozenset({"definition", "rule", "parameters", "resource", "related", "aliases", "context", "why"})
VERDICTS = (
    *("append", "audit", "audit-if-not-exists", "compliant", "deny", "deny-action", "deploy-if-not-exists", "disabled"),
    *("error", "invalid", "manual", "modify", "not-applicable", "not-judged", "undecided"),
)


@dataclass(frozen=True, slots=True)
class Ran:
    """A case, run. It passes where `found` is `expected`."""

    file: Path
    expected: str
    found: str
    verdict: Verdict

    @property
    def passed(self) -> bool:
        """Whether the file's name is right."""
        return self.expected == self.found


def run(folder: Path, library: Library) -> Iterator[Ran]:
    """Every case below a folder, in the order of their paths. Raises BadInput for what is no case."""
    if not folder.is_dir():
        raise BadInput(f"{shown(folder)}: there is no such folder. Cases are files called what--verdict.json.")
    for path in sorted(folder.rglob("*.json")):
        yield run_file(path, library)


def run_file(path: Path, library: Library) -> Ran:
    """One case. Raises BadInput."""
    _, mark, expected = path.stem.rpartition("--")
    if not mark or expected not in VERDICTS:
        raise BadInput(f"{shown(path)}: its name does not end in --VERDICT. Verdicts: {', '.join(VERDICTS)}.")
    told = read_json(path)
    if not isinstance(told, Mapping):
        raise BadInput(f"{shown(path)}: a case is an object.")
    unknown = [key for key in told if key not in KEYS]
    if unknown:
        raise BadInput(f"{shown(path)}: unknown key {unknown[0]!r}; known are {', '.join(sorted(KEYS))}.")
    question: dict[str, Any] = {key: value for key, value in told.items() if key != "why"}
    named = question.get("definition")
    if isinstance(named, str):
        entry = library.entry(named)
        if entry is None or entry.is_initiative:
            raise BadInput(f"{shown(path)}: there is no definition {named!r}. `amlz policy list` names them.")
        question["definition"] = entry.told
    try:
        verdict = hidden_verdict(answer(question), Hider(of_environment(os.environ)))
    except BadInput as problem:
        raise BadInput(f"{shown(path)}: {problem}") from None
    return Ran(path, expected, word(verdict, question.get("definition")), verdict)


def word(verdict: Verdict, told: Any = None) -> str:
    """A verdict in one word, as case files are named."""
    if verdict.outcome == APPLIES:
        if verdict.changes is not None and verdict.changes.refuses:
            return "deny"
        return WORDS.get(verdict.effect, verdict.effect)
    if verdict.outcome == DOES_NOT_APPLY:
        return "compliant"
    if verdict.unknown_aliases or (verdict.outcome == "not-applicable" and _of_a_provider(told)):
        return "not-judged"
    return verdict.outcome


def _of_a_provider(told: Any) -> bool:
    """Whether a definition is judged by a resource provider."""
    properties = told.get("properties", told) if isinstance(told, Mapping) else {}
    return str(properties.get("mode", "")).startswith("Microsoft.")
