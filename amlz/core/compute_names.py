"""Names of compute targets: those of a workspace share them."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.core.config import EnvironmentConfig
from amlz.core.problems import Path, Problem


def check_name(environment: EnvironmentConfig, name: str, path: Path) -> Iterator[Problem]:
    """Returns a compute target with the name of a cluster or an instance of its environment."""
    if name in environment.instances or any(place[-1] == name for place, _ in environment.every_cluster()):
        yield Problem(
            path,
            f"Another compute is called {name!r} too: compute targets of a workspace share their names.",
            "Give one of them another name.",
        )
