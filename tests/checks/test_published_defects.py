"""Defects that published landing zones and templates ship: each is found, in a separate case."""

from __future__ import annotations

import pytest

from tests.checks.common import CASES, read

#: Shipped defects, by the case that shows them.
DEFECTS = {
    "data-purge-unprotected/not-said--error": "a vault without purge protection by default",
    "dns-endpoint-without-zone/no-zone-group--error": "an endpoint without a zone group",
    "dns-endpoint-without-zone/two-zones-one-missing--error": "one of a workspace's two zones, notebooks forgotten",
    "dns-zone-of-another-group/misspelt-zone--warning": "a zone of the monitor whose name is misspelt",
    "dns-zone-of-another-group/registry-zone-for-a-registry-of-azure-ml--error": "the zone of container registries",
    "egress-too-wide/any-port-from-anywhere--error": "one rule for all of Azure ML, any port, from anywhere",
    "egress-too-wide/everything--error": "rules for the whole internet, as a starting point",
    "egress-too-wide/hosts-anybody-gets--error": "*microsoft.com, *windows.net and their like",
    "exposure-public-access/all-open--error": "public access left on beside private endpoints",
    "identity-missing-role/managed-network-without-approver--error": "nobody approves a managed network's endpoints",
    "identity-role-too-wide/contributor-of-a-group-and-a-subscription--error": "Contributor on a whole group",
    "identity-role-too-wide/owner-of-a-group--error": "a build machine that owns its resource group",
    "keys-enabled/all-on--warning": "keys of storage on, the registry's administrator too",
    "logs-classic-insights/no-workspace--error": "classic Application Insights, which is no longer made",
    "logs-no-diagnostics/none--error": "a workspace without diagnostics",
    "network-compute-in-wrong-network/in-no-network--error": "a cluster without a subnet",
    "network-default-outbound/not-said--error": "subnets with a way out of Azure's own",
    "network-nsg-attached-to-nothing/attached-to-nothing--warning": "rules that were never attached",
    "network-nsg-without-deny/no-rules--warning": "a security group without rules",
    "network-nsg-without-deny/rules-that-only-allow--warning": "rules that allow, and none that denies",
    "network-open-inbound/ports-of-computes-with-public-addresses--error": "44224 and 29876 to 29877 without need",
    "network-subnet-without-route-to-firewall/no-route-table--error": "computes beside the firewall, not behind it",
    "order-compute-before-endpoint/does-not-wait--error": "computes before the workspace's private endpoint",
    "order-parallel-writes/at-once--error": "groups of firewall rules made at once",
    "policy-never-evaluated/computes-in-mode-indexed--note": "policies for computes in mode Indexed",
    "retired-size/gone-already--error": "sizes that were retired years ago",
    "workspace-azure-locked-out/metrics-only--error": "a store that lets Metrics in, and not Azure ML",
    "workspace-azure-locked-out/none-of-a-registry-and-vault--error": "a registry that Azure ML cannot reach",
    "workspace-batch-without-queues/batch-endpoint-and-neither--error": "batch endpoints without queue and table",
    "workspace-legacy-mode/on--error": "a private workspace of an old API version",
    "workspace-no-image-build-compute/none--error": "a private registry and nobody who builds images",
    "workspace-quarantined-registry/on--warning": "a registry that holds images back",
    "workspace-shared-without-isolation/registry-of-two--warning": "shared parts without data isolation",
    "workspace-stores-need-keys/keys-off-and-mode-not-said--error": "keys turned off, and a workspace that uses them",
}


@pytest.mark.parametrize("case", DEFECTS, ids=list(DEFECTS.values()))
def test_what_published_templates_ship_is_found(case: str) -> None:
    """The case is there, and finds something; tests/checks/test_cases.py compares what."""
    check_case = read(CASES / f"{case}.json")

    assert {find["severity"] for find in check_case.finds} >= {check_case.verdict}
    assert check_case.verdict != "none"
