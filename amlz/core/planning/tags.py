"""Checks of tags: placeholders in their values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from amlz.core.addresses import environments
from amlz.core.config import LandingZoneConfig
from amlz.core.problems import Path, Problem, listed
from amlz.core.tags import PLACEHOLDER, TAG_WORDS


def check_input(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns placeholders that no value can have."""
    for path, tags in _all(config):
        for name, value in tags.items():
            unknown = next((word for word in PLACEHOLDER.findall(value) if word not in TAG_WORDS), None)
            if unknown is not None:
                near = get_close_matches(unknown, TAG_WORDS, 1, 0.6)
                meant = f"; did you mean {near[0]}?" if near else "."
                yield Problem(
                    (*path, name),
                    f"There is no placeholder {unknown!r}{meant}",
                    f"Use those that exist: {listed(TAG_WORDS)}.",
                )


def _all(config: LandingZoneConfig) -> Iterator[tuple[Path, Mapping[str, str]]]:
    """Yields every `tags` of the stack file with its path."""
    yield ("tags",), config.tags
    yield ("hub", "tags"), config.hub.tags
    for name, spoke in config.spokes.items():
        yield ("spokes", name, "tags"), spoke.tags
    if config.shared_registry is not None:
        yield ("sharedRegistry", "tags"), config.shared_registry.tags
    for name, project in config.projects.items():
        yield ("projects", name, "tags"), project.tags
    for project_name, name, environment in environments(config):
        path: Path = ("projects", project_name, "environments", name)
        yield (*path, "tags"), environment.tags
        for member, settings in (environment.shared_by or {}).items():
            yield (*path, "sharedBy", member, "tags"), settings.tags
