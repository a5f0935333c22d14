"""Writing a new repository, whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from amlz.app.workload.files import rendered
from amlz.app.workload.manifest import MANIFEST, manifest_text
from amlz.app.workload.repository import Repository
from amlz.core.problems import LandingZoneError


def check_free(folder: Path) -> None:
    """Raises LandingZoneError where a folder cannot take a new repository."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise LandingZoneError(f"{folder}\n  It is not a folder.\n  Name an empty folder, or one that does not exist.")
    if folder.is_dir() and any(entry.name != ".git" for entry in folder.iterdir()):
        raise LandingZoneError(
            f"{folder}\n  It is not empty, and no file of it is overwritten.\n"
            "  Name an empty folder; for a repository that exists: amlz workload update."
        )
    if not folder.absolute().parent.is_dir():
        raise LandingZoneError(f"{folder}\n  Its parent folder does not exist.\n  Create it first.")


def write_repository(repository: Repository, folder: Path) -> list[str]:
    """Writes a repository. Returns the paths. Raises LandingZoneError, and then nothing was written."""
    check_free(folder)
    files = rendered(repository)
    texts = {path: file.text for path, file in files.items()} | {MANIFEST: manifest_text(repository, files)}
    try:
        with tempfile.TemporaryDirectory(dir=folder.absolute().parent, prefix=".amlz-new-") as created:
            for path, text in texts.items():
                target = Path(created) / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
            folder.mkdir(exist_ok=True)
            for entry in sorted(Path(created).iterdir()):
                shutil.move(entry, folder / entry.name)
    except OSError as error:
        raise LandingZoneError(
            f"{folder}\n  It cannot be written: {(error.strerror or str(error)).lower()}.\n  Choose another folder."
        ) from None
    return sorted(texts)
