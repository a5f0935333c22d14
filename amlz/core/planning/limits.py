"""Counts against Azure's limits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from amlz.core.addresses import built_roles, endpoint_groups, environments, spoke_of
from amlz.core.capability_facts import Limit
from amlz.core.config import LandingZoneConfig
from amlz.core.discovery import asked_for_all
from amlz.core.facts.limits import COMPUTES, PEERINGS, PRIVATE_ENDPOINTS, SUBNETS, TAGS
from amlz.core.planning.capabilities import computes_of_capabilities
from amlz.core.problems import Path, Problem

#: Tags that every resource of an environment carries in addition to those of the stack file.
_OWN_TAGS = 5


def check_input(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns every setting of the stack file above Azure's limits."""
    yield from _over(PEERINGS, len(config.spokes), ("spokes",), "Spread them over several landing zones.")
    per_spoke: Counter[str] = Counter()
    endpoints: Counter[str] = Counter()
    computes = 0
    for project, name, environment in environments(config):
        spoke = spoke_of(config, environment) or ""
        per_spoke[spoke] += len(built_roles(environment))
        endpoints[spoke] += len(endpoint_groups(environment))
        computes += len(list(environment.every_cluster())) + len(environment.instances) + 1
        computes += len(computes_of_capabilities(environment))
        tags = {key.lower() for level in (config, config.projects[project], environment) for key in level.tags}
        path: Path = ("projects", project, "environments", name)
        yield from _over(TAGS, len(tags) + _OWN_TAGS, (*path, "tags"), "Remove some.")
    for shared in asked_for_all(lambda planner: planner.shared_endpoints, config):
        if shared.subnet is not None and shared.subnet.spoke is not None:
            per_spoke[shared.subnet.spoke] += 1
            endpoints[shared.subnet.spoke] += len(shared.groups)
    for spoke in per_spoke:
        path = ("spokes", spoke)
        yield from _over(SUBNETS, per_spoke[spoke], path, "Put environments into another spoke.")
        yield from _over(PRIVATE_ENDPOINTS, endpoints[spoke], path, "Put environments into another spoke.")
    yield from _over(COMPUTES, computes, ("projects",), "Ask Azure for more, or spread them over subscriptions.")


def _over(limit: Limit, count: int, path: Path, remedy: str) -> Iterator[Problem]:
    if count > limit.count:
        yield Problem(path, f"{count:,} {limit.what}; Azure takes {limit.count:,} a {limit.per}.", remedy)
