"""Checks of the stacks of a folder together. Each remedy is carried out: afterwards nothing is found."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from amlz.checks.catalogue import ALL
from amlz.checks.finding import Severity
from amlz.checks.stacks.compared import compared
from amlz.checks.stacks.facts import BetweenStacks, facts_of
from amlz.core.problems import dotted
from amlz.stackfile.checked import checked
from tests.conftest import ROOT

HUB = "/subscriptions/d1d1d1d1-1111-4222-8333-444455556666/resourceGroups/rg-net/providers"
LAKE = f"{HUB}/Microsoft.Storage/storageAccounts/stlake"
ZONES = "/subscriptions/d1d1d1d1-1111-4222-8333-444455556666/resourceGroups/rg-dns"
EXISTING = {
    "virtualNetwork": f"{HUB}/Microsoft.Network/virtualNetworks/vnet-hub",
    "firewallAddress": "10.0.0.4",
    "logAnalytics": f"{HUB}/Microsoft.OperationalInsights/workspaces/log",
    "addressSpace": ["10.0.0.0/22"],
}
#: Two units with one hub, and nothing else in common.
ONE: dict[str, Any] = {
    "schemaVersion": 1,
    "organisation": "Contoso",
    "businessUnit": "sales",
    "tenantId": "0f0e0d0c-1111-4222-8333-444455556666",
    "location": "westeurope",
    "subscriptions": {"landingZone": "e1e1e1e1-1111-4222-8333-444455556666"},
    "hub": {"existing": EXISTING},
    "spokes": {"main": {"addressSpace": ["10.80.0.0/20"]}},
    "projects": {"churn": {"environments": {"dev": {"network": "10.80.0.0/24"}}}},
}
TWO = ONE | {
    "businessUnit": "risk",
    "subscriptions": {"landingZone": "e2e2e2e2-1111-4222-8333-444455556666"},
    "spokes": {"main": {"addressSpace": ["10.81.0.0/20"]}},
    "projects": {"fraud": {"environments": {"dev": {"network": "10.81.0.0/24"}}}},
}
#: The second one with a hub that it builds.
OWN_HUB = TWO | {"hub": {"addressSpace": "10.20.0.0/24"}}


def between(folder: Path, **stacks: Mapping[str, Any]) -> tuple[BetweenStacks, ...]:
    """Returns the findings between stacks of these configurations."""
    facts = []
    for name, config in stacks.items():
        path = folder / f"Pulumi.{name}.yaml"
        path.write_text(yaml.safe_dump({"config": {"amlz:landingZone": copy.deepcopy(dict(config))}}))
        facts.append(facts_of(*checked(str(path))))
    return compared(facts)


def listed_findings(findings: tuple[BetweenStacks, ...]) -> list[tuple[str, str, list[str], str]]:
    """Returns severity, check, the keys with their stacks, and the message of each."""
    return [
        (f.severity.value, f.check, [f"{key.stack} {dotted(key.path)}" for key in f.keys], f.message) for f in findings
    ]


def test_two_units_with_one_hub_and_separate_ranges_are_no_finding(tmp_path: Path) -> None:
    """Peerings in the hub, the hub's ranges and a summary route are in both."""
    summary = {"onPremises": ["10.0.0.0/8"]}

    assert between(tmp_path, one=ONE | summary, two=TWO | summary) == ()


def test_overlapping_networks_of_one_hub_are_an_error_until_one_has_another_range(tmp_path: Path) -> None:
    """The smaller range is named first; the lines are of both files."""
    wide = TWO | {"spokes": {"main": {"addressSpace": ["10.80.0.0/16"]}}}
    wide |= {"projects": {"fraud": {"environments": {"dev": {"network": "10.80.128.0/24"}}}}}

    findings = between(tmp_path, one=ONE, two=wide)

    assert listed_findings(findings) == [
        (
            "error",
            "stacks/ranges-overlap",
            ["two spokes.main.addressSpace[0]", "one spokes.main.addressSpace[0]"],
            "10.80.0.0/20 in one overlaps 10.80.0.0/16 in two: both networks are peered with the hub vnet-hub, so a "
            "packet to these addresses has two routes.",
        )
    ]
    assert all(key.line > 1 and key.file.endswith(f"Pulumi.{key.stack}.yaml") for key in findings[0].keys)
    assert between(tmp_path, one=ONE, two=TWO) == ()


def test_networks_of_separate_hubs_may_overlap(tmp_path: Path) -> None:
    """Nothing routes one to the other."""
    same = OWN_HUB | {"spokes": ONE["spokes"], "projects": {"fraud": ONE["projects"]["churn"]}}

    assert between(tmp_path, one=ONE, two=same) == ()


