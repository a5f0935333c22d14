"""Use of quotas by a landing zone at full scale, in the three forms of a preview."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from amlz.core.plan import LandingZonePlan
from amlz.core.quota import Machines, QuotaUse, demands
from amlz.core.words import plural
from amlz.reports.styled import heading, joined_text

#: Quota of all low-priority vCPUs, of any family.
ALL = "all families"


def records(plan: LandingZonePlan) -> list[dict[str, Any]]:
    """For programs: a record a subscription and region. `unknown`: machines whose vCPUs are not in the table."""
    return [
        {
            "subscription": demand.subscription,
            "region": demand.region,
            "families": [
                {
                    "family": family,
                    "dedicated": demand.dedicated.get(family, 0),
                    "lowPriority": demand.low_priority.get(family, 0),
                }
                for family in demand.families
            ],
            "dedicated": sum(demand.dedicated.values()),
            "lowPriority": sum(demand.low_priority.values()),
            "unknown": [
                {"owner": m.owner, "name": m.name, "size": m.size, "nodes": m.nodes, "priority": m.priority}
                for m in demand.unknown
            ],
        }
        for demand in demands(plan)
    ]


def text(plan: LandingZonePlan) -> str:
    """For a terminal: a table a subscription and region, or nothing where nothing runs."""
    return joined_text("\n\n", (heading("\n".join(_table(demand))) for demand in demands(plan)))


def _table(demand: QuotaUse) -> Iterator[str]:
    yield f"vCPUs of Azure ML at full scale, {demand.region}"
    yield f"  subscription {demand.subscription}"
    yield f"  {'family':<44}{'dedicated':>12}{'low priority':>16}"
    for family, dedicated, low in rows(demand):
        yield f"  {family:<44}{dedicated:>12,}{low:>16,}"
    for line in unknown(demand):
        yield f"  not known: {line}"


def rows(demand: QuotaUse) -> Iterator[tuple[str, int, int]]:
    """Family, dedicated and low-priority vCPUs; last of all their sums."""
    for family in demand.families:
        yield family, demand.dedicated.get(family, 0), demand.low_priority.get(family, 0)
    yield ALL, sum(demand.dedicated.values()), sum(demand.low_priority.values())


def unknown(demand: QuotaUse) -> Iterator[str]:
    """Machines whose vCPUs are in no table, alike ones together."""
    by_size: dict[tuple[str, str], list[Machines]] = {}
    for machines in demand.unknown:
        by_size.setdefault((machines.size, machines.priority), []).append(machines)
    for (size, priority), alike in by_size.items():
        low = ", low priority" if priority != "dedicated" else ""
        yield f"{size}, {plural(sum(machines.nodes for machines in alike), 'node')}{low}"
