"""policy/exemption-expired: an exemption that has ended, or soon will."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from amlz.azure.graph import Resource, ResourceGraph, is_unknown
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


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Returns exemptions that have ended, end soon, or whose end is undecided. One without an end is not found."""
    for exemption in graph.of_type("Microsoft.Authorization/policyExemptions"):
        expires = value(exemption, PATH)
        if is_unknown(expires):
            yield CHECK.undecided(exemption, PATH, expires)
        elif expires is not None:
            yield from _judged(exemption, str(expires), graph.today)


def _judged(exemption: Resource, expires: str, today: str | None) -> Iterator[Finding]:
    """Returns the finding on a day. Both are ISO 8601; an exemption no longer holds on the day that it names."""
    ends = _day(expires)
    if ends is None:
        when = f"ends on {expires}, which is not a date in the form 2027-03-31: cannot tell whether it has passed"
        yield _finding(exemption, Severity.NOTE, expires, (when, NO_DAY))
    elif not today:
        when = f"ends on {ends}. Cannot tell whether that day has passed"
        yield _finding(exemption, Severity.NOTE, expires, (when, NO_TODAY))
    else:
        now = date.fromisoformat(today[:10])
        left = (ends - now).days
        if left <= 0:
            yield _finding(exemption, Severity.ERROR, expires, (f"ended on {ends}; it is {now}", ""))
        elif ends - now <= SOON:
            days = "1 day" if left == 1 else f"{left} days"
            yield _finding(exemption, Severity.WARNING, expires, (f"ends on {ends}, in {days}", ""))


def _finding(exemption: Resource, severity: Severity, expires: str, when_and_remedy: tuple[str, str]) -> Finding:
    """The finding of an exemption. `when_and_remedy`: when it ends, and the remedy ("" for the usual one)."""
    when, remedy = when_and_remedy
    return CHECK.finding(exemption, FindingLocation(PATH, None, expires, severity, remedy), when=when)


def _day(text: str) -> date | None:
    """The day that a time in UTC begins with; None where it begins with none."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