def test_hubs_that_networks_on_premises_connect_are_a_warning(tmp_path: Path) -> None:
    """Known is only that both have a gateway and list the same ranges."""
    on_premises = {"onPremises": ["10.128.0.0/9"]}
    one = ONE | on_premises | {"hub": {"existing": EXISTING | {"gateway": True}}}
    two = OWN_HUB | on_premises | {"spokes": ONE["spokes"], "projects": {"fraud": ONE["projects"]["churn"]}}
    two |= {"hub": {"addressSpace": "10.20.0.0/24", "gatewaySubnet": True}}

    findings = between(tmp_path, one=one, two=two)

    assert listed_findings(findings) == [
        (
            "warning",
            "stacks/ranges-overlap",
            ["one spokes.main.addressSpace[0]", "two spokes.main.addressSpace[0]"],
            "10.80.0.0/20 in two overlaps 10.80.0.0/20 in one: both hubs have a gateway to the same ranges of "
            "`onPremises`, where both have a route.",
        )
    ]
    assert findings[0].remedy.endswith("if their hubs are connected to different networks on premises.")
    assert between(tmp_path, one=one, two=two | {"onPremises": ["172.16.0.0/16"]}) == ()


def test_stacks_without_a_hub_may_have_the_same_ranges(tmp_path: Path) -> None:
    """Nothing routes one to the other."""
    managed = {"dev": {"network": "10.81.0.0/24", "isolation": "managed"}}
    one = TWO | {"hub": {"network": False}, "projects": {"churn": {"environments": managed}}}
    other = one | {"businessUnit": "lab", "subscriptions": ONE["subscriptions"]}

    assert between(tmp_path, one=one, two=other) == ()


def test_two_stacks_in_one_network_that_exists_have_separate_subnets(tmp_path: Path) -> None:
    """Neither the ranges of their environments nor the names of subnets are the same."""
    vended = {"existing": {"virtualNetwork": f"{HUB}/Microsoft.Network/virtualNetworks/vnet-vended"}}
    spokes = {"spokes": {"main": vended | {"addressSpace": ["10.80.0.0/20"]}}}
    two = TWO | spokes | {"policies": {"createDefinitions": False}}
    two |= {"projects": {"fraud": {"environments": {"dev": {"network": "10.80.0.128/25"}}}}}
    named = two | {"projects": {"churn": {"environments": {"dev": {"network": "10.80.4.0/25"}}}}}

    overlapping, same = between(tmp_path, one=ONE | spokes, two=two), between(tmp_path, one=ONE | spokes, two=named)

    assert [finding[:3] for finding in listed_findings(overlapping)] == [
        (
            "error",
            "stacks/ranges-overlap",
            ["one projects.churn.environments.dev.network", "two projects.fraud.environments.dev.network"],
        )
    ]
    assert overlapping[0].message.endswith(": both are in the network vnet-vended.")
    assert {finding[1] for finding in listed_findings(same)} == {"stacks/built-twice"}
    assert [f.message for f in same if "the subnet snet-churn-dev-training: " in f.message] != []
    apart = two | {"projects": {"fraud": {"environments": {"dev": {"network": "10.80.4.0/25"}}}}}
    assert between(tmp_path, one=ONE | spokes, two=apart) == ()


def test_a_range_on_premises_inside_another_stacks_network_is_an_error(tmp_path: Path) -> None:
    """As within one stack file: a summary route is allowed, a part of a network is not."""
    findings = between(tmp_path, one=ONE, two=TWO | {"onPremises": ["10.80.8.0/24"]})

    assert listed_findings(findings) == [
        (
            "error",
            "stacks/ranges-overlap",
            ["one spokes.main.addressSpace[0]", "two onPremises[0]"],
            "10.80.8.0/24 in two overlaps 10.80.0.0/20 in one: for two these addresses are on premises, behind the "
            "same hub vnet-hub.",
        )
    ]


