"""Clusters of Azure Kubernetes Service: what they are given, what their nodes reach, and what Azure is sent."""

from __future__ import annotations

from typing import Any

import pytest

from amlz.capabilities.aks.spec import AksSpec
from amlz.core.plan import LandingZonePlan
from amlz.core.relaxations import relaxations
from amlz.core.specs import records
from amlz.stackfile.load import from_object
from tests.conftest import ROOT
from tests.core.stacks import PEOPLE, Stack, at, messages_of, planned, stack
from tests.reports.test_previews import case

CASE = ROOT / "tests" / "cases" / "previews" / "aks.yaml"
CLUSTERS = "Microsoft.ContainerService/managedClusters"
POOL = {"size": "Standard_D8s_v5", "maxNodes": 4}


def cluster(**settings: Any) -> Stack:
    """A cluster with one pool."""
    ranges = {"network": "10.1.8.0/26", "podNetwork": "100.64.0.0/18", "serviceNetwork": "100.65.0.0/24"}
    return {**ranges, "pools": {"cpu": POOL}, **settings}


def with_cluster(more: Stack | None = None, **settings: Any) -> Stack:
    """A stack of one environment with a cluster."""
    return stack({"churn/dev": at("10.1.0.0/24", aks=cluster(**settings), **(more or {}))}, access=PEOPLE)


def spec_of(plan: LandingZonePlan) -> AksSpec:
    """The cluster of a plan."""
    (spec,) = records(plan, AksSpec)
    return spec


def test_without_its_key_nothing_of_it_is_planned() -> None:
    """No cluster, identity, subnet, rule or role."""
    plan = planned(stack(access=PEOPLE))

    assert list(records(plan, AksSpec)) == []
    assert [identity.role for identity in plan.environments[0].identities] == ["workspace", "compute", "build"]
    assert [subnet.role for subnet in plan.spokes[0].network.subnets if "aks" in subnet.role] == []
    assert plan.hub is not None
    assert plan.hub.firewall is not None
    assert [group.name for group in plan.hub.firewall.groups if group.name == "rcg-aks"] == []
    assert [role for role in plan.roles() if "aks" in role.key] == []


def test_identities_get_the_documented_roles_and_no_others() -> None:
    """All exist before the cluster."""
    plan = planned(with_cluster())
    spec = spec_of(plan)

    roles = {
        (role.principal.id.rsplit("/id-retail-churn-dev-", 1)[1], role.role, role.scope.rsplit("/", 1)[1])
        for role in plan.roles()
        if role.principal.id in (spec.identity, spec.nodes_identity)
    }
    assert roles == {
        ("aks", "Private DNS Zone Contributor", f"{spec.name}.privatelink.westeurope.azmk8s.io"),
        ("aks", "Network Contributor", "vnet-retail-spoke-main"),
        ("aks", "Network Contributor", "rt-retail-spoke-main"),
        ("aks", "Managed Identity Operator", "id-retail-churn-dev-aks-nodes"),
        ("aks-nodes", "AcrPull", plan.environments[0].registry.name if plan.environments[0].registry else ""),
    }
    theirs = {role.id for role in plan.roles() if role.principal.id in (spec.identity, spec.nodes_identity)}
    assert theirs <= set(spec.after)
    assert [(role.role, role.scope) for role in spec.roles] == [
        ("Azure Kubernetes Service RBAC Cluster Admin", spec.id) for _ in PEOPLE["platformTeam"]
    ]


def test_a_cluster_of_the_shared_registry_pulls_from_it() -> None:
    """The role is on that registry."""
    settings = stack(
        {"churn/dev": at("10.1.0.0/24", aks=cluster(), registry="shared")}, access=PEOPLE, sharedRegistry={}
    )
    plan = planned(settings)

    pulls = [role for role in plan.roles() if role.principal.id == spec_of(plan).nodes_identity]
    assert [(role.role, role.scope.split("/")[4]) for role in pulls] == [("AcrPull", "rg-retail-shared-westeurope")]


