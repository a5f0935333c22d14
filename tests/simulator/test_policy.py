"""Azure Policy in the simulated Azure: effects of assignments on requests once they are active."""

from __future__ import annotations

import functools
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from amlz.simulator.errors import AzureRefused
from amlz.simulator.faults import tenant_policy
from amlz.simulator.policy import Audited, PolicyService, scanned
from amlz.simulator.state_store import StateStore, StoredResource
from tests.simulator.stored_resources import requests, standing

SCOPE = "/subscriptions/a1b2c3d4-1111-4222-8333-444455556666"


@functools.cache
def minimal() -> tuple[StoredResource, ...]:
    """The smallest shipped stack."""
    return requests("minimal")


def account(**changed: Any) -> StoredResource:
    """Its storage account, with other inputs."""
    resource = next(
        stored_resource
        for stored_resource in minimal()
        if stored_resource.token == "azure-native:storage:StorageAccount"
    )
    return replace(resource, inputs={**resource.inputs, **changed})


def code(service: PolicyService, wanted: StoredResource) -> str:
    """The code of a refusal; "" for none."""
    try:
        service.allowed(wanted)
    except AzureRefused as refused:
        return refused.code
    return ""


def outside(store: StateStore, rule: dict[str, Any]) -> None:
    """A third-party assignment, over the whole subscription."""
    definition = {"id": "/d", "name": "theirs", "properties": {"displayName": "Theirs", "mode": "All", **rule}}
    store.add_outside("definition", definition)
    assigned = {"policyDefinitionId": "/d", "scope": SCOPE}
    store.add_outside("assignment", {"id": "/a", "name": "assigned", "properties": assigned})


def test_what_the_stack_builds_is_what_its_own_policies_allow(tmp_path: Path) -> None:
    """Requested again without a change, nothing is refused or changed, and a scan finds nothing."""
    service = PolicyService(store := standing(tmp_path, *minimal()))

    assert [resource.id for resource in minimal() if service.allowed(resource) != resource] == []
    assert scanned(store) == ()


def test_an_assignment_takes_hold_with_the_next_command(tmp_path: Path) -> None:
    """Resources of the same command are not evaluated; a deny then refuses, and a scan reports existing resources."""
    service = PolicyService(store := standing(tmp_path))
    with store.change():
        for resource in minimal():
            if "/policy" in resource.type.lower():
                store.put(_denying(resource), ())
    insecure = account(allowSharedKeyAccess=True)

    before = code(service, insecure)
    store.settle("first")
    same_command = code(service, insecure)
    store.settle("second")
    after = code(service, insecure)

    assert (before, same_command, after) == ("", "", "RequestDisallowedByPolicy")
    with store.change():
        store.put(insecure, ())
    assert [audited for audited in scanned(store) if audited.policy == "Storage: no shared keys"] == [
        Audited("guardrails-data-and-identity", "Storage: no shared keys", (insecure.id,))
    ]


def _denying(policy: StoredResource) -> StoredResource:
    """An assignment whose every policy denies."""
    if not policy.type.lower().endswith("/policyassignments"):
        return policy
    return replace(policy, inputs={**policy.inputs, "overrides": [{"kind": "policyEffect", "value": "Deny"}]})


def test_a_refusal_names_the_assignment_and_the_definition(tmp_path: Path) -> None:
    """In ARM's own form: status, code, message, target."""
    store = standing(tmp_path)
    for kind, item in tenant_policy("Microsoft.Storage/storageAccounts"):
        store.add_outside(kind, item)

    with pytest.raises(AzureRefused) as refused:
        PolicyService(store).allowed(account())

    group = "/providers/Microsoft.Management/managementGroups/by-the-tenant/providers/Microsoft.Authorization"
    assert (refused.value.status, refused.value.code, refused.value.target) == (
        403,
        "RequestDisallowedByPolicy",
        account().id,
    )
    assert refused.value.message == (
        f"Resource '{account().name}' was disallowed by policy. Policy identifiers: "
        f'\'[{{"policyAssignment": {{"name": "by-the-tenant", "id": "{group}/policyAssignments/by-the-tenant"}}, '
        '"policyDefinition": {"name": "Types that this tenant does not allow", '
        f'"id": "{group}/policyDefinitions/denied-types"}}}}]\'.'
    )


def test_modify_and_append_change_what_is_stored(tmp_path: Path) -> None:
    """The inputs that a refresh reads are those that the policy made."""
    store = standing(tmp_path)
    change = {"operation": "addOrReplace", "field": "tags['costCentre']", "value": "42"}
    details = {"roleDefinitionIds": ["/r"], "operations": [change]}
    rule = {"field": "type", "equals": "Microsoft.Storage/storageAccounts"}
    outside(store, {"policyRule": {"if": rule, "then": {"effect": "modify", "details": details}}})

    allowed = PolicyService(store).allowed(account())

    tags = {**account().inputs["tags"], "costCentre": "42"}
    assert allowed == replace(
        account(),
        inputs={**account().inputs, "tags": tags},
        outputs={**account().outputs, "tags": tags},
    )


def test_audit_lets_pass_and_a_scan_tells(tmp_path: Path) -> None:
    """By policy, with how many and the first of them."""
    store = standing(tmp_path, account())
    rule = {"field": "type", "equals": "Microsoft.Storage/storageAccounts"}
    outside(store, {"policyRule": {"if": rule, "then": {"effect": "audit"}}})

    assert PolicyService(store).allowed(account()) == account()
    assert scanned(store) == (Audited("assigned", "Theirs", (account().id,)),)


@pytest.mark.parametrize(
    ("kind", "inputs", "says"),
    [
        ("Definition", {"policyRule": {"if": {"field": "type", "equals": "a"}}}, "then"),
        ("SetDefinition", {"policyDefinitions": [{}]}, "policyDefinitionId"),
        ("Assignment", {"displayName": "of nothing"}, "an assignment names a definition or an initiative"),
        ("Exemption", {"exemptionCategory": "Waiver"}, "an exemption names an assignment"),
    ],
)
def test_a_policy_that_is_none_is_refused(tmp_path: Path, kind: str, inputs: dict[str, Any], says: str) -> None:
    """Before it exists, and not with every request that it would have to evaluate."""
    parent = f"{SCOPE}/providers/Microsoft.Authorization/policy{kind}s/wrong"
    type_ = f"Microsoft.Authorization/policy{kind}s"
    wanted = StoredResource(parent, "", f"azure-native:authorization:Policy{kind}", type_, "wrong", inputs, {})

    with pytest.raises(AzureRefused, match=says) as refused:
        PolicyService(standing(tmp_path)).allowed(wanted)

    assert (refused.value.status, refused.value.code) == (400, "InvalidPolicy")


def test_a_scan_reads_the_defaults_of_azure(tmp_path: Path) -> None:
    """The request does not hold the property, so it is accepted; the existing resource has it."""
    alias = "Microsoft.Storage/storageAccounts/allowCrossTenantReplication"
    kind = {"field": "type", "equals": "Microsoft.Storage/storageAccounts"}
    rule = {"if": {"allOf": [kind, {"field": alias, "equals": False}]}, "then": {"effect": "deny"}}
    plain = account()
    inputs = {key: value for key, value in plain.inputs.items() if key != "allowCrossTenantReplication"}
    store = standing(tmp_path, replace(plain, inputs=inputs))
    outside(store, {"policyRule": rule})

    assert code(PolicyService(store), replace(plain, inputs=inputs)) == ""
    assert [entry.ids for entry in scanned(store)] == [(plain.id,)]