def test_a_resource_group_that_two_stacks_build_is_one_error_with_the_count_of_its_resources(tmp_path: Path) -> None:
    """The remedy is another business unit. The peering in the existing hub is reported apart."""
    policy = {"dns": {"mode": "policy"}}
    two = TWO | policy | {"businessUnit": "sales", "subscriptions": ONE["subscriptions"]}
    two |= {"policies": {"createDefinitions": False}}

    assert listed_findings(between(tmp_path, one=ONE | policy, two=two)) == [
        (
            "error",
            "stacks/built-twice",
            ["one spokes.main", "two spokes.main"],
            "one and two each build the peering peer-sales-spoke-main-westeurope: the second deployment fails, or "
            "changes what the first one made.",
        ),
        (
            "error",
            "stacks/built-twice",
            ["one spokes.main", "two spokes.main"],
            "one and two each build the resource group rg-sales-spoke-main-westeurope and 3 resources in it: the "
            "second deployment fails, or changes what the first one made.",
        ),
    ]
    assert between(tmp_path, one=ONE | policy, two=two | {"spokes": {"other": TWO["spokes"]["main"]}}) == ()
    assert between(tmp_path, one=ONE | policy, two=two | {"businessUnit": "risk"}) == ()


def test_definitions_of_policies_are_built_by_one_stack_of_a_subscription(tmp_path: Path) -> None:
    """Two regions of one unit share nothing else."""
    first, second = OWN_HUB, OWN_HUB | {"location": "northeurope"}
    scope = "/subscriptions/e2e2e2e2-1111-4222-8333-444455556666"

    findings = between(tmp_path, one=first, two=second)

    assert listed_findings(findings) == [
        (
            "error",
            "stacks/built-twice",
            ["one policies.createDefinitions", "two policies.createDefinitions"],
            f"one and two each build the policy definitions of {scope}: the second deployment fails, or changes what "
            "the first one made.",
        )
    ]
    assert findings[0].remedy == "Set `policies.createDefinitions` to `false` in all stack files but one."
    assert between(tmp_path, one=first, two=second | {"policies": {"createDefinitions": False}}) == ()


def test_a_name_that_must_be_unique_in_azure_is_given_by_one_stack(tmp_path: Path) -> None:
    """A configured one; of a stack that is there twice, the resource group is reported alone."""
    one, two = copy.deepcopy(ONE), copy.deepcopy(TWO)
    one["projects"]["churn"]["environments"]["dev"]["names"] = {"storageAccount": "stours"}
    two["projects"]["fraud"]["environments"]["dev"]["names"] = {"storageAccount": "stours"}

    assert listed_findings(between(tmp_path, one=one, two=two)) == [
        (
            "error",
            "stacks/name-taken",
            [
                "one projects.churn.environments.dev.names.storageAccount",
                "two projects.fraud.environments.dev.names.storageAccount",
            ],
            "one and two each name a storage account stours, and it must be unique in all of Azure: Azure refuses the "
            "second one.",
        )
    ]
    assert {finding.check for finding in between(tmp_path, one=one, two=one)} == {"stacks/built-twice"}


def test_one_lake_has_one_setting_in_all_stacks(tmp_path: Path) -> None:
    """A different workspace or owner of roles is a warning; separate containers are none."""
    existing = {"account": LAKE, "endpointRange": "10.0.1.0/28"}
    policy = {"dns": {"mode": "policy"}}
    one = ONE | policy | {"dataLake": {"existing": existing}}
    two = TWO | policy | {"dataLake": {"existing": existing | {"giveRoles": False}, "workspace": "shared"}}

    assert [(f[0], f[1], f[3]) for f in listed_findings(between(tmp_path, one=one, two=two))] == [
        (
            "warning",
            "stacks/different-settings",
            "`dataLake.existing.giveRoles` of the data lake stlake is true in one and false in two.",
        ),
        (
            "warning",
            "stacks/different-settings",
            "`dataLake.workspace` of the data lake stlake is perEnvironment in one and shared in two.",
        ),
    ]
    assert between(tmp_path, one=one, two=two | {"dataLake": {"existing": existing}}) == ()


def test_environments_of_two_stacks_do_not_write_to_one_container(tmp_path: Path) -> None:
    """It is named after project and environment. With `shared` it is shared on purpose."""
    existing = {"account": LAKE, "endpointRange": "10.0.1.0/28"}
    lake = {"dns": {"mode": "policy"}, "dataLake": {"existing": existing}}
    same = {"churn": {"environments": {"dev": {"network": "10.81.0.0/24"}}}}

    findings = between(tmp_path, one=ONE | lake, two=TWO | lake | {"projects": same})

    assert listed_findings(findings) == [
        (
            "error",
            "stacks/same-container",
            ["one projects.churn.environments.dev", "two projects.churn.environments.dev"],
            "Environments of one and two write to one container, workspace-churn-dev of the data lake stlake, which "
            "each of them has for itself.",
        )
    ]
    shared = lake | {"dataLake": {"existing": existing, "workspace": "shared"}}
    assert between(tmp_path, one=ONE | shared, two=TWO | shared | {"projects": same}) == ()
    assert between(tmp_path, one=ONE | lake, two=TWO | lake) == ()


