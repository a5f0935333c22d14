"""Policies on what Azure makes of a request: a resource that complies at its creation and no longer after it."""

from __future__ import annotations

from typing import Any

from amlz.checks.policy import after_creation
from amlz.policy.library import library
from amlz.policy.verdicts import PolicySources, verdicts
from tests.checks.common import graph_of

SUBSCRIPTION = "/subscriptions/a1b2c3d4-1111-4222-8333-444455556666"
ACCOUNT = f"{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/stone"
DEFINITION = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/policyDefinitions/theirs"


def findings(field: str, value: Any, properties: dict[str, Any], effect: str = "audit") -> list[tuple[str, str, Any]]:
    """Severity, path and actual value of each finding; the policy reports accounts whose field has the value."""
    alias = f"Microsoft.Storage/storageAccounts/{field}"
    kind = {"field": "type", "equals": "Microsoft.Storage/storageAccounts"}
    condition: dict[str, Any] = {"allOf": [kind, {"field": alias, "equals": value}]}
    then: dict[str, Any] = {"effect": effect}
    if effect == "modify":
        then["details"] = {
            "roleDefinitionIds": ["/r"],
            "operations": [{"operation": "addOrReplace", "field": alias, "value": "TLS1_3"}],
        }
        condition = kind
    rule = {"if": condition, "then": then}
    audit = {"if": {"allOf": [kind, {"field": alias, "equals": value}]}, "then": {"effect": "audit"}}
    graph = graph_of(
        [
            _policy(DEFINITION, {"mode": "Indexed", "displayName": "Theirs", "policyRule": rule}),
            _policy(f"{DEFINITION}-audit", {"mode": "Indexed", "displayName": "Audit", "policyRule": audit}),
            *(_assignment(name) for name in (("theirs", "theirs-audit") if effect == "modify" else ("theirs",))),
            {
                "type": "Microsoft.Storage/storageAccounts",
                "apiVersion": "2024-01-01",
                "id": ACCOUNT,
                "body": {"kind": "StorageV2", "sku": {"name": "Standard_LRS"}, "properties": properties},
            },
        ]
    )
    asked = PolicySources(library())
    answers = verdicts(graph, asked).answers
    later = verdicts(after_creation.forecast(graph, answers), asked).answers
    return [(f.severity.value, f.path, f.actual) for f in after_creation.find(graph, answers, later)]


def _policy(resource_id: str, properties: dict[str, Any]) -> dict[str, Any]:
    kind = "Microsoft.Authorization/policyDefinitions"
    return {"type": kind, "apiVersion": "2023-04-01", "id": resource_id, "body": {"properties": properties}}


def _assignment(name: str) -> dict[str, Any]:
    kind = "Microsoft.Authorization/policyAssignments"
    definition = DEFINITION.rpartition("/")[0] + f"/{name}"
    return {
        "type": kind,
        "apiVersion": "2023-04-01",
        "id": f"{SUBSCRIPTION}/providers/{kind}/{name}",
        "body": {"properties": {"policyDefinitionId": definition, "scope": SUBSCRIPTION}},
    }


def test_a_default_that_a_policy_reports_is_found() -> None:
    """The request does not state the property; Azure sets it to Allow. So with deny: the resource is there then."""
    for effect in ("audit", "deny"):
        assert findings("networkAcls.defaultAction", "Allow", {}, effect) == [
            ("warning", "properties.networkAcls.defaultAction", "Allow")
        ]


def test_a_value_that_the_request_states_is_left_to_its_own_verdict() -> None:
    """The request itself does not comply, or it does."""
    for value in ("Allow", "Deny"):
        assert findings("networkAcls.defaultAction", "Allow", {"networkAcls": {"defaultAction": value}}) == []


def test_another_default_is_not_found() -> None:
    """Azure's value complies."""
    assert findings("minimumTlsVersion", "TLS1_0", {}) == []


def test_a_default_on_which_recordings_disagree_is_undecided() -> None:
    """Neither compliant nor a guess."""
    [(severity, path, actual)] = findings("allowBlobPublicAccess", True, {})

    assert (severity, path) == ("note", "properties.allowBlobPublicAccess")
    assert "a default of Azure" in str(actual)


def test_what_a_policy_writes_into_the_request_is_no_longer_a_default() -> None:
    """Modify runs before Azure fills in anything."""
    assert findings("minimumTlsVersion", "TLS1_2", {}) == [("warning", "properties.minimumTlsVersion", "TLS1_2")]
    assert findings("minimumTlsVersion", "TLS1_2", {}, "modify") == []
