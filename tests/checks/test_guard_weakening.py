"""Each key of the stack file: a value that weakens production is a finding of the guard, or it weakens nothing."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml

from amlz.app.preview import graph_of
from amlz.azure.graph import Resource
from amlz.checks.guard.change import LossAllowance, edit_of
from amlz.checks.guard.production import approvals_weakened, guarded
from amlz.core.plan import make_plan
from amlz.stackfile.load import load
from tests import layers
from tests.conftest import ROOT, from_yaml
from tests.test_everything import options

FOLDER = ROOT / "tests" / "cases" / "weakening"
BASE = from_yaml(FOLDER / "base.yaml")
CASES = from_yaml(FOLDER / "cases.yaml")
#: Keys by the reason why they have no case.
OTHERS = {reason: keys.split() for reason, keys in from_yaml(FOLDER / "others.yaml").items()}
TODAY = "2027-01-15"


def changed(*edits: Mapping[str, Any]) -> str:
    """The base with values at dotted paths, as JSON. None removes a key."""
    values = deepcopy(BASE)
    for path, value in [item for edit in edits for item in edit.items()]:
        *above, last = path.split(".")
        holder = values
        for key in above:
            if holder.get(key) is None:
                holder[key] = {}
            holder = holder[key]
        holder[last] = deepcopy(value)
        if value is None:
            del holder[last]
    return json.dumps(values)


@dataclass(frozen=True)
class Planned:
    """A landing zone: its allowed losses, its resources, and the approvers of production."""

    allowed: LossAllowance
    resources: tuple[Resource, ...]
    approvers: dict[str, tuple[str, ...]]


def planned(values: str) -> Planned:
    """The landing zone of a stack file."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "Pulumi.weaker.yaml"
        path.write_text(yaml.safe_dump({"config": {"amlz:landingZone": json.loads(values)}}), encoding="utf-8")
        file = load(str(path))
        plan = make_plan(file.config)
        approvers = {str(spec.owner): spec.approvers for spec in plan.environments if spec.production}
        return Planned(LossAllowance.of(file.config, TODAY), graph_of(file, plan).resources, approvers)


@functools.lru_cache(maxsize=2)
def before(values: str) -> Planned:
    """The landing zone before a change: the same one in most cases."""
    return planned(values)


def findings(case: Mapping[str, Any]) -> list[str]:
    """Ids of the guard's findings on a case; of weakened production the owner and the words."""
    given = case.get("with", {})
    was, after = before(changed(given)), planned(changed(given, case["set"]))
    result = guarded(edit_of(was.resources, after.resources), after.allowed)
    result += tuple(approvals_weakened(was.approvers, after.approvers))
    values = {f"{f.name}: {f.message.split(': ')[1]}" for f in result if f.check == "guard/production-weakened"}
    return sorted(values | {f.check for f in result if f.check != "guard/production-weakened"})


def test_every_key_of_the_model_has_a_case_or_a_reason() -> None:
    """For a new key, add a case, or a line with the reason why no value of it weakens production."""
    with_case = {key for case in CASES for key in case["keys"]}
    with_reason = [key for keys in OTHERS.values() for key in keys]

    assert sorted(options() ^ (with_case | set(with_reason))) == []
    assert len(with_reason) == len(set(with_reason) - with_case)


def test_every_case_finds_something_or_gives_a_reason() -> None:
    """A case without a finding explains why the change weakens nothing."""
    assert [case["keys"] for case in CASES if bool(case["finds"]) == bool(case.get("why"))] == []


@pytest.mark.parametrize(
    "case", layers.sampled(CASES, 90), ids=lambda case: " ".join(case["keys"]) if isinstance(case, dict) else ""
)
def test_a_change_that_weakens_production_is_a_finding(case: Mapping[str, Any]) -> None:
    """Whole: owners and words of everything that production loses."""
    assert findings(case) == case["finds"]
