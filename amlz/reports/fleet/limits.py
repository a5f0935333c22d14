"""Limits of Azure that several stacks share, and the vCPUs that all stacks need together."""

from __future__ import annotations

from collections.abc import Sequence

from amlz.core.words import plural
from amlz.fleet.folder import FleetReports
from amlz.fleet.limits import FleetCount, FleetQuota, counts, quotas
from amlz.reports.fleet import unusable
from amlz.reports.fleet.page import FleetPage, FleetTable


def page(reports: FleetReports) -> FleetPage:
    """Returns the report. It fails where a limit is exceeded, and where a report is not known."""
    fleet_counts, needed = counts(reports), quotas(reports)
    over, close = (
        sum(fleet_count.exceeded for fleet_count in fleet_counts),
        sum(fleet_count.close and not fleet_count.exceeded for fleet_count in fleet_counts),
    )
    good = f"{plural(over, 'limit')} exceeded, {close} above nine tenths"
    level = "bad" if over else "look" if close or reports.unusable else "good"
    sizes = sorted({size for stack in reports.stacks for size in stack.summary.unknown_sizes})
    tables = (
        FleetTable(
            "Limits that stacks share",
            ("result", "count", "limit", "of", "scope", "stacks"),
            tuple(
                (
                    _word(fleet_count),
                    f"{fleet_count.count:,}",
                    f"{fleet_count.limit.count:,}",
                    fleet_count.limit.what,
                    fleet_count.scope,
                    str(fleet_count.stacks),
                )
                for fleet_count in fleet_counts
            ),
            "No two stacks share a scope in which Azure counts, and none is close to a limit.",
        ),
        FleetTable(
            "vCPUs of Azure ML at full scale",
            ("subscription", "region", "family", "dedicated", "low priority", "stacks"),
            tuple(
                (q.subscription, q.region, q.family, f"{q.dedicated:,}", f"{q.low_priority:,}", str(q.stacks))
                for q in needed
            ),
            "No stack has compute targets.",
        ),
        unusable.table(reports),
    )
    notes = ["Resources that no stack of the fleet builds are not counted. Quota in Azure is not read: compare it."]
    if sizes:
        notes.append(f"Sizes that are in no table, and not counted: {', '.join(sizes)}.")
    verdict = unusable.sentence(reports, good)
    return FleetPage(
        "Limits of the fleet",
        level,
        verdict,
        tables,
        tuple(notes),
        _record(fleet_counts, needed, sizes, reports),
        level == "bad" or bool(reports.unusable),
    )


def _word(count: FleetCount) -> str:
    return "exceeded" if count.exceeded else "close" if count.close else "fine"


def _record(
    fleet_counts: Sequence[FleetCount], needed: Sequence[FleetQuota], sizes: list[str], reports: FleetReports
) -> dict[str, object]:
    """Returns the same for programs."""
    return {
        "limits": [
            {
                "what": fleet_count.limit.what,
                "per": fleet_count.limit.per,
                "scope": fleet_count.scope,
                "count": fleet_count.count,
                "limit": fleet_count.limit.count,
                "stacks": fleet_count.stacks,
                "exceeded": fleet_count.exceeded,
                "source": fleet_count.limit.source,
            }
            for fleet_count in fleet_counts
        ],
        "quota": [
            {
                "subscription": q.subscription,
                "region": q.region,
                "family": q.family,
                "dedicated": q.dedicated,
                "lowPriority": q.low_priority,
                "stacks": q.stacks,
            }
            for q in needed
        ],
        "unknownSizes": sizes,
        "notKnown": unusable.records(reports),
    }
