"""Destinations other than HTTPS hosts: rules, routes, tasks of owners, and the answers of `amlz reach`."""

from __future__ import annotations

from functools import cache

import pytest

from amlz.core.notices import notices
from amlz.core.plan import LandingZonePlan, make_plan
from amlz.core.relaxations import relaxations
from amlz.core.specs import NetworkRuleSpec, NsgRuleSpec, Place, RuleGroupSpec
from amlz.reach.answers import Evaluator
from amlz.reach.ends import find
from amlz.reach.model import Protocol
from amlz.reach.read import landscape
from amlz.stackfile.load import from_object
from tests.conftest import ROOT
from tests.core.stacks import Stack, at, built, messages_of, planned, stack
from tests.core.test_hub_stack import beside
from tests.reports.test_previews import case

CASE = ROOT / "tests" / "cases" / "previews" / "destinations.yaml"
WHY = "Tables of customers"
WAREHOUSE = {"addresses": ["10.50.4.0/24"], "ports": [1433, "11000-11999"], "why": WHY}
SQL = {"serviceTag": "Sql", "ports": [1433], "why": WHY}


PLACE = Place("d1d1d1d1-1111-4222-8333-444455556666", "rg-data", "westeurope")
TABLES = {"resource": PLACE.id("Microsoft.Sql/servers", "sql-tables"), "why": WHY}


def with_destinations(environment: Stack | None = None, /, **items: Stack) -> Stack:
    """A stack of two environments, of which one has destinations."""
    dev = at("10.1.0.0/24", destinations=items, **(environment or {}))
    return stack({"churn/dev": dev, "churn/test": at("10.1.1.0/24")}, onPremises=["10.50.0.0/16"])


def rules_of(plan: LandingZonePlan, role: str) -> list[NsgRuleSpec]:
    """The rules of a security group for destinations."""
    (spoke,) = plan.spokes
    group = next(group for group in spoke.security_groups if group.role == role)
    return [rule for rule in group.rules if rule.name.startswith("to-")]


def group_of(plan: LandingZonePlan) -> RuleGroupSpec | None:
    """The firewall's rules for destinations."""
    groups = built(built(plan.hub).firewall).groups
    return next((group for group in groups if group.name == "rcg-destinations"), None)


def test_a_range_is_opened_for_its_environment_alone() -> None:
    """By the security group, a route to the firewall and a rule of the firewall, which replaces the source."""
    plan = planned(with_destinations(warehouse=WAREHOUSE))
    (spoke,), firewall = plan.spokes, built(built(plan.hub).firewall)
    (rule,) = rules_of(plan, "churn-dev-training")

    ports, to, own = ("1433", "11000-11999"), ("10.50.4.0/24",), ("10.1.0.0/25",)
    assert rule == NsgRuleSpec("to-warehouse", rule.priority, "Outbound", own, to, ports, WHY, "Tcp")
    assert rules_of(plan, "churn-test-training") == []
    assert group_of(plan) == RuleGroupSpec(
        "rcg-destinations", 270, network_rules=(NetworkRuleSpec("churn-dev-warehouse", ("TCP",), own, to, ports, WHY),)
    )
    assert (built(spoke.routes).destinations, firewall.translates_all) == (to, True)


def test_a_service_tag_needs_no_route_and_keeps_the_rest_of_the_firewall() -> None:
    """The tag has a region, by default that of the landing zone."""
    plan = planned(with_destinations(sql=SQL, events=SQL | {"serviceTag": "EventHub", "region": "northeurope"}))
    (spoke,), firewall = plan.spokes, built(built(plan.hub).firewall)

    destinations = {rule.name: rule.destinations for rule in built(group_of(plan)).network_rules}
    assert destinations == {"churn-dev-events": ("EventHub.northeurope",), "churn-dev-sql": ("Sql.westeurope",)}
    assert (built(spoke.routes).destinations, firewall.translates_all) == ((), False)


def test_image_builds_reach_no_destination() -> None:
    """Their subnet has no rule, and is not among the sources."""
    subnets = {"training": "10.1.0.0/25", "endpoints": "10.1.0.128/26", "build": "10.1.0.192/28"}
    plan = planned(with_destinations({"subnets": subnets}, sql=SQL))

    assert (rules_of(plan, "churn-dev-build"), len(rules_of(plan, "churn-dev-training"))) == ([], 1)
    assert [rule.sources for rule in built(group_of(plan)).network_rules] == [("10.1.0.0/25",)]