def test_the_firewall_opens_the_tag_and_the_hosts_of_what_is_used_to_nodes_alone() -> None:
    """GPU drivers and Azure ML's extension only where they are."""

    def opened(**settings: Any) -> dict[str, tuple[str, ...]]:
        plan = planned(with_cluster(**settings))
        assert plan.hub is not None
        assert plan.hub.firewall is not None
        (group,) = [group for group in plan.hub.firewall.groups if group.name == "rcg-aks"]
        assert {rule.sources for rule in group.application_rules} == {("10.1.8.0/26",)}
        return {f"{rule.name} {rule.port}": rule.to for rule in group.application_rules}

    gpu = {"size": "Standard_NC24ads_A100_v4", "maxNodes": 1, "gpuDriver": "install"}
    least = opened()
    assert least == {
        "aks-required 443": ("FQDN tag AzureKubernetesService",),
        "aks-required-http 80": ("FQDN tag AzureKubernetesService",),
        "aks-policy 443": (
            "data.policy.core.windows.net",
            "store.policy.core.windows.net",
            "dc.services.visualstudio.com",
        ),
    }
    assert opened(pools={"gpu": gpu | {"gpuDriver": "none"}}) == least
    assert set(opened(pools={"gpu": gpu})) - set(least) == {"aks-gpu 443"}
    assert set(opened(azureMl=True)) - set(least) == {"aks-extensions 443", "aks-azure-ml 443"}


def test_security_groups_let_a_cluster_work_and_nothing_else() -> None:
    """Nodes and pods among themselves, as AKS requires; its egress is that of the firewall."""
    plan = planned(with_cluster())

    groups = {group.role: group for group in plan.spokes[0].security_groups}
    rules = [(r.direction, r.name, r.sources, r.destinations, r.ports) for r in groups["aks-churn-dev-nodes"].rules]
    inside = ("10.1.8.0/26", "100.64.0.0/18")
    assert rules == [
        ("Inbound", "cluster-in", inside, inside, ("*",)),
        ("Inbound", "load-balancer", ("AzureLoadBalancer",), ("*",), ("*",)),
        ("Inbound", "people", ("10.0.0.0/24",), ("10.1.8.0/26",), ("443",)),
        ("Inbound", "deny-inbound", ("*",), ("*",), ("*",)),
        ("Outbound", "cluster-out", inside, inside, ("*",)),
        ("Outbound", "endpoints", ("10.1.8.0/26",), ("10.1.0.128/26",), ("443",)),
        ("Outbound", "dns", ("10.1.8.0/26",), ("10.0.0.0/26",), ("53",)),
        ("Outbound", "by-firewall", ("10.1.8.0/26",), ("Internet",), ("80", "443")),
        ("Outbound", "deny-outbound", ("*",), ("*",), ("*",)),
    ]
    (own,) = [rule for rule in groups["churn-dev-endpoints"].rules if rule.name == "aks"]
    assert (own.sources, own.destinations, own.ports) == (("10.1.8.0/26",), ("10.1.0.128/26",), ("443",))


@pytest.mark.parametrize(("nodes", "prefix", "fits"), [(4, 28, True), (5, 28, False), (19, 27, True), (20, 27, False)])
def test_the_subnet_holds_the_nodes_at_its_edge(nodes: int, prefix: int, fits: bool) -> None:
    """Three system nodes and one of their upgrade, the pool and its upgrade, the API server and a load balancer; /28
    leaves 11 addresses, /27 leaves 27.
    """
    wrong = messages_of(
        with_cluster({"growth": 0}, network=f"10.1.8.0/{prefix}", pools={"cpu": POOL | {"maxNodes": nodes}})
    )

    assert ([text for text in wrong if "addresses for nodes do not fit" in text] == []) is fits


