"""Protections of resources: each form of a row, and changes in the other direction."""

from __future__ import annotations

from typing import Any

import pytest

from amlz.azure.protection import (
    Lost,
    fewer,
    gone,
    items,
    keys,
    less,
    more,
    nsg_rules,
    other,
    per_rule,
    ranked,
    reached,
)
from amlz.azure.protections import ADDED, PROTECTIONS, REMOVED
from amlz.azure.table import entry, tokens
from amlz.checks.guard.weakened import of_type
from amlz.core.discovery import capability_facts

ACCESS = ranked("publicNetworkAccess", "Disabled", "Enabled")
TLS = ranked("tls", "1.3|1.2", "1.0", absent="1.2")
CAP = less("cap.gb", absent=float("inf"))
IPS = items("rules.*.value")


def rules(*named: tuple[str, list[str], list[str]], **more_of: Any) -> dict[str, Any]:
    """Rules of a firewall: name, sources and destinations."""
    values = [{"name": n, "sourceAddresses": s, "destinationFqdns": d, **more_of} for n, s, d in named]
    return {"ruleCollections": [{"action": {"type": "Allow"}, "rules": values}]}


def security(access: str, direction: str, prefix: str, port: str) -> dict[str, Any]:
    """A network security group with one rule."""
    side = "source" if direction == "Inbound" else "destination"
    rule = {"access": access, "direction": direction, f"{side}AddressPrefix": prefix, "destinationPortRange": port}
    return {"securityRules": [{"name": "r", "properties": rule}]}


LOSSES: dict[str, tuple[Lost, dict[str, Any], dict[str, Any], tuple[str, ...] | None]] = {
    "a weaker value": (ACCESS, {"publicNetworkAccess": "disabled"}, {"publicNetworkAccess": "Enabled"}, ()),
    "a value that is left out": (ACCESS, {"publicNetworkAccess": "Disabled"}, {}, ()),
    "a name in other letters": (ACCESS, {"PublicNetworkAccess": "Disabled"}, {"publicnetworkaccess": "Enabled"}, ()),
    "a stronger value": (ACCESS, {}, {"publicNetworkAccess": "Disabled"}, None),
    "an unknown value": (ACCESS, {"publicNetworkAccess": "Disabled"}, {"publicNetworkAccess": {"$unknown": "x"}}, None),
    "an equal value": (TLS, {"tls": "1.3"}, {"tls": "1.2"}, None),
    "another value than the default": (TLS, {}, {"tls": "1.0"}, ()),
    "a switch": (ranked("keys", "false", "true"), {"keys": False}, {"keys": True}, ()),
    "an empty list": (gone("policies"), {"policies": [{"id": "/a"}]}, {"policies": []}, ()),
    "a part that was never there": (gone("policies"), {}, {}, None),
    "a limit where none was": (CAP, {}, {"cap": {"gb": 1}}, ()),
    "a limit that is removed": (CAP, {"cap": {"gb": 1}}, {"cap": {"gb": -1}}, None),
    "another target": (other("to"), {"to": "/x/Log-A"}, {"to": "/x/log-B"}, ("log-B",)),
    "a target in other letters": (other("to"), {"to": "/x/Log-A"}, {"to": "/x/log-a"}, None),
    "the first target": (other("to"), {}, {"to": "/x/log-a"}, None),
    "an added part": (more(IPS), {"rules": []}, {"rules": [{"value": "1.2.3.4"}]}, ("1.2.3.4",)),
    "a removed part": (more(IPS), {"rules": [{"value": "1.2.3.4"}]}, {}, None),
    "fewer parts": (fewer(IPS), {"rules": [{"value": "1.2.3.4"}]}, {}, ("1.2.3.4",)),
    "an added key": (more(keys("ids")), {"ids": {"/x/a": {}}}, {"ids": {"/x/b": {}}}, ("b",)),
    "a destination of an existing source": (
        reached, rules(("a", ["10.0.0.0/26"], ["x"])), rules(("b", ["10.0.0.0/26"], ["x", "y"])), ("y",),
    ),
    "a new source": (reached, rules(("a", ["s"], ["x"])), rules(("a", ["s", "t"], ["x"])), None),
    "a rule with less inspection": (
        per_rule("terminateTLS"), rules(("a", [], []), terminateTLS=True), rules(("a", [], []), terminateTLS=False),
        ("a",),
    ),
    "a wider port": (
        more(nsg_rules("allow")), security("Allow", "Inbound", "10.0.0.0/8", "443"),
        security("Allow", "Inbound", "10.0.0.0/8", "*"), ("Inbound 10.0.0.0/8:*",),
    ),
    "a denial that ends": (
        fewer(nsg_rules("deny")), security("Deny", "Outbound", "Internet", "*"), {"securityRules": []},
        ("Outbound Internet:*",),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", LOSSES)
def test_a_loss_is_seen_in_one_direction(case: str) -> None:
    """Details of what is lost, () for none, None for no loss."""
    lost, before, after, expected = LOSSES[case]

    assert lost(before, after) == expected


def test_rows_name_types_that_are_deployed() -> None:
    """A row of a misspelt type would protect nothing."""
    known = {str(entry(token)["arm"]).lower() for token in tokens()}

    facts = tuple(capability_facts())
    rows = (*PROTECTIONS, *(row for one in facts for row in one.protections))
    types = [*REMOVED, *ADDED, *(kind for one in facts for kind in (*one.removed, *one.added))]
    assert {t.lower() for t in (*(row.arm_type for row in rows), *types)} - known == set()
    assert of_type("MICROSOFT.KEYVAULT/VAULTS") == of_type("Microsoft.KeyVault/vaults") != ()
