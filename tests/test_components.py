"""The skeleton of components: one a file, named after it, with the same outputs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

FILES = sorted((ROOT / "components").glob("*.py"))
#: A component of one resource has its id and name; a component of several has ids by key.
ONE, SEVERAL = {"resource_id", "name"}, {"resource_ids"}


def classes(path: Path) -> Iterator[ast.ClassDef]:
    """The components of a file."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef) and any("ComponentResource" in ast.unparse(base) for base in node.bases):
            yield node


COMPONENTS = [(path, class_) for path in FILES for class_ in classes(path)]


def test_a_file_holds_one_component_and_has_its_name() -> None:
    """So that `ls components` answers what there is."""
    named = [(re.sub(r"(?<!^)(?=[A-Z])", "_", node.name).lower(), path.stem) for path, node in COMPONENTS]

    assert [pair for pair in named if pair[0] != pair[1]] == []


@pytest.mark.parametrize(("path", "class_def"), COMPONENTS, ids=lambda item: item.name)
def test_a_component_declares_and_registers_the_same_outputs_as_others(path: Path, class_def: ast.ClassDef) -> None:
    """The landing zone itself has those of the stack: workspaces."""
    declared = {
        node.target.id
        for node in class_def.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    (registered,) = (
        node.args[0]
        for node in ast.walk(class_def)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "self.register_outputs"
    )

    assert isinstance(registered, ast.Dict)
    keys = {key.value for key in registered.keys if isinstance(key, ast.Constant)}
    wanted = {"workspaces"} if path.stem == "landing_zone" else SEVERAL if declared & SEVERAL else ONE
    assert (wanted - declared, wanted - keys) == (set(), set())
