"""Microsoft Fabric in the stack file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from amlz.core.capability import Key, Scope
from amlz.core.config.shared import Config, Guid, Word

#: Azure takes users by their names, and service principals by their object IDs.
Administrator = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z.@_'+-]*$", max_length=113),
    Field(examples=["fabric-admin@contoso.com"]),
]


class FabricCapacityConfig(Config):
    """A capacity. It is billed for each hour until it is paused, whether it is used or not."""

    administrators: Annotated[tuple[Administrator, ...], Field(min_length=1, max_length=50)]
    """Users (UPN) and service principals (object ID) that administer it. Fabric creates none without one."""
    size: Literal["F2", "F4", "F8", "F16", "F32", "F64", "F128", "F256", "F512", "F1024", "F2048"] = "F2"
    """Its SKU: the number is that of its capacity units."""


class FabricWorkspaceConfig(Config):
    """A workspace of Fabric that reads the lake. A pipeline creates it, and prints its IDs."""

    id: Guid | None = None
    """The ID of the workspace. With `identity`, the lake lets the workspace in."""
    identity: Guid | None = None
    """The object ID of the service principal that is the workspace's identity."""
    lakehouse: Guid | None = None
    """The ID of a lakehouse: its folder Files becomes a datastore of the ML workspace (preview)."""
    private_link: Annotated[bool, Field(strict=True)] = False
    """Builds a private endpoint to the workspace, after the pipeline has made its private link service."""


class FabricConfig(Config):
    """Microsoft Fabric next to the workspace. docs/how-to/fabric.md."""

    capacity: FabricCapacityConfig | None = None
    """A capacity in the resource group of the environment. Left out, its workspaces use one that exists."""
    workspaces: Annotated[dict[Word, FabricWorkspaceConfig], Field(max_length=20)] = Field(default_factory=dict)
    """Workspaces of Fabric that read the environment's containers of the lake, by name."""


KEYS = (
    Key(
        Scope.ENVIRONMENT,
        "fabric",
        FabricConfig | None,
        "Microsoft Fabric: a capacity, and workspaces that read the lake. docs/how-to/fabric.md.",
        copied=False,
    ),
)
