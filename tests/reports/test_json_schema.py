"""The JSON of everything: the output follows its published schema, and contains everything that other reports show."""

from __future__ import annotations

import functools
import json
import re
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from amlz.checks.guard.change import LossAllowance
from amlz.diff.difference import difference
from amlz.diff.engine_steps import difference_by_engine
from amlz.reports import difference_as
from amlz.reports.all_stacks import FailedComparison, StackResults, render
from amlz.reports.formats import as_html, as_json
from amlz.reports.formats.registry import Format
from amlz.stackfile.stacks import StackOfFolder
from tests.conftest import PREVIEWED, ROOT, as_told
from tests.diff.test_engine_steps import ACCOUNT, HNS, OURS, RG, step
from tests.rich_change import rich_change

SCHEMA = ROOT / "docs" / "report.schema.json"


@functools.cache
def valid(name: str) -> jsonschema.Draft202012Validator:
    """The schema of one kind of report."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": schema["$defs"]})


def wrong(name: str, actual: Any) -> list[str]:
    """Violations of the schema."""
    return [f"{error.json_path}: {error.message[:200]}" for error in valid(name).iter_errors(actual)]


@pytest.mark.parametrize("stack", PREVIEWED)
def test_a_preview_is_as_its_schema_says(stack: str) -> None:
    """Every key, and no other."""
    assert wrong("preview", as_told(stack)) == []


def test_a_rich_change_is_as_its_schema_says() -> None:
    """The preview, which accepts a finding, the difference, and both with all stacks."""
    preview, changed = rich_change()
    stack = StackOfFolder("a", "Pulumi.a.yaml", preview.file, True, ())
    untold = (replace(stack, name="c"), FailedComparison("no"))
    every = StackResults("main", ((stack, changed), (stack, preview), untold), ("b",))

    assert wrong("preview", json.loads(as_json.render(preview))) == []
    assert wrong("difference", json.loads(difference_as.as_json(changed))) == []
    assert wrong("allStacks", json.loads(render(every, Format.json))) == []


def test_other_differences_are_as_their_schema_says() -> None:
    """A new stack, none at all, and what the engine would do."""
    result = as_told("minimal")
    engine = difference_by_engine(
        {"steps": [step("create", None, {**RG, "id": ""}), step("update", ACCOUNT, HNS)]}, OURS, LossAllowance()
    )

    for item in (difference("main", None, result), difference("main", result, result), engine):
        assert wrong("difference", json.loads(difference_as.as_json(item))) == []


BROKEN: dict[str, Any] = {
    "a key more": lambda item: item | {"more": 1},
    "a key less": lambda item: {key: value for key, value in item.items() if key != "dns"},
    "another version": lambda item: item | {"schemaVersion": 2},
    "a count as text": lambda item: item | {"quota": [{"dedicated": "8"}]},
}


@pytest.mark.parametrize("how", BROKEN)
def test_what_is_otherwise_is_seen(how: str) -> None:
    """So the schema has an effect."""
    assert wrong("preview", BROKEN[how](as_told("dev"))) != []


#: Keys of a preview by the sections of the HTML report, which shows the most; changes are in the JSON of a difference.
SHOWN = {
    "findings": ("findings", "acceptedFindings"),
    "relaxations": ("landingZone.relaxations",),
    "topology": ("topology",),
    "addresses": ("addresses",),
    "egress": ("egress", "landingZone.managedNetworks"),
    "dns": ("dns",),
    "reach": ("reachability",),
    "roles": ("landingZone.roles", "landingZone.deployerRoles"),
    "permissions": ("permissions",),
    "policies": ("verdicts", "policiesNotJudged"),
    "demands": (
        *("landingZone.existingHub", "landingZone.existingParts", "landingZone.kubernetes"),
        "landingZone.dataLake",
    ),
    "quota": ("quota",),
    "cost": ("cost",),
    "alerts": ("alerts",),
    "custom": ("customSections",),
    "built": ("resources",),
    "limits": ("notCovered",),
}


def test_everything_that_other_reports_show_is_in_it() -> None:
    """A section of the HTML report that is new needs a row here, and its keys in the JSON."""
    result = as_told("everything")

    keys = {key for keys in SHOWN.values() for key in keys}
    there = set(result) | {f"landingZone.{key}" for key in result["landingZone"]}
    assert set(SHOWN) | {"changes"} == set(as_html.SECTIONS)
    assert keys - there == set()


def test_the_page_names_every_key() -> None:
    """Of a preview, and of a difference."""
    page = (ROOT / "docs" / "reference" / "command-line.md").read_text(encoding="utf-8")
    defs = json.loads(SCHEMA.read_text(encoding="utf-8"))["$defs"]

    named = set(re.findall(r"`(\w+)`", page))
    assert {key for name in ("preview", "difference", "allStacks") for key in defs[name]["properties"]} - named == set()
