"""Compute targets that may not start as the stack file has them, by public reports."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.core.addresses import environments
from amlz.core.config import LandingZoneConfig
from amlz.core.notices.notice import Notice
from amlz.core.problems import Path, dotted

SERVERLESS_PULL = "workspace/serverless-image-pull"


def compute_notices(config: LandingZoneConfig) -> Iterator[Notice]:
    """Returns serverless compute, which pulls from a registry without an admin user."""
    for project, name, environment in environments(config):
        path: Path = ("projects", project, "environments", name)
        if environment.security.serverless_compute:
            yield Notice(
                SERVERLESS_PULL,
                (*path, "security", "serverlessCompute"),
                "Serverless compute is reported to fail when it pulls an image from a registry without an admin user, "
                "and no registry that is built here has one. Not verified against Azure.",
                f"Run jobs on clusters, and remove `{dotted((*path, 'security', 'serverlessCompute'))}`. No action "
                "needed, if a job of yours pulls its image.",
            )
