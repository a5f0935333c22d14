"""Edits that every landing zone meets: a project is added and removed, a tag changes, a cluster grows or is
replaced.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from amlz.core.addresses import environments, smallest_prefix
from amlz.core.config.environment import EnvironmentConfig
from amlz.core.plan import make_plan
from amlz.core.problems import LandingZoneError
from amlz.core.ranges import next_free
from amlz.stackfile.load import from_object

#: The project that is added and removed.
ADDED = "rehearsal"
_REASON = "The rehearsal takes its own project away again."
#: Sizes that a cluster is changed to; Azure changes the size of no existing cluster.
_SIZES = ("Standard_D4s_v5", "Standard_D8s_v5", "Standard_E4s_v5")

Written = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RehearsedEdit:
    """A changed landing zone, as a stack file. `left_out`: why it cannot be, None where it can.

    `still`: whether it must change nothing. `risky`: whether it is there to show what is refused or lost.
    """

    name: str
    written: Written
    left_out: str | None = None
    still: bool = False
    risky: bool = False


class _CannotBe(Exception):
    """The edit does not apply to this landing zone."""


def built_in(written: Written) -> tuple[RehearsedEdit, ...]:
    """The edits, each made on top of those before it that could be made and are not risky."""
    made = []
    edits: tuple[tuple[str, Callable[[Written], None]], ...] = (
        (f"add project {ADDED}", _add_project),
        (f"remove project {ADDED}", _remove_project),
        ("change a tag", _change_tag),
        ("raise a node count", _raise_nodes),
        ("reorder", _reorder),
        ("change a cluster's size", _change_size),
        ("switch to a managed network", _switch_isolation),
    )
    for name, change in edits:
        after = copied(written)
        try:
            change(after)
            make_plan(from_object(after))
        except (_CannotBe, LandingZoneError) as error:
            made.append(RehearsedEdit(name, written, " ".join(str(error).split())))
            continue
        risky = change in (_change_size, _switch_isolation)
        made.append(RehearsedEdit(name, after, still=change is _reorder, risky=risky))
        if not risky:
            # what allowed the removal allows nothing any more
            written = {**_without(after, "allowDelete"), **_only(written, "allowDelete")}
    return tuple(made)


def _without(written: Written, key: str) -> Written:
    return {item: value for item, value in written.items() if item != key}


def _only(written: Written, key: str) -> Written:
    return {key: written[key]} if key in written else {}


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


def _reorder(written: Written) -> None:
    """Everything that has a name, the other way round. The order of lists may have a meaning."""
    changed = dict(_backwards(written))
    written.clear()
    written.update(changed)


def _backwards(value: Any) -> Any:
    return {key: _backwards(value[key]) for key in reversed(value)} if isinstance(value, dict) else value


def _raise_nodes(written: Written) -> None:
    _change_cluster(written, lambda cluster: cluster.update(maxNodes=cluster["maxNodes"] + 1))


def _change_size(written: Written) -> None:
    def change(cluster: Written) -> None:
        cluster["size"] = next(size for size in _SIZES if size.lower() != cluster["size"].lower())

    _change_cluster(written, change)


def _change_cluster(written: Written, change: Callable[[Written], None]) -> None:
    for project, name, environment in environments(from_object(written)):
        for cluster in environment.clusters:
            below = written["projects"][project]["environments"][name]
            clusters = {
                item: cluster_config.model_dump(by_alias=True, mode="json")
                for item, cluster_config in environment.clusters.items()
            }
            change(clusters[cluster])
            below["clusters"] = clusters
            return
    raise _CannotBe("there is no cluster")


def _switch_isolation(written: Written) -> None:
    """Of the first environment that can have a managed network and has none yet."""
    why = "every environment has a managed network already"
    for project, name, environment in environments(from_object(written)):
        if environment.isolation.managed:
            continue
        below = written["projects"][project]["environments"]
        before = below[name]
        below[name] = {**(before or {}), "isolation": "managed"}
        try:
            make_plan(from_object(written))
        except LandingZoneError as error:
            why, below[name] = str(error), before
            continue
        return
    raise _CannotBe(why)
