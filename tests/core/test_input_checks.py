"""Checks of a stack file: each module of planning declares its own, and the core collects them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from amlz.core.input_checks import input_checks
from tests.conftest import ROOT


def written() -> Iterator[str]:
    """Public functions of planning that return the problems of a configuration, by module."""
    for path in sorted((ROOT / "amlz" / "core" / "planning").glob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and _is_check(node):
                yield f"amlz.core.planning.{path.stem}.{node.name}"


def _is_check(node: ast.FunctionDef) -> bool:
    takes = [ast.unparse(argument.annotation) for argument in node.args.args if argument.annotation]
    return takes == ["LandingZoneConfig"] and node.returns is not None and "Problem" in ast.unparse(node.returns)


def test_each_check_that_a_module_has_is_collected_once() -> None:
    """A check of another name would never run."""
    assert [f"{check.__module__}.{check.__name__}" for check in input_checks()] == list(written())
