"""Service level objectives in the stack file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, StringConstraints

from amlz.capabilities.operations.indicators import INDICATORS, IndicatorName
from amlz.core.capability import setting
from amlz.core.config.shared import Config
from amlz.core.problems import Path, Problem

if TYPE_CHECKING:
    from amlz.core.config import EnvironmentConfig

#: The name of an online endpoint: 3 to 32 characters.
ENDPOINT = r"^[a-zA-Z][a-zA-Z0-9-]{1,30}[a-zA-Z0-9]$"


class SloConfig(Config):
    """A service level objective. docs/how-to/slos.md."""

    indicator: IndicatorName
    """Its indicator."""
    target: Annotated[float, Field(gt=0, lt=100, strict=True)] | None = None
    """Percent of good events. Default: the starting target of the indicator."""
    period: Literal[28, 30] = 30
    """Days of its error budget."""
    limit: Annotated[float, Field(gt=0, strict=True, allow_inf_nan=False)] | None = None
    """Limit of a good event: milliseconds of `latency`, minutes of `pipeline-duration` and `queue-time`."""
    endpoint: Annotated[str, StringConstraints(pattern=ENDPOINT)] | None = None
    """An online endpoint of the workspace. Default: each of them, by deployment."""
    minimum: Annotated[int, Field(ge=1, strict=True)] | None = None
    """Fewest events in the long window of an alert. Default: 100 requests, or 3 to 5 runs."""


Slos = dict[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=24)], SloConfig]


def slos_of(environment: EnvironmentConfig) -> Slos | None:
    """Returns the objectives of an environment in the stack file; None where the key is left out."""
    return setting(environment, "slos", dict)


def check_slos(slos: Slos, path: Path) -> Iterator[Problem]:
    """Returns settings that an indicator does not have, or needs."""
    for name, slo in slos.items():
        row, here = INDICATORS[slo.indicator], (*path, name)
        if slo.limit is not None and row.unit is None:
            yield Problem((*here, "limit"), f"{slo.indicator} has no limit.", "Remove it.")
        if slo.limit is None and row.unit is not None and row.limit is None:
            yield Problem(here, f"{slo.indicator} has no limit to start with.", "Set `limit`, in minutes.")
        if slo.endpoint is not None and (row.of != "requests" or row.why_not is not None):
            yield Problem(
                (*here, "endpoint"), f"{slo.indicator} is not an indicator of online endpoints.", "Remove it."
            )
