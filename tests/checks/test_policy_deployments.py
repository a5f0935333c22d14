"""Forecasts of deployments by a tenant's policies in addition to the plan, and of refusals of what Azure creates."""

from __future__ import annotations

from typing import Any

import pytest

from amlz.checks.finding import Finding
from amlz.policy.verdicts import Imported
from tests.checks.tenant import NETWORK, findings_of, landing_zone, policy, tenant

ZONES = {
    "blob": ["privatelink.blob.core.windows.net"],
    "file": ["privatelink.file.core.windows.net"],
    "queue": ["privatelink.queue.core.windows.net"],
    "table": ["privatelink.table.core.windows.net"],
    "vault": ["privatelink.vaultcore.azure.net"],
    "registry": ["privatelink.azurecr.io"],
    "amlworkspace": ["privatelink.api.azureml.ms", "privatelink.notebooks.azure.net"],
}
DNS = ("policy/dns-not-covered", "policy/second-zone-group")
HOLDER = f"{NETWORK}/rg-dns"
GROUPS = "Microsoft.Network/privateEndpoints/privateDnsZoneGroups"
CONNECTIONS = "Microsoft.Network/privateEndpoints/privateLinkServiceConnections[*]"


def writes(group: str, zones: list[str] | None = None, name: str = "", **assignment: Any) -> Imported:
    """A policy that writes the zone group of endpoints of a group ID, with the zones as texts in its template."""
    ids = [f"{HOLDER}/providers/Microsoft.Network/privateDnsZones/{zone}" for zone in zones or ZONES[group]]
    configs = [{"name": f"z{at}", "properties": {"privateDnsZoneId": item}} for at, item in enumerate(ids)]
    condition = {"field": f"{GROUPS}/privateDnsZoneConfigs[*].privateDnsZoneId", "in": ids}
    resource = {"type": GROUPS, "name": "[concat(parameters('pe'),'/deployedByPolicy')]",
                "properties": {"privateDnsZoneConfigs": configs}}  # fmt: skip
    passed = {"pe": {"value": "[field('name')]"}}
    return policy(name or f"dns-{group}", _rule(group, resource, passed, condition), **assignment)


def _rule(group: str, resource: Any, passed: Any, condition: Any) -> Any:
    return {
        "if": {
            "allOf": [
                {"field": "type", "equals": "Microsoft.Network/privateEndpoints"},
                {
                    "count": {
                        "field": f"{CONNECTIONS}.groupIds[*]",
                        "where": {"field": f"{CONNECTIONS}.groupIds[*]", "equals": group},
                    },
                    "greaterOrEquals": 1,
                },
            ]
        },
        "then": {
            "effect": "deployIfNotExists",
            "details": {
                "type": GROUPS,
                "roleDefinitionIds": ["/providers/Microsoft.Authorization/roleDefinitions/x"],
                "existenceCondition": condition,
                "deployment": {
                    "properties": {
                        "mode": "incremental",
                        "template": {"parameters": {"pe": {"type": "string"}}, "resources": [resource]},
                        "parameters": passed,
                    }
                },
            },
        },
    }


