"""TLS inspection: which rules decrypt, what the policy of the firewall gets, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import ROOT
from tests.core.stacks import built, messages_of, planned, stack
from tests.reports.test_previews import case

CASE = ROOT / "tests" / "cases" / "previews" / "tls-inspection.yaml"
IDENTITY = (
    "/subscriptions/c0c0c0c0-1111-4222-8333-444455556666/resourceGroups/rg-tls/providers/"
    "Microsoft.ManagedIdentity/userAssignedIdentities/id-firewall-tls"
)
CERTIFICATE = "https://kv-contoso-tls.vault.azure.net/secrets/intermediate-ca"
TLS = {"certificate": CERTIFICATE, "identity": IDENTITY}


def with_firewall(firewall: dict[str, Any], inspect: bool) -> dict[str, Any]:
    """A stack with one host."""
    hosts = {"partner": {"hosts": ["api.partner.example"], "why": "A partner", "inspect": inspect}}
    return stack(hub={"addressSpace": "10.0.0.0/24", "firewall": firewall}, egressHosts=hosts)


def test_it_is_off_by_default() -> None:
    """No rule decrypts, and the policy has no certificate."""
    hub = planned(
        stack(egress=["pythonPackages"], egressHosts={"own": {"hosts": ["a.example"], "why": "Our host"}})
    ).hub
    assert hub is not None

    rules = [rule.inspect for group in built(hub.firewall).groups for rule in group.application_rules]
    assert (built(hub.firewall).tls_inspection, rules) == (None, [False, False])


def test_only_the_listed_hosts_are_decrypted() -> None:
    """The rules of the others are sent without the property."""
    groups = case(CASE).graph.of_type("Microsoft.Network/firewallPolicies/ruleCollectionGroups")
    rules = [rule for group in groups for item in group.body["properties"]["ruleCollections"] for rule in item["rules"]]

    assert {rule["name"]: rule["terminateTLS"] for rule in rules if "terminateTLS" in rule} == {"partner": True}
    assert {"partner", "search", "azure-ml"} <= {rule["name"] for rule in rules}


def test_the_policy_has_the_certificate_and_its_reader() -> None:
    """As the published type has them."""
    (policy,) = case(CASE).graph.of_type("Microsoft.Network/firewallPolicies")

    assert policy.body["identity"] == {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}}}
    assert policy.body["properties"]["transportSecurity"] == {
        "certificateAuthority": {"name": "tls-inspection", "keyVaultSecretId": CERTIFICATE}
    }


@pytest.mark.parametrize(
    ("firewall", "inspect", "place", "remedy"),
    [
        ({"tier": "Premium"}, True, "egressHosts.partner.inspect", "Set `hub.firewall.tlsInspection`"),
        ({"tlsInspection": TLS}, True, "hub.firewall.tlsInspection", "Set `hub.firewall.tier: Premium`."),
        ({"tier": "Premium", "tlsInspection": TLS}, False, "hub.firewall.tlsInspection", "Set `inspect: true`"),
    ],
)
def test_half_an_inspection_is_refused(firewall: dict[str, Any], inspect: bool, place: str, remedy: str) -> None:
    """Once, with the other half."""
    (problem,) = messages_of(with_firewall(firewall, inspect))

    assert problem.splitlines()[0] == place
    assert remedy in problem


POLICY = "99999999-1111-4222-8333-444455556666"
RESTRICTED = {"tier": "Premium", "tlsInspection": {**TLS, "tenantRestrictions": {"policy": POLICY}}}
HEADER = ("sec-Restrict-Tenant-Access-Policy", f"0f0e0d0c-1111-4222-8333-444455556666:{POLICY}")


def test_tenant_restrictions_decrypt_sign_ins_and_insert_the_header() -> None:
    """By application rules, which replace the network rule: network rules come first, and insert nothing."""
    hub = planned(stack(hub={"addressSpace": "10.0.0.0/24", "firewall": RESTRICTED})).hub
    assert hub is not None

    rules = {
        rule.name: rule for group in built(hub.firewall).groups for rule in group.application_rules if rule.headers
    }
    tags = [tag for group in built(hub.firewall).groups for rule in group.network_rules for tag in rule.destinations]
    assert {name: (rule.scheme, rule.inspect, rule.headers) for name, rule in rules.items()} == {
        "entra-id": ("Https", True, (HEADER,)),
        "entra-id-http": ("Http", False, (HEADER,)),
    }
    assert {rule.hosts for rule in rules.values()} == {
        ("login.microsoft.com", "login.microsoftonline.com", "login.windows.net")
    }
    assert ("AzureActiveDirectory" in tags, "AzureResourceManager" in tags) == (False, True)


def test_sign_ins_are_a_network_rule_without_tenant_restrictions() -> None:
    """No header is inserted anywhere, as before."""
    groups = case(CASE).graph.of_type("Microsoft.Network/firewallPolicies/ruleCollectionGroups")
    rules = [rule for group in groups for item in group.body["properties"]["ruleCollections"] for rule in item["rules"]]

    assert [rule["ruleType"] for rule in rules if rule["name"] == "entra-id"] == ["NetworkRule"]
    assert [rule["name"] for rule in rules if "httpHeadersToInsert" in rule] == []


@pytest.mark.parametrize(
    ("cloud", "firewall", "place", "remedy"),
    [
        (
            "public",
            {**RESTRICTED, "tier": "Standard"},
            "hub.firewall.tlsInspection",
            "Set `hub.firewall.tier: Premium`.",
        ),
        ("usGovernment", RESTRICTED, "hub.firewall.tlsInspection.tenantRestrictions", "Remove it."),
        ("china", RESTRICTED, "hub.firewall.tlsInspection.tenantRestrictions", "Remove it."),
    ],
)
def test_tenant_restrictions_that_cannot_work_are_refused(
    cloud: str, firewall: dict[str, Any], place: str, remedy: str
) -> None:
    """In a tier that decrypts nothing, and in clouds whose sign-in hosts no page names."""
    location = {"public": "westeurope", "usGovernment": "usgovvirginia", "china": "chinanorth3"}[cloud]
    hub = {"addressSpace": "10.0.0.0/24", "firewall": firewall}

    problems = messages_of(stack(hub=hub, cloud=cloud, location=location))

    assert [problem.splitlines()[-1].strip() for problem in problems if problem.splitlines()[0] == place] == [remedy]


def test_tenant_restrictions_need_no_inspected_host() -> None:
    """The sign-in hosts are inspected."""
    assert messages_of(stack(hub={"addressSpace": "10.0.0.0/24", "firewall": RESTRICTED})) == []


def test_a_whole_one_is_accepted() -> None:
    """The tier, the certificate and a host."""
    assert messages_of(with_firewall({"tier": "Premium", "tlsInspection": TLS}, inspect=True)) == []
