"""Azure Databricks in the stack file."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from amlz.core.capability import Key, Scope
from amlz.core.config.egress import HostName
from amlz.core.config.shared import Config, Network


class DatabricksConfig(Config):
    """An Azure Databricks workspace whose clusters are in the spoke. docs/how-to/databricks.md."""

    host_network: Network
    """Range of the host subnet, in the spoke and outside of the environment's own: /26 or larger. Each node takes an
    address of both ranges.
    """
    container_network: Network
    """Range of the container subnet, as large as `hostNetwork`."""
    sign_in: Annotated[bool, Field(strict=True)] = False
    """Builds the private endpoint by which browsers sign in to all Databricks workspaces of the region. Set it in one
    environment, whose workspace is then never deleted.
    """
    hosts: Annotated[tuple[HostName, ...], Field(max_length=50)] = ()
    """Hosts that its clusters may reach over HTTPS, through the firewall; `*.` matches all hosts below one."""


KEYS = (
    Key(
        Scope.ENVIRONMENT,
        "databricks",
        DatabricksConfig | None,
        "An Azure Databricks workspace that reads the data lake. docs/how-to/databricks.md.",
        copied=False,
    ),
)
