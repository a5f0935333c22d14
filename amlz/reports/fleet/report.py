"""The report of a fleet: a row a landing zone, versions in use, and everything that is not known."""

from __future__ import annotations

from collections import Counter
from typing import Any

from amlz.core.words import plural
from amlz.fleet.folder import FleetReports, FleetStack
from amlz.fleet.shared import built_twice
from amlz.fleet.summary import MonthlyCost
from amlz.reports.cost import amounts
from amlz.reports.fleet import objectives, unusable
from amlz.reports.fleet.page import FleetPage, FleetTable

_NOT_KNOWN = "not known"
_COLUMNS = (
    "stack",
    "ring",
    "version",
    "behind",
    "report of",
    "errors",
    "warnings",
    "denied",
    "not evaluated",
    "exempt",
    "accepted",
    "resources",
    "a month",
    "deployed",
    "drift",
)


def page(reports: FleetReports) -> FleetPage:
    """Returns the report.

    It fails for errors, denials, resources that two stacks build, spent error budgets, and unknown or old reports.
    """
    stacks = reports.stacks
    errors = sum(stack.summary.findings.get("error", 0) > 0 for stack in stacks)
    denied = sum(stack.summary.denied > 0 for stack in stacks)
    old = [stack for stack in stacks if _is_old(stack, reports)]
    twice = built_twice(reports)
    spent = objectives.spent(reports)
    fails = bool(errors or denied or old or twice or spent or reports.unusable)
    good = (
        f"{plural(len(stacks), 'landing zone')}: {errors} with errors, {denied} with requests that Azure Policy "
        f"denies, {plural(len(old), 'old report')}"
    )
    if spent:
        good += f", {plural(spent, 'spent error budget')}"
    warnings = any(stack.summary.findings.get("warning") for stack in stacks)
    level = "bad" if errors or denied or twice or spent else "look" if fails or warnings else "good"
    tables = (
        FleetTable("Landing zones", _COLUMNS, tuple(_row(s, reports) for s in stacks), "There is no report."),
        _versions(reports),
        _costs(reports),
        objectives.coverage(reports),
        objectives.objectives(reports),
        FleetTable(
            "Accepted findings by last day",
            ("last day", "check", "stack"),
            tuple(sorted((until, check, s.key) for s in stacks for check, until in s.summary.accepted)),
            "No finding is accepted.",
        ),
        FleetTable(
            "Resources that several stacks build",
            ("resource", "stacks"),
            tuple((identity, ", ".join(keys)) for identity, keys in twice),
            "No resource is built by two stacks.",
        ),
        unusable.table(reports),
    )
    record: dict[str, object] = {
        "today": reports.today.isoformat() if reports.today else None,
        "stacks": [_record(stack, reports) for stack in stacks],
        "versions": [{"version": v, "stacks": n} for v, n in sorted(_in_use(reports).items(), key=str)],
        "builtTwice": [{"id": identity, "stacks": list(keys)} for identity, keys in twice],
        "environments": objectives.coverage_record(reports),
        "notKnown": unusable.records(reports),
    }
    return FleetPage("The fleet", level, unusable.sentence(reports, good), tables, _notes(reports), record, fails)


def _notes(reports: FleetReports) -> tuple[str, ...]:
    notes = []
    if reports.today is None:
        notes.append("No day was passed, so no report counts as old. Pass `--today YYYY-MM-DD` to decide.")
    if any(stack.record is None for stack in reports.stacks):
        notes.append(
            "Without a record, version, age, deployment and drift are not known. `amlz fleet record` writes one."
        )
    return (*notes, *objectives.notes(reports))


def _is_old(stack: FleetStack, reports: FleetReports) -> bool:
    age = reports.age(stack.record.day) if stack.record else None
    return age is not None and not 0 <= age <= reports.fleet.config.old_after_days


def _row(stack: FleetStack, reports: FleetReports) -> tuple[str, ...]:
    s, record = stack.summary, stack.record
    behind = _behind(stack, reports)
    return (
        stack.key,
        stack.ring or "",
        record.program.version if record else _NOT_KNOWN,
        _NOT_KNOWN if behind is None else str(behind),
        _day(stack, reports),
        str(s.findings.get("error", 0)),
        str(s.findings.get("warning", 0)),
        str(s.denied),
        str(s.not_evaluated),
        str(s.exempt),
        str(len(s.accepted)),
        str(s.resources),
        _month(s.cost),
        _deployed(stack),
        _drift(stack, reports),
    )


