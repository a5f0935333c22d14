"""Validation of Fabric's settings."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.capabilities.fabric.config import FabricWorkspaceConfig
from amlz.capabilities.fabric.facts import GROUP, MOST_RULES
from amlz.capabilities.fabric.settings import fabric_environments, path_of, trusted
from amlz.core.config import LandingZoneConfig
from amlz.core.facts.clouds import title
from amlz.core.facts.dns import ZONES
from amlz.core.problems import Path, Problem


def check_fabric(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns settings that Azure or Fabric would refuse, or whose documentation this project has not."""
    ids: dict[str, str] = {}
    for key, environment, settings in fabric_environments(config):
        path = path_of(key)
        if GROUP not in ZONES[config.cloud]:
            yield Problem(
                path,
                f"No page of Microsoft's names the hosts and private DNS zones of Fabric in {title(config.cloud)}.",
                "Remove it.",
            )
        if settings.capacity is None and not settings.workspaces:
            yield Problem(path, "It has neither a capacity nor workspaces.", "Remove it, or add `workspaces`.")
        for name, row in settings.workspaces.items():
            at = (*path, "workspaces", name)
            yield from _incomplete(at, row)
            if row.private_link and row.lakehouse is not None and environment.isolation.managed:
                yield Problem(
                    (*at, "privateLink"),
                    "With `isolation: managed`, jobs are outside of the spoke, and its private endpoint does not serve "
                    "them: the datastore of `lakehouse` would not be reached.",
                    "Remove one of the two.",
                )
            yield from _again(at, row, f"{key} {name}", ids)
    yield from _too_many(config)


def _incomplete(path: Path, row: FabricWorkspaceConfig) -> Iterator[Problem]:
    """Returns IDs that belong together, of which one is missing."""
    if (row.id is None) != (row.identity is None):
        missing, other = ("id", "identity") if row.id is None else ("identity", "id")
        yield Problem(
            (*path, other),
            f"It needs `{missing}`, which is missing: the lake lets a workspace in by both.",
            f"Remove it, or add `{missing}`, which pipelines/fabric.py prints once the workspace exists.",
        )
    for field, is_set in (("lakehouse", row.lakehouse is not None), ("privateLink", row.private_link)):
        if is_set and row.id is None:
            yield Problem(
                (*path, field),
                "It is of a workspace that exists, and `id` is missing.",
                "Remove it, or add `id` and `identity`, which pipelines/fabric.py prints once the workspace exists.",
            )


def _again(path: Path, row: FabricWorkspaceConfig, owner: str, ids: dict[str, str]) -> Iterator[Problem]:
    """Returns a workspace that another entry names too: one identity would read the containers of both."""
    for field, value in (("id", row.id), ("identity", row.identity)):
        if value is not None and value in ids:
            yield Problem(
                path,
                f"It has the `{field}` of {ids[value]}: one workspace would read the containers of both.",
                "Remove it, and use a workspace for each environment.",
            )
            return
    ids.update({value: owner for value in (row.id, row.identity) if value is not None})


def _too_many(config: LandingZoneConfig) -> Iterator[Problem]:
    every = list(trusted(config))
    if len(every) > MOST_RULES:
        key, name, _ = every[MOST_RULES]
        yield Problem(
            (*path_of(key), "workspaces", name),
            f"{len(every)} workspaces, and the lake's account takes {MOST_RULES} resource instance rules.",
            f"Keep at most {MOST_RULES} workspaces with `id`.",
        )
