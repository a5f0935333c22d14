"""Deleted resources that a new request brings back, with values that they had before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amlz.simulator.state_store import SoftDeletedName, StoredResource

#: Recorded once, with the days of retention: Test_OperationalInsights_Workspace_v1api20210601_CRUD.yaml of
#: azure-service-operator (2025).
LOG = "microsoft.operationalinsights/workspaces"
#: Recorded for requests with `createMode: recover` and another SKU (test_keyvault_softdelete.yaml of azure-cli, 2020
#: and 2023), and with access policies (azure-service-operator, 2025).
VAULT = "microsoft.keyvault/vaults"


def key(deleted: StoredResource | SoftDeletedName) -> str | None:
    """Returns the key of what a deleted resource leaves; None where it leaves nothing.

    A log keeps its resource group; a vault is recovered in any.
    """
    kind = deleted.type.lower()
    if kind == VAULT:
        return f"{kind}/{deleted.name}".lower()
    return deleted.id.lower() if kind == LOG else None


def recovered(resource: StoredResource, old: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any] | None:
    """Returns the body of a resource that comes back; None for a new one. `sent`: the request as it came."""
    body = resource.body or {}
    properties, before = body.get("properties") or {}, old.get("properties") or {}
    if resource.type.lower() == LOG:
        return {**body, "properties": {**properties, "retentionInDays": before.get("retentionInDays")}}
    wanted = sent.get("properties") or {}
    if str(wanted.get("createMode", "")).lower() != "recover":
        return None
    policies = [*(before.get("accessPolicies") or ())]
    policies += [policy for policy in wanted.get("accessPolicies") or () if policy not in policies]
    return {**body, "properties": {**properties, **before, "accessPolicies": policies}}