def _day(stack: FleetStack, reports: FleetReports) -> str:
    if stack.record is None:
        return _NOT_KNOWN
    age = reports.age(stack.record.day)
    if age is not None and age < 0:
        return f"{stack.record.day}, after today"
    return f"{stack.record.day}, old" if _is_old(stack, reports) else str(stack.record.day)


def _behind(stack: FleetStack, reports: FleetReports) -> int | None:
    """Returns how many released versions are newer, None where that is not known."""
    versions = reports.fleet.config.versions
    if stack.record is None or stack.record.program.version not in versions:
        return None
    return len(versions) - 1 - versions.index(stack.record.program.version)


def _deployed(stack: FleetStack) -> str:
    if stack.record is None or stack.record.deployment is None:
        return _NOT_KNOWN
    one = stack.record.deployment
    return f"{one.version} {one.result} on {one.day}"


def _drift(stack: FleetStack, reports: FleetReports) -> str:
    if stack.record is None or stack.record.drift is None:
        return _NOT_KNOWN
    drift = stack.record.drift
    age = reports.age(drift.day)
    ago = f"{drift.day}" if age is None else f"{plural(age, 'day')} ago"
    return f"{plural(drift.resources, 'resource')}, {ago}"


def _in_use(reports: FleetReports) -> Counter[str | None]:
    return Counter(stack.record.program.version if stack.record else None for stack in reports.stacks)


def _versions(reports: FleetReports) -> FleetTable:
    rows = sorted((version or _NOT_KNOWN, f"{count:,}") for version, count in _in_use(reports).items())
    return FleetTable("Versions in use", ("version", "landing zones"), tuple(rows), "None.")


def _month(cost: MonthlyCost | None) -> str:
    return f"{cost.currency} {amounts(cost.low, cost.high)}" if cost else _NOT_KNOWN


def _costs(reports: FleetReports) -> FleetTable:
    """Returns the sums by currency. Stacks without prices are counted."""
    by_currency: dict[str, list[MonthlyCost]] = {}
    for stack in reports.stacks:
        if stack.summary.cost:
            by_currency.setdefault(stack.summary.cost.currency, []).append(stack.summary.cost)
    rows = [
        (_month(_sum(currency, costs)), plural(len(costs), "landing zone"))
        for currency, costs in sorted(by_currency.items())
    ]
    unknown = len(reports.stacks) - sum(len(costs) for costs in by_currency.values())
    rows += [(_NOT_KNOWN, plural(unknown, "landing zone"))] if unknown and rows else []
    return FleetTable("Consumption of a month", ("amount", "of"), tuple(rows), "No stack file names prices.")


def _sum(currency: str, costs: list[MonthlyCost]) -> MonthlyCost:
    highs = [cost.high for cost in costs if cost.high is not None]
    return MonthlyCost(currency, sum(cost.low for cost in costs), sum(highs) if len(highs) == len(costs) else None)


def _record(stack: FleetStack, reports: FleetReports) -> dict[str, Any]:
    s, record = stack.summary, stack.record
    return {
        "stack": stack.key,
        "unit": stack.unit,
        "name": stack.name,
        "ring": stack.ring,
        "space": stack.space,
        "file": stack.file,
        "version": record.program.version if record else None,
        "commit": record.program.commit if record else None,
        "behind": _behind(stack, reports),
        "reportOf": record.day.isoformat() if record else None,
        "old": _is_old(stack, reports) if record and reports.today else None,
        "production": s.production,
        "findings": {level: s.findings.get(level, 0) for level in ("error", "warning", "note")},
        "denied": s.denied,
        "notEvaluated": s.not_evaluated,
        "exempt": s.exempt,
        "accepted": [{"id": check, "until": until} for check, until in s.accepted],
        "resources": s.resources,
        "cost": {"currency": s.cost.currency, "low": s.cost.low, "high": s.cost.high} if s.cost else None,
        "objectives": objectives.records(stack),
        "hub": s.hub,
        "deployment": record.deployment.model_dump(mode="json") if record and record.deployment else None,
        "drift": record.drift.model_dump(mode="json") if record and record.drift else None,
    }
