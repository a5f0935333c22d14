"""Facts about a resource type beyond its shape."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from amlz.azure.facts import missing, read_only, required, takes_location, takes_tags
from amlz.azure.graph import unknown
from amlz.azure.table import tokens

VAULT = "azure-native:keyvault:Vault"
BODIES = sorted((Path(__file__).parent / "bodies").glob("*.json"))

#: Classes of the SDK without tags, and with tags but without location: from the constructors' signatures.
NO_TAGS = [
    "authorization:ManagementLockAtResourceGroupLevel",
    "authorization:ManagementLockByScope",
    "authorization:PolicyAssignment",
    "authorization:PolicyDefinition",
    "authorization:PolicyDefinitionAtManagementGroup",
    "authorization:PolicyDefinitionVersion",
    "authorization:PolicyExemption",
    "authorization:PolicySetDefinition",
    "authorization:PolicySetDefinitionAtManagementGroup",
    "authorization:RoleAssignment",
    "authorization:RoleDefinition",
    "consumption:Budget",
    "containerservice:MaintenanceConfiguration",
    "containerservice:TrustedAccessRoleBinding",
    "costmanagement:Budget",
    "dnsresolver:ForwardingRule",
    "dnsresolver:PrivateResolverVirtualNetworkLink",
    "kubernetesconfiguration:Extension",
    "kubernetesconfiguration:FluxConfiguration",
    "machinelearningservices:Datastore",
    "machinelearningservices:ManagedNetworkSettingsRule",
    "machinelearningservices:WorkspaceConnection",
    "managedidentity:FederatedIdentityCredential",
    "management:ManagementGroup",
    "management:ManagementGroupSubscription",
    "monitor:DataCollectionRuleAssociation",
    "monitor:DiagnosticSetting",
    "monitor:ManagementGroupDiagnosticSetting",
    "monitor:PrivateLinkScopedResource",
    "network:FirewallPolicyRuleCollectionGroup",
    "network:HubVirtualNetworkConnection",
    "network:PrivateDnsZoneGroup",
    "network:Route",
    "network:SecurityRule",
    "network:Subnet",
    "network:VirtualNetworkPeering",
    "policyinsights:AttestationAtSubscription",
    "policyinsights:RemediationAtManagementGroup",
    "policyinsights:RemediationAtResource",
    "policyinsights:RemediationAtResourceGroup",
    "policyinsights:RemediationAtSubscription",
    "privatedns:PrivateRecordSet",
    "security:Pricing",
    "storage:BlobContainer",
    "storage:BlobServiceProperties",
    "storage:FileServiceProperties",
    "storage:ManagementPolicy",
]
TAGS_WITHOUT_LOCATION = ["containerservice:AgentPool", "keyvault:Key", "keyvault:Secret"]
LOCATION_WITHOUT_TAGS = ["authorization:PolicyAssignment"]


def test_which_classes_take_tags() -> None:
    """All others do."""
    assert [t.removeprefix("azure-native:") for t in tokens() if not takes_tags(t)] == NO_TAGS


def test_tags_and_location_go_together_but_for_four() -> None:
    """A key, a secret and a node pool live where their parent lives; an assignment's identity needs a location."""
    short = {t: t.removeprefix("azure-native:") for t in tokens()}

    assert [short[t] for t in tokens() if takes_tags(t) and not takes_location(t)] == TAGS_WITHOUT_LOCATION
    assert [short[t] for t in tokens() if takes_location(t) and not takes_tags(t)] == LOCATION_WITHOUT_TAGS


def test_what_azure_requires_of_a_vault() -> None:
    """And what of it only Azure writes."""
    assert required(VAULT) == ("location", "properties", "properties/sku", "properties/tenantId")
    assert read_only(VAULT) == ("properties/hsmPoolResourceId", "properties/privateEndpointConnections", "systemData")


LACKS: dict[str, tuple[str, dict[str, Any], tuple[str, ...]]] = {
    "all": (VAULT, {}, ("location", "properties")),
    "below": (
        VAULT,
        {"location": "westeurope", "properties": {"tenantId": "t", "sku": {"name": "standard"}}},
        ("properties/sku/family",),
    ),
    "in a list": (
        VAULT,
        {
            "location": "westeurope",
            "properties": {
                "tenantId": "t",
                "sku": {"family": "A", "name": "standard"},
                "networkAcls": {"ipRules": [{"value": "1.2.3.4"}, {}]},
            },
        },
        ("properties/networkAcls/ipRules[1]/value",),
    ),
    "of its case": (
        "azure-native:machinelearningservices:Datastore",
        {"properties": {"datastoreType": "AzureBlob", "credentials": {"credentialsType": "Sas"}}},
        ("properties/credentials/secrets",),
    ),
    "nothing, where it is unknown": (VAULT, {"location": unknown("x"), "properties": unknown("x")}, ()),
}


@pytest.mark.parametrize(("token", "body", "expected"), LACKS.values(), ids=LACKS)
def test_a_body_lacks_what_azure_requires(token: str, body: dict[str, Any], expected: tuple[str, ...]) -> None:
    """At every depth, each where what encloses it is there."""
    assert missing(token, body) == expected


@pytest.mark.parametrize("case", BODIES, ids=lambda path: path.stem)
def test_the_documented_bodies_lack_nothing(case: Path) -> None:
    """They are complete requests."""
    report = json.loads(case.read_text(encoding="utf-8"))

    assert missing(report["token"], report["body"]) == ()
