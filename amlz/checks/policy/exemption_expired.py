"""policy/exemption-expired: an exemption that has ended, or soon will."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from amlz.azure.graph import ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import value

PATH = "properties.expiresOn"

NO_TODAY = "Pass `--today YYYY-MM-DD`."
NO_DAY = "In the component, set `properties.expiresOn` to a time in the form `2027-03-31T00:00:00Z`."

CHECK = Check(
    id="policy/exemption-expired",
    severity=Severity.ERROR,
    says="Exemption {name} {when}.",
    remedy="Remove `policies.exemptions.{name}`, or get the exemption approved again and set "
    "`policies.exemptions.{name}.expiresOn` to a later day.",
    why="An expired exemption exempts nothing: Azure Policy refuses or reports again what it was for. A warning "
    "is one that expires within 30 days. `--today` sets the current day; the clock is not read.",
    source="https://learn.microsoft.com/azure/governance/policy/concepts/exemption-structure",
    otherwise=(
        NO_TODAY,
        NO_DAY,
    ),
)

#: How long before its end an exemption is worth a warning.
SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class _Ending:
    """The end of an exemption in words. `remedy`: None for the usual one."""

    when: str
    severity: Severity
    remedy: str | None = None


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Returns exemptions that have ended, end soon, or whose end is undecided. One without an end is not found."""
    for exemption in graph.of_type("Microsoft.Authorization/policyExemptions"):
        expires = value(exemption, PATH)
        if is_unknown(expires):
            yield CHECK.undecided(exemption, PATH, expires)
        elif expires is not None:
            ending = _ending(str(expires), graph.today)
            if ending is not None:
                place = FindingLocation(PATH, None, str(expires), ending.severity, ending.remedy)
                yield CHECK.finding(exemption, place, when=ending.when)


def _ending(expires: str, today: str | None) -> _Ending | None:
    """Returns the end as it is on a day, None where it is far. Both are ISO 8601; on its last day, it has ended."""
    ends = _day(expires)
    if ends is None:
        when = f"ends on {expires}, which is not a date in the form 2027-03-31: cannot tell whether it has passed"
        return _Ending(when, Severity.NOTE, NO_DAY)
    if not today:
        return _Ending(f"ends on {ends}. Cannot tell whether that day has passed", Severity.NOTE, NO_TODAY)
    now = date.fromisoformat(today[:10])
    left = ends - now
    if left.days <= 0:
        return _Ending(f"ended on {ends}; it is {now}", Severity.ERROR)
    if left <= SOON:
        days = "1 day" if left.days == 1 else f"{left.days} days"
        return _Ending(f"ends on {ends}, in {days}", Severity.WARNING)
    return None


def _day(text: str) -> date | None:
    """The day that a time in UTC begins with; None where it begins with none."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
