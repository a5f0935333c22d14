"""Subnets in spokes that capabilities have in addition to those of environments, decided once."""

from __future__ import annotations

from collections.abc import Mapping

from amlz.core.capability import SharedSubnet
from amlz.core.owners import EnvironmentKey, SharedOwner
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class SharedSubnets:
    """All such subnets by owner and range, and ranges of those with nodes that read the lake, by environment."""

    by_range: Mapping[tuple[SharedOwner, str], SharedSubnet]
    nodes: Mapping[EnvironmentKey, tuple[str, ...]]
