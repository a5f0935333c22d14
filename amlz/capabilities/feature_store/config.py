"""A feature store in the stack file."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from amlz.core.capability import Key, Scope
from amlz.core.config.shared import Config


class FeatureStoreConfig(Config):
    """A managed feature store with an offline store. docs/how-to/feature-store.md."""

    spark_version: Annotated[str, StringConstraints(pattern=r"^[0-9]\.[0-9]$"), Field(examples=["3.5"])]
    """The runtime of materialisation jobs. It has no default: each runtime is supported for a short time."""


KEYS = (
    Key(
        Scope.ENVIRONMENT,
        "feature_store",
        FeatureStoreConfig | None,
        "A feature store that this environment's workspace uses. docs/how-to/feature-store.md.",
    ),
)
