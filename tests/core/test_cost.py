"""Quantities of a month, and their cost at prices of files. All prices here are made up."""

from __future__ import annotations

import json
from typing import Any

import pytest

from amlz.core.cost import Costs, Estimate, estimate, priced
from amlz.core.facts.meters import bills, machine
from amlz.core.prices import NoPrice, PriceList, Tier, cost, price_list
from amlz.core.problems import LandingZoneError
from amlz.diff.cost_difference import cost_difference
from tests.conftest import ROOT, previewed
from tests.reports.test_previews import case

REGION = "westeurope"


def record(arm_type: str, body: dict[str, Any], owner: str = "/", name: str = "one") -> dict[str, Any]:
    """A resource as the JSON of a preview has it. `owner`: project/environment."""
    project, environment = owner.split("/")
    located = {"location": REGION, **body}
    return {"id": f"/{arm_type}/{name}", "armType": arm_type, "project": project, "environment": environment} | {
        "body": located
    }


def cluster(low: int, high: int, priority: str = "Dedicated", owner: str = "churn/dev") -> dict[str, Any]:
    """A cluster of this many nodes."""
    settings = {
        "vmSize": "Standard_D4s_v5",
        "vmPriority": priority,
        "scaleSettings": {"minNodeCount": low, "maxNodeCount": high},
    }
    body = {"properties": {"computeType": "AmlCompute", "properties": settings}}
    return record("Microsoft.MachineLearningServices/workspaces/computes", body, owner)


FIREWALL = record("Microsoft.Network/azureFirewalls", {"properties": {"sku": {"tier": "Premium"}}})


def quantities(result: Estimate) -> dict[tuple[str, str], tuple[float, float | None]]:
    """Quantities by owner and meter."""
    return {(line.owner, line.meter.key): (line.low, line.high) for line in result.lines}


def item(meter: str, price: float, unit: str = "1 Hour", **values: Any) -> dict[str, Any]:
    """A price as the API has it."""
    return {
        "currencyCode": "USD", "tierMinimumUnits": 0.0, "retailPrice": price, "armRegionName": REGION,
        "meterName": meter, "productName": "", "skuName": "", "serviceName": "", "armSkuName": "",
        "unitOfMeasure": unit, "type": "Consumption",
    } | values  # fmt: skip


def prices(*items: dict[str, Any]) -> PriceList:
    """Prices of one answer of the API."""
    return price_list([("prices/2027-01-31-all.json", json.dumps({"Items": items}))], None, "prices")


DEPLOYED = item("Premium Deployment", 2.0, serviceName="Azure Firewall", skuName="Premium")
DATA = item("Premium Data Processed", 0.5, "1 GB", serviceName="Azure Firewall", skuName="Premium")
LINUX = item("D4s v5", 0.25, serviceName="Virtual Machines", armSkuName="Standard_D4s_v5", skuName="D4s v5")


@pytest.mark.parametrize("stack", ["everything", "everything-existing", "recommended-managed", "operate"])
def test_each_type_that_is_built_is_in_the_estimate_or_named_as_left_out(stack: str) -> None:
    """A type without a row is shown as such; none of the program's own is."""
    graph = case(ROOT / "examples/operate/Pulumi.operate.yaml").graph if stack == "operate" else previewed(stack).graph

    assert sorted({resource.arm_type for resource in graph if resource.arm_type.lower() not in bills()}) == []


def test_quantities_follow_from_requests_alone() -> None:
    """730 hours a month; clusters from their fewest to their most nodes; traffic by use."""
    log = {"properties": {"workspaceCapping": {"dailyQuotaGb": 12}, "retentionInDays": 30}}
    registry = record("Microsoft.ContainerRegistry/registries", {"sku": {"name": "Premium"}}, "churn/dev")

    assert quantities(
        estimate([FIREWALL, cluster(1, 4), registry, record("Microsoft.OperationalInsights/workspaces", log)], REGION)
    ) == {
        ("shared", "firewall-premium"): (730, 730),
        ("shared", "firewall-premium-data"): (0, None),
        ("shared", "log-ingested"): (0, 365),
        ("churn/dev", "Standard_D4s_v5"): (730, 2920),
        ("churn/dev", "registry-premium"): (365 / 12, 365 / 12),
        ("churn/dev", "registry-premium-data"): (0, None),
    }


def test_low_priority_nodes_have_a_meter_of_their_own() -> None:
    """Both sizes of the same cluster in one environment stay apart."""
    both = estimate([cluster(0, 2), cluster(0, 3, "LowPriority")], REGION)

    assert quantities(both) == {
        ("churn/dev", "Standard_D4s_v5"): (0, 1460),
        ("churn/dev", "Standard_D4s_v5-low-priority"): (0, 2190),
    }


