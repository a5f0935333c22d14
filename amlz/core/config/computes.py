"""Compute clusters and instances of an environment in the stack file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from amlz.core.config.shared import Config, Guid, VmSize


class ClusterConfig(Config):
    """A compute cluster: no public address, no local login, nothing running when nothing runs."""

    size: VmSize
    """The size of each node."""
    max_nodes: Annotated[int, Field(ge=1, le=1000, strict=True)]
    """Most nodes at a time. Each takes one address of the training subnet."""
    min_nodes: Annotated[int, Field(ge=0, le=1000, strict=True)] = 0
    """Nodes that stay. More than 0 costs money day and night."""
    priority: Literal["dedicated", "lowPriority"] = "dedicated"
    """lowPriority nodes cost less and can be taken away at any time."""
    idle_seconds: Annotated[int, Field(ge=60, le=86400, strict=True)] = 120
    """How long an idle node waits before it is given back, in seconds."""


class ImageBuildConfig(Config):
    """The cluster that builds images: the registry's own builder cannot reach a private registry."""

    size: VmSize = "Standard_D4s_v5"
    """The size of each node."""
    max_nodes: Annotated[int, Field(ge=1, le=10, strict=True)] = 1
    """Most builds at a time."""
    idle_seconds: Annotated[int, Field(ge=60, le=86400, strict=True)] = 120
    """How long an idle node waits before it is given back, in seconds."""
    identity: Literal["own", "compute"] = "own"
    """Identity of builds: `own` pushes to the registry and reads no data; `compute` is the identity of the other
    clusters, with their data. docs/how-to/image-builds.md."""


class InstanceConfig(Config):
    """A compute instance: one person's machine."""

    size: VmSize
    """Its size. It cannot be changed later."""
    owner: Guid
    """The only person who can use it, by Entra object id."""
    idle_minutes: Annotated[int, Field(ge=15, le=4320, strict=True)] = 60
    """Idle for so long it stops itself, in minutes."""
