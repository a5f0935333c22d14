"""Validation of the data lake's settings."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.capabilities.data_lake.config import WORKSPACE, DataLakeConfig, LakeAccess
from amlz.capabilities.data_lake.key import check_key
from amlz.capabilities.data_lake.location import endpoints_built, lake_of, spoke_of
from amlz.capabilities.data_lake.places import configured_access
from amlz.core.addresses import environments
from amlz.core.config import LandingZoneConfig
from amlz.core.config.shared import camel
from amlz.core.problems import Path, Problem, listed
from amlz.core.ranges import free_ranges, next_free

_PATH: Path = ("dataLake",)
#: Keys of a lake that is created here.
_OF_CREATED = ("redundancy", "soft_delete_days", "customer_managed_key", "name", "generation")


def check_lake(config: LandingZoneConfig) -> Iterator[Problem]:
    """Everything of the lake that does not fit together."""
    yield from _access(config)
    settings = lake_of(config)
    if settings is None:
        return
    yield from _containers(settings)
    yield from _existing(config, settings)
    yield from _place(config, settings)
    yield from check_key(config)


def _access(config: LandingZoneConfig) -> Iterator[Problem]:
    """Containers that projects and environments name, and that are not there."""
    settings = lake_of(config)
    known = (*settings.containers, WORKSPACE) if settings is not None else ()
    levels: list[tuple[Path, LakeAccess]] = [
        (("projects", name, "lake"), configured_access(project)) for name, project in config.projects.items()
    ]
    levels += [
        (("projects", project, "environments", name, "lake"), configured_access(environment))
        for project, name, environment in environments(config)
    ]
    for path, access in levels:
        if access and settings is None:
            yield Problem(
                path,
                "It is of the landing zone's data lake, and there is none.",
                "Add `dataLake: {}` next to `projects`, or remove it.",
                absent=True,
            )
            continue
        for key in access:
            if key not in known:
                yield Problem(
                    (*path, key),
                    f"The data lake has no container {key!r}.",
                    f"There are {listed(known)}; add others to `dataLake.containers`.",
                    absent=True,
                )


def _containers(settings: DataLakeConfig) -> Iterator[Problem]:
    for index, name in enumerate(settings.containers):
        path: Path = (*_PATH, "containers", index)
        if name in settings.containers[:index]:
            yield Problem(path, f"{name} is in the list twice.", "Remove one.")
        elif name == WORKSPACE or name.startswith(f"{WORKSPACE}-"):
            yield Problem(
                path,
                f"Containers that environments write to are called {WORKSPACE}, and are created without an entry here.",
                "Remove it; `workspace: shared` makes one for all, `workspace: perEnvironment` one each.",
            )


def _existing(config: LandingZoneConfig, settings: DataLakeConfig) -> Iterator[Problem]:
    existing = settings.existing
    if existing is None:
        return
    for field in _OF_CREATED:
        if field in settings.model_fields_set:
            yield Problem(
                (*_PATH, camel(field)),
                f"{camel(field)} is of a lake that is created here, and `existing` names one that is not.",
                "Remove it, or remove `existing` to have a lake created.",
            )
    if existing.endpoint_range is not None and config.dns.mode == "created" and config.hub.stack is None:
        yield Problem(
            (*_PATH, "existing", "endpointRange"),
            "Private DNS zones are created here, and names of endpoints that exist already are not in them: the lake "
            "would not be found.",
            "Remove it, so that endpoints are built here; or set `dns.mode: existing` or `policy`, where the "
            "zones with its names are.",
        )


def _place(config: LandingZoneConfig, settings: DataLakeConfig) -> Iterator[Problem]:
    """Returns contradictions in the location of its endpoints."""
    keys = [key for key in ("network", "spoke") if getattr(settings, key) is not None]
    if not endpoints_built(config):
        for key in keys:
            yield Problem(
                (*_PATH, key),
                "It is the location of private endpoints that are built, and `existing.endpointRange` states "
                "that there are some.",
                "Remove one of the two.",
            )
        return
    names = listed(tuple(config.spokes))
    if settings.spoke is not None and settings.spoke not in config.spokes:
        yield Problem(
            (*_PATH, "spoke"), f"There is no spoke {settings.spoke!r}.", f"Spokes here: {names}.", absent=True
        )
    elif settings.network is None and settings.spoke is not None:
        yield Problem(
            (*_PATH, "spoke"),
            "It needs `network`, which is missing: without a separate range the endpoints are in the hub.",
            "Add `network`, or remove it.",
        )
    elif settings.network is not None and spoke_of(config) is None:
        yield Problem(
            (*_PATH, "network"),
            f"It names no spoke, and there are {len(config.spokes)}.",
            f"Add spoke: one of {names}.",
        )
    elif settings.network is None and not config.hub.builds_network:
        spoke = next(iter(config.spokes))
        ranges = (e.network for _, _, e in environments(config) if e.network is not None)
        free = next_free(free_ranges(config.spokes[spoke].address_space, ranges), 28)
        yield Problem(
            _PATH,
            f"Its private endpoints would be in the hub, and {_no_hub(config)}.",
            f"Add `dataLake.network`, a range in a spoke{f': {free} is free in {spoke}' if free else ''}. Or, where "
            "the lake exists and has endpoints, set `existing.endpointRange`.",
        )


def _no_hub(config: LandingZoneConfig) -> str:
    """Returns why nothing is built in a hub."""
    if not config.hub.network:
        return "`hub.network: false` builds none"
    return f"`hub.{config.hub.elsewhere_key}` names one in which nothing is built"
