"""Actions that a change allows or allows no longer, by the assignments that decide."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from amlz.azure.permissions import Status
from amlz.diff.difference import difference
from amlz.diff.difference_permissions import PermissionChange, difference_of_permissions
from amlz.reports import difference_as
from amlz.reports.difference_markdown import markdown
from tests.conftest import as_told

SCIENTIST = "f6c7c914-8db3-469d-8ca1-694a8f32e121"
Record = dict[str, Any]


def edited(keep: Callable[[Record], Record | None]) -> Record:
    """The preview of a shipped stack with each resource changed, or left out (None)."""
    whole = as_told("recommended")
    return whole | {"resources": [new for r in whole["resources"] if (new := keep(r)) is not None]}


def scientist(resource: Record) -> bool:
    """The role with which the data scientists of one environment submit jobs."""
    body = resource["body"].get("properties", {})
    return (
        resource["armType"] == "Microsoft.Authorization/roleAssignments"
        and str(body.get("roleDefinitionId")).endswith(SCIENTIST)
        and resource["environment"] == "dev"
        and resource["urn"].endswith("-000000000002")
    )


def without(resource: Record) -> Record | None:
    """Takes that role away."""
    return None if scientist(resource) else resource


def conditional(resource: Record) -> Record:
    """Gives it under a condition."""
    if not scientist(resource):
        return resource
    properties = resource["body"]["properties"] | {"condition": "true", "conditionVersion": "2.0"}
    return resource | {"body": resource["body"] | {"properties": properties}}


def jobs(changes: tuple[PermissionChange, ...]) -> list[PermissionChange]:
    """Changes of data scientists that include jobs."""
    return [item for item in changes if item.persona == "data-scientists" and "submit-job" in item.actions]


def test_nothing_changes_without_a_change() -> None:
    """The same preview on both sides."""
    assert difference_of_permissions(as_told("recommended"), as_told("recommended")) == ((), ())


def test_a_role_that_is_taken_away_ends_actions_and_one_that_is_given_begins_them() -> None:
    """Each with the assignment, for one environment alone."""
    whole, less = as_told("recommended"), edited(without)
    gained, lost = difference_of_permissions(less, whole)

    (item,) = jobs(gained)
    assert (item.project, item.environment, item.answer, item.partly) == ("triage", "dev", Status.ALLOWED, False)
    assert [(role, scope.rsplit("/", 2)[1]) for role, scope in item.by] == [("AzureML Data Scientist", "workspaces")]
    assert lost == ()
    assert difference_of_permissions(whole, less) == ((), tuple(
        PermissionChange(
            i.persona, i.project, i.environment, i.principals, i.actions, i.by, Status.DENIED, i.partly
        )
        for i in gained
    ))  # fmt: skip


def test_a_condition_takes_away() -> None:
    """An answer under a condition is less than allowed."""
    _, lost = difference_of_permissions(as_told("recommended"), edited(conditional))

    (item,) = jobs(lost)
    assert item.answer is Status.CONDITIONAL


def test_one_of_several_principals_is_named() -> None:
    """The one that is added to others."""
    whole = as_told("recommended")
    other = "99999999-aaaa-4bbb-8ccc-000000000009"

    def twice(record: Record) -> Record:
        more = record["persona"] == "data-scientists" and record["environment"] == "dev"
        return record | {"principals": [*record["principals"], other]} if more else record

    def assigned(resource: Record) -> Record:
        body = resource["body"] | {"properties": resource["body"]["properties"] | {"principalId": other}}
        urn, own = f"{resource['urn']}-more", f"{resource['id']}-more"
        return resource | {"urn": urn, "id": own, "body": body}

    new = whole | {
        "permissions": [twice(record) for record in whole["permissions"]],
        "resources": [*whole["resources"], *(assigned(r) for r in whole["resources"] if scientist(r))],
    }

    (item,) = jobs(difference_of_permissions(whole, new)[0])
    assert (item.principals, item.partly) == ((other,), True)
    assert f"data-scientists ({other}) in triage dev: " in difference_as.text(difference("main", whole, new)).replace(
        "\n    ", " "
    )


def test_a_preview_of_an_older_version_lists_no_personas() -> None:
    """Those of the new side are asked about in both."""
    old = {key: value for key, value in edited(without).items() if key != "permissions"}

    gained, lost = difference_of_permissions(old, as_told("recommended"))

    assert len(jobs(gained)) == 1
    assert lost == ()


def test_every_form_shows_both_directions() -> None:
    """Text, Markdown and JSON."""
    whole, less = as_told("recommended"), edited(without)
    given, taken = difference("main", less, whole), difference("main", whole, less)

    for form in (difference_as.text, markdown):
        assert "Newly allowed" in form(given)
        assert "No longer allowed" not in form(given)
        assert "No longer allowed" in form(taken)
        assert "before by AzureML Data Scientist" in form(taken).replace("\n    ", " ")
    (record,) = (
        item
        for item in json.loads(difference_as.as_json(taken))["permissions"]["gone"]
        if "submit-job" in item["actions"]
    )
    assert (record["persona"], record["environment"], record["answer"]) == ("data-scientists", "dev", "not allowed")
    assert record["by"][0]["role"] == "AzureML Data Scientist"
