"""How tables are derived from recordings: which condition a row gets, and what is too weak for one."""

from __future__ import annotations

from typing import Any

from tools.benchmarks.recordings import Exchange
from tools.recorded.observed import observations
from tools.recorded.trees import Observation, grown

VAULT = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/v"


def case(outcome: str, version: str = "2023-01-01", **features: Any) -> Observation:
    """One sighting of a property."""
    return Observation(features, version, False, outcome, True, f"recording {version}")


def put(request: dict[str, Any], response: dict[str, Any], method: str = "PUT") -> Exchange:
    """An accepted write of a vault."""
    return Exchange("recording", method, VAULT, "2023-01-01", request, 200, {}, response, None)


def test_of_two_conditions_that_explain_as_much_the_nearest_counts() -> None:
    """A value in the property, not one that was set at the same time."""
    near, far = "properties.acls.action", "properties.aaa"
    cases = [case("absent", **{near: "allow", far: "x"}), case("same", **{near: "deny", far: "y"})] * 4

    assert [row["when"] for row in grown(cases, "properties.acls")] == [
        [[near, "is", ["allow"]]],
        [[near, "is not", ["allow"]]],
    ]


def test_the_api_version_counts_before_another_property() -> None:
    """A default that came with a version was also seen with what clients of that version send."""
    cases = [case('"a"', "2020-01-01", **{"properties.aaa": True}), case('"b"', "2022-01-01")] * 4

    assert [row["when"] for row in grown(cases, "properties.bbb")] == [
        [["apiVersion", "from", "2022-01-01"]],
        [["apiVersion", "before", "2022-01-01"]],
    ]


def test_an_empty_value_that_is_not_returned_is_no_sighting() -> None:
    """`zones: []` is left out; zones are not."""
    [seen] = observations([put({"zones": [], "tags": {}, "properties": {"a": 1}}, {"properties": {"a": 1}})])

    assert "zones" not in seen.sent
    assert seen.sent["properties.a"] == [(1, 1)]


def test_a_patch_shows_forms_and_no_defaults() -> None:
    """Azure did not add the properties that it leaves out."""
    before = put({"properties": {"a": "x"}}, {"properties": {"a": "x", "added": 1}})
    patch = put({"properties": {"a": "deny"}}, {"properties": {"a": "Deny", "added": 1}}, "PATCH")
    first, second = observations([before, patch])

    assert (first.whole, second.whole) == (True, False)
    assert second.sent["properties.a"] == [("deny", "Deny")]
    assert second.features["properties.added"] == 1
