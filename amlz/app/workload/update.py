"""Moving a generated repository to this version of amlz and of the stack file, with the team's changes kept."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from amlz.app.workload.files import RenderedFile, rendered
from amlz.app.workload.manifest import MANIFEST, WorkloadManifest, manifest_text
from amlz.app.workload.repository import Repository
from amlz.azure.regular_files import read_regular
from amlz.core.problems import LandingZoneError
from amlz.reports.files import write_whole

Action = Literal["added", "replaced", "merged", "removed", "kept", "conflict"]
_BETWEEN = ("yours", "as it was generated", "new version")


@dataclass(frozen=True, slots=True)
class FileUpdate:
    """The change of a file. `text`: its new content; None where it is removed or stays as it is."""

    path: str
    action: Action
    text: str | None = None


@dataclass(frozen=True, slots=True)
class WorkloadUpdate:
    """An update, decided. `files`: those that are not the same before and after."""

    folder: Path
    files: tuple[FileUpdate, ...]
    manifest: str = field(repr=False)

    @property
    def conflicts(self) -> list[str]:
        """Paths of files in which the team and the new version changed the same lines."""
        return [file.path for file in self.files if file.action == "conflict"]


def plan_update(repository: Repository, folder: Path, before: WorkloadManifest) -> WorkloadUpdate:
    """Decides an update. Reads the folder, writes nothing."""
    files = rendered(repository)
    updates = [_of_file(folder, path, file, before) for path, file in files.items()]
    removed = [path for path in before.files if path not in files]
    updates += [_removed(folder, path, before) for path in removed]
    return WorkloadUpdate(folder, tuple(update for update in updates if update), manifest_text(repository, files))


def write_update(update: WorkloadUpdate, mark_conflicts: bool = False) -> bool:
    """Writes an update. Returns False where it has conflicts, and then nothing was written, unless they are marked."""
    if update.conflicts and not mark_conflicts:
        return False
    for file in update.files:
        target = update.folder / file.path
        if file.text is not None:
            target.parent.mkdir(parents=True, exist_ok=True)
            write_whole(target, file.text)
        elif file.action == "removed":
            target.unlink()
    write_whole(update.folder / MANIFEST, update.manifest)
    return True


def _of_file(folder: Path, path: str, file: RenderedFile, before: WorkloadManifest) -> FileUpdate | None:
    present = _present(folder, path)
    if file.owner == "contract":
        text = _with_known(file.text, present)
        return FileUpdate(path, "replaced" if present else "added", text) if text != present else None
    base = before.text(path)
    if file.owner == "team":
        return None  # written once: a team that deleted it does not get it back
    if present is None:
        return FileUpdate(path, "added", file.text) if base is None else None  # deleted by the team
    if present == file.text or base == file.text:
        return None
    if present == base:
        return FileUpdate(path, "replaced", file.text)
    return _merged(path, present, base or "", file.text)


def _removed(folder: Path, path: str, before: WorkloadManifest) -> FileUpdate | None:
    """A file that this version does not have: removed where the team did not change it."""
    present = _present(folder, path)
    if present is None:
        return None
    return FileUpdate(path, "removed" if present == before.text(path) else "kept")


def _present(folder: Path, path: str) -> str | None:
    """Returns a file of the repository; None where there is none. Raises LandingZoneError for one that is no text."""
    target = folder / path
    if not target.resolve().is_relative_to(folder.resolve()):
        raise LandingZoneError(f"{target}\n  It is a link that leaves the folder.\n  Replace it by a file.")
    if not target.exists():
        return None
    try:
        return read_regular(target).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise LandingZoneError(f"{target}\n  It cannot be read: {reason}.\n  Correct or delete it.") from None


def _merged(path: str, mine: str, base: str, new: str) -> FileUpdate:
    """Merges three texts as `git merge-file` does."""
    with tempfile.TemporaryDirectory() as folder:
        names = [Path(folder) / name for name in ("mine", "base", "new")]
        for name, text in zip(names, (mine, base, new), strict=True):
            name.write_text(text, encoding="utf-8")
        labels = [part for label in _BETWEEN for part in ("-L", label)]
        try:
            ran = subprocess.run(
                ["git", "merge-file", "-p", "--diff3", *labels, *map(str, names)], capture_output=True, check=False
            )
        except FileNotFoundError:
            raise LandingZoneError("git\n  It is not installed, and merges your changes.\n  Install git.") from None
    if ran.returncode < 0 or ran.returncode > 127:
        raise LandingZoneError(f"{path}\n  git cannot merge it: {ran.stderr.decode(errors='replace').strip()}.")
    return FileUpdate(path, "conflict" if ran.returncode else "merged", ran.stdout.decode("utf-8"))


def _with_known(text: str, present: str | None) -> str:
    """Returns a contract with the client IDs of the file that is there, where they belong to the same identities."""
    try:
        old = json.loads(present or "{}")
    except ValueError:
        return text
    new = json.loads(text)
    known = dict(_client_ids(old))
    for part in ("identities", "pipelines"):
        for role, identity in new[part].items():
            client_id = known.get(identity["id"])
            if client_id:
                identity["clientId"] = client_id
                new["unknown"].remove(f"{part}.{role}.clientId")
    return json.dumps(new, indent=2, ensure_ascii=False) + "\n"


def _client_ids(contract: Any) -> Iterator[tuple[str, str]]:
    for part in ("identities", "pipelines"):
        identities = contract.get(part, {}) if isinstance(contract, dict) else {}
        for identity in identities.values() if isinstance(identities, dict) else ():
            if isinstance(identity, dict) and identity.get("id") and identity.get("clientId"):
                yield identity["id"], identity["clientId"]
