"""An installation without a repository: see docs/how-to/package.md."""

from __future__ import annotations

from pathlib import Path

from amlz.core.problems import LandingZoneError
from amlz.paths import PACKAGED, ROOT


def check_folder(stack_file: Path) -> None:
    """Raises LandingZoneError if `custom/` next to a stack file would be ignored: only that of ROOT is read."""
    folder = stack_file.resolve().parent
    if PACKAGED and folder != ROOT.resolve() and (folder / "custom").is_dir():
        raise LandingZoneError(
            f"{stack_file}\n  custom/ next to it would be ignored: an installed amlz reads that of the current"
            f" folder.\n  Run the command in {folder}."
        )
