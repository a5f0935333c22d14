"""Features that a cloud does not have, and those without a documented state: refused, and never guessed."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.core.config import LandingZoneConfig
from amlz.core.facts.clouds import PUBLIC, CloudName, title
from amlz.core.facts.dns import ZONES
from amlz.core.facts.egress import NOT_THERE
from amlz.core.facts.regions import WITH_AZURE_ML, cloud_of
from amlz.core.planning.dns import endpoint_groups_of
from amlz.core.problems import Problem, listed


def check_input(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns every setting of the stack file that its cloud does not support, as far as pages state it."""
    yield from _region(config)
    yield from _zones(config)
    yield from _scenarios(config)
    if config.cloud == PUBLIC and config.policies.built_ins == "listed":
        yield Problem(
            ("policies", "builtIns"),
            "Lists are of clouds that may not have every built-in, and `cloud` is public, which has.",
            "Set `builtIns: all`, or remove it.",
        )


def _region(config: LandingZoneConfig) -> Iterator[Problem]:
    """A region of another cloud. One that no list has may be new: that is a finding, not a problem."""
    cloud = cloud_of(config.location)
    if cloud not in (None, config.cloud):
        stated = config.cloud if "cloud" in config.model_fields_set else "not set, which means public"
        yield Problem(
            ("location",),
            f"{config.location} is a region of {title(cloud or PUBLIC)}, and `cloud` is {stated}.",
            f"Set `cloud: {cloud}`, or choose a region of {title(config.cloud)}: {_regions_of(config.cloud)}.",
        )


def _regions_of(cloud: CloudName) -> str:
    """Regions to choose from: those with Azure ML where a page lists them."""
    known = WITH_AZURE_ML.get(cloud)
    return listed(sorted(known.names), "or") if known else "westeurope, for example"


def _zones(config: LandingZoneConfig) -> Iterator[Problem]:
    """Endpoints whose zones no page names. Where Azure Policy writes them, nobody asks here."""
    unknown = sorted(endpoint_groups_of(config) - set(ZONES[config.cloud]))
    if unknown and config.dns.mode != "policy":
        yield Problem(
            ("cloud",),
            f"No page of Microsoft's names the private DNS zones of {listed(unknown)} in {title(config.cloud)}.",
            "Set `dns: {mode: policy}` and let a policy of yours write them, or leave out what needs them.",
        )


def _scenarios(config: LandingZoneConfig) -> Iterator[Problem]:
    for index, scenario in enumerate(config.egress):
        for row in NOT_THERE:
            if row.scenario == scenario and config.cloud in row.clouds:
                yield Problem(
                    ("egress", index),
                    f"{scenario}: {row.why.format(cloud=title(config.cloud))}",
                    f"Remove it, or name the hosts that you know under `egressHosts`. {row.source} may have more by "
                    "now.",
                )
