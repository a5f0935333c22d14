"""Input of every part of operation while it is planned."""

from __future__ import annotations

from collections.abc import Mapping

from amlz.capabilities.operations.config import OperationsConfig, ReceiversConfig
from amlz.core.names import Namer
from amlz.core.planning.context import Context
from amlz.core.planning.places import spoke_place
from amlz.core.specs import Place
from amlz.core.specs.operations import ACTION_GROUP
from amlz.dataclass import dataclass

#: The worst severity outside of production: a ticket.
TICKET = 3


@dataclass(frozen=True, slots=True)
class Work:
    """The stack file, the resource group of operation and its tags. `watchers`: of `watchers_of`, decided once."""

    context: Context
    asked: OperationsConfig
    place: Place
    tags: dict[str, str]
    watchers: Mapping[str, tuple[str, Place]]

    @property
    def namer(self) -> Namer:
        """Names of operation."""
        return self.context.namer()

    def name(self, kind: str, *words: str, place: Place | None = None) -> str:
        """Takes a name in the resource group of operation, or in another location."""
        group = (place or self.place).group_id
        return self.context.take(kind, self.namer.name(kind, *words), group, ("operations", *words))

    def place_in(self, subscription: str) -> Place:
        """Returns the location of a resource that watches others of a subscription of the landing zone."""
        return self.watchers.get(subscription, ("", self.place))[1]


def watchers_of(context: Context, place: Place) -> dict[str, tuple[str, Place]]:
    """Returns by subscription of the landing zone the location of resources that watch others of the same
    subscription: `place`, the resource group of operation; elsewhere that of the first spoke, with its name.
    """
    chosen = {place.subscription: ("", place)}
    for name in context.config.spokes:
        spoke = spoke_place(context, name)
        chosen.setdefault(spoke.subscription, (f"spoke-{name}", spoke))
    return chosen


def action_group(work: Work, target: str) -> str:
    """Returns the id of the action group for `page`, `ticket` or `cost`. An existing one for tickets also
    receives budgets.
    """
    receivers: ReceiversConfig = getattr(work.asked, "ticket" if target == "cost" else target)
    return receivers.existing or work.place.id(ACTION_GROUP, work.namer.name("actionGroup", target))
