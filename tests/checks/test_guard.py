"""The guard: a loss needs an allowance, and impossible changes are reported."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from amlz.azure.graph import Resource
from amlz.checks.guard.change import LossAllowance, ResourceChanges, edit_of
from amlz.checks.guard.destructive import guard
from amlz.core.config.allowed_loss import AllowedLossConfig

GROUP = "/subscriptions/s/resourceGroups/rg"
STORE = "Microsoft.Storage/storageAccounts"
VNET = "Microsoft.Network/virtualNetworks"
ML = "Microsoft.MachineLearningServices/workspaces"


def resource(arm_type: str, name: str, owner: str = "", **body: Any) -> Resource:
    """A resource of the program; its logical name is its type's last word."""
    project, _, environment = owner.partition("/")
    where = f"{GROUP}/providers/{arm_type}/{name}"
    return Resource(
        urn=f"urn:pulumi:s::p::t::{arm_type.rpartition('/')[2]}",
        token="t",
        arm_type=arm_type,
        api_version="",
        id=GROUP if arm_type.endswith("resourceGroups") else where,
        name=name,
        location="",
        subscription="s",
        resource_group="rg",
        body=body,
        project=project,
        environment=environment,
    )


OTHER = resource(STORE, "other", "churn/dev")
GROUPS = "Microsoft.Resources/resourceGroups"
RG, RG_MOVED = (resource(GROUPS, "rg", location=place) for place in ("westeurope", "northeurope"))
DATA = resource(STORE, "st", "churn/dev")
CONTAINER = replace(
    resource(f"{STORE}/blobServices/containers", "c", "churn/dev"), id=f"{DATA.id}/blobServices/default/containers/c"
)
NET = resource(VNET, "vnet", "churn/dev")


LOCKS, ROLES = "Microsoft.Authorization/locks", "Microsoft.Authorization/roleAssignments"


def on(target: Resource, arm_type: str, name: str) -> Resource:
    """An extension of a resource, such as a lock."""
    return replace(resource(arm_type, name), id=f"{target.id}/providers/{arm_type}/{name}", urn=f"urn::{name}")


LOCK, ROLE = on(DATA, LOCKS, "lock-storage"), on(DATA, ROLES, "role-a")


def entry(name: str) -> AllowedLossConfig:
    """An entry of the stack file."""
    return AllowedLossConfig(resource=name, reason="Nothing is in it yet.")


