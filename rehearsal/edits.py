"""Edits that every landing zone meets: a project comes and goes, a tag changes, a cluster grows."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from landingzone.addresses import environments, next_free, smallest_prefix
from landingzone.config.environment import EnvironmentConfig
from landingzone.load import from_object
from landingzone.plan import make_plan
from landingzone.problems import LandingZoneError

#: The project that comes and goes.
ADDED = "rehearsal"
_REASON = "The rehearsal takes its own project away again."

Written = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Edit:
    """A changed landing zone, as the stack file would say it. `left_out`: why it cannot be, "" where it can."""

    name: str
    written: Written
    left_out: str = ""


class _CannotBe(Exception):
    """The edit has no place in this landing zone."""


def built_in(written: Written) -> tuple[Edit, ...]:
    """The edits, each made on top of those before it that could be made."""
    made = []
    edits: tuple[tuple[str, Callable[[Written], None]], ...] = (
        (f"add project {ADDED}", _add_project),
        (f"remove project {ADDED}", _remove_project),
        ("change a tag", _change_tag),
        ("raise a node count", _raise_nodes),
    )
    for name, change in edits:
        after = copied(written)
        try:
            change(after)
            make_plan(from_object(after))
        except (_CannotBe, LandingZoneError) as error:
            made.append(Edit(name, written, " ".join(str(error).split())))
            continue
        made.append(Edit(name, after))
        written = after
    return tuple(made)


def copied(written: Any) -> Any:
    """A copy in which nothing is shared, as YAML's anchors share it."""
    return json.loads(json.dumps(written, default=str))


def _add_project(written: Written) -> None:
    if ADDED in written.get("projects", {}):
        raise _CannotBe(f"there is a project {ADDED} already")
    plan = make_plan(from_object(written))
    environment = EnvironmentConfig.model_validate({})
    prefix = smallest_prefix(environment)
    free = ((space.network, next_free(space.free, prefix)) for space in plan.addresses.spokes)
    spoke, network = next(((spoke, network) for spoke, network in free if network), ("", None))
    if network is None:
        raise _CannotBe(f"no spoke has a free range of /{prefix}")
    project = {"environments": {"dev": {"spoke": spoke, "network": network}}}
    written["projects"] = {**written.get("projects", {}), ADDED: project}


def _remove_project(written: Written) -> None:
    if ADDED not in written.get("projects", {}):
        raise _CannotBe(f"project {ADDED} was not added")
    del written["projects"][ADDED]
    written["allowDelete"] = [*written.get("allowDelete", ()), {"resource": f"{ADDED}/dev", "reason": _REASON}]


def _change_tag(written: Written) -> None:
    written["tags"] = {**written.get("tags", {}), "rehearsal": "changed"}


def _raise_nodes(written: Written) -> None:
    for project, name, environment in environments(from_object(written)):
        for cluster, asked in environment.clusters.items():
            below = written["projects"][project]["environments"][name]
            clusters = {
                each: found.model_dump(by_alias=True, mode="json") for each, found in environment.clusters.items()
            }
            clusters[cluster]["maxNodes"] = asked.max_nodes + 1
            below["clusters"] = clusters
            return
    raise _CannotBe("there is no cluster")
