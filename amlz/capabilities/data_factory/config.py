"""Azure Data Factory in the stack file."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from amlz.core.capability import Key, Scope
from amlz.core.config.shared import Config


class DataFactoryConfig(Config):
    """A data factory whose pipelines reach the data lake by private endpoints. docs/how-to/data-factory.md."""

    calls_batch_endpoints: Annotated[bool, Field(strict=True)] = False
    """Gives its identity the role with which pipelines call batch endpoints of the workspace, and lists a managed
    private endpoint to it.
    """


KEYS = (
    Key(
        Scope.ENVIRONMENT,
        "data_factory",
        DataFactoryConfig | None,
        "A data factory that moves data of the lake. docs/how-to/data-factory.md.",
    ),
)
