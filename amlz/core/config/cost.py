"""The monthly estimate in the stack file."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from amlz.core.config.shared import Config

#: A relative path within the folder of the stack file.
RELATIVE_PATH = r"^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$"
METER_KEY = r"^[A-Za-z0-9_-]{1,80}$"
MeterKey = Annotated[str, StringConstraints(pattern=METER_KEY)]


class CostConfig(Config):
    """Prices and assumptions of the monthly estimate."""

    prices: Annotated[str, StringConstraints(pattern=RELATIVE_PATH, max_length=200)] | None = None
    """A price file, or a folder of them, in the folder of the stack file. With it each preview shows the estimate."""
    assumed: dict[MeterKey, Annotated[float, Field(ge=0, strict=True, allow_inf_nan=False)]] = Field(
        default_factory=dict
    )
    """Quantities of one resource in a month, by meter, where use decides: `log-ingested: 150`."""
