"""Policies of tenants: the remedies of their refusals are carried out, and the preview is compliant.

A case of tests/cases/tenants has `policies` by name (`rule`, `mode`, `parameters` of the assignment), `changes` of the
landing zone of tests/checks/tenant.py, and `steps`: `set` a key of the stack file, with further keys in `with`; or the
owner of an `assignment` sets a `parameter`. A finding before the step has `words`, by default the key.
"""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from amlz.policy.library import library
from amlz.policy.verdicts import Imported, PolicySources, verdicts
from tests.checks.tenant import BASE, findings_of, landing_zone, policy, tenant
from tests.conftest import ROOT, from_yaml

CASES = sorted((ROOT / "tests" / "cases" / "tenants").glob("*.yaml"))
CHECKS = ("policy/conflict", "policy/second-zone-group", "policy/dns-not-covered")
#: The answer after which Azure takes a resource as it is sent.
COMPLIANT = ("compliant",)


def policies_of(case: dict[str, Any]) -> Imported:
    """The definitions and assignments of a case."""
    made = []
    for name, item in case["policies"].items():
        given = item.get("parameters", {})
        one = policy(name, item["rule"], item.get("mode", "Indexed"), given)
        for definition in one.definitions:
            for key, value in given.items():
                definition["parameters"][key]["type"] = "Array" if isinstance(value, list) else "String"
        made.append(one)
    return tenant(*made)


def put(values: dict[str, Any], path: str, value: Any) -> None:
    """Sets a value at a dotted path."""
    *above, last = path.split(".")
    for key in above:
        values = values.setdefault(key, {})
    values[last] = value


def refusals(config: dict[str, Any], of: Imported) -> list[str]:
    """Answers of the tenant's policies that are not compliant: assignment, resource and word."""
    answers = verdicts(landing_zone(**config), PolicySources(library(), of, ("corp",))).answers
    named = {assignment["name"] for assignment in of.assignments}
    return [
        f"{answer.assignment.name} {answer.subject.name} {answer.word}"
        for answer in answers
        if answer.assignment.name in named and answer.word not in COMPLIANT
    ]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_preview_is_compliant_after_the_remedies(path: Path) -> None:
    """Each step is a remedy of a finding; after all, no policy refuses, changes or audits anything."""
    case = from_yaml(path)
    config = deepcopy({**BASE, **case.get("changes", {})})
    assert refusals(config, policies_of(case)) != []

    for step in case["steps"]:
        of = policies_of(case)
        remedies = {finding.remedy or "" for finding in findings_of(landing_zone(**config), of, *CHECKS)}
        words = step.get("words", step.get("set"))
        assert any(words in remedy for remedy in remedies), f"{words}: {remedies}"
        if "assignment" in step:
            types = sorted({resource.arm_type for resource in landing_zone(**config)})
            to = types if step["to"] == "types of the preview" else step["to"]
            case["policies"][step["assignment"]]["parameters"][step["parameter"]] = to
        else:
            put(config, step["set"], step["to"])
        for key, value in step.get("with", {}).items():
            put(config, key, value)

    of = policies_of(case)
    assert refusals(config, of) == []
    assert findings_of(landing_zone(**config), of, *CHECKS) == []


def test_there_is_a_case_for_each_kind_of_policy() -> None:
    """Those that most organisations assign to all subscriptions."""
    assert {path.stem for path in CASES} == {"naming", "tagging", "locations", "allowed-types", "dns"}
