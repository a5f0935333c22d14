"""Azure Synapse Analytics in the stack file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from amlz.core.capability import Key, Scope
from amlz.core.config.shared import Config

#: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
PoolName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{0,14}$")]
#: Runtimes have a short support, so there is no default.
SparkVersion = Annotated[str, StringConstraints(pattern=r"^[0-9]\.[0-9]$"), Field(examples=["3.5"])]


class SparkPoolConfig(Config):
    """A pool of Apache Spark."""

    spark_version: SparkVersion
    """The runtime. Each is supported for a short time."""
    node_size: Literal["Small", "Medium", "Large", "XLarge", "XXLarge"] = "Small"
    """The size of each node: 4, 8, 16, 32 or 64 cores."""
    min_nodes: Annotated[int, Field(ge=3, le=200, strict=True)] = 3
    """Nodes of a session at least."""
    max_nodes: Annotated[int, Field(ge=3, le=200, strict=True)] = 10
    """Nodes at most."""
    pause_minutes: Annotated[int, Field(ge=5, le=10080, strict=True)] = 15
    """Idle minutes until the pool stops."""


class SynapseConfig(Config):
    """An Azure Synapse workspace that reads the data lake. docs/how-to/synapse.md."""

    spark_pools: dict[PoolName, SparkPoolConfig] = Field(default_factory=dict)
    """Pools of Apache Spark, by name."""
    studio: Annotated[bool, Field(strict=True)] = False
    """Builds the private link hub by which browsers load Synapse Studio. Set it in one environment."""


KEYS = (
    Key(
        Scope.ENVIRONMENT,
        "synapse",
        SynapseConfig | None,
        "An Azure Synapse workspace in a managed network. docs/how-to/synapse.md.",
    ),
)
