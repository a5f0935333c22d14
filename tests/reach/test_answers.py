"""Whole answers about the shipped stacks, with the rule or hop that decides each."""

from __future__ import annotations

from functools import cache

import pytest

from amlz.reach.answers import Evaluator, port_text
from amlz.reach.ends import find
from amlz.reach.model import Protocol
from amlz.reach.read import landscape
from tests.conftest import ROOT, previewed


@cache
def evaluator(stack: str) -> Evaluator:
    """The networks of a shipped stack."""
    preview = previewed(stack)
    return Evaluator(landscape(preview.graph, [str(on_premise) for on_premise in preview.config.on_premises]))


def answers(stack: str, source: str, destination: str, protocol: Protocol = "tcp") -> set[str]:
    """The distinct answers to a question: ports, verdict, and the deciding hop."""
    result = evaluator(stack)
    return {
        f"{port_text(a.ports)} {a.verdict.value}: {a.decisive.at if a.decisive else ''}"
        f"{f', {a.decisive.rule}' if a.decisive and a.decisive.rule else ''}"
        for start in find(result.land, source, True)
        for end in find(result.land, destination, False)
        for a in result.ask(start, end, protocol)
    }


def cases() -> dict[str, set[str]]:
    """Each question of the file, with every distinct answer to it."""
    result: dict[str, set[str]] = {}
    question = ""
    for line in (ROOT / "tests" / "cases" / "reach" / "answers.txt").read_text("utf-8").splitlines():
        if line.startswith("    "):
            result[question].add(line.strip())
        elif line and not line.startswith("#"):
            question = line
            result[question] = set()
    return result


CASES = cases()


@pytest.mark.parametrize("question", CASES)
def test_a_question_about_a_shipped_stack(question: str) -> None:
    """Verdict, ports and deciding hop."""
    stack, source, destination, protocol = question.split()

    assert answers(stack, source, destination, "udp" if protocol == "udp" else "tcp") == CASES[question]