def test_without_destinations_nothing_changes() -> None:
    """No rule group, no route, no translation."""
    plan = planned(stack())

    assert (group_of(plan), plan.parts) == (None, ())
    assert built(plan.spokes[0].routes).destinations == ()
    assert built(built(plan.hub).firewall).translates_all is False


def test_another_destination_moves_no_priority() -> None:
    """It follows from the name; two of the same are one after the other."""
    names = [f"place-{number}" for number in range(20)]
    alone = {name: rules_of(planned(with_destinations(**{name: SQL})), "churn-dev-training")[0] for name in names}
    every = rules_of(planned(with_destinations(**dict.fromkeys(names, SQL))), "churn-dev-training")

    assert {rule.name[3:]: rule.priority for rule in every} == {name: rule.priority for name, rule in alone.items()}
    assert len({rule.priority for rule in every}) == 20
    assert all(1000 <= rule.priority < 4000 for rule in every)


def test_a_managed_network_gets_an_outbound_rule_for_each_tag() -> None:
    """With its protocol and ports, and no rule of the firewall."""
    plan = planned(with_destinations({"isolation": "managed"}, sql=SQL | {"ports": [1433, "11000-11999"]}))
    network = built(plan.environments[0].workspace.managed_network)

    rules = [(rule.name, rule.to, rule.protocol, rule.ports) for rule in network.built.values() if rule.protocol]
    assert rules == [("tag-sql", "Sql.westeurope", "TCP", "1433, 11000-11999")]
    assert group_of(plan) is None


def test_a_resource_gets_an_endpoint_that_its_owner_approves() -> None:
    """In the environment's subnet, with its zone, and the port open from compute targets alone."""
    plan = planned(with_destinations(tables=TABLES))
    (linked,) = plan.environments[0].destinations
    (outbound,) = rules_of(plan, "churn-dev-training")
    (inbound,) = rules_of(plan, "churn-dev-endpoints")

    endpoint = linked.endpoint
    assert (linked.label, endpoint.name, endpoint.group) == ("to-tables", "pep-retail-churn-dev-to-tables", "sqlServer")
    assert (endpoint.target, endpoint.request) == (TABLES["resource"], "Azure ML of retail: churn, dev")
    assert [zone.name for zone in endpoint.zones] == ["privatelink.database.windows.net"]
    assert "privatelink.database.windows.net" in [zone.name for zone in built(plan.hub).dns.zones]
    assert (outbound.destinations, outbound.ports) == (("10.1.0.128/26",), ("1433",))
    assert (inbound.sources, inbound.destinations, inbound.ports) == (("10.1.0.0/25",), ("10.1.0.128/26",), ("1433",))
    assert (group_of(plan), plan.environments[1].destinations) == (None, ())
    assert TABLES["resource"] in plan.outside


def test_in_a_managed_network_a_resource_is_an_outbound_rule() -> None:
    """In both modes of its egress, without an endpoint in the spoke and without a zone."""
    for outbound in ("approvedOnly", "internet"):
        isolation = {"isolation": {"mode": "managed", "outbound": outbound}}
        plan = planned(with_destinations(isolation, tables=TABLES))
        network = built(plan.environments[0].workspace.managed_network)

        rules = [(rule.kind, rule.to, rule.group) for rule in network.built.values() if rule.name == "pe-to-tables"]
        assert rules == [("PrivateEndpoint", TABLES["resource"], "sqlServer")]
        assert plan.environments[0].destinations == ()
        assert "privatelink.database.windows.net" not in [zone.name for zone in built(plan.hub).dns.zones]


def test_a_hub_for_other_stacks_creates_no_zone_of_a_destination() -> None:
    """An empty zone would hide the public names of other servers."""
    serving = planned(stack(hub={"addressSpace": "10.0.0.0/23", "serves": ["10.2.0.0/16"]}))

    names = [zone.name for zone in built(serving.hub).dns.zones]
    assert ("privatelink.vaultcore.azure.net" in names, "privatelink.database.windows.net" in names) == (True, False)