def test_a_container_that_the_lake_of_another_stack_does_not_have_is_an_error(tmp_path: Path) -> None:
    """The stack that builds the lake creates its containers; the other one creates none."""
    builder = ONE | {"dataLake": {"name": "stlake", "containers": ["raw"], "workspace": "shared"}}
    builder["dataLake"]["network"] = "10.80.1.0/28"
    facts = facts_of(*checked(str(_written(tmp_path, builder))))
    account = next(use.id for use in facts.uses if use.what == "data lake")
    existing = {"account": account, "endpointRange": "10.0.1.0/28"}
    user = TWO | {"dns": {"mode": "policy"}}
    user |= {"dataLake": {"existing": existing, "containers": ["raw", "gold"], "workspace": "shared"}}

    findings = between(tmp_path, one=builder, two=user)

    assert listed_findings(findings) == [
        (
            "error",
            "stacks/different-settings",
            ["one dataLake", "two dataLake"],
            "two uses the container gold of the data lake stlake, and one, which builds the lake, has none of this "
            "name.",
        )
    ]
    added = builder | {"dataLake": builder["dataLake"] | {"containers": ["raw", "gold"]}}
    assert between(tmp_path, one=added, two=user) == ()


def test_endpoints_of_two_stacks_do_not_write_one_record(tmp_path: Path) -> None:
    """In one zone; with `endpointRange` the second stack builds no endpoint."""
    dns = {"dns": {"mode": "existing", "resourceGroup": ZONES}}
    registry = f"{HUB}/Microsoft.ContainerRegistry/registries/crshared"
    one, two = copy.deepcopy(ONE | dns), copy.deepcopy(TWO | dns)
    one["projects"]["churn"]["environments"]["dev"]["existing"] = {"containerRegistry": {"id": registry}}
    two["projects"]["fraud"]["environments"]["dev"]["existing"] = {"containerRegistry": {"id": registry}}

    findings = between(tmp_path, one=one, two=two)

    assert listed_findings(findings) == [
        (
            "error",
            "stacks/same-record",
            [
                "one projects.churn.environments.dev.existing.containerRegistry",
                "two projects.fraud.environments.dev.existing.containerRegistry",
            ],
            "one and two each build a private endpoint to crshared and write its addresses to the zone "
            "privatelink.azurecr.io: those of one replace those of the other.",
        )
    ]
    two["projects"]["fraud"]["environments"]["dev"]["existing"]["containerRegistry"]["endpointRange"] = "10.80.0.0/24"
    assert between(tmp_path, one=one, two=two) == ()


def test_one_hub_is_described_alike(tmp_path: Path) -> None:
    """Its firewall, its ranges and its DNS servers; the stack that builds it knows the ranges alone."""
    other = EXISTING | {"firewallAddress": "10.0.0.5", "addressSpace": ["10.0.0.0/23"]}

    assert listed_findings(between(tmp_path, one=ONE, two=TWO | {"hub": {"existing": other}})) == [
        (
            "warning",
            "stacks/different-settings",
            ["one hub.existing", "two hub.existing"],
            "`addressSpace` of the hub vnet-hub is 10.0.0.0/22 in one and 10.0.0.0/23 in two.",
        ),
        (
            "warning",
            "stacks/different-settings",
            ["one hub.existing", "two hub.existing"],
            "`firewallAddress` of the hub vnet-hub is 10.0.0.4 in one and 10.0.0.5 in two.",
        ),
    ]


@pytest.mark.parametrize("folder", ["hub-stack"])
def test_the_stacks_of_an_example_fit_together(folder: str) -> None:
    """The landing zone uses the hub of the other stack: its ranges and its network are one."""
    files = sorted((ROOT / "examples" / folder).glob("Pulumi.*.yaml"))

    assert compared([facts_of(*checked(str(path))) for path in files]) == ()


def test_every_check_between_stacks_has_a_test_here() -> None:
    """Each one by its id, in a finding that a test expects."""
    text = Path(__file__).read_text("utf-8")

    ids = [check.id for check in ALL if check.id.startswith("stacks/")]
    assert len(ids) == 6
    assert [check for check in ids if f'"{check}",' not in text] == []
    assert {check.severity for check in ALL if check.id in ids} == {Severity.ERROR, Severity.WARNING}


def _written(folder: Path, config: Mapping[str, Any]) -> Path:
    path = folder / "Pulumi.one.yaml"
    path.write_text(yaml.safe_dump({"config": {"amlz:landingZone": dict(config)}}))
    return path
