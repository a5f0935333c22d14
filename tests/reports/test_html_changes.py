"""The difference in the HTML report: equal changes are together, with the same content as in other formats."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from inspect import getsource
from typing import Any

from amlz.checks.guard.change import LossAllowance
from amlz.diff.difference import Difference, difference
from amlz.diff.engine_steps import difference_by_engine
from amlz.reports.difference_as import headline
from amlz.reports.formats import as_html
from amlz.reports.html.changes import ChangedRow, GroupRow, PropertyRow, changes
from tests.conftest import ROOT, as_told, previewed

HEADLINE = getsource(headline)
GROUP = "/subscriptions/a/resourceGroups/rg-churn"
CLUSTER = "Microsoft.MachineLearningServices/workspaces/computes"


def resource(name: str, arm_type: str = "Microsoft.Storage/storageAccounts", **body: Any) -> dict[str, Any]:
    """A resource as a preview records it."""
    return {
        "urn": f"urn:pulumi:dev::lz::azure-native:x:Y::{name}",
        "armType": arm_type,
        "apiVersion": "2024-01-01",
        "id": f"{GROUP}/providers/{arm_type}/{name}",
        "name": name,
        "resourceGroup": "rg-churn",
        "project": "churn",
        "environment": "dev",
        "provider": "p",
        "protect": False,
        "body": body,
    }


def between(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> Difference:
    """The difference of two previews that have nothing but resources."""
    return difference("main", {"stack": "dev", "resources": old}, {"stack": "dev", "resources": new})


def test_resources_that_change_alike_stand_together() -> None:
    """In the order of the plan; of two values the one that does more comes first."""
    names = ("sta", "stb", "stc")
    old = [resource(name, tags={"cost": "1"}, sku={"name": "Standard_LRS"}) for name in names]
    new = [resource(name, tags={"cost": "2"}, sku={"name": "Standard_LRS"}) for name in names[:2]]
    new.append(resource("stc", tags={"cost": "2"}, sku={"name": "Standard_GRS"}))

    result = changes(between(old, new))

    cost = PropertyRow("tags.cost", "1", "2", "", "good")
    assert (result.headline, result.counts) == (
        "dev against main: 0 created, 3 changed, 0 deleted, 0 unchanged",
        (("created", 0), ("changed", 3), ("replaced", 0), ("deleted", 0), ("unchanged", 0)),
    )
    assert result.updated[0] == ChangedRow("2 storage accounts", ("churn, dev: sta", "churn, dev: stb"), 0, (cost,), 0)
    assert [row.names for row in result.updated] == [("churn, dev: sta", "churn, dev: stb"), ("churn, dev: stc",)]
    assert {row.path for row in result.updated[1].properties} == {"tags.cost", "sku.name"}


def test_a_change_of_everything_names_some_and_counts_the_rest() -> None:
    """So that a page stays small."""
    many = range(250)
    old = [resource(f"st{n:03}", tags={f"t{t:02}": "1" for t in range(50)}) for n in many]
    new = [resource(f"st{n:03}", tags={f"t{t:02}": "2" for t in range(50)}) for n in many]

    (row,) = changes(between(old, new)).updated

    assert (row.what, len(row.names), row.more) == ("250 storage accounts", 200, 50)
    assert (len(row.properties), row.more_properties) == (40, 10)


def test_what_comes_and_goes_is_told_by_group_and_type() -> None:
    """Role assignments have GUIDs for names: they are counted, and shown as roles."""
    gone, came = resource("st"), [resource("cpu", CLUSTER), resource("gpu", CLUSTER)]
    role = resource("0f3a", "Microsoft.Authorization/roleAssignments")

    result = changes(between([gone], [*came, role]))

    assert result.created == (GroupRow("rg-churn", (("1 role assignment", ()), ("2 computes", ("cpu", "gpu")))),)
    assert result.deleted == (GroupRow("rg-churn", (("1 storage account", ("st",)),)),)
    assert [(owner, item) for owner, item, _ in result.lost] == [("churn, dev", "storage account st")]
    assert (result.level, [row.check for row in result.guard]) == ("bad", ["guard/delete-not-allowed"])


def test_everything_that_a_difference_holds_has_its_place() -> None:
    """Independent of later additions."""
    text = (ROOT / "amlz" / "reports" / "html" / "changes.py").read_text(encoding="utf-8")

    shown = set(re.findall(r"\bdifference\.(\w+)", text)) | set(re.findall(r"\b(?:found|difference)\.(\w+)", HEADLINE))

    assert {field.name for field in fields(Difference)} - shown == {
        "unsure",
        "accepted",
    }  # by not_covered and newly_accepted


#: A finding as JSON has it.
FINDING = {
    **dict.fromkeys(("resource", "project", "environment", "path", "message", "remedy", "source"), ""),
    "severity": "warning",
    "expected": None,
    "actual": None,
}


def test_what_moves_and_what_is_wider_is_told() -> None:
    """In the words of the other forms."""
    role = {"who": "readers", "principal": "p", "role": "Reader", "scope": GROUP, "why": "looking"}
    before, after = resource("st"), {**resource("st"), "urn": "urn:pulumi:dev::lz::azure-native:x:Y::store"}
    result = replace(
        between([before], [before]),
        moved=((before, after),),
        roles=((role,), ()),
        widened=((role, (f"{GROUP}/providers/Microsoft.Storage/storageAccounts/st",)),),
        accepted=({**FINDING, "id": "keys/enabled", "name": "st", "reason": "Until it moves."},),
    )

    value = changes(result)

    assert value.moved == (("storage account st", "st becomes store, by an alias"),)
    assert value.pairs == (
        ("Roles", ("Reader for readers on rg-churn",), ()),
        ("Roles, wider than before", ("Reader for readers on rg-churn, before on churn, dev: st",), ()),
        ("Newly accepted", ("warning  keys/enabled  st: Until it moves.",), ()),
    )
    assert value.decides == ("1 role wider than before",)


def test_no_difference_is_said_in_the_first_line() -> None:
    """And the page goes on with the preview."""
    text = as_html.render(previewed("minimal"), difference("main", as_told("minimal"), as_told("minimal")))

    says = "minimal: no difference from main, 125 resources"
    assert f'<p class="verdict good"><span class="mark" aria-hidden="true">✓</span> {says}</p>' in text
    assert f'<p class="lead">{says}.</p>' in text
    assert '<dl class="numbers small">' not in text


def test_what_the_engine_would_do_is_told_in_the_same_way() -> None:
    """With what it cannot tell."""
    result = difference_by_engine({"steps": []}, as_told("minimal"), LossAllowance())

    page = as_html.render(previewed("minimal"), result)

    assert "minimal: no difference from what Pulumi&#39;s state holds, 0 resources." in page
    assert "Not covered: drift, unless the engine refreshed;" in page
