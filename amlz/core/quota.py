"""vCPUs that a landing zone uses when everything in it runs at once, for comparison with a subscription's quota."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field

from amlz.core.facts.quotas import SIZES
from amlz.core.plan import LandingZonePlan
from amlz.core.specs import records
from amlz.core.specs.serving import OnlineEndpointSpec
from amlz.dataclass import dataclass

DEDICATED, LOW_PRIORITY = "dedicated", "lowPriority"


@dataclass(frozen=True, slots=True)
class Machines:
    """A cluster, an instance or an online endpoint at full scale. `family` is "" and `vcpus` None where the size is not
    in the table.
    """

    subscription: str
    region: str
    owner: str
    name: str
    size: str
    nodes: int
    priority: str
    family: str
    vcpus: int | None


@dataclass(frozen=True, slots=True)
class QuotaUse:
    """Use of one subscription's quota in one region: vCPUs by family, and unknown sizes."""

    subscription: str
    region: str
    dedicated: dict[str, int] = field(default_factory=dict)
    low_priority: dict[str, int] = field(default_factory=dict)
    unknown: list[Machines] = field(default_factory=list)

    @property
    def families(self) -> tuple[str, ...]:
        """Every family of which something is taken, sorted."""
        return tuple(sorted({*self.dedicated, *self.low_priority}, key=str.lower))


def demands(plan: LandingZonePlan) -> tuple[QuotaUse, ...]:
    """Returns the use of quotas, by subscription and region in the order of the plan."""
    by_place: dict[tuple[str, str], QuotaUse] = {}
    for one in machines(plan):
        place = (one.subscription, one.region)
        demand = by_place.setdefault(place, QuotaUse(*place))
        if one.vcpus is None:
            demand.unknown.append(one)
        else:
            taken = demand.dedicated if one.priority == DEDICATED else demand.low_priority
            taken[one.family] = taken.get(one.family, 0) + one.vcpus
    return tuple(by_place.values())


def machines(plan: LandingZonePlan) -> Iterator[Machines]:
    """Every cluster at its most nodes, the one that builds images among them, every instance, and every online endpoint
    of a known size.
    """
    for environment in plan.environments:
        computes, owner = environment.computes, str(environment.owner)
        sizes = [
            (c.name, c.size, c.max_nodes, LOW_PRIORITY if c.priority == "LowPriority" else DEDICATED, c.member)
            for c in computes.clusters
        ]
        sizes += [(i.name, i.size, 1, DEDICATED, "") for i in computes.instances]  # one that is stopped keeps its quota
        endpoints = (one for planned in environment.capabilities for one in records(planned.part, OnlineEndpointSpec))
        sizes += [(one.name, one.size, one.machines, DEDICATED, "") for one in endpoints if one.size is not None]
        for name, size, nodes, priority, member in sizes:
            family, vcpus = SIZES.get(size.lower(), (None, 0))
            yield Machines(
                subscription=computes.place.subscription,
                region=computes.place.location,
                owner=f"{owner}, {member}" if member else owner,
                name=name,
                size=size,
                nodes=nodes,
                priority=priority,
                family=family.name if family else "",
                vcpus=vcpus * nodes if family else None,
            )
