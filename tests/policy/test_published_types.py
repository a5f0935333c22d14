"""The types that mode Indexed evaluates, as derived from published request bodies."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from typing import Any

import pytest

from amlz.policy.engine import facts
from amlz.policy.engine.lines import answer
from tests.conftest import ROOT, shared
from tests.policy.engine.common import short
from tools import derive_tagged, derive_types

_AUTOMATION, _SYNAPSE = "Microsoft.Automation/automationAccounts", "Microsoft.Synapse/workspaces"
_COMPUTES = "Microsoft.MachineLearningServices/workspaces/computes"


@cache
def bodies() -> derive_types.Types:
    """The published types."""
    return derive_types.read(shared() / "azure-types" / "types.json.gz")


def body(**flags: int) -> dict[str, Any]:
    """A published type with these properties at the top of its body."""
    return {"root": 0, "nodes": [{"k": "object", "p": {name: [1, flag] for name, flag in flags.items()}}]}


def test_the_file_is_what_its_script_derives() -> None:
    """From the published bodies, byte for byte."""
    text = derive_types.written(derive_types.derive(bodies(), derive_types.known_rows()))

    assert derive_types.TARGET.read_text(encoding="utf-8") == text


def test_rows_with_better_sources_contradict_few_bodies() -> None:
    """The row of types.json, which is kept, and the body's answer."""
    assert derive_types.contradictions(bodies(), derive_types.known_rows()) == {
        "Microsoft.CognitiveServices/accounts/commitmentPlans": (None, True),
        _COMPUTES: (None, True),
        "Microsoft.Network/dnsForwardingRulesets": (None, True),
        "Microsoft.Network/serviceEndpointPolicies": (None, True),
        "Microsoft.Resources/resourceGroups": (False, True),
    }


def test_bodies_that_decide_agree_with_the_table_of_tag_support() -> None:
    """For the 99 types that both sources decide: how often each answers yes and no."""
    decided = {derive_types.EVALUATED: True, derive_types.NOT_EVALUATED: False}
    derived = {name.lower(): decided.get(list_) for name, list_ in derive_types.answers(bodies()).items()}
    rows = {name: row for name, row in derive_types.known_rows().items() if row["source"].startswith("Tag table")}
    pairs = Counter((row["indexed"], derived.get(name.lower())) for name, row in rows.items())

    assert pairs == {(True, True): 43, (False, False): 56, (False, None): 12}


def test_the_page_on_policies_states_the_counts() -> None:
    """Of types, in each table and for each answer, and of namespaces."""
    lists = json.loads(derive_types.TARGET.read_text(encoding="utf-8"))
    names = {key: item for key, item in lists.items() if key != "about"}
    derived = json.loads(derive_tagged.TARGET.read_text(encoding="utf-8"))
    tagged = {key: item for key, item in derived.items() if key != "about"}
    others = {name.partition("/")[0] for item in tagged.values() for name in item}
    counts = [len(item) for item in names.values()]
    spaces = {name.partition("/")[0].lower() for item in names.values() for name in item}
    page = (ROOT / "docs" / "how-to" / "policies.md").read_text(encoding="utf-8")
    one_of_both = counts[2] + counts[3]

    assert f"{len(derive_types.known_rows())} types that the project creates" in page
    assert f"{sum(counts)} more types in {len(spaces)} namespaces" in page
    assert f"{sum(map(len, tagged.values()))} more types in {len(others)} other namespaces" in page
    for count in (counts[0], counts[1], one_of_both, counts[4], counts[5], *map(len, tagged.values())):
        assert f"({count} type" in page
    assert f"knows {len(facts.embedded().indexed)} types" in (ROOT / "docs" / "reference" / "coverage.md").read_text(
        encoding="utf-8"
    )


def test_the_file_of_tagged_types_is_what_its_script_derives() -> None:
    """From the tag table and the installed SDK, byte for byte."""
    text = derive_types.written(derive_tagged.derive(derive_tagged.rows(), derive_tagged.newer_sources()))

    assert derive_tagged.TARGET.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (("Microsoft.Compute/disks", True), derive_types.EVALUATED),
        (("Microsoft.Compute/disks", False), derive_tagged.DISAGREE),
        (("Microsoft.Sql/servers/firewallRules", True), derive_tagged.DISAGREE),
        (("Microsoft.Sql/servers/firewallRules", False), derive_types.NOT_EVALUATED),
        (("Microsoft.Sql/managedInstances/nothing", False), derive_types.NOT_EVALUATED),
        (("Microsoft.Sql/managedInstances/nothing", True), derive_tagged.UNKNOWN_LOCATION),
        (("Microsoft.Sql/managedInstances/databases", True), derive_tagged.UNKNOWN_LOCATION),  # not servers/databases
    ],
)
def test_the_tag_table_and_the_class_decide_together(row: tuple[str, bool], expected: str) -> None:
    """A class counts only where it names the parents of the type."""
    lists = derive_tagged.derive([row], ())

    assert [key for key, names in lists.items() if key != "about" and names] == [expected]