def test_the_usual_ports_of_a_resource_can_be_replaced() -> None:
    """Port 443 is open to all endpoints, so it gets no further inbound rule."""
    events = TABLES | {"resource": TABLES["resource"].replace("Microsoft.Sql/servers", "Microsoft.EventHub/namespaces")}
    usual = rules_of(planned(with_destinations(events=events)), "churn-dev-endpoints")
    replaced = rules_of(planned(with_destinations(events=events | {"ports": [443, 9093]})), "churn-dev-endpoints")

    assert {rule.name for rule in usual} == {"to-events-5671", "to-events-9093"}
    assert {rule.name for rule in replaced} == {"to-events-9093"}


def test_owners_are_told_what_to_let_in() -> None:
    """The subnet of the firewall, its public address, or that there is no fixed one."""
    destinations = planned(with_destinations(warehouse=WAREHOUSE, sql=SQL)).parts
    managed = planned(with_destinations({"isolation": "managed"}, sql=SQL, tables=TABLES)).parts
    linked = planned(with_destinations(tables=TABLES)).parts

    assert (*destinations, *managed, *linked) == (
        (
            "destination warehouse of churn dev",
            (
                "it lets in TCP 1433 and 11000-11999 to 10.50.4.0/24 from the subnet of the hub's firewall "
                "(10.0.0.0/26), which replaces the source",
            ),
        ),
        (
            "destination sql of churn dev",
            ("resources behind Sql.westeurope let in the public address of the hub's firewall, or of its NAT gateway",),
        ),
        (
            "destination sql of churn dev",
            ("resources behind Sql.westeurope let in compute targets: their managed network has no fixed address",),
        ),
        (
            "destination tables of churn dev",
            (
                "the private endpoint of the managed network is approved, or the workspace's identity has the role "
                "Azure AI Enterprise Network Connection Approver on it: until then nothing reaches it",
            ),
        ),
        (
            "destination tables of churn dev",
            ("the private endpoint pep-retail-churn-dev-to-tables is approved: until then nothing reaches it",),
        ),
    )


def test_the_owner_of_an_existing_hub_gets_the_rule_and_the_translation() -> None:
    """Both are requests: nothing of that hub is built."""
    hub = {
        "virtualNetwork": PLACE.id("Microsoft.Network/virtualNetworks", "vnet-hub"),
        "firewallAddress": "10.0.0.4",
        "logAnalytics": PLACE.id("Microsoft.OperationalInsights/workspaces", "log"),
        "addressSpace": ["10.0.0.0/24"],
    }
    plan = planned(with_destinations(warehouse=WAREHOUSE) | {"hub": {"existing": hub}})
    existing = built(plan.organisation.existing_hub)

    assert "rcg-destinations" in [group.name for group in existing.must_allow]
    assert existing.demands[1] == (
        "the firewall replaces the source of connections to 10.50.4.0/24 (SNAT): replies then pass it"
    )


def test_the_hub_of_another_stack_opens_none() -> None:
    """It opens hosts only: the sentence names both keys."""
    (text,) = messages_of(with_destinations(sql=SQL) | {"hub": beside()["hub"]})

    path, what = "projects.churn.environments.dev.destinations.sql", "`hub.stack` names the hub of another stack"
    assert (path in text, what in " ".join(text.split())) == (True, True)


def test_every_destination_is_a_relaxation() -> None:
    """A tag with resources of every tenant."""
    config = from_object(with_destinations(warehouse=WAREHOUSE, sql=SQL, tables=TABLES))

    assert {".".join(map(str, item.path[4:])): item.gives_up for item in relaxations(config)} == {
        "destinations.warehouse": f"compute targets reach 10.50.4.0/24 on TCP 1433 and 11000-11999: {WHY}",
        "destinations.tables": f"compute targets reach the SQL server sql-tables on TCP 1433: {WHY}",
        "destinations.sql": f"compute targets reach resources of every tenant behind Sql.westeurope on TCP 1433: {WHY}",
    }


