"""Defaults of Azure, from recordings: where they hold, where they are not known, and no change where written out."""

from __future__ import annotations

from typing import Any

import pytest

from amlz.azure.change_rule import Kind
from amlz.azure.changes import changes
from amlz.azure.defaults import defaults, filled, without_written
from amlz.azure.graph import is_unknown, unknown

STORE, VERSION = "Microsoft.Storage/storageAccounts", "2024-01-01"
WORKSPACE, WORKSPACE_VERSION = "Microsoft.MachineLearningServices/workspaces", "2025-06-01"


def of(arm_type: str, version: str, body: dict[str, Any]) -> dict[str, Any]:
    """Defaults by path; unknown ones as None."""
    return {".".join(entry.keys): entry.value if entry.sure else None for entry in defaults(arm_type, version, body)}


def test_a_default_is_the_recorded_one_where_recordings_agree_and_unknown_where_they_do_not() -> None:
    """Of 65 recordings 61 have the bypass, too few of them; of a property that is stated there is no default."""
    result = of(STORE, VERSION, {"kind": "StorageV2", "properties": {"accessTier": "Cool"}})

    assert result["properties.supportsHttpsTrafficOnly"] is True
    assert result["properties.networkAcls.defaultAction"] == "Allow"
    assert (result["properties.networkAcls.bypass"], result["properties.allowBlobPublicAccess"]) == (None, None)
    assert "properties.accessTier" not in result


def test_a_default_holds_under_its_condition_alone() -> None:
    """Only accounts of kind StorageV2 have the access tier; where the kind is not known, neither is the tier."""
    kinds: list[Any] = ["StorageV2", "Storage", unknown("a parameter")]

    result = [of(STORE, VERSION, {"kind": kind}).get("properties.accessTier", "absent") for kind in kinds]

    assert result == ["Hot", "absent", None]


def test_a_default_of_some_api_versions_is_unknown_where_the_version_is_not_known() -> None:
    """An engine's state does not always show it."""
    versions = "2025-05-01", "2020-01-01", ""

    result = [of("Microsoft.Network/virtualNetworks", entry, {"properties": {}}) for entry in versions]

    key = "properties.privateEndpointVNetPolicies"
    assert [entry.get(key, "absent") for entry in result] == ["Disabled", "absent", None]


def test_nothing_is_filled_into_a_value_that_is_not_known() -> None:
    """Properties that only the deployment knows may hold anything."""
    body = {"properties": unknown("another stack's")}

    assert filled(STORE, VERSION, body)["properties"] == body["properties"]


def test_a_filled_body_has_what_is_known_and_marks_what_is_not() -> None:
    """With `sure_only` the rest stays absent. The body itself is not changed."""
    body: dict[str, Any] = {"kind": "StorageV2", "properties": {"networkAcls": {"defaultAction": "Deny"}}}

    whole, sure = (filled(STORE, VERSION, body, sure_only=entry)["properties"] for entry in (False, True))

    assert (whole["accessTier"], whole["networkAcls"]["defaultAction"]) == ("Hot", "Deny")
    assert is_unknown(whole["networkAcls"]["bypass"])
    assert "bypass" not in sure["networkAcls"]
    assert body == {"kind": "StorageV2", "properties": {"networkAcls": {"defaultAction": "Deny"}}}


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ({"hbiWorkspace": False}, []),
        ({"managedNetwork": {"isolationMode": "Disabled"}}, []),
        ({"hbiWorkspace": True}, ["properties.hbiWorkspace"]),
        ({"hbiWorkspace": False, "description": "x"}, ["properties.description"]),
        ({"managedNetwork": {"isolationMode": "Disabled", "firewallSku": "Basic"}}, ["properties.managedNetwork"]),
    ],
    ids=["a default", "an object of defaults", "another value", "beside a change", "an object with more"],
)  # fmt: skip
def test_stating_a_default_or_leaving_it_out_again_is_no_change(states: dict[str, Any], expected: list[str]) -> None:
    """In both directions. Azure has the value already."""
    short: dict[str, Any] = {"properties": {"storageAccount": "/x"}}
    long: dict[str, Any] = {"properties": {"storageAccount": "/x", **states}}

    for old, new in ((short, long), (long, short)):
        assert [entry.row.path for entry in changes(WORKSPACE, old, new, WORKSPACE_VERSION)] == expected


def test_a_default_that_is_not_sure_stays_a_change() -> None:
    """It is never hidden on the strength of too few or contradicting recordings."""
    old: dict[str, Any] = {"kind": "StorageV2", "properties": {"x": 1}}
    new: dict[str, Any] = {"kind": "StorageV2", "properties": {"x": 1, "allowBlobPublicAccess": False}}

    assert without_written(STORE, VERSION, old, new) == (old, new)
    assert [entry.row.path for entry in changes(STORE, old, new, VERSION)] == ["properties.allowBlobPublicAccess"]


def test_another_value_than_the_default_keeps_its_effect() -> None:
    """Azure refuses to turn high business impact on later."""
    old: dict[str, Any] = {"properties": {"storageAccount": "/x", "hbiWorkspace": False}}

    result = changes(WORKSPACE, old, {"properties": {"storageAccount": "/x", "hbiWorkspace": True}}, WORKSPACE_VERSION)

    assert [entry.kind for entry in result] == [Kind.FIXED]