CASES: dict[str, tuple[list[Resource], list[Resource], LossAllowance, list[tuple[str, str]]]] = {
    "nothing changes": ([DATA, NET], [DATA, NET], LossAllowance(), []),
    "what holds no data goes": ([DATA, NET], [DATA], LossAllowance(), []),
    "an account goes": ([DATA], [], LossAllowance(), [("guard/delete-not-allowed", "st")]),
    "an account goes, allowed by name": ([DATA], [], LossAllowance(delete=(entry("st"),)), []),
    "an account goes, allowed by its name in the program": (
        [DATA], [], LossAllowance(delete=(entry("storageAccounts"),)), [],
    ),
    "an account goes with its containers": (
        [DATA, CONTAINER], [], LossAllowance(), [("guard/delete-not-allowed", "st")],
    ),
    "a container goes": ([DATA, CONTAINER], [DATA], LossAllowance(), [("guard/delete-not-allowed", "c")]),
    "an environment goes, allowed as a whole": ([DATA, NET], [], LossAllowance(delete=(entry("churn/dev"),)), []),
    "an account goes, its environment stays": (
        [DATA, NET], [NET], LossAllowance(delete=(entry("churn/dev"),)),
        [("guard/delete-not-allowed", "st"), ("guard/allows-nothing", "churn/dev")],
    ),
    "replacing is not deleting": (
        [DATA], [OTHER], LossAllowance(delete=(entry("st"),)),
        [("guard/replace-not-allowed", "st"), ("guard/allows-nothing", "st")],
    ),
    "an account is replaced, allowed": ([DATA], [OTHER], LossAllowance(replace=(entry("st"),)), []),
    "a whole environment does not allow replacing": (
        [DATA], [OTHER], LossAllowance(replace=(entry("churn/dev"),)),
        [("guard/replace-not-allowed", "st"), ("guard/allows-nothing", "churn/dev")],
    ),
    "a group moves, and what is in it goes": (
        [RG, DATA], [RG_MOVED, DATA], LossAllowance(), [("guard/replace-not-allowed", "st")],
    ),
    "a group moves, allowed": ([RG, DATA], [RG_MOVED, DATA], LossAllowance(replace=(entry("st"),)), []),
    "what Azure refuses": (
        [DATA], [resource(STORE, "st", "churn/dev", kind="BlobStorage")],
        LossAllowance(), [("guard/refused-by-azure", "st")],
    ),
    "a default of Azure that is written out, where Azure refuses each change": (
        [resource(ML, "mlw", properties={"description": "x"})],
        [resource(ML, "mlw", properties={"description": "x", "hbiWorkspace": False})], LossAllowance(), [],
    ),
    "another value than the default, where Azure refuses each change": (
        [resource(ML, "mlw", properties={"description": "x"})],
        [resource(ML, "mlw", properties={"description": "x", "hbiWorkspace": True})],
        LossAllowance(), [("guard/refused-by-azure", "mlw")],
    ),
    "what Azure ignores": (
        [resource("Microsoft.KeyVault/vaults/keys", "k", properties={"keySize": 2048})],
        [resource("Microsoft.KeyVault/vaults/keys", "k", properties={"keySize": 3072})],
        LossAllowance(), [("guard/ignored-by-azure", "k")],
    ),
    "what Azure refuses while in use": (
        [resource(VNET, "vnet", properties={"subnets": [{"name": "a"}, {"name": "b"}]})],
        [resource(VNET, "vnet", properties={"subnets": [{"name": "a"}]})],
        LossAllowance(), [("guard/refused-while-in-use", "vnet")],
    ),
    "what nobody knows": (
        [NET], [resource(VNET, "vnet", "churn/dev", extendedLocation={"name": "a"})], LossAllowance(), [],
    ),
    "a role below a lock goes": ([DATA, LOCK, ROLE], [DATA, LOCK], LossAllowance(), [("guard/below-a-lock", "role-a")]),
    "a role goes with the lock above it": ([DATA, LOCK, ROLE], [DATA], LossAllowance(), []),
    "a role goes, and the lock is new": ([DATA, ROLE], [DATA, LOCK], LossAllowance(), []),
    "a role beside a lock goes": ([NET, DATA, LOCK, on(NET, ROLES, "role-b")], [NET, DATA, LOCK], LossAllowance(), []),
    "an entry that is left": ([DATA], [DATA], LossAllowance(replace=(entry("st"),)), [("guard/allows-nothing", "st")]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_guard_says_what_has_to_be_decided(case: str) -> None:
    """Of which resource or entry."""
    old, new, allowed, pairs = CASES[case]

    assert [(finding.check, finding.name) for finding in guard(edit_of(old, new), allowed)] == pairs


def test_a_loss_is_told_with_what_azure_keeps() -> None:
    """The loss, its reason, and the line that would allow it."""
    vault = resource("Microsoft.KeyVault/vaults", "kv", "churn/dev", properties={"softDeleteRetentionInDays": 30})

    (finding,) = guard(edit_of([vault], []), LossAllowance())

    assert (finding.message, finding.remedy) == (
        "kv would be deleted. Lost: secrets and keys; with purge protection, it and its name stay for 30 days and can "
        "be recovered; nobody can end that sooner.",
        "Revert the change. If the loss is acceptable, first save what must be kept: back up each secret, key and "
        "certificate (`az keyvault secret backup`, `az keyvault key backup`, `az keyvault certificate backup`); a "
        "backup can be restored only in the same subscription and geography. Then add this entry to the list "
        '`allowDelete` of the stack file: `{resource: churn/dev, reason: "Why the loss is acceptable (ticket)."}`.',
    )


def test_nothing_is_said_of_nothing() -> None:
    """No change, no entry."""
    assert guard(ResourceChanges(), LossAllowance()) == ()