def test_a_managed_network_with_names_of_hosts_has_one_firewall() -> None:
    """Of the SKU that the workspace sets; endpoints of the network are counted one by one."""
    workspaces = "Microsoft.MachineLearningServices/workspaces"
    network = {"isolationMode": "AllowOnlyApprovedOutbound", "firewallSku": "Basic"}
    workspace = record(workspaces, {"properties": {"managedNetwork": network}}, "churn/dev")
    rules = [
        record(f"{workspaces}/outboundRules", {"properties": {"type": kind}}, "churn/dev", f"one/outboundRules/{name}")
        | {"id": f"{workspace['id']}/outboundRules/{name}"}
        for name, kind in (("a", "FQDN"), ("b", "FQDN"), ("c", "PrivateEndpoint"))
    ]

    assert quantities(estimate([workspace, *rules], REGION)) == {
        ("churn/dev", "firewall-basic"): (730, 730),
        ("churn/dev", "private-endpoint"): (730, 730),
    }


def test_a_type_that_is_not_known_is_listed_as_left_out() -> None:
    """A resource of a business unit's own capability."""
    result = estimate([record("Contoso.Own/things", {})], REGION)

    assert (result.lines, result.omitted) == ((), (("Contoso.Own/things: no meter of it is known here", 1),))


def test_an_assumption_replaces_a_range_and_never_a_fixed_quantity() -> None:
    """It is marked as one."""
    result = estimate([FIREWALL], REGION, {"firewall-premium-data": 500, "firewall-premium": 1})

    assert [(line.meter.key, line.low, line.high, line.assumed) for line in result.lines] == [
        ("firewall-premium", 730, 730, False),
        ("firewall-premium-data", 500, 500, True),
    ]


def test_sums_have_what_has_a_price_and_an_upper_limit() -> None:
    """730 hours at 2, and 0 to 2,920 node-hours at 0.25. Data by use is in no sum, though it has a price."""
    result = priced(estimate([FIREWALL, cluster(0, 4)], REGION), prices(DEPLOYED, DATA, LINUX))

    assert [result.of(owner) for owner in result.estimate.owners] == [(1460, 1460), (0, 730)]
    assert result.total == (1460, 2190)
    assert [line.line.meter.key for line in result.open] == ["firewall-premium-data"]
    assert result.unpriced == ()


def test_without_prices_nothing_has_a_cost() -> None:
    """No price is ever made up."""
    result = priced(estimate([FIREWALL, cluster(0, 4)], REGION), None)

    assert {(line.price, line.low, line.high, line.why) for line in result.lines} == {((), None, None, None)}


def test_only_the_price_of_a_dedicated_linux_machine_fits() -> None:
    """Windows, Spot, low priority, reservations and other regions have the same size."""
    others = (
        LINUX | {"productName": "Virtual Machines Dsv5 Series Windows", "retailPrice": 9.0},
        LINUX | {"skuName": "D4s v5 Spot", "retailPrice": 8.0},
        LINUX | {"skuName": "D4s v5 Low Priority", "retailPrice": 0.05},
        LINUX | {"type": "Reservation", "retailPrice": 7.0},
        LINUX | {"armRegionName": "northeurope", "retailPrice": 6.0},
    )
    given = prices(LINUX, *others)

    assert given.of(machine("Standard_D4s_v5", "Dedicated"), REGION) == (Tier(0, 0.25),)
    assert given.of(machine("Standard_D4s_v5", "LowPriority"), REGION) == (Tier(0, 0.05),)


@pytest.mark.parametrize(
    ("items", "why"),
    [
        ([DATA], "no price in the files"),
        ([DEPLOYED | {"unitOfMeasure": "1/Month"}], "its price is for 1/Month, not for 1 Hour"),
        ([DEPLOYED, DEPLOYED | {"retailPrice": 3.0}], "several prices fit"),
    ],
)
def test_a_price_that_does_not_fit_is_never_used(items: list[dict[str, Any]], why: str) -> None:
    """The line has the reason, and is in no sum."""
    result = priced(estimate([FIREWALL], REGION), prices(*items))
    reasons = {line.line.meter.key: line.why for line in result.lines}

    assert reasons["firewall-premium"] == why
    assert result.total == (0, 0)


def test_a_meter_of_all_regions_takes_the_global_price() -> None:
    """As the API lists private endpoints."""
    endpoint = item("Standard Private Endpoint", 0.01, serviceName="Virtual Network", armRegionName="Global")
    product = endpoint | {"productName": "Virtual Network Private Link"}
    result = priced(estimate([record("Microsoft.Network/privateEndpoints", {})], REGION), prices(product))

    assert result.of("shared") == pytest.approx((7.3, 7.3))


