"""Files that a command writes into a folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from amlz.core.problems import LandingZoneError
from amlz.core.words import plural
from amlz.reports.files import check_writable, write_whole


def write_files(files: Mapping[str, str], folder: Path) -> str:
    """Writes files (text by path in the folder), and returns their list. Raises LandingZoneError where one cannot be
    written; none is written then, or only those before it.
    """
    if folder.exists() and not folder.is_dir():
        raise LandingZoneError(f"{folder}\n  It is not a folder.\n  Pass a folder by --to.")
    for name in files:
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise LandingZoneError(
                f"{path.parent}\n  It cannot be created: {reason}.\n  Pass another folder by --to."
            ) from None
        check_writable(path)
    for name, text in files.items():
        write_whole(folder / name, text)
    return "\n".join([f"{plural(len(files), 'file')} in {folder}", *(f"  {name}" for name in files)]) + "\n"
