"""Managed networks in the plan: addresses, rules, and what stays as it is for everybody else."""

from __future__ import annotations

import re
from typing import Any

import pytest

from amlz.core.config.isolation import IsolationConfig
from amlz.core.facts.managed_network import ADDED_ENDPOINTS, REQUIRED_ENDPOINTS, REQUIRED_TAGS
from amlz.core.owners import EnvironmentKey
from amlz.core.planning.managed_network import rule_name
from amlz.core.relaxations import relaxations
from amlz.stackfile.load import from_object
from tests.core.stacks import Stack, addresses, at, cluster, messages_of, planned, stack

PUBLISHED_TAGS = [
    "AzureMachineLearning",
    "AzureActiveDirectory",
    "BatchNodeManagement.{region}",
    "AzureResourceManager",
    "AzureFrontDoor.FirstParty",
    "MicrosoftContainerRegistry",
    "AzureMonitor",
    "VirtualNetwork",
]


def hosts(settings: Stack) -> list[tuple[str, str]]:
    """Host names that the only environment lets out, with the reason of each."""
    network = planned(settings).environments[0].workspace.managed_network
    assert network is not None
    return [(rule.to, rule.why) for rule in network.rules if rule.kind == "FQDN"]


def test_the_table_of_required_rules_is_that_of_the_published_page() -> None:
    """Outbound service tags, parts that get a private endpoint, and groups of storage that must be added."""
    assert sorted(row.tag for row in REQUIRED_TAGS) == sorted(PUBLISHED_TAGS)
    assert {row.part for row in REQUIRED_ENDPOINTS} == {"vault", "storage", "registry", "workspace"}
    assert {row.group for row in ADDED_ENDPOINTS} == {"queue", "table"}


@pytest.mark.parametrize("written", ["managed", {"mode": "managed"}])
def test_the_short_form_means_the_defaults(written: str | Stack) -> None:
    """Approved destinations only, with a firewall of tier Standard."""
    config = from_object(stack({"churn/dev": at("10.1.0.0/27", isolation=written)}))

    isolation = config.projects["churn"].environments["dev"].isolation

    assert (isolation.managed, isolation.approved_only, isolation.outbound, isolation.firewall, isolation.allow) == (
        True,
        True,
        "approvedOnly",
        "Standard",
        (),
    )


def test_injected_is_what_is_built_without_a_word() -> None:
    """Set or not set, the plan is the same."""
    assert planned(stack()) == planned(stack({"churn/dev": at("10.1.0.0/24", isolation="injected")}))
    assert not IsolationConfig().managed


def test_only_endpoints_take_addresses() -> None:
    """Nodes and instances take none, however many; the whole range is one subnet."""
    settings = stack({"churn/dev": at("10.1.0.0/27", isolation="managed", clusters={"cpu": cluster(900)})})

    (block,) = addresses(settings).spokes[0].blocks

    assert [(s.role, s.cidr, s.needed, s.holds) for s in block.subnets] == [("endpoints", "10.1.0.0/27", 12, 27)]


def test_addresses_of_others_stay_where_they_are() -> None:
    """With the neighbour's compute targets in a subnet, and in a managed network."""
    neighbours = {"churn/dev": at("10.1.0.0/24"), "fraud/dev": at("10.1.1.0/24")}
    turned = {**neighbours, "churn/dev": at("10.1.0.0/24", isolation="managed")}

    before, after = planned(stack(neighbours)), planned(stack(turned))

    assert before.addresses.block(EnvironmentKey("fraud", "dev")) == after.addresses.block(
        EnvironmentKey("fraud", "dev")
    )
    assert before.environments[1] == after.environments[1]


def test_the_spoke_has_one_subnet_for_it_that_lets_people_in() -> None:
    """No rule for compute targets, which are elsewhere."""
    spec = planned(stack({"churn/dev": at("10.1.0.0/27", isolation="managed")})).spokes[0]

    rules = [[(r.name, r.direction, r.access, r.sources) for r in group.rules] for group in spec.security_groups]

    assert [(s.name, s.cidr) for s in spec.network.subnets] == [("snet-churn-dev-endpoints", "10.1.0.0/27")]
    assert rules == [
        [
            ("people", "Inbound", "Allow", ("10.0.0.0/24",)),
            ("deny-inbound", "Inbound", "Deny", ("*",)),
            ("deny-outbound", "Outbound", "Deny", ("*",)),
        ]
    ]


def test_computes_name_no_subnet_and_wait_for_rules_instead_of_the_hub() -> None:
    """The endpoint of the workspace, the roles of identities, and every rule that is built."""
    spec = planned(stack({"churn/dev": at("10.1.0.0/27", isolation="managed")})).environments[0]
    network = spec.workspace.managed_network
    assert network is not None

    others = [
        target for target in spec.computes.after if "/roleAssignments/" not in target and target not in network.built
    ]

    assert (spec.computes.subnet, others) == (None, [spec.workspace.endpoint.zone_group])
    assert set(network.built) <= set(spec.computes.after)
    assert [rule.name for rule in network.built.values()] == ["pe-storage-queue", "pe-storage-table"]


