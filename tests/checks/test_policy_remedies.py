"""Remedies against refusals by name, location, type and tags: each is carried out, and ends the refusal."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from amlz.checks.finding import Finding
from amlz.policy.verdicts import Imported
from tests import layers
from tests.checks.tenant import BASE, NETWORK, findings_of, landing_zone, policy, tenant

CONFLICT = "policy/conflict"
HUB = {"hub": {"addressSpace": "10.20.0.0/24", "logAnalytics": {}}}
DEV = "projects.score.environments.dev"


def denies(*conditions: Any, mode: str = "All") -> Imported:
    """A policy that refuses what all conditions hold for."""
    return policy("no", {"if": {"allOf": list(conditions)}, "then": {"effect": "deny"}}, mode)


def typed(arm_type: str, *conditions: Any) -> Imported:
    """The same for one type."""
    return denies({"field": "type", "equals": arm_type}, *conditions)


def conflicts(changes: dict[str, Any], of: Imported) -> list[Finding]:
    """The conflicts of the base stack file with some settings changed."""
    return findings_of(landing_zone(**changes), of, CONFLICT)


def with_setting(changes: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    """The changes with one more setting, by its key as a finding prints it."""
    config = deepcopy({**BASE, **changes})
    *above, last = key.split(".")
    place = config
    for part in above:
        place = place.setdefault(part, {})
    place[last] = value
    return {part: config[part] for part in {*changes, key.split(".")[0]}}


NAMES = [
    # stack, type, condition on the name, the demand in words, the setting, a name that follows
    ({}, "Microsoft.KeyVault/vaults", {"notLike": "akv-*"}, "a value like akv-*", f"{DEV}.names.keyVault", "akv-score"),
    ({}, "Microsoft.KeyVault/vaults", {"notMatch": "kv##"}, "a value that matches kv## (# is a digit, ? a letter)",
     f"{DEV}.names.keyVault", "kv01"),
    ({}, "Microsoft.Storage/storageAccounts", {"notContains": "corp"}, "something that contains corp",
     f"{DEV}.names.storageAccount", "stcorpscore"),
    ({}, "Microsoft.MachineLearningServices/workspaces", {"like": "mlw-*"}, "nothing like mlw-*",
     f"{DEV}.names.workspace", "aml-score"),
    ({}, "Microsoft.ContainerRegistry/registries", {"notIn": ["acrone", "acrtwo"]}, "one of acrone, acrtwo",
     f"{DEV}.names.containerRegistry", "acrone"),
    ({}, "Microsoft.Network/virtualNetworks", {"notLike": "corp-*"}, "a value like corp-*",
     "spokes.main.names.virtualNetwork", "corp-spoke"),
    ({}, "Microsoft.Network/routeTables", {"notLike": "corp-*"}, "a value like corp-*",
     "spokes.main.names.routeTable", "corp-routes"),
    (HUB, "Microsoft.Network/azureFirewalls", {"notLike": "corp-*"}, "a value like corp-*",
     "hub.names.firewall", "corp-fw"),
    (HUB, "Microsoft.Network/firewallPolicies", {"notLike": "corp-*"}, "a value like corp-*",
     "hub.names.firewallPolicy", "corp-fwp"),
    (HUB, "Microsoft.OperationalInsights/workspaces", {"notLike": "corp-*"}, "a value like corp-*",
     "hub.logAnalytics.name", "corp-logs"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("stack", "arm_type", "test", "demand", "key", "name"),
    layers.sampled(NAMES, 6),
    ids=[row[4] + str(row[2]) for row in NAMES],
)
def test_a_refusal_by_name_names_the_pattern_and_the_setting(
    stack: dict[str, Any], arm_type: str, test: dict[str, Any], demand: str, key: str, name: str
) -> None:
    """Following it ends the refusal; the type is not called indispensable."""
    of = typed(arm_type, {"field": "name", **test})

    (one,) = conflicts(stack, of)

    assert f"demands {demand} for name" in one.message
    assert f"Its name comes from {key}." in one.message
    assert f"In the stack file, set {key} to {demand}, before it is first built" in one.remedy
    assert conflicts(with_setting(stack, key, name), of) == []


def test_a_refusal_of_names_without_a_setting_of_each_names_the_pattern_of_their_kind() -> None:
    """Following it ends all refusals of the kind."""
    of = typed("Microsoft.Network/privateEndpoints", {"field": "name", "notLike": "corp-*"})

    remedies = {one.remedy for one in conflicts({}, of)}

    assert len(remedies) == 1
    assert "In the stack file, set naming.patterns.privateEndpoint to a value like corp-*, before" in remedies.pop()
    pattern = {"naming": {"patterns": {"privateEndpoint": "corp-{project}-{environment}-{purpose}"}}}
    assert conflicts(pattern, of) == []


def test_a_name_that_no_setting_sets_is_reported_as_that() -> None:
    """Only the assignment and an exemption are left."""
    of = typed("Microsoft.Authorization/roleAssignments", {"field": "name", "notLike": "corp-*"})

    one = conflicts({}, of)[0]

    assert "No setting of the stack file sets this name." in one.message
    assert "In the stack file" not in one.remedy
    assert conflicts({}, tenant(of, exempt=("no",))) == []


ZONES = "Microsoft.Network/privateDnsZones"
ELSEWHERE = {"mode": "existing", "resourceGroup": f"{NETWORK}/rg-dns"}


@pytest.mark.parametrize("stack", [{}, HUB], ids=["existing hub", "own hub"])
@pytest.mark.parametrize(
    "of",
    [
        typed(ZONES, {"field": "name", "like": "privatelink.*"}),
        typed(ZONES),
        typed(f"{ZONES}/virtualNetworkLinks"),
        denies({"field": "type", "like": f"{ZONES}*"}),
        denies(
            {"field": "type", "in": [ZONES, f"{ZONES}/virtualNetworkLinks"]},
            {"field": "name", "contains": "privatelink"},
        ),
    ],
    ids=["names", "zones", "links", "like", "in"],
)
def test_refused_private_zones_are_left_to_others(stack: dict[str, Any], of: Imported) -> None:
    """Existing zones, or zone groups by policy: each ends the refusal."""
    before = conflicts(stack, of)

    assert before
    assert {"set dns.mode to existing, with dns.resourceGroup" in finding.remedy for finding in before} == {True}
    assert {"cannot be built without" in finding.message for finding in before} == {False}
    assert conflicts({**stack, "dns": ELSEWHERE}, of) == []
    assert conflicts({**stack, "dns": {"mode": "policy"}}, of) == []


NO_GLOBAL = [
    {"not": {"field": "location", "in": ["westeurope"]}},
    {"field": "location", "notIn": ["westeurope", "northeurope"]},
    {"field": "location", "notEquals": "westeurope"},
]


@pytest.mark.parametrize("condition", NO_GLOBAL, ids=["not in", "notIn", "notEquals"])
def test_allowed_locations_without_global_leave_the_region_alone(condition: Any) -> None:
    """Zones and links are always in location global: another region does not help, dns.mode and an exemption do."""
    of = policy("regions", {"if": condition, "then": {"effect": "deny"}}, "Indexed")

    before = conflicts({}, of)

    assert before
    assert {"their location is always global" in finding.message for finding in before} == {True}
    assert {"set location" in finding.remedy for finding in before} == {False}
    assert {"set dns.mode to existing" in finding.remedy and "exempt" in finding.remedy for finding in before} == {True}
    assert conflicts({"dns": ELSEWHERE}, of) == []
    assert conflicts({"dns": {"mode": "policy"}}, of) == []
    assert conflicts({}, tenant(of, exempt=("regions",))) == []


def test_a_region_that_is_not_allowed_is_changed_in_the_stack_file() -> None:
    """This policy does not apply to resources in location global; all others follow the setting."""
    condition = {"field": "location", "notIn": ["northeurope", "global"]}
    of = policy("regions", {"if": condition, "then": {"effect": "deny"}}, "Indexed")

    before = conflicts({}, of)

    assert before
    assert {"set location to an allowed region" in finding.remedy for finding in before} == {True}
    assert conflicts({"location": "northeurope"}, of) == []


@pytest.mark.parametrize("mode", ["Indexed", "All"])
def test_missing_tags_are_set_in_the_stack_file(mode: str) -> None:
    """On every type that takes tags. In mode All the policy refuses others too, and no setting changes that."""
    of = policy("owner", {"if": {"field": "tags['owner']", "exists": "false"}, "then": {"effect": "deny"}}, mode)

    before, after = conflicts({}, of), conflicts({"tags": {"owner": "ml"}}, of)

    assert any("set owner under tags" in finding.remedy for finding in before)
    assert bool(after) is (mode == "All")
    assert {"takes no tags. No setting of the stack file changes it." in finding.message for finding in after} <= {True}
