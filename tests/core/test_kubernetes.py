"""Attached Kubernetes clusters in the plan: what the workspace may do on them, and what opens for their nodes."""

from __future__ import annotations

from dataclasses import replace

from amlz.capabilities.kubernetes.spec import AttachedSpec
from amlz.core.plan import LandingZonePlan
from amlz.core.relaxations import relaxations
from amlz.core.specs import ProjectEnvironmentSpec, records
from amlz.reports import existing_hub, kubernetes
from amlz.stackfile.load import from_object
from tests.core.stacks import LANDING_ZONE, Stack, at, built, planned, stack

AKS = f"/subscriptions/{LANDING_ZONE}/resourceGroups/rg-aks/providers/Microsoft.ContainerService/managedClusters"
SHARED, OTHER = f"{AKS}/aks-shared", f"{AKS}/aks-other"
LOGS = ("*.kusto.windows.net", "*.table.core.windows.net", "*.queue.core.windows.net")
SERVICE = ("westeurope.experiments.azureml.net", "westeurope.api.azureml.ms")
SYSTEM = ("archive.ubuntu.com", "security.ubuntu.com", "ppa.launchpad.net")


def attached(cluster: str = SHARED, *nodes: str, **settings: object) -> Stack:
    """A cluster, attached."""
    return {"cluster": cluster, "namespace": "churn", "nodes": list(nodes), **settings}


def with_clusters(**computes: Stack) -> Stack:
    """A stack of two environments: to the first of them clusters are attached."""
    return stack({"churn/dev": at("10.1.0.0/24", kubernetes=computes), "fraud/dev": at("10.1.1.0/24")})


def opened(plan: LandingZonePlan) -> dict[tuple[str, ...], tuple[str, int, tuple[str, ...]]]:
    """The firewall's rules for Kubernetes, by hosts: scheme, port and sources."""
    assert plan.hub is not None
    groups = [group for group in built(plan.hub.firewall).groups if group.name == "rcg-kubernetes"]
    return {r.hosts: (r.scheme, r.port, r.sources) for group in groups for r in group.application_rules}


def without_clusters(spec: ProjectEnvironmentSpec) -> ProjectEnvironmentSpec:
    """An environment without what is attached."""
    return replace(spec, capabilities=())


def test_the_workspace_gets_what_attaching_demands_once_a_cluster() -> None:
    """However often it is attached; nobody else gets anything there."""
    plan = planned(with_clusters(red=attached(), blue=attached(namespace="blue"), other=attached(OTHER)))

    (attached_spec,) = records(plan, AttachedSpec)
    roles = {
        access.cluster: [(r.role, r.scope, r.principal.id) for r in access.roles] for access in attached_spec.access
    }
    identity = plan.environments[0].workspace.identity
    names = ("Reader", "Kubernetes Extension Contributor", "Azure Kubernetes Service Cluster Admin Role")
    assert roles == {cluster: [(name, cluster, identity) for name in names] for cluster in (SHARED, OTHER)}
    assert [role for role in plan.roles() if "managedClusters" in role.scope] == list(attached_spec.roles)
    assert plan.outside == (SHARED, OTHER)


def test_the_firewall_opens_what_is_listed_to_nodes_and_to_nobody_else() -> None:
    """Repositories of packages only where jobs train, and to those nodes alone."""
    plan = planned(
        with_clusters(
            train=attached(SHARED, "10.50.0.0/24", "10.40.0.0/24", training=True),
            serve=attached(OTHER, "10.60.0.0/24", systemLogs=True),
        )
    )

    every, training = ("10.40.0.0/24", "10.50.0.0/24", "10.60.0.0/24"), ("10.40.0.0/24", "10.50.0.0/24")
    assert opened(plan) == {
        LOGS: ("Https", 443, ("10.60.0.0/24",)),
        SERVICE: ("Https", 443, every),
        ("pypi.org",): ("Https", 443, training),
        SYSTEM: ("Http", 80, training),
    }


def test_without_ranges_of_nodes_the_network_stays_as_it_was() -> None:
    """Firewall and security groups; and of the environment all but what is attached."""
    before, after = planned(with_clusters()), planned(with_clusters(red=attached(training=True)))

    assert (after.hub, after.spokes) == (before.hub, before.spokes)
    assert list(map(without_clusters, after.environments)) == list(before.environments)


def test_endpoints_take_nodes_of_their_own_environment() -> None:
    """On 443; the other environment's subnets do not change."""
    before, after = planned(with_clusters()), planned(with_clusters(red=attached(SHARED, "10.40.0.0/24")))

    was, now = ({g.role: g.rules for g in plan.spokes[0].security_groups} for plan in (before, after))
    changed = {role: [rule for rule in now[role] if rule not in was[role]] for role in now if now[role] != was[role]}
    assert {role: [(r.name, r.sources, r.ports) for r in rules] for role, rules in changed.items()} == {
        "churn-dev-endpoints": [("kubernetes", ("10.40.0.0/24",), ("443",))]
    }


def test_an_existing_firewall_is_told_what_to_let_through() -> None:
    """HTTP as HTTP."""
    network = (
        f"/subscriptions/{LANDING_ZONE}/resourceGroups/rg-hub/providers/Microsoft.Network/virtualNetworks/vnet-hub"
    )
    log = f"/subscriptions/{LANDING_ZONE}/resourceGroups/rg-hub/providers/Microsoft.OperationalInsights/workspaces/log"
    hub = {
        "virtualNetwork": network,
        "firewallAddress": "10.0.0.4",
        "logAnalytics": log,
        "addressSpace": ["10.0.0.0/24"],
    }
    settings = with_clusters(red=attached(SHARED, "10.40.0.0/24", training=True, systemLogs=True)) | {
        "hub": {"existing": hub}
    }

    requirements = [rule for rule in existing_hub.must_allow(planned(settings)) if rule.name.startswith("kubernetes-")]

    assert [(rule.to, rule.how) for rule in requirements] == [
        (LOGS, "HTTPS 443"),
        (SERVICE, "HTTPS 443"),
        (("pypi.org",), "HTTPS 443"),
        (SYSTEM, "HTTP 80"),
    ]


def test_owners_are_told_once_a_cluster_what_they_must_see_to() -> None:
    """Each namespace, and the spoke to peer with."""
    plan = planned(with_clusters(red=attached(), blue=attached(namespace="blue")))

    ((cluster, result),) = kubernetes.demands(plan).items()
    assert cluster == SHARED
    assert [text.split(":")[0] for text in result] == [
        "Azure ML's extension is on it",
        "namespace churn is there",
        "its network is peered with spoke main, where the private endpoints are, and resolves their names",
        "it is in the region of the workspace",
        "it has no public name, where it is a private cluster",
        "after it was stopped and started, its compute targets are attached again",
        "namespace blue is there",
    ]
    assert [(row["name"], row["namespace"]) for row in kubernetes.records(plan)] == [("red", "churn"), ("blue", "blue")]


def test_what_attaching_gives_up_is_named() -> None:
    """That the workspace administers the cluster, and wildcards of storage for its nodes."""
    settings = with_clusters(red=attached(SHARED, "10.40.0.0/24", systemLogs=True), blue=attached())

    admin = "the workspace's identity is administrator of the cluster, as attaching it demands"
    assert [one.gives_up for one in relaxations(from_object(settings))] == [
        f"{admin}; for its logs, 10.40.0.0/24 reach storage accounts of anybody's",
        admin,
    ]
