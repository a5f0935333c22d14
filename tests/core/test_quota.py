"""vCPUs at full scale: by subscription, region and family, dedicated and low priority apart."""

from __future__ import annotations

import json

from amlz.core.facts.quotas import FAMILIES, SIZES
from amlz.core.facts.regions import AS_OF, WITHOUT_ZONES
from amlz.core.quota import QuotaUse, demands
from amlz.reports import quota
from tests.core.stacks import LANDING_ZONE, Stack, at, cluster, facts, planned, stack

ADA = {"size": "Standard_DS3_v2", "owner": "11111111-aaaa-4bbb-8ccc-000000000009"}


def clusters_stack() -> Stack:
    """Two environments: sizes of three families, one of them unknown, and one that is written in other case."""
    return stack(
        {
            "churn/dev": at(
                "10.1.0.0/24",
                clusters={
                    "cpu": cluster(4),
                    "gpu": cluster(2, size="Standard_NC24ads_A100_v4", priority="lowPriority"),
                },
                instances={"ada": ADA},
            ),
            "churn/prod": at(
                "10.1.1.0/24",
                imageBuild={"size": "Standard_d2S_V5", "maxNodes": 2},
                clusters={"cpu": cluster(3), "odd": cluster(5, size="Standard_X9000_v1", priority="lowPriority")},
            ),
        }
    )


def test_everything_that_can_run_at_once_is_added_up() -> None:
    """Clusters at their most nodes, the image builders, and instances, which keep their quota when stopped."""
    (demand,) = demands(planned(clusters_stack()))

    assert (demand.subscription, demand.region, demand.dedicated, demand.low_priority) == (
        LANDING_ZONE,
        "westeurope",
        {"standardDSv5Family": 4 * 4 + 4 + 3 * 4 + 2 * 2, "standardDSv2Family": 4},
        {"StandardNCADSA100v4Family": 2 * 24},
    )
    assert [(m.owner, m.name, m.size, m.nodes, m.priority, m.vcpus) for m in demand.unknown] == [
        ("churn/prod", "odd", "Standard_X9000_v1", 5, "lowPriority", None)
    ]


def test_where_nothing_runs_nothing_is_taken() -> None:
    """Not even an empty table."""
    plan = planned(stack({}))

    assert (demands(plan), quota.text(plan), quota.records(plan)) == ((), "", [])


def test_a_size_that_is_not_known_is_told_and_never_counted_as_nothing() -> None:
    """In a terminal, to the letter."""
    assert quota.text(planned(clusters_stack())).splitlines() == [
        "vCPUs of Azure ML at full scale, westeurope",
        f"  subscription {LANDING_ZONE}",
        "  family                                         dedicated    low priority",
        "  standardDSv2Family                                     4               0",
        "  standardDSv5Family                                    36               0",
        "  StandardNCADSA100v4Family                              0              48",
        "  all families                                          40              48",
        "  not known: Standard_X9000_v1, 5 nodes, low priority",
    ]


def test_programs_are_told_the_same() -> None:
    """A record a subscription and region."""
    assert json.loads(json.dumps(quota.records(planned(clusters_stack())))) == [
        {
            "subscription": LANDING_ZONE,
            "region": "westeurope",
            "families": [
                {"family": "standardDSv2Family", "dedicated": 4, "lowPriority": 0},
                {"family": "standardDSv5Family", "dedicated": 36, "lowPriority": 0},
                {"family": "StandardNCADSA100v4Family", "dedicated": 0, "lowPriority": 48},
            ],
            "dedicated": 40,
            "lowPriority": 48,
            "unknown": [
                {
                    "owner": "churn/prod",
                    "name": "odd",
                    "size": "Standard_X9000_v1",
                    "nodes": 5,
                    "priority": "lowPriority",
                }
            ],
        }
    ]


def test_families_are_in_one_order_whoever_asks_first() -> None:
    """The same input gives the same bytes."""
    one, other = QuotaUse("s", "r", {"b": 1, "A": 2}), QuotaUse("s", "r", {"A": 2}, {"b": 1})

    assert (one.families, other.families) == (("A", "b"), ("A", "b"))


def test_vcpus_are_those_of_the_published_pages() -> None:
    """Against a second transcription, size by size; no size in two families."""
    written = facts("vcpus")
    del written["sources"]

    result = {f.name: ", ".join(f"{s.removeprefix('Standard_')} {n}" for s, n in f.sizes.items()) for f in FAMILIES}

    assert result == written
    assert len(SIZES) == sum(len(family.sizes) for family in FAMILIES)
    assert [family.name for family in FAMILIES if not family.source.startswith("https://")] == []


def test_regions_without_zones_are_those_of_the_published_list() -> None:
    """Against a second transcription, with its day."""
    written = facts("regions-without-zones")

    assert {region.replace(" ", "").lower() for region in written["regions"]} == set(WITHOUT_ZONES)
    assert written["as of"] == AS_OF