def test_classes_found_by_name_agree_with_published_bodies() -> None:
    """For types of published_types.json that have a class: how often the body and the class agree."""
    lists = json.loads(derive_types.TARGET.read_text(encoding="utf-8"))
    decided = {derive_types.EVALUATED: True, derive_types.NOT_EVALUATED: False}
    pairs = Counter(
        (says, both)
        for key, says in decided.items()
        for name in lists[key]
        if (both := derive_tagged.takes_both(name)) is not None
    )

    assert pairs == {(True, True): 87, (False, False): 143}


def test_kept_rows_are_not_overridden() -> None:
    """No type is in both files, and the evaluator uses the rows of types.json as they are."""
    rows = {name.lower(): row["indexed"] for name, row in derive_types.known_rows().items()}
    known = facts.embedded().indexed

    assert {name: known[name] for name in rows} == rows
    assert len(known) == len(rows) + 546 + 556


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"tags": 0, "location": 1}, derive_types.EVALUATED),
        ({"tags": 0, "location": 2}, derive_types.TAGS_ONLY),
        ({"tags": 2, "location": 0}, derive_types.LOCATION_ONLY),
        ({"tags": 2, "location": 2}, derive_types.NOT_EVALUATED),
        ({"name": 9}, derive_types.NOT_EVALUATED),
    ],
)
def test_a_type_is_classified_by_what_its_body_takes(properties: dict[str, int], expected: str) -> None:
    """A read-only property (flag 2) is not taken."""
    assert derive_types.answers({"T.P/x@2025-01-01": body(**properties)}) == {"T.P/x": expected}


def test_bodies_that_disagree_decide_nothing() -> None:
    """Neither API versions, whose spelling of the type may vary, nor kinds of one version."""
    nodes: list[dict[str, Any]] = [
        {"k": "disc", "p": {"tags": [1, 0]}, "e": {"A": 2, "B": 3}},
        {"k": "string"},
        {"k": "object", "p": {"location": [1, 0]}},
        {"k": "object", "p": {}},
    ]
    types = {
        "T.P/x@2024-01-01": body(tags=0, location=0),
        "t.p/X@2025-01-01": body(),
        "T.P/kinds@2025-01-01": {"root": 0, "nodes": nodes},
        "T.P/x/privateEndpointConnections@2025-01-01": body(tags=0, location=0),
    }

    assert derive_types.answers(types) == {
        "T.P/x": derive_types.DIFFERS,
        "T.P/kinds": derive_types.DIFFERS,
        "T.P/x/privateEndpointConnections": derive_types.CONNECTION,
    }


@pytest.mark.parametrize(
    ("type_", "location", "expected"),
    [
        (_SYNAPSE, {}, "applies"),
        (f"{_AUTOMATION}/runbooks", {}, "applies"),
        (f"{_AUTOMATION}/schedules", {}, "not-applicable"),
        (f"{_SYNAPSE}/firewallRules", {}, "not-applicable"),
        ("Microsoft.KeyVault/managedHSMs/keys", {}, "undecided: indexed-type"),  # tags without location
        ("Microsoft.Network/routeFilters/routeFilterRules", {"location": "uksouth"}, "undecided: indexed-type"),
        (_COMPUTES, {"location": "uksouth"}, "undecided: indexed-type"),
        ("Microsoft.Sql/servers/databases", {}, "applies"),  # tag table yes, and its class takes both
        ("Microsoft.Web/sites", {}, "applies"),  # also, by a class of another name
        ("Microsoft.EventHub/namespaces/eventhubs", {"location": "uksouth"}, "not-applicable"),  # tag table no
        ("Microsoft.Compute/galleries/images", {}, "undecided: indexed-type"),  # tag table no, yet the class takes both
        ("Microsoft.MixedReality/spatialAnchorsAccounts", {}, "undecided: indexed-type"),  # tag table yes, no class
        ("Microsoft.Elastic/monitors", {}, "undecided: indexed-type"),  # in no source
        ("Microsoft.Elastic/monitors", {"location": "uksouth"}, "applies"),  # also, with a location
    ],
)
def test_mode_indexed_on_types_outside_the_project(type_: str, location: dict[str, str], expected: str) -> None:
    """Derived types are decided; a type in no source is decided by the location of the request alone."""
    definition = {
        "mode": "Indexed",
        "policyRule": {"if": {"field": "name", "equals": "thing"}, "then": {"effect": "deny"}},
    }
    resource = {"type": type_, "name": "thing", "apiVersion": "2025-01-01", **location}

    assert short(answer({"definition": definition, "resource": resource})) == expected
