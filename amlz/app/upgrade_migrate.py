"""Migrating a stack file: its text with deprecated keys changed, written whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from amlz.azure.regular_files import read_regular
from amlz.core.problems import LandingZoneError
from amlz.core.terminal import in_one_line
from amlz.reports.files import write_back
from amlz.stackfile.load import draft_of
from amlz.stackfile.migrate import Migration, migrated
from amlz.stackfile.stack_file import find, read

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class StackFileMigration:
    """A stack file's migration. `written`: whether the file was changed."""

    file: str
    migration: Migration
    written: bool


def migrate_stack(stack: str, write: bool) -> StackFileMigration:
    """Migrates a stack file. Raises LandingZoneError where it cannot be read, and then it is as it was."""
    path = find(stack, Path.cwd())
    shown = in_one_line(str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path))
    read(path, shown)
    raw = read_regular(path)
    draft = draft_of(str(path), raw=raw)
    if not draft.readable or draft.document.doubled:
        first = next(iter(draft.problems))
        raise LandingZoneError(f"{first}\n  Correct it first: the file was not changed.")
    migration = migrated(raw.removeprefix(_BOM).decode(), path, shown)
    change = bool(migration.done) and write
    if change:
        bom = _BOM if raw.startswith(_BOM) else b""
        write_back(path, raw, bom + migration.text.encode(), shown)
    return StackFileMigration(shown, migration, change)