def by_parameters(template_value: str, variables: Any = None) -> Imported:
    """As built-in policies do it: the zones are parameters of the assignment, handed on to a nested deployment."""
    first, second = (f"{HOLDER}/providers/Microsoft.Network/privateDnsZones/{zone}" for zone in ZONES["amlworkspace"])
    inner = {
        "parameters": {"zoneOne": {"type": "string"}, "zoneTwo": {"type": "string"}, "endpoint": {"type": "string"}},
        "variables": variables or {},
        "resources": [
            {
                "type": GROUPS,
                "name": "[concat(parameters('endpoint'), '/byPolicy')]",
                "properties": {
                    "privateDnsZoneConfigs": [
                        {"name": "a", "properties": {"privateDnsZoneId": "[parameters('zoneOne')]"}},
                        {"name": "b", "properties": {"privateDnsZoneId": template_value}},
                    ]
                },
            }
        ],
    }
    nested = {
        "type": "Microsoft.Resources/deployments",
        "name": "inner",
        "properties": {
            "mode": "Incremental",
            "template": inner,
            "parameters": {
                "zoneOne": {"value": "[parameters('one')]"},
                "zoneTwo": {"value": "[parameters('two')]"},
                "endpoint": {"value": "[parameters('pe')]"},
            },
        },
    }
    passed = {
        "pe": {"value": "[field('name')]"},
        "one": {"value": "[parameters('privateDnsZoneId')]"},
        "two": {"value": "[parameters('secondPrivateDnsZoneId')]"},
    }
    condition = {"field": f"{GROUPS}/privateDnsZoneConfigs[*].privateDnsZoneId", "equals": "x"}
    parameters = {"privateDnsZoneId": first, "secondPrivateDnsZoneId": second}
    return policy("dns-aml", _rule("amlworkspace", nested, passed, condition), parameters=parameters)


EVERY = [writes(group) for group in ZONES]
BUT_WORKSPACE = [writes(group) for group in ZONES if group != "amlworkspace"]
HALF = writes("amlworkspace", ["privatelink.api.azureml.ms"])
BY_POLICY = {"dns": {"mode": "policy"}}
OTHER_ZONES = {"dns": {"mode": "existing", "resourceGroup": f"{NETWORK}/rg-other-dns"}}


def messages(findings: list[Finding]) -> list[tuple[str, str]]:
    """Severity and resource of each."""
    return [(finding.severity.value, finding.name.rpartition("-")[2]) for finding in findings]


def test_a_policy_that_writes_one_of_two_zones_is_an_error() -> None:
    """With both zones and the missing one, and what to do."""
    (one,) = findings_of(landing_zone(**BY_POLICY), tenant(*BUT_WORKSPACE, HALF), *DNS)

    assert (one.check, one.severity.value, one.name) == (
        "policy/dns-not-covered",
        "error",
        "pep-risk-score-dev-workspace",
    )
    assert one.message == (
        "pep-risk-score-dev-workspace connects to amlworkspace, whose names need privatelink.api.azureml.ms and "
        'privatelink.notebooks.azure.net. dns-amlworkspace writes only 1 of 2 zones, by "Policy dns-amlworkspace": '
        "privatelink.notebooks.azure.net is missing."
    )


def test_policies_that_write_every_zone_leave_nothing_to_report() -> None:
    """The remedy of the error, carried out; and nothing is left as undecided."""
    checks = (*DNS, "dns/endpoint-without-zone")

    assert findings_of(landing_zone(**BY_POLICY), tenant(*EVERY), *checks) == []


def test_one_zone_is_enough_where_the_program_writes_the_zone_groups_and_the_endpoint_is_exempt() -> None:
    """The other remedy of the error, carried out."""
    created = landing_zone(dns=OTHER_ZONES["dns"])

    assert findings_of(created, tenant(HALF, exempt=("dns-amlworkspace",)), *DNS) == []


def test_an_endpoint_that_no_imported_policy_covers_is_a_warning() -> None:
    """Not an error, since a policy may not have been imported; importing it ends the warning."""
    without = tenant(*(writes(group) for group in ZONES if group not in ("queue", "table")))

    assert messages(findings_of(landing_zone(**BY_POLICY), without, *DNS)) == [
        ("warning", "queue"),
        ("warning", "table"),
    ]


def test_without_any_dns_policy_endpoints_stay_undecided() -> None:
    """Nothing is known about the tenant, so a note names what a policy has to write."""
    graph = landing_zone(**BY_POLICY)

    notes = findings_of(graph, tenant(), *DNS, "dns/endpoint-without-zone")

    assert {(note.check, note.severity.value) for note in notes} == {("dns/endpoint-without-zone", "note")}
    assert len(notes) == 7


def test_a_policy_that_is_not_enforced_writes_nothing() -> None:
    """So its endpoints are not covered."""
    rest = [writes(group) for group in ZONES if group != "vault"]
    idle = writes("vault", enforcementMode="DoNotEnforce")

    assert messages(findings_of(landing_zone(**BY_POLICY), tenant(*rest, idle), *DNS)) == [("warning", "vault")]


