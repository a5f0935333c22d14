"""Case files: a policy, a resource, and Azure's expected answer in the file's name (`what--verdict.json`).

{"definition": name or JSON, "parameters": {…}, "resource": {…}, "related": […], "context": {…}, "why": "…"}
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from amlz.azure.credentials import of_environment
from amlz.azure.secrets import Hider
from amlz.dataclass import dataclass
from amlz.policy.engine.errors import BadInput
from amlz.policy.engine.hiding import hidden_verdict
from amlz.policy.engine.judge import APPLIES, DOES_NOT_APPLY, Verdict
from amlz.policy.engine.lines import answer
from amlz.policy.engine.requests import WORDS
from amlz.policy.library import Library, read_json, shown

KEYS = frozenset({"definition", "rule", "parameters", "resource", "related", "aliases", "context", "why"})
VERDICTS = (
    *("append", "audit", "audit-if-not-exists", "compliant", "deny", "deny-action", "deploy-if-not-exists", "disabled"),
    *("error", "invalid", "manual", "modify", "not-applicable", "not-judged", "undecided"),
)

#: A case has a resource and one of these.
DEFINES = frozenset({"definition", "rule"})
#: The key of a case of a check, which is named alike: `all-on--error.json`.
OF_A_CHECK = "finds"
#: Folders with more files and folders than this are refused: they are those of something else.
MOST = 20_000
EMPTY = "a case holds a `resource`, and a `definition` or a `rule`; this file holds neither."
CALLED = "Cases are files called what--verdict.json."


@dataclass(frozen=True, slots=True)
class Ran:
    """A case, run. It passes where `actual` is `expected`."""

    file: Path
    expected: str
    actual: str
    verdict: Verdict

    @property
    def passed(self) -> bool:
        """Returns whether the verdict is the one of the file's name."""
        return self.expected == self.actual


def run(folder: Path, library: Library) -> Iterator[Ran]:
    """Every case below a folder, in the order of their paths. Raises BadInput where one is wrong, or none is there."""
    if not folder.is_dir():
        raise BadInput(f"{shown(folder)}: there is no such folder. {CALLED}")
    cases = [path for path in sorted(_json_files(folder)) if _is_case(path)]
    if not cases:
        raise BadInput(f"{shown(folder)}: there is no case in it. {CALLED}")
    for path in cases:
        yield run_file(path, library)


def _json_files(folder: Path) -> Iterator[Path]:
    """JSON files below a folder, not those in hidden and linked folders. Raises BadInput for too many files."""
    seen = 0
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        seen += len(folders) + len(files)
        if seen > MOST:
            raise BadInput(
                f"{shown(folder)}: it holds more than {MOST:,} files and folders. Name the folder of the cases."
            )
        yield from (Path(place, name) for name in files if name.endswith(".json"))


def _is_case(path: Path) -> bool:
    """Returns whether a file is a case, right or wrong: by its content, else by its name."""
    named = _verdict(path) in VERDICTS
    try:
        result = read_json(path)
    except BadInput:
        return named
    if not isinstance(result, Mapping):
        return named
    return ("resource" in result and not DEFINES.isdisjoint(result)) or (named and OF_A_CHECK not in result)


def _verdict(path: Path) -> str:
    """Returns what follows the last two hyphens of a file's name; "" where there are none."""
    before, _, after = path.stem.rpartition("--")
    return after if before else ""


def run_file(path: Path, library: Library) -> Ran:
    """One case. Raises BadInput."""
    expected = _verdict(path)
    if expected not in VERDICTS:
        raise BadInput(f"{shown(path)}: its name does not end in --VERDICT. Verdicts: {', '.join(VERDICTS)}.")
    result = read_json(path)
    if not isinstance(result, Mapping):
        raise BadInput(f"{shown(path)}: a case is an object.")
    unknown = [key for key in result if key not in KEYS]
    if unknown:
        raise BadInput(f"{shown(path)}: unknown key {unknown[0]!r}; known are {', '.join(sorted(KEYS))}.")
    if "resource" not in result and DEFINES.isdisjoint(result):
        raise BadInput(f"{shown(path)}: {EMPTY}")
    question: dict[str, Any] = {key: value for key, value in result.items() if key != "why"}
    named = question.get("definition")
    if isinstance(named, str):
        entry = library.entry(named)
        if entry is None or entry.is_initiative:
            raise BadInput(f"{shown(path)}: there is no definition {named!r}. `amlz policy list` names them.")
        question["definition"] = entry.document
    try:
        verdict = hidden_verdict(answer(question), Hider(of_environment(os.environ)))
    except BadInput as problem:
        raise BadInput(f"{shown(path)}: {problem}") from None
    return Ran(path, expected, word(verdict, question.get("definition")), verdict)


def word(verdict: Verdict, value: Any = None) -> str:
    """A verdict in one word, as case files are named."""
    if verdict.outcome == APPLIES and verdict.effect is not None:
        if verdict.changes is not None and verdict.changes.refuses:
            return "deny"
        return WORDS.get(verdict.effect, verdict.effect)
    if verdict.outcome == DOES_NOT_APPLY:
        return "compliant"
    if verdict.unknown_aliases or (verdict.outcome == "not-applicable" and _of_a_provider(value)):
        return "not-judged"
    return verdict.outcome


def _of_a_provider(value: Any) -> bool:
    """Returns whether a resource provider evaluates a definition."""
    properties = value.get("properties", value) if isinstance(value, Mapping) else {}
    return str(properties.get("mode", "")).startswith("Microsoft.")
