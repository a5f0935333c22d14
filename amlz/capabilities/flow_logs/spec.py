"""Spec of a flow log."""

from __future__ import annotations

from amlz.core.specs import Place
from amlz.core.specs.common import Tags
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class FlowLogSpec:
    """Flow log of a network (`target`: its id), below the network watcher of its subscription and region.

    `key`: its part of the logical name. `storage`: the id of the storage account.
    """

    key: str
    name: str
    watcher: str
    place: Place
    target: str
    storage: str
    retention_days: int
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.Network/networkWatchers/flowLogs", self.watcher, self.name)