def test_two_policies_that_write_one_zone_each_are_an_error() -> None:
    """Together they have both zones, but an endpoint takes one zone group."""
    first, second = ZONES["amlworkspace"]
    both = [writes("amlworkspace", [first], "dns-api"), writes("amlworkspace", [second], "dns-notebooks")]

    (one,) = findings_of(landing_zone(**BY_POLICY), tenant(*BUT_WORKSPACE, *both), *DNS)

    assert (one.severity.value, one.name) == ("error", "pep-risk-score-dev-workspace")
    assert "dns-api and dns-notebooks would each write a zone group, and an endpoint takes one." in one.message


@pytest.mark.parametrize(
    ("value", "variables"),
    [
        ("[parameters('zoneTwo')]", None),
        ("[variables('Zone')]", {"zone": "[parameters('zoneTwo')]"}),
        ("[concat(resourceGroup().id, '/', last(split(parameters('zoneTwo'), '/')))]", None),
        ("[resourceId('d1', 'rg', 'Microsoft.Network/privateDnsZones', 'privatelink.notebooks.azure.net')]", None),
    ],
)
def test_zones_are_read_through_parameters_and_nested_deployments(value: str, variables: Any) -> None:
    """As built-in policies hand them on, under other names."""
    assert findings_of(landing_zone(**BY_POLICY), tenant(*BUT_WORKSPACE, by_parameters(value, variables)), *DNS) == []


@pytest.mark.parametrize("value", ["[reference('x').id]", "[parameters('nowhere')]", "[concat(]", 5])
def test_a_zone_that_only_the_deployment_knows_is_undecided(value: Any) -> None:
    """The note stays, and no error is made of a guess."""
    notes = findings_of(
        landing_zone(**BY_POLICY),
        tenant(*BUT_WORKSPACE, by_parameters(value)),
        *DNS,
        "dns/endpoint-without-zone",
    )

    assert [(note.check, *messages([note])[0]) for note in notes] == [
        ("dns/endpoint-without-zone", "note", "workspace")
    ]


def test_a_second_zone_group_is_a_warning_with_the_options_that_help() -> None:
    """Both zone groups are named; dns.mode policy is offered where policies write every zone."""
    findings = findings_of(landing_zone(**OTHER_ZONES), tenant(*EVERY), *DNS)

    vault = next(finding for finding in findings if finding.name.endswith("-vault"))
    assert {finding.check for finding in findings} == {"policy/second-zone-group"}
    assert len(findings) == 7
    assert vault.message == (
        'dns-vault would write a zone group for pep-risk-score-dev-vault in addition to default: "Policy dns-vault" '
        "does not find the zone group that it requires, and deploys deployedByPolicy with "
        "privatelink.vaultcore.azure.net. An endpoint takes one zone group."
    )
    assert vault.remedy == (
        f"(1) Set dns.mode to existing, and dns.resourceGroup to that of the policy's zones: {HOLDER}. "
        "(2) Set dns.mode to policy, which leaves all zone groups to the policies. "
        "(3) Have the owner of dns-vault, at management group corp, exempt pep-risk-score-dev-vault or change the "
        "policy, and run `amlz policy import` again."
    )


def test_each_option_against_a_second_zone_group_ends_it() -> None:
    """The zones of the policy, zone groups by policy, an exemption."""
    of = tenant(*EVERY)
    moved = landing_zone(dns={"mode": "existing", "resourceGroup": HOLDER})
    names = tuple(f"dns-{group}" for group in ZONES)

    assert findings_of(moved, of, *DNS) == []
    assert findings_of(landing_zone(**BY_POLICY), of, *DNS) == []
    assert findings_of(landing_zone(**OTHER_ZONES), tenant(*EVERY, exempt=names), *DNS) == []


