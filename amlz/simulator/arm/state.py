"""State files of `amlz simulate`: the store of one simulated Azure, kept between runs.

SQLite: a request is one transaction, so a process that is killed leaves all of a request or nothing of it. The layout
of the tables is the version: its checksum is in the file.
"""

from __future__ import annotations

import os
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path

from amlz.simulator.arm.azure import Azure

#: "amlz", which marks the file for SQLite.
APPLICATION = 0x616D6C7A
#: Columns of JSON, by table.
_JSON = {"resource": ("inputs", "outputs", "body"), "operations": ("error",), "arm_deleted": ("body",)}


class UnusableState(Exception):
    """A state file that cannot be used: what is wrong, and what to do."""


def prepare(path: Path) -> None:
    """Creates a state file, or checks an existing one. Raises UnusableState."""
    try:
        size = path.stat().st_size if path.exists() else 0
        if not path.exists():
            _create(path)
            return
        if not path.is_file():
            raise UnusableState("It is no file. Name a file that exists or a new one.")
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        raise UnusableState(f"It cannot be written: {reason}. Name a file in a folder that you can write to.") from None
    if size == 0:
        raise UnusableState("It is empty, thus no state file of `amlz simulate`. Delete it, or name another file.")
    try:
        wrong = _problem(path)
    except sqlite3.OperationalError as error:
        wrong = "Another `amlz simulate` uses it. Stop that one, or name another file."
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:  # the low byte of an extended code is the plain one
            wrong = f"It cannot be opened: {error}. Name another file."
    except sqlite3.DatabaseError:
        wrong = "It is damaged, or no state file of `amlz simulate`. Delete it, or name another file."
    if wrong:
        raise UnusableState(wrong)


def lock(azure: Azure) -> None:
    """Keeps other processes out of the state file until this one ends, however it ends."""
    azure.store.database.execute("PRAGMA locking_mode=EXCLUSIVE")
    with azure.store.change():
        azure.store.database.execute("DELETE FROM arm_holding WHERE 0")


@cache
def version() -> int:
    """Returns the version of the layout: a checksum of the tables, indexes included."""
    azure = Azure()
    result = version_of(azure.store.database)
    azure.close()
    return result


def version_of(db: sqlite3.Connection) -> int:
    """Returns the version of a layout."""
    return zlib.crc32("\n".join(_layout(db)).encode()) & 0x7FFFFFFF


def _create(path: Path) -> None:
    """Writes a file with tables and version, whole or not at all, which only this user may read."""
    new = path.with_name(f"{path.name}.new-{os.getpid()}")
    os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        azure = Azure(new)
        azure.store.database.execute(f"PRAGMA application_id = {APPLICATION}")
        azure.store.database.execute(f"PRAGMA user_version = {version()}")
        azure.store.database.execute("PRAGMA journal_mode=DELETE")
        azure.close()
        new.rename(path)
    finally:
        new.unlink(missing_ok=True)


def _problem(path: Path) -> str | None:
    """Returns what is wrong with an existing file, None for nothing. Raises sqlite3.Error."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=0.2)) as db:
        if db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
            return "It is no state file of `amlz simulate`. Name another file."
        db.execute("BEGIN EXCLUSIVE")
        result = db.execute("PRAGMA user_version").fetchone()[0]
        if result != version():
            return (
                "It was written by another version of amlz, whose state this version cannot read. Use that version, "
                "or start with a new file."
            )
        whole = [row[0] for row in db.execute("PRAGMA quick_check")] == ["ok"]
        if not whole or sorted(_layout(db)) != sorted(_own_layout()) or not _valid(db):
            return "It is damaged. Delete it, or name another file: the simulated Azure then starts empty."
    return None


@cache
def _own_layout() -> tuple[str, ...]:
    azure = Azure()
    result = tuple(_layout(azure.store.database))
    azure.close()
    return result


def _layout(db: sqlite3.Connection) -> Iterator[str]:
    for row in db.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY sql"):
        yield row[0]


def _valid(db: sqlite3.Connection) -> bool:
    """Returns whether every JSON text of the tables can be read."""
    for table, columns in _JSON.items():
        for column in columns:
            query = f"SELECT 1 FROM {table} WHERE {column} IS NOT NULL AND NOT json_valid({column}) LIMIT 1"
            if db.execute(query).fetchone():
                return False
    return True
