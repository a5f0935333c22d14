"""Edits of the shipped stacks and of the program, each with the whole difference that it makes: tests/cases/edits.

A case has `because` (why the difference is what it is), `stack` (a shipped one), and what is edited: `edit` (find and
replace in the stack file), `code` (the same in files of the program, which is then planned in a separate process) or
`backwards` (every mapping and list the other way round). `before` is edited on both sides. Keys that `expect` omits are
empty; things are named as in the program, ids by their last part.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from amlz.azure.change_rule import Kind
from amlz.checks.guard.change import LossAllowance
from amlz.diff.difference import Changed, Difference, difference
from amlz.reports import difference_as
from amlz.reports.formats import as_json
from amlz.stackfile.load import load
from tests import layers
from tests.conftest import ROOT, STACKS, as_told, from_yaml, preview_of
from tests.program_copy import copy_of_the_program

CASES = {path.stem: from_yaml(path) for path in sorted((ROOT / "tests/cases/edits").glob("*"))}
IN_FILES = layers.sampled([name for name, case in CASES.items() if "code" not in case], 20)
#: Those of the program take a process each.
IN_CODE = layers.sampled([name for name, case in CASES.items() if "code" in case], 10)


@pytest.fixture(scope="module", autouse=True)
def without_garbage() -> Iterator[None]:
    """As in the command: looking for garbage among the SDK's objects takes longer than making them."""
    gc.disable()
    yield
    gc.freeze()
    gc.enable()


def edited(text: str, edits: Iterable[tuple[str, str]]) -> str:
    """A text after each edit, whose old text occurs exactly once."""
    for old, new in edits:
        assert text.count(old) == 1, (old, text.count(old))
        text = text.replace(old, new)
    return text


def backwards(value: Any) -> Any:
    """The same the other way round."""
    if isinstance(value, dict):
        return {key: backwards(value[key]) for key in reversed(value)}
    return [backwards(item) for item in reversed(value)] if isinstance(value, list) else value


def stack_files(case: dict[str, Any], folder: Path) -> tuple[Path, Path]:
    """The stack file of a case before and after, in separate folders."""
    source = ROOT / STACKS[case["stack"]]
    before = edited(source.read_text("utf-8"), case.get("before", ()))
    after = edited(before, case.get("edit", ()))
    if case.get("backwards"):
        after = yaml.safe_dump(backwards(yaml.safe_load(after)), sort_keys=False)
    paths = []
    for name, text in (("before", before), ("after", after)):
        (folder / name).mkdir()
        for beside in source.parent.glob("*.json"):
            (folder / name / beside.name).write_bytes(beside.read_bytes())
        paths.append(folder / name / source.name)
        paths[-1].write_text(text, "utf-8")
    return paths[0], paths[1]


def planned(path: Path, today: str) -> tuple[dict[str, Any], LossAllowance]:
    """A preview as JSON, and what its stack file allows."""
    file = load(str(path))
    report = json.loads(as_json.render(preview_of(file, today)))
    return report, LossAllowance.of(file.config)


def difference_of_files(case: dict[str, Any], folder: Path) -> Difference:
    """Of a case that edits a stack file."""
    before, after = stack_files(case, folder)
    today = str(case.get("today", ""))
    old = as_told(case["stack"]) if not today and "before" not in case else planned(before, today)[0]
    return difference("main", old, *planned(after, today))


