"""Projects that share one workspace, in the stack file."""

from __future__ import annotations

from pydantic import Field

from amlz.core.config.computes import ClusterConfig
from amlz.core.config.shared import AccessConfig, ComputeName, Config, Tags


class MemberConfig(Config):
    """A project in a workspace that several share. Of a project of this file, its groups and tags hold here too."""

    access: AccessConfig = AccessConfig()
    """Its groups, in addition to those of the project of this name. Service principals are given access only here."""
    clusters: dict[ComputeName, ClusterConfig] = Field(default_factory=dict)
    """Its own clusters by name: they carry its tags and act with its identity. None: it runs on the common ones."""
    tags: Tags = Field(default_factory=dict)
    """Tags of its clusters, over those of the project of this name."""
