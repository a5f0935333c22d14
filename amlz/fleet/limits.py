"""Resources of all stacks together, compared with limits of Azure; vCPUs that all stacks need together."""

from __future__ import annotations

from collections import defaultdict

from amlz.checks.limits.exceeded import COUNTED
from amlz.core.capability_facts import Limit
from amlz.dataclass import dataclass
from amlz.fleet.folder import FleetReports

#: A warning from nine tenths of a limit on, as in the check limits/exceeded.
_TENTHS = 9


@dataclass(frozen=True, slots=True)
class FleetCount:
    """Resources that count against one limit, of all stacks. `scope`: in lower case, as Azure counts them."""

    limit: Limit
    scope: str
    count: int
    stacks: int

    @property
    def exceeded(self) -> bool:
        """Returns whether Azure would refuse some of them."""
        return self.count > self.limit.count

    @property
    def close(self) -> bool:
        """Returns whether it is more than nine tenths of the limit."""
        return self.count * 10 > self.limit.count * _TENTHS


@dataclass(frozen=True, slots=True)
class FleetQuota:
    """vCPUs of a family in a subscription and region, of all stacks at full scale."""

    subscription: str
    region: str
    family: str
    dedicated: int
    low_priority: int
    stacks: int


def counts(reports: FleetReports) -> tuple[FleetCount, ...]:
    """Returns the count of each limit at each scope that several stacks share, or that is close; the fullest first."""
    ids: dict[tuple[int, str], set[str]] = defaultdict(set)
    stacks: dict[tuple[int, str], int] = defaultdict(int)
    for stack in reports.stacks:
        for key, counted in stack.summary.counted.items():
            ids[key].update(counted)  # one that two stacks build counts once, as in Azure
            stacks[key] += 1
    values = [
        FleetCount(COUNTED[row].limit, scope, len(every), stacks[row, scope]) for (row, scope), every in ids.items()
    ]
    kept = [one for one in values if one.stacks > 1 or one.close]
    return tuple(sorted(kept, key=lambda one: (-one.count / one.limit.count, one.limit.what, one.scope)))


def quotas(reports: FleetReports) -> tuple[FleetQuota, ...]:
    """Returns the vCPUs of every family by subscription and region."""
    sums: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for stack in reports.stacks:
        for one in stack.summary.quota:
            row = sums[one.subscription, one.region, one.family]
            row[0] += one.dedicated
            row[1] += one.low_priority
            row[2] += 1
    return tuple(FleetQuota(*key, *row) for key, row in sorted(sums.items()))
