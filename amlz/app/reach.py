"""Reachability in the networks of a stack, by the requests that its program would send."""

from __future__ import annotations

from dataclasses import dataclass

from amlz.core.plan import LandingZonePlan
from amlz.reach.answers import Evaluator, ReachAnswer
from amlz.reach.ends import End, destinations, find, sources
from amlz.reach.model import Protocol
from amlz.reach.read import landscape
from amlz.reach.summary import everything, is_requested
from amlz.stackfile.load import StackFile


@dataclass(frozen=True, slots=True)
class ReachQuestion:
    """A question: from where to where, None for everything that has a name. `port`: None for the usual ones."""

    source: str | None = None
    destination: str | None = None
    protocol: Protocol = "tcp"
    port: int | None = None

    @property
    def is_summary(self) -> bool:
        """Returns whether it asks about everything."""
        return not self.source and not self.destination and self.port is None and self.protocol == "tcp"


def reach(file: StackFile, plan: LandingZonePlan, question: ReachQuestion) -> list[ReachAnswer]:
    """Returns the answers to a question about a stack.."""
    from amlz.app.preview import graph_of

    graph = graph_of(file, plan)
    evaluator = Evaluator(landscape(graph, [str(on_premise) for on_premise in file.config.on_premises]))
    if question.is_summary:
        return list(everything(evaluator))
    origins = _ends(evaluator, question.source, source=True)
    targets = _ends(evaluator, question.destination, source=False)
    named = bool(question.source and question.destination)
    return [
        answer
        for origin in origins
        for target in targets
        if named or is_requested(origin, target)
        for answer in evaluator.ask(origin, target, question.protocol, question.port)
    ]


def _ends(evaluator: Evaluator, text: str | None, source: bool) -> list[End]:
    if text:
        return find(evaluator.land, text, source)
    return sources(evaluator.land) if source else destinations(evaluator.land)
