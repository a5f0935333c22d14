"""Checks what can be restored in the storage account of a workspace."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.core.addresses import environments
from amlz.core.config import LandingZoneConfig
from amlz.core.problems import Path, Problem


def check_input(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns settings that Azure requires for restores to a point in time.

    https://learn.microsoft.com/azure/storage/blobs/point-in-time-restore-overview
    """
    for project, name, environment in environments(config):
        storage, days = environment.storage, environment.storage.restore_days
        path: Path = ("projects", project, "environments", name, "storage", "restoreDays")
        if days is None:
            continue
        if not storage.versioning:
            yield Problem(path, "A restore to a point in time needs versions of blobs.", "Set `versioning: true`.")
        kept = storage.blob_days(environment.is_production(name))
        if kept <= days:
            yield Problem(
                path,
                f"A restore over {days} days needs deleted blobs for a day more, and they are kept for {kept} days.",
                f"Set `softDeleteDays: {days + 1}`.",
            )