def difference_of_code(case: dict[str, Any], folder: Path) -> Difference:
    """Of a case that edits the program."""
    copy_of_the_program(folder / "program")
    for name, old, new in case["code"]:
        path = folder / "program" / name
        path.write_text(edited(path.read_text("utf-8"), [(old, new)]), "utf-8")
    before, after = stack_files(case, folder)
    ran = subprocess.run(
        [sys.executable, "-m", "amlz", "preview", str(after), "--format", "json", "--fail-on", "none"],
        cwd=folder / "program", capture_output=True, text=True, check=True,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(folder / "program"), "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    old = as_told(case["stack"]) if "before" not in case else planned(before, "")[0]
    return difference("main", old, json.loads(ran.stdout), LossAllowance.of(load(str(after)).config))


def as_record(actual: Difference) -> dict[str, Any]:
    """A difference as a case writes it: whole, without what is empty."""
    answer = {
        "headline": difference_as.headline(actual),
        "exit": int(actual.fails("error")),
        "created": sorted(map(logical, actual.created)),
        "deleted": sorted(map(logical, actual.deleted)),
        "moved": {logical(before): logical(now) for before, now in actual.moved},
        "replaced": rows(changed for changed in actual.changed if changed.replaced),
        "updated": rows(changed for changed in actual.changed if not changed.replaced),
        "addresses": {row.path: f"{row.old} -> {row.new}" for row in actual.addresses},
        "roles": pair(actual.roles, lambda role: f"{role['role']} for {role['who']} on {short(role['scope'])}"),
        "widened": [f"{role['role']} for {role['who']} on {short(role['scope'])}" for role, _ in actual.widened],
        "egress": pair(actual.egress, str),
        "findings": pair(actual.findings, lambda f: " ".join((f["severity"], f["id"], f["name"], f["path"])).strip()),
        "accepted": [" ".join((f["severity"], f["id"], f["name"], f["path"])) for f in actual.accepted],
        "verdicts": pair(actual.verdicts, lambda v: " ".join((v["verdict"], rule(v), short(v["id"])))),
        "guard": [" ".join((f.severity.value, f.check, f.name, f.path)).strip() for f in actual.guard],
        "lost": sorted(resource["name"] for resource, _ in actual.lost),
    }
    return {key: value for key, value in answer.items() if value or key == "exit"}


def rule(verdict: Any) -> str:
    """The key of a verdict."""
    return str(verdict["reference"] or short(verdict["policy"]))


def pair(both: tuple[tuple[Any, ...], tuple[Any, ...]], say: Any) -> dict[str, list[str]]:
    """Added and removed items."""
    return {key: sorted(map(say, item)) for key, item in zip(("new", "gone"), both, strict=True) if item}


def rows(values: Iterable[Changed]) -> list[dict[str, Any]]:
    """Properties that differ, with what that does; resources that differ alike together."""
    alike: dict[str, list[str]] = {}
    for changed in values:
        of = {}
        for change in changed.changes:
            shown = beyond_group if change.row.path == "id" else short
            old, new = (json.dumps(shown(value)) for value in (change.row.old, change.row.new))
            of[change.row.path] = f"{old} -> {new}" + ("" if change.kind is Kind.UPDATES else f" ({change.kind.value})")
        alike.setdefault(json.dumps(of), []).append(logical(changed.resource))
    return [{"of": sorted(names), "rows": json.loads(of)} for of, names in sorted(alike.items())]


def short(value: Any) -> Any:
    """A value with ids by their last part."""
    if isinstance(value, dict):
        return {short(key): short(item) for key, item in value.items()}
    if isinstance(value, list):
        return [short(item) for item in value]
    return value.rpartition("/")[2] if isinstance(value, str) and value.startswith("/") else value


def beyond_group(resource_id: str) -> str:
    """An id from its resource group on."""
    return resource_id.partition("/resourceGroups/")[2] or resource_id


def logical(resource: Any) -> str:
    """A resource's name in the program."""
    return str(resource["urn"].rpartition("::")[2])


@pytest.mark.parametrize("name", IN_FILES)
def test_an_edit_of_a_stack_file_makes_exactly_this_difference(name: str, tmp_path: Path) -> None:
    """The whole of it."""
    assert as_record(difference_of_files(CASES[name], tmp_path)) == CASES[name]["expect"]


@pytest.mark.parametrize("name", IN_CODE)
def test_an_edit_of_the_program_makes_exactly_this_difference(name: str, tmp_path: Path) -> None:
    """The whole of it."""
    assert as_record(difference_of_code(CASES[name], tmp_path)) == CASES[name]["expect"]


def test_there_are_enough_edits() -> None:
    """At least 25, each with its reason."""
    assert (len(CASES) >= 25, [name for name, case in CASES.items() if len(case["because"]) < 40]) == (True, [])