def test_an_option_that_does_not_help_is_not_offered() -> None:
    """A policy whose condition both zones of a workspace cannot satisfy, and which writes only one of them."""
    findings = findings_of(landing_zone(**OTHER_ZONES), tenant(*BUT_WORKSPACE, HALF), *DNS)

    workspace = next(finding for finding in findings if finding.name.endswith("-workspace"))
    assert workspace.remedy == (
        "(1) Have the owner of dns-amlworkspace, at management group corp, exempt pep-risk-score-dev-workspace or "
        "change the policy, and run `amlz policy import` again. dns.mode policy is no option: no policy writes every "
        "zone of pep-risk-score-dev-workspace."
    )


MANAGED = "policy/managed-group"
#: The guardrails on the subscription ask the same of the managed resource group: off, so that one policy answers.
WITH_KEY = {
    "policies": {"subscription": "off"},
    "projects": {
        "score": {
            "environments": {
                "dev": {
                    "network": "10.20.16.0/25",
                    "batch": False,
                    "security": {"customerManagedKey": {"cosmosDbObjectId": "33333333-aaaa-4bbb-8ccc-000000000001"}},
                }
            }
        }
    },
}
COSMOS, SEARCH = "Microsoft.DocumentDB/databaseAccounts", "Microsoft.Search/searchServices"


def denies(test: Any, effect: str = "deny", **assignment: Any) -> Imported:
    """A policy that refuses what a condition holds for."""
    return policy("no-such", {"if": test, "then": {"effect": effect}}, "All", **assignment)


@pytest.mark.parametrize(
    ("of", "types"),
    [
        (denies({"field": "type", "in": [SEARCH, COSMOS]}), [COSMOS, SEARCH]),
        (denies({"field": "type", "equals": COSMOS}), [COSMOS]),
        (denies({"field": "type", "like": "Microsoft.Search/*"}), [SEARCH]),
        (
            denies({"allOf": [{"field": "type", "equals": SEARCH}, {"field": "location", "notEquals": "uksouth"}]}),
            [SEARCH],
        ),
        (denies({"allOf": [{"field": "type", "equals": SEARCH}, {"field": "location", "equals": "uksouth"}]}), []),
        (denies({"field": "type", "equals": SEARCH}, "audit"), []),
        (denies({"field": "type", "equals": SEARCH}, enforcementMode="DoNotEnforce"), []),
        (tenant(denies({"field": "type", "equals": SEARCH}), exempt=("no-such",)), []),
    ],
)
def test_what_azure_creates_for_a_key_and_a_policy_refuses_is_a_warning(of: Imported, types: list[str]) -> None:
    """By type, as in a list of refused types, and by what else is known; not for a workspace without a key."""
    findings = findings_of(landing_zone(**WITH_KEY), of, MANAGED)

    assert [finding.severity.value for finding in findings] == ["warning"] * len(types)
    assert [finding.message.split(" refuses ")[1].split(":")[0] for finding in findings] == types
    assert findings_of(landing_zone(), of, MANAGED) == []


def test_a_policy_that_asks_for_more_than_the_type_is_undecided() -> None:
    """Only Azure knows which tags and properties it sends."""
    of = denies({"allOf": [{"field": "type", "equals": SEARCH}, {"field": "tags['owner']", "exists": "false"}]})

    (one,) = findings_of(landing_zone(**WITH_KEY), of, MANAGED)

    assert (one.severity.value, one.message.startswith("Undecided: ")) == ("note", True)


def test_undecided_policies_on_what_azure_creates_are_one_note_that_names_them() -> None:
    """Of one type: each policy once, by assignment."""
    test = {"allOf": [{"field": "type", "equals": SEARCH}, {"field": "tags['owner']", "exists": "false"}]}
    rule = {"if": test, "then": {"effect": "deny"}}
    of = tenant(*(policy(name, rule, "All") for name in ("tags-a", "tags-b")))

    (one,) = findings_of(landing_zone(**WITH_KEY), of, MANAGED)

    assert '"Policy tags-a" of tags-a and "Policy tags-b" of tags-b' in one.message
