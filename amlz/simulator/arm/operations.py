"""Operations that take a while: the simulated clock, and what is under way.

A request that Azure answers before it is done leaves a row here. The row ends when the clock reaches its time, and a
client that polls sees it: InProgress, then Succeeded or Failed.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from amlz.simulator.state_store import StateStore

#: Of the UUIDs that are made up: the same requests give the same ones.
_MADE_UP = uuid.UUID("0c7b5a5e-3c0d-5a8e-8a53-5d0f9d1f6b21")
#: The time of the simulated clock before any request. A fixed one: the same requests give the same answers.
START = datetime(2026, 1, 1, tzinfo=UTC)
_TABLES = """
CREATE TABLE IF NOT EXISTS operations (key TEXT PRIMARY KEY, resource TEXT, verb TEXT, state TEXT, ends REAL,
    done INTEGER, error TEXT);
CREATE INDEX IF NOT EXISTS operations_open ON operations (ends) WHERE done = 0;
CREATE INDEX IF NOT EXISTS operations_of ON operations (resource) WHERE done = 0;
CREATE TABLE IF NOT EXISTS arm_clock (one INTEGER PRIMARY KEY, number INTEGER, writes INTEGER, now REAL);
"""


@dataclass(frozen=True, slots=True)
class LongOperation:
    """One operation. `resource`: its id in lower case. `state`: the provisioningState while it lasts.

    `error`: ARM's error of one that failed, else None.
    """

    key: str
    resource: str
    verb: str
    state: str
    ends: float
    done: bool = False
    error: Mapping[str, Any] | None = None


class Operations:
    """The operations of one simulated Azure, and its clock in seconds since START."""

    def __init__(self, store: StateStore) -> None:
        self._db = store.database
        self._db.executescript(_TABLES)
        row = self._db.execute("SELECT number, writes, now FROM arm_clock").fetchone()
        self._number: int = row[0] if row else 0
        self.writes: int = row[1] if row else 0
        self.now: float = row[2] if row else 0.0
        self._saved = (self._number, self.writes, self.now)

    def save(self) -> None:
        """Writes the clock and the counters to the store, where they changed."""
        values = (self._number, self.writes, self.now)
        if values != self._saved:
            self._db.execute("INSERT OR REPLACE INTO arm_clock VALUES (1, ?, ?, ?)", values)
            self._saved = values

    @property
    def time(self) -> datetime:
        """The time of the simulated clock."""
        return START + timedelta(seconds=self.now)

    def begin(self, resource: str, verb: str, state: str, seconds: float) -> LongOperation:
        """Notes an operation that takes so long."""
        self._number += 1
        key = str(uuid.uuid5(_MADE_UP, f"{self._number} {verb} {resource.lower()}"))
        begun = LongOperation(key, resource.lower(), verb, state, self.now + seconds)
        row = (begun.key, begun.resource, verb, state, begun.ends, 0, None)
        self._db.execute("INSERT INTO operations VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        return begun

    def ended(self, until: float | None) -> Iterator[LongOperation]:
        """Yields what ends up to a time, None for everything under way, in order, with the clock at that time."""
        while True:
            query = "SELECT * FROM operations WHERE done = 0 AND ends <= ? ORDER BY ends, rowid LIMIT 1"
            row = self._db.execute(query, (float("inf") if until is None else until,)).fetchone()
            if row is None:
                break
            self.now = max(self.now, row[4])
            self._db.execute("UPDATE operations SET done = 1 WHERE key = ?", (row[0],))
            yield _read(row)
        self.now = self.now if until is None else max(self.now, until)

    def fail(self, key: str, error: Mapping[str, Any]) -> None:
        """An operation ends with an error."""
        self._db.execute("UPDATE operations SET error = ? WHERE key = ?", (json.dumps(error), key))

    def get(self, key: str) -> LongOperation | None:
        """The operation of a key."""
        row = self._db.execute("SELECT * FROM operations WHERE key = ?", (key,)).fetchone()
        return _read(row) if row else None

    def under_way(self, resource: str) -> LongOperation | None:
        """The last operation on a resource that has not ended."""
        query = "SELECT * FROM operations WHERE resource = ? AND done = 0 ORDER BY rowid DESC LIMIT 1"
        row = self._db.execute(query, (resource.lower(),)).fetchone()
        return _read(row) if row else None

    def below(self, resource: str) -> LongOperation | None:
        """An operation on a resource or on something in it that has not ended."""
        start = resource.lower()
        query = "SELECT * FROM operations WHERE done = 0 AND resource >= ? AND resource < ? ORDER BY resource LIMIT 1"
        row = self._db.execute(query, (f"{start}/", f"{start}0")).fetchone()
        return self.under_way(resource) or (_read(row) if row else None)


def _read(row: tuple[Any, ...]) -> LongOperation:
    error = None if row[6] is None else json.loads(row[6])
    return LongOperation(row[0], row[1], row[2], row[3], row[4], bool(row[5]), error)
