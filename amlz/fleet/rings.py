"""Rings: which ring may open, by the reports and records of the stacks. An unknown stack keeps the next ring closed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from amlz.core.words import plural
from amlz.dataclass import dataclass
from amlz.fleet.config import FleetConfig, RingConfig
from amlz.fleet.folder import FleetReports, FleetStack, UnusableReport


@dataclass(frozen=True, slots=True)
class RingState:
    """A ring. `open`: its stacks may take the wanted version; `done`: all of them have it, and the next may open.

    `failed`: stacks whose deployment failed or that drifted; `pending`: sentences on stacks that are not done yet;
    `closed`: why it may not open.
    """

    name: str
    open: bool
    done: bool
    stacks: int
    failed: tuple[str, ...]
    pending: tuple[str, ...]
    closed: tuple[str, ...]


def rings_of(reports: FleetReports) -> tuple[RingState, ...]:
    """Returns the state of every ring, the first one first. A ring opens when each ring before it is done."""
    states: list[RingState] = []
    for ring in reports.fleet.config.rings:
        closed = tuple(why for before in states for why in _keeps_closed(before))
        states.append(_state(ring, reports, closed))
    return tuple(states)


def _keeps_closed(before: RingState) -> Iterator[str]:
    if not before.done:
        failed = f", {plural(len(before.failed), 'failed stack')}" if before.failed else ""
        pending = f", {plural(len(before.pending), 'stack')} not done or not known" if before.pending else ""
        yield f"Ring {before.name} is not done{failed}{pending}."


def _state(ring: RingConfig, reports: FleetReports, closed: tuple[str, ...]) -> RingState:
    stacks = [stack for stack in reports.stacks if stack.ring == ring.name]
    failed = tuple(f"{stack.key}: {why}" for stack in stacks if (why := _failure(stack, reports)))
    pending = [f"{s.key}: {why}" for s in stacks if not _failure(s, reports) and (why := _missing(s, ring, reports))]
    pending += [f"{one.key}: {one.why}" for one in reports.unusable if ring.name in _rings(one, reports.fleet.config)]
    done = not closed and not pending and len(failed) <= ring.max_failures
    return RingState(ring.name, not closed, done, len(stacks), failed, tuple(pending), closed)


def _rings(report: UnusableReport, config: FleetConfig) -> set[str | None]:
    """Returns the rings that an unusable report belongs to: one of a whole unit to each ring of the unit."""
    return {report.ring} if report.stack else {report.ring, *config.units[report.unit].stack_rings.values()}


def _failure(stack: FleetStack, reports: FleetReports) -> str | None:
    """Returns why a stack counts as failed with the wanted version, None where it does not."""
    record, wanted = stack.record, reports.fleet.config.wanted
    if record is None or record.deployment is None or record.deployment.version != wanted:
        return None
    if record.deployment.result == "failed":
        return f"The deployment of {wanted} failed on {record.deployment.day}."
    if record.drift and record.drift.day >= record.deployment.day and record.drift.resources:
        return f"{plural(record.drift.resources, 'resource')} drifted, as of {record.drift.day}."
    return None


def _missing(stack: FleetStack, ring: RingConfig, reports: FleetReports) -> str | None:
    """Returns why a stack that has not failed is not done, None where it is."""
    record, wanted = stack.record, reports.fleet.config.wanted
    if wanted is None:
        return "The fleet file has no `wanted` version."
    if record is None:
        return "It has no record, so its deployment is not known."
    deployment = record.deployment
    if deployment is None:
        return "It is not deployed, as far as its record shows."
    if deployment.version != wanted:
        return f"{deployment.version} is deployed, and {wanted} is wanted."
    if reports.today and deployment.day > reports.today:
        return f"Its record has a deployment on {deployment.day}, after today."
    if record.drift is None or record.drift.day < deployment.day:
        return f"Drift was not looked for since its deployment on {deployment.day}."
    if not ring.bake_days:
        return None
    if reports.today is None:
        return f"Cannot tell whether {plural(ring.bake_days, 'day')} have passed: pass `--today YYYY-MM-DD`."
    if reports.today < (end := deployment.day + timedelta(days=ring.bake_days)):
        return f"It bakes until {end}."
    return None