def test_the_pods_hold_a_range_for_each_node_at_its_edge() -> None:
    """Three system nodes, four of the pool, and one of an upgrade of each: nine."""
    assert messages_of(with_cluster(podNetwork="100.64.0.0/20")) == []
    (wrong,) = messages_of(with_cluster(podNetwork="100.64.0.0/21"))
    assert "9 nodes, those of an upgrade included, take a /24 each; 100.64.0.0/21 holds 8." in wrong


@pytest.mark.parametrize(("prefix", "fits"), [(12, False), (13, True), (28, True), (29, False)])
def test_the_range_of_services_is_within_the_limits_of_azure(prefix: int, fits: bool) -> None:
    """Smaller than a /12, with an 11th address for names."""
    wrong = messages_of(with_cluster(serviceNetwork=f"100.80.0.0/{prefix}"))

    assert ([text for text in wrong if "AKS takes ranges smaller than /12" in text] == []) is fits


@pytest.mark.parametrize(("nodes", "fits"), [(541, True), (542, False)])
def test_a_cluster_has_5000_nodes_at_most_with_those_of_upgrades(nodes: int, fits: bool) -> None:
    """Four pools of 1,000 take 1,100 each, the system pool four, and the last one 541 and 55, or 542 and 55."""
    pools = {f"p{number}": POOL | {"maxNodes": 1000} for number in range(4)} | {"last": POOL | {"maxNodes": nodes}}
    wrong = messages_of(with_cluster(pools=pools))

    assert ([text for text in wrong if "Azure takes 5,000 a cluster" in text] == []) is fits


@pytest.mark.parametrize(("count", "fits"), [(99, True), (100, False)])
def test_a_cluster_has_100_pools_at_most_with_that_of_the_system(count: int, fits: bool) -> None:
    """The limit of Azure."""
    wrong = messages_of(with_cluster(pools={f"p{number}": POOL | {"maxNodes": 1} for number in range(count)}))

    assert ([text for text in wrong if "Azure takes 100 a cluster" in text] == []) is fits


def test_the_preview_names_what_is_less_secure() -> None:
    """The cluster's identity changes the whole network."""
    texts = [relaxation.gives_up for relaxation in relaxations(from_object(with_cluster()))]

    assert [text for text in texts if "Network Contributor" in text] != []


def test_the_cluster_is_private_and_without_local_accounts() -> None:
    """As Azure is sent it; roles of Azure decide, and egress is that of the subnet's routes."""
    graph = case(CASE).graph
    body = next(r.body["properties"] for r in graph.of_type(CLUSTERS) if "-dev-" in r.name)

    access = body["apiServerAccessProfile"]
    zone = access.pop("privateDNSZone").rsplit("/", 1)[1]
    assert (zone.split(".", 1)[1], access) == (
        "privatelink.westeurope.azmk8s.io",
        {"enablePrivateCluster": True, "enablePrivateClusterPublicFQDN": False, "disableRunCommand": True},
    )
    assert (body["disableLocalAccounts"], body["aadProfile"]["enableAzureRBAC"]) == (True, True)
    assert {key: body["networkProfile"][key] for key in ("outboundType", "networkPluginMode", "dnsServiceIP")} == {
        "outboundType": "userDefinedRouting",
        "networkPluginMode": "overlay",
        "dnsServiceIP": "100.65.0.10",
    }
    assert (body["oidcIssuerProfile"], body["securityProfile"]["workloadIdentity"], body["addonProfiles"]) == (
        {"enabled": True},
        {"enabled": True},
        {"azurepolicy": {"enabled": True}},
    )
    pools = {r.name: r.body["properties"] for r in graph.of_type(f"{CLUSTERS}/agentPools") if "-dev-" in r.id}
    assert {name: (pool.get("nodeTaints"), pool.get("gpuProfile")) for name, pool in pools.items()} == {
        "cpu": (None, None),
        "gpu": (["sku=gpu:NoSchedule", "team=churn:NoSchedule"], {"driver": "Install"}),
    }
