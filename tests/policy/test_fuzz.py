"""Policies with anything wrong in them are read, or refused in a sentence that names the file; nothing else is raised.

`make test` draws a few hundred documents; AMLZ_SLOW=all draws twenty thousand.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amlz.azure.graph import ResourceGraph
from amlz.core.planning import builtins, policies
from amlz.core.problems import LandingZoneError
from amlz.policy.engine.errors import BadInput
from amlz.policy.engine.lines import answers
from amlz.policy.imported import imported, merged, take, take_aliases
from amlz.policy.library import Library, library, shown
from amlz.policy.verdicts import PolicySources, verdicts
from amlz.reports import policy_pages
from amlz.reports.policy import unjudged
from tests.conftest import previewed
from tests.layers import MUCH
from tests.mutations import JSON, mutated
from tests.policy.engine.common import ALIASES, TYPE
from tests.policy.test_imported import ASSIGNMENT, DEFINITION, EXEMPTION, INITIATIVE

few = settings(
    max_examples=5000 if MUCH else 60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

_VAULT = {"field": "type", "equals": "Microsoft.KeyVault/vaults"}
_EFFECT = {
    "type": "String",
    "defaultValue": "Deny",
    "allowedValues": ["Deny", "Audit"],
    "metadata": {"displayName": "E"},
}
AUDITS = {
    "name": "own-audit",
    "properties": {
        "displayName": "Own",
        "description": "An audit.",
        "mode": "Indexed",
        "metadata": {"category": "Own", "version": "1.0.0"},
        "parameters": {"effect": _EFFECT, "names": {"type": "Array", "defaultValue": ["a*"]}},
        "policyRule": {
            "if": {
                "allOf": [
                    _VAULT,
                    {"not": {"field": "name", "like": "[first(parameters('names'))]"}},
                    {"count": {"value": "[parameters('names')]", "name": "n",
                               "where": {"field": "name", "like": "[current('n')]"}}, "less": 1},
                    {"count": {"field": "Microsoft.KeyVault/vaults/accessPolicies[*]"}, "lessOrEquals": 3},
                ]
            },
            "then": {"effect": "[parameters('effect')]"},
        },
    },
}  # fmt: skip
DEPLOYS = {
    "name": "own-deploy",
    "mode": "All",
    "parameters": {},
    "policyRule": {
        "if": _VAULT,
        "then": {
            "effect": "deployIfNotExists",
            "details": {
                "type": "Microsoft.Insights/diagnosticSettings",
                "name": "own",
                "roleDefinitionIds": ["/providers/Microsoft.Authorization/roleDefinitions/x"],
                "existenceCondition": {"field": "Microsoft.Insights/diagnosticSettings/logs.enabled", "equals": "true"},
                "deployment": {"properties": {"mode": "incremental", "template": {"resources": []}, "parameters": {}}},
            },
        },
    },
}
MODIFIES = {
    "name": "own-modify",
    "mode": "Indexed",
    "policyRule": {
        "if": {"field": "tags['owner']", "exists": "false"},
        "then": {
            "effect": "modify",
            "details": {
                "roleDefinitionIds": ["/providers/Microsoft.Authorization/roleDefinitions/x"],
                "conflictEffect": "audit",
                "operations": [{"operation": "add", "field": "tags['owner']", "value": "[resourceGroup().name]"}],
            },
        },
    },
}
SET = {
    "name": "own-set",
    "properties": {
        "displayName": "Set",
        "metadata": {},
        "parameters": {"effect": _EFFECT},
        "policyDefinitions": [
            {
                "policyDefinitionId": "custom:own-audit",
                "policyDefinitionReferenceId": "audits",
                "parameters": {"effect": {"value": "[parameters('effect')]"}},
            }
        ],
    },
}


def _refusal(work: Callable[[], object]) -> str:
    """The sentence with which something is refused; "" where it is not."""
    try:
        work()
    except (BadInput, LandingZoneError) as problem:
        return str(problem)
    return ""


@few
@given(mutated(AUDITS, DEPLOYS, MODIFIES, SET))
def test_a_custom_policy_is_planned_or_refused_with_its_file(tmp_path: Path, document: Any) -> None:
    """Listed, shown, and assigned by a stack file: what is not as ARM takes it is named with the file and the key."""
    folder = tmp_path / "custom" / "policies"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "own.json").write_text(json.dumps([document, AUDITS | {"name": "own-other"}]))

    refusal = _refusal(lambda: _used(library(tmp_path)))

    assert not refusal or refusal.startswith(shown(folder / "own.json"))


@pytest.mark.parametrize("member", ["own", "own-other"])
def test_an_initiative_within_an_initiative_is_refused(tmp_path: Path, member: str) -> None:
    """Itself too, which would never end."""
    folder = tmp_path / "custom" / "policies"
    folder.mkdir(parents=True)
    members = [{"policyDefinitionId": f"custom:{member}", "policyDefinitionReferenceId": "a"}]
    properties = {"displayName": "Own", "policyType": "Custom", "policyDefinitions": members}
    both = [{"name": name, "properties": properties} for name in ("own", "own-other")]
    (folder / "own.json").write_text(json.dumps(both))
    work = policies._Job(_Nowhere(), library(tmp_path))  # type: ignore[arg-type]
    entry = work.library.entry("own")
    assert entry is not None

    work.need(entry, "subscription")

    assert [problem.what for problem in work.problems] == [
        f"The initiative own has the initiative {member} as a member, which Azure refuses."
    ]


def _used(value: Library) -> None:
    policy_pages.list_text(value)
    policy_pages.list_json(value)
    for entry in value.entries:
        policy_pages.show_text(value, entry.name)
        _planned(entry)


def _planned(entry: Any) -> None:
    """Everything that a plan makes of an entry."""
    work = policies._Job(_Nowhere(), library())  # type: ignore[arg-type]
    made = (
        policies._initiative(work, entry, "subscription")
        if entry.is_initiative
        else policies._definition(work.context, entry, "subscription")
    )
    assert builtins._in_cloud(entry, frozenset()) is not None
    assert made.properties is entry.written
    policies._with_effect(entry, "Audit", {})


class _Nowhere:
    """A context with a management group and nothing else."""

    landing_zone_subscription = "a1b2c3d4-1111-4222-8333-444455556666"

    class config:  # noqa: N801
        class policies:  # noqa: N801
            management_group = "corp"


_WITH_IDS = [
    {**item, "id": f"{ASSIGNMENT['scope']}/providers/x/policyDefinitions/{item['name']}"}
    for item in (AUDITS, DEPLOYS, MODIFIES)
]
_ASSIGNED = [
    {**ASSIGNMENT, "policyDefinitionId": with_id["id"], "id": f"{ASSIGNMENT['id']}-{with_id['name']}",
     "notScopes": ["/subscriptions/x"], "overrides": [], "resourceSelectors": [
         {"name": "s", "selectors": [{"kind": "resourceLocation", "notIn": ["uksouth"]}]}]}
    for with_id in _WITH_IDS
]  # fmt: skip


@few
@given(st.lists(mutated(DEFINITION, INITIATIVE, ASSIGNMENT, EXEMPTION, *_WITH_IDS, *_ASSIGNED), min_size=1, max_size=3))
def test_an_imported_policy_is_evaluated_reported_or_refused_with_its_file(
    tmp_path: Path, documents: list[Any]
) -> None:
    """An import that is accepted stops no preview: what cannot be evaluated is reported as that."""
    file, place = tmp_path / "printed.json", tmp_path / "in"
    good = [DEFINITION, INITIATIVE, ASSIGNMENT, EXEMPTION, *_WITH_IDS, *_ASSIGNED]
    file.write_text(json.dumps([*good, *documents]))
    place.mkdir(exist_ok=True)
    for old in place.iterdir():
        old.unlink()

    refusal = _refusal(lambda: take([file]))
    if refusal:
        assert refusal.startswith(shown(file))
        return
    result, taken = take([file])
    policy_pages.import_text(taken)
    for path, text in merged(result, place).items():
        path.write_text(text)
    value = verdicts(small(), PolicySources(library(), imported(place), ("contoso",), "2026-12-01"))
    assert list(unjudged(value)) is not None


_KINDS = ("vaults", "registries", "workspaces", "resourceGroups", "diagnosticSettings", "privateEndpoints")


@functools.cache
def small() -> ResourceGraph:
    """Returns one resource of each of a few types."""
    whole = previewed("minimal").graph
    return replace(whole, resources=tuple(next(r for r in whole if r.arm_type.endswith(kind)) for kind in _KINDS))


@few
@given(mutated([{"namespace": "Microsoft.X", "resourceTypes": [{"resourceType": "x", "aliases": [
    {"name": "Microsoft.X/x/p", "defaultPath": "properties.p", "defaultMetadata": {"attributes": "Modifiable"},
     "paths": [{"path": "properties.q", "apiVersions": ["2020-01-01"]}]}]}]}]))  # fmt: skip
def test_imported_aliases_are_read_or_refused_with_their_file(tmp_path: Path, document: Any) -> None:
    """And what was read can be used."""
    file, place = tmp_path / "providers.json", tmp_path / "in"
    file.write_text(json.dumps(document))
    place.mkdir(exist_ok=True)

    def imports() -> None:
        (place / "aliases.json").write_text(json.dumps(take_aliases(file)))
        imported(place)

    refusal = _refusal(imports)

    assert not refusal or refusal.startswith((shown(file), "aliases: "))


QUESTION = {
    "id": 7,
    "definition": AUDITS,
    "parameters": {"effect": "Audit"},
    "resource": {
        "type": "Microsoft.KeyVault/vaults",
        "name": "kv",
        "id": "/subscriptions/x/resourceGroups/g/providers/Microsoft.KeyVault/vaults/kv",
        "apiVersion": "2023-07-01",
        "location": "westeurope",
        "tags": {"a": "b"},
        "properties": {"accessPolicies": [{"tenantId": "x"}]},
    },
    "related": [{"type": "Microsoft.Insights/diagnosticSettings", "name": "own", "properties": {"logs": []}}],
    "context": {"resourceGroup": {"name": "g", "tags": {}}, "now": "2026-12-01T00:00:00Z"},
}
RULED = {
    "rule": {
        "if": {"anyOf": [
            {"count": {"field": f"{TYPE}/a[*]", "where": {"field": f"{TYPE}/a[*].p", "in": [1, "x"]}}, "greater": 0},
            {"field": f"{TYPE}/p", "match": "##"},
            {"value": "[length(field('tags'))]", "less": 5},
            {"field": "location", "notIn": ["westeurope"]}]},
        "then": {"effect": "append", "details": [{"field": f"{TYPE}/p", "value": "[add(1, 2)]"}]},
    },
    "resource": {"type": TYPE, "name": "x", "properties": {"p": "12", "a": [{"p": 1}, {"p": {"$unknown": "later"}}]}},
    "aliases": ALIASES,
}  # fmt: skip
_OTHERS = [{**QUESTION, "definition": item} for item in (DEPLOYS, MODIFIES)]


@few
@given(mutated(QUESTION, RULED, *_OTHERS) | JSON)
def test_a_question_with_anything_wrong_is_answered(document: Any) -> None:
    """One line, with one of the six outcomes."""
    (line,) = answers([json.dumps(document)])

    report = json.loads(line)
    assert list(report) == ["id", "outcome", "effect", "details", "reasons"]
    assert report["outcome"] in {"applies", "does-not-apply", "not-applicable", "undecided", "error", "invalid"}
    assert report["outcome"] != "invalid" or report["details"]["message"]
