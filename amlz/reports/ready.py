"""Checklists of an environment, in text and JSON."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from amlz.core.plan import LandingZonePlan
from amlz.core.problems import LandingZoneError, listed
from amlz.core.readiness import ReadyAnswer, ReadyItem
from amlz.core.specs import ProjectEnvironmentSpec
from amlz.reports.json_text import dump
from amlz.reports.lines import wrapped

_MARKS = {ReadyAnswer.YES: "yes     ", ReadyAnswer.NO: "no      ", ReadyAnswer.UNSEEN: "not seen"}


def environment_of(stack: str, plan: LandingZonePlan, name: str) -> ProjectEnvironmentSpec:
    """Returns an environment by `project/environment`. Raises LandingZoneError for another name."""
    known = {str(spec.owner): spec for spec in plan.environments}
    if name in known:
        return known[name]
    if not known:
        raise LandingZoneError(f"{stack} has no environments.\n  Add one: amlz project add {stack} PROJECT.")
    near = get_close_matches(name, known, n=3) or sorted(known)
    raise LandingZoneError(f"{stack} has no environment {name!r}.\n  Name one of: {listed(near)}.")


def as_text(title: str, items: tuple[ReadyItem, ...]) -> str:
    """The checklist for a terminal."""
    counts = ", ".join(f"{sum(item.answer is answer for item in items)} {answer.value}" for answer in ReadyAnswer)
    return "\n".join([f"{title}: {counts}", *(line for item in items for line in _lines(item))]) + "\n"


def as_json(title: str, items: tuple[ReadyItem, ...]) -> str:
    """The checklist for programs."""
    rows = [
        {
            "topic": item.topic,
            "question": item.question,
            "answer": item.answer.value,
            "why": item.why,
            "then": item.then,
        }
        for item in items
    ]
    return dump({"schemaVersion": 1, "environment": title, "items": rows})


def _lines(item: ReadyItem) -> Iterator[str]:
    yield ""
    yield wrapped(f"{_MARKS[item.answer]}  ", f"{item.topic}: {item.question}")
    yield wrapped(" " * 10, f"{item.why[:1].upper()}{item.why[1:]}.")
    if item.answer is not ReadyAnswer.YES:
        yield wrapped(" " * 10, item.then)