@pytest.mark.parametrize(
    ("target", "item", "is_open"),
    [
        ("sql.corp.contoso.com", WAREHOUSE | {"hosts": ["sql.corp.contoso.com"]}, True),
        ("sql.corp.contoso.com", WAREHOUSE | {"hosts": ["*.contoso.com"]}, True),
        ("sql.corp.contoso.com", WAREHOUSE, False),
        ("sql.corp.contoso.com", WAREHOUSE | {"hosts": ["sql.corp.contoso.com"], "ports": [5432]}, False),
        ("tcp:sql.corp.contoso.com,11433", WAREHOUSE | {"hosts": ["sql.corp.contoso.com"]}, True),
        ("10.50.4.7", WAREHOUSE, True),
        ("10.50.5.7", WAREHOUSE, False),
        ("sql-tables.database.windows.net", TABLES, True),
        ("sql-others.database.windows.net", TABLES, False),
        ("fabrikam.database.windows.net", SQL | {"hosts": ["*.database.windows.net"]}, True),
    ],
)
def test_a_connection_is_open_by_name_or_address_and_port(target: str, item: Stack, is_open: bool) -> None:
    """Only Azure knows the names behind a range or a tag: `hosts` lists them."""
    connections = {"tables": {"category": "AzureSqlDb", "target": target}}
    config = from_object(with_destinations({"connections": connections}, tables=item))

    reported = [notice.finding for notice in notices(config, make_plan(config))]
    assert ("egress/connection-not-opened" not in reported) is is_open


@cache
def evaluator() -> Evaluator:
    """The networks of the case."""
    preview = case(CASE)
    return Evaluator(landscape(preview.graph, list(preview.config.on_premises)))


@pytest.mark.parametrize(
    ("source", "destination", "protocol", "port", "verdict"),
    [
        ("snet-churn-dev-training", "10.50.4.7", "tcp", 1433, "reachable"),
        ("snet-churn-dev-training", "10.50.5.10", "tcp", 11500, "reachable"),
        ("snet-churn-dev-training", "10.50.4.7", "tcp", 22, "blocked"),
        ("snet-churn-dev-training", "10.50.4.7", "udp", 1433, "blocked"),
        ("snet-churn-dev-training", "10.50.7.7", "tcp", 1433, "blocked"),
        ("snet-churn-dev-training", "10.50.6.7", "udp", 123, "reachable"),
        ("snet-churn-dev-training", "EventHub.northeurope", "tcp", 9093, "reachable"),
        ("snet-churn-dev-training", "EventHub.westeurope", "tcp", 9093, "blocked"),
        ("snet-churn-dev-training", "Sql.westeurope", "tcp", 1433, "blocked"),
        ("snet-churn-dev-training", "sql-tables", "tcp", 1433, "reachable"),
        ("snet-churn-dev-training", "sql-tables.database.windows.net", "tcp", 1433, "reachable"),
        ("snet-churn-dev-training", "sql-tables", "tcp", 22, "blocked"),
        ("snet-churn-dev-training", "ai-contoso", "tcp", 443, "reachable"),
        ("churn/prod", "Sql.westeurope", "tcp", 1433, "reachable"),
        ("churn/prod", "Sql.westeurope", "tcp", 22, "blocked"),
        ("churn/prod", "Sql.westeurope", "udp", 1433, "blocked"),
        ("churn/prod", "10.50.4.7", "tcp", 1433, "blocked"),
    ],
)
def test_reach_agrees(source: str, destination: str, protocol: Protocol, port: int, verdict: str) -> None:
    """Both isolation modes: on listed ports, to listed destinations, and nothing else."""
    ask, land = evaluator().ask, evaluator().land
    verdicts = {
        answer.verdict.value
        for start in find(land, source, True)
        for end in find(land, destination, False)
        for answer in ask(start, end, protocol, port)
    }

    assert verdicts == {verdict}


def test_an_answer_assumes_the_approval() -> None:
    """A connection that its owner has to approve carries nothing before."""
    land = evaluator().land
    (start,) = find(land, "snet-churn-dev-training", True)
    (end,) = find(land, "sql-tables", False)

    (answer,) = evaluator().ask(start, end, "tcp", 1433)
    assert "the owner of sql-tables approves pep-retail-churn-dev-to-tables" in answer.assumes