def test_approver_roles_stand_before_the_workspace() -> None:
    """On everything that its network reaches, and on the resource group for the workspace itself."""
    spec = planned(stack({"churn/dev": at("10.1.0.0/27", isolation="managed")})).environments[0]
    assert spec.registry is not None
    given = [*spec.storage.roles, *spec.key_vault.roles, *spec.registry.roles, *spec.group_roles, *spec.workspace.roles]

    approver = [role for role in given if role.role == "Azure AI Enterprise Network Connection Approver"]

    assert [role.scope for role in approver if role.id in spec.workspace.after] == [
        spec.storage.id,
        spec.key_vault.id,
        spec.registry.id,
        spec.group.id,
    ]
    assert all(role.id in spec.workspace.after for role in approver)


def test_hosts_come_from_scenarios_own_hosts_and_the_environment() -> None:
    """In one order, independent of the file's, each once, with all of its reasons."""
    settings = stack(
        {"churn/dev": at("10.1.0.0/27", isolation={"mode": "managed", "allow": ["ghcr.io", "*.contoso.com"]})},
        egress=["rPackages"],
        egressHosts={"models": {"hosts": ["*.contoso.com"], "why": "Models of the group"}},
    )

    assert hosts(settings) == [
        ("cloud.r-project.org", "rPackages: R packages, and images of RStudio"),
        ("*.contoso.com", "Models of the group; allowed for this environment"),
        ("ghcr.io", "rPackages: R packages, and images of RStudio; allowed for this environment"),
        ("pkg-containers.githubusercontent.com", "rPackages: R packages, and images of RStudio"),
    ]


def test_the_internet_needs_no_rule_for_a_host() -> None:
    """Nor a firewall; queue and table are private all the same."""
    settings = stack(
        {"churn/dev": at("10.1.0.0/27", isolation={"mode": "managed", "outbound": "internet"})},
        egress=["pythonPackages"],
    )
    network = planned(settings).environments[0].workspace.managed_network
    assert network is not None

    assert (network.isolation_mode, network.firewall) == ("AllowInternetOutbound", None)
    assert [(rule.kind, rule.group) for rule in network.built.values()] == [
        ("PrivateEndpoint", "queue"),
        ("PrivateEndpoint", "table"),
    ]


NAMES = {
    "pypi.org": "fqdn-pypi-org-",
    "*.pypi.org": "fqdn-pypi-org-",
    "pypi-org": "fqdn-pypi-org-",
    "automlresources-prod-d0eaehh7g8andvav.b02.azurefd.net": "fqdn-automlresources-prod-d-",
}


def test_names_of_rules_fit_and_differ() -> None:
    """3 to 33 characters, and another name for another host even where the words are alike."""
    names = {host: rule_name(host) for host in NAMES}

    assert {host: name[:-5] for host, name in names.items()} == NAMES
    assert len(set(names.values())) == len(NAMES)
    assert [name for name in names.values() if not re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9_-]{2,32}", name)] == []


RELAXED: list[tuple[Any, list[str]]] = [
    ("managed", []),
    ({"mode": "managed", "firewall": "Basic"}, []),
    ({"mode": "managed", "outbound": "internet"}, ["outbound"]),
    ({"mode": "managed", "allow": ["pypi.org"]}, ["allow"]),
]


@pytest.mark.parametrize(("isolation", "expected"), RELAXED)
def test_what_is_let_out_beyond_the_required_is_named(isolation: Any, expected: list[str]) -> None:
    """The whole internet, and custom hosts."""
    config = from_object(stack({"churn/dev": at("10.1.0.0/27", isolation=isolation)}))

    assert [r.path[-1] for r in relaxations(config) if "isolation" in r.path] == expected


def test_a_storage_host_for_everybody_is_refused_only_where_a_managed_network_would_get_it() -> None:
    """Behind the hub's firewall it can be reached by name."""
    own = {"lake": {"hosts": ["lake.blob.core.windows.net"], "why": "The lake of another team"}}
    internet = {"mode": "managed", "outbound": "internet"}

    values = [
        len(messages_of(stack({"churn/dev": at("10.1.0.0/24", isolation=isolation)}, egressHosts=own)))
        for isolation in ("injected", "managed", internet)
    ]

    assert values == [0, 1, 0]


def test_visual_studio_code_is_let_out_though_one_of_its_hosts_is_of_storage() -> None:
    """The page that requires endpoints of storage lists that host by name."""
    settings = stack({"churn/dev": at("10.1.0.0/27", isolation="managed")}, egress=["visualStudioCode"])

    assert "vscode.blob.core.windows.net" in [host for host, _ in hosts(settings)]
