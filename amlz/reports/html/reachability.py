"""Reachability of a stack in few rows: for each source, what it reaches and what it does not."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import with_config

from amlz.reach.answers import Evaluator
from amlz.reach.facts import NOT_MODELLED
from amlz.reach.read import landscape
from amlz.reach.summary import merged, summary
from amlz.reports.preview import Preview
from amlz.reports.records import IN_JSON


@with_config(IN_JSON)
@dataclass(frozen=True, slots=True)
class ReachRecord:
    """Destinations with the same verdict, of one source or of several. `by`: what decides, "" where all passes."""

    source: str
    environment: str
    verdict: str
    to: str
    count: int
    by: str

    @property
    def called(self) -> str:
        """Returns the source with its environment."""
        return f"{self.source} ({self.environment})" if self.environment else self.source


@with_config(IN_JSON)
@dataclass(frozen=True, slots=True)
class ReachSection:
    """Rows for every source, and limitations."""

    rows: tuple[ReachRecord, ...]
    not_modelled: tuple[str, ...]


def reachability(preview: Preview) -> ReachSection:
    """Returns the reachability of a preview."""
    land = landscape(preview.graph, [str(on_premise) for on_premise in preview.config.on_premises])
    records = (
        ReachRecord(r.source, r.owner or "", r.verdict, r.to, r.count, r.why) for r in merged(summary(Evaluator(land)))
    )
    return ReachSection(tuple(records), NOT_MODELLED)