def test_parts_of_a_quantity_have_the_price_of_their_tier() -> None:
    """5 units free, then 2 each, above 10 units 1 each: 12 units are 0 + 5 · 2 + 2 · 1."""
    assert cost((Tier(0, 0), Tier(5, 2), Tier(10, 1)), 12) == 12
    assert cost((Tier(0, 0), Tier(5, 2)), 5) == 0


def test_tiers_apply_to_all_environments_together() -> None:
    """One alone would have no free units left for the others: 2 firewalls, 1,460 hours, the first 730 free."""
    tiers = prices(DEPLOYED | {"tierMinimumUnits": 730.0})
    mine = FIREWALL | {"project": "churn", "environment": "dev", "id": "/two"}
    result = priced(estimate([FIREWALL, mine], REGION), tiers)

    assert [result.of(owner) for owner in result.estimate.owners] == [(730, 730), (730, 730)]


def own(**values: Any) -> str:
    """A list of own prices."""
    return json.dumps({"date": "2027-01-31", "currency": "EUR", "prices": {"firewall-premium": 3}} | values)


def test_own_prices_need_no_api() -> None:
    """They have a date and a currency, and may be for one region."""
    given = price_list([("own.json", own(region=REGION))], frozenset(("firewall-premium",)), "own.json")
    elsewhere = price_list([("own.json", own(region="northeurope"))], None, "own.json")
    result = priced(estimate([FIREWALL], REGION), given)

    assert (given.currency, given.date, result.of("shared")) == ("EUR", "2027-01-31", (2190, 2190))
    assert elsewhere.of(result.lines[0].line.meter, REGION) == NoPrice("no price in the files")


WRONG = {
    "not JSON": ("{", "It is not JSON"),
    "too many levels": ('{"Items":' + "[" * 100_000, "It is not JSON: it is nested too deeply."),
    "a list": ("[]", "It is neither an answer of the Azure Retail Prices API nor a list of own prices."),
    "no price": ('{"Items": []}', "It holds no price."),
    "one page of several": ('{"Items": [], "NextPageLink": "https://prices.azure.com"}', "It is one page of several"),
    "another record": ('{"Items": [{"price": 1}]}', "Entry 0 of `Items` is no price"),
    "a negative price": (json.dumps({"Items": [DATA | {"retailPrice": -1}]}), "Entry 0 of `Items` is no price"),
    "two currencies": (json.dumps({"Items": [DATA, LINUX | {"currencyCode": "EUR"}]}), "several currencies: EUR, USD"),
    "no date": (own(date=None), "It has no `date`."),
    "a wrong date": (own(date="31.01.2027"), "It has no `date`."),
    "no currency": (own(currency="euro"), "It has no `currency`."),
    "a region that is no text": (own(region=1), "`region` is no text."),
    "an unknown meter": (own(prices={"firewall-premum": 1}), "'firewall-premum' is no meter of this landing zone."),
    "a price that is true": (own(prices={"firewall-premium": True}), "The price of 'firewall-premium' is no amount."),
    "a price that is no number": ('{"date": "2027-01-31", "currency": "EUR", "prices": {"firewall-premium": NaN}}',
                                  "The price of 'firewall-premium' is no amount."),
}  # fmt: skip


@pytest.mark.parametrize("text", WRONG)
def test_a_file_of_another_shape_is_refused(text: str) -> None:
    """With the file, the reason and a remedy."""
    content, why = WRONG[text]

    with pytest.raises(LandingZoneError) as raised:
        price_list([("own.json", content)], frozenset(("firewall-premium",)), "own.json")

    assert str(raised.value).startswith("own.json\n  ")
    assert why in str(raised.value)
    assert len(str(raised.value).splitlines()) == 3


def estimated(*records: dict[str, Any]) -> Costs:
    """Costs of resources at the prices above."""
    return priced(estimate(records, REGION), prices(DEPLOYED, DATA, LINUX))


def test_a_difference_names_each_environment_with_its_quantities() -> None:
    """Environments that stay the same are left out."""
    before = estimated(FIREWALL, cluster(0, 2), cluster(0, 1, owner="churn/prod"))
    after = estimated(FIREWALL, cluster(1, 4), cluster(0, 1, owner="churn/prod"))

    assert cost_difference(before, after).lines == (
        "churn/dev: +182 to +365 USD a month",
        "  Standard_D4s_v5: 0 to 1,460 node-hours becomes 730 to 2,920 node-hours",
    )
    assert cost_difference(after, after).lines == ()
    assert cost_difference(None, estimated(FIREWALL)).lines == (
        "shared: +1,460 USD a month",
        "  Azure Firewall Premium: nothing becomes 730 hours",
        "  data through Azure Firewall Premium: nothing becomes the use of 1 resource",
    )
