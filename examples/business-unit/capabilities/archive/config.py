"""The archive in the stack file."""

from amlz.core.capability import Key, Scope
from amlz.core.config.shared import Config


class ArchiveConfig(Config):
    """The archive of a landing zone."""

    owner: str
    """The person who decides how long it is kept: a tag."""


KEYS = (Key(Scope.LANDING_ZONE, "archive", ArchiveConfig | None, "A resource group for what the unit archives."),)
