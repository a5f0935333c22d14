"""State of the simulated Azure: one file, which providers of several processes share and which outlives them.

SQLite, because a killed process leaves it whole, and because one more resource costs the same with a hundred or ten
thousand existing ones: every query below is answered from an index.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amlz.azure.ids import parse

_TABLES = """
CREATE TABLE IF NOT EXISTS resource (
    id TEXT PRIMARY KEY, written TEXT, urn TEXT, token TEXT, type TEXT, name TEXT, inputs TEXT, outputs TEXT,
    state TEXT, body TEXT);
CREATE INDEX IF NOT EXISTS resource_by_name ON resource (type, name);
CREATE INDEX IF NOT EXISTS resource_unfinished ON resource (id) WHERE state = 'Creating';
CREATE TABLE IF NOT EXISTS counts (type TEXT, below TEXT, number INTEGER, PRIMARY KEY (type, below)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS totals (type TEXT, subscription TEXT, number INTEGER,
    PRIMARY KEY (type, subscription)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS refers (source TEXT, target TEXT, PRIMARY KEY (target, source)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS refers_by_source ON refers (source);
CREATE TABLE IF NOT EXISTS expected (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS kept (type TEXT, name TEXT, id TEXT, days INTEGER, purgeable INTEGER,
    PRIMARY KEY (type, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS journal (number INTEGER PRIMARY KEY, verb TEXT, id TEXT, token TEXT, note TEXT);
CREATE TABLE IF NOT EXISTS faults (kind TEXT, number INTEGER, type TEXT, times INTEGER, target TEXT);
CREATE TABLE IF NOT EXISTS deadly (point TEXT, id TEXT, PRIMARY KEY (point, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS caught (point TEXT, verb TEXT, id TEXT, PRIMARY KEY (point, verb, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outside (kind TEXT, value TEXT);
CREATE TABLE IF NOT EXISTS grants (written TEXT);
CREATE TABLE IF NOT EXISTS held (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS occupied (network TEXT PRIMARY KEY, by TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS conflicts (network TEXT, by TEXT, wanted TEXT);
CREATE TABLE IF NOT EXISTS clock (engine TEXT, policies INTEGER);
CREATE TABLE IF NOT EXISTS registration (id TEXT PRIMARY KEY, registered INTEGER) WITHOUT ROWID;
"""

#: States of stored resources. Peerings have further states, see amlz/simulator/peerings.py.
CREATING, SUCCEEDED, FAILED = "Creating", "Succeeded", "Failed"
POLICY = "microsoft.authorization/policy"
_ASSIGNMENT, _EXEMPTION = f"{POLICY}assignments", f"{POLICY}exemptions"


@dataclass(frozen=True, slots=True)
class StoredResource:
    """An existing resource. `urn`: whose it is in the engine's state, which Azure itself does not know.

    `state`: Creating while nobody may use it yet, Succeeded, Failed; of a peering, how it is connected. `body`: of a
    resource that came through the ARM endpoint (amlz/simulator/arm/), everything that Azure returns; else None.
    """

    id: str
    urn: str
    token: str
    type: str
    name: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]
    state: str = SUCCEEDED
    body: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class SoftDeletedName:
    """A name that something deleted still holds, for so many days. `purgeable`: whether a person may free it sooner."""

    type: str
    name: str
    id: str
    days: int
    purgeable: bool


@dataclass(frozen=True, slots=True)
class PendingFault:
    """A fault that waits. `number`: for this operation or the first one after it, 0 for any.

    `type`: ARM's, None for any. `times`: how often it strikes.
    """

    kind: str
    number: int = 0
    type: str | None = None
    times: int = 1


@dataclass(frozen=True, slots=True)
class LoggedOperation:
    """An operation: create, update or delete. `note`: the fault that met it, "" for none."""

    number: int
    verb: str
    id: str
    token: str
    note: str


class StateStore:
    """Opens the file, or begins it. Ids are compared without regard to case."""

    def __init__(self, path: Path | None, *, closed: bool = False) -> None:
        """`path`: None keeps it in memory. `closed`: nothing exists outside of it, see `expects`."""
        self.closed = closed
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path or ":memory:", isolation_level=None, timeout=60, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=OFF")  # a process may die, the machine will not
        self._db.executescript(_TABLES)

    @property
    def database(self) -> sqlite3.Connection:
        """The open database, for tables of other modules."""
        return self._db

    @contextmanager
    def change(self) -> Iterator[None]:
        """One change, whole or not at all, while nobody else changes anything. A change within a change is a part."""
        with self._lock:
            inner = self._db.in_transaction
            self._db.execute("SAVEPOINT inner" if inner else "BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK TO inner" if inner else "ROLLBACK")
                if inner:
                    self._db.execute("RELEASE inner")
                raise
            self._db.execute("RELEASE inner" if inner else "COMMIT")

    def put(self, resource: StoredResource, refers_to: Iterable[str]) -> None:
        """Stores a resource, or its new version. `refers_to`: ids in its inputs, or other marks."""
        key, kind = resource.id.lower(), resource.type.lower()
        new = self._db.execute("SELECT 1 FROM resource WHERE id = ?", (key,)).fetchone() is None
        if new:
            self._count(kind, key, 1)
        if not new or kind == _EXEMPTION:  # nothing that holds knows of a new definition or assignment
            self._policies_changed(kind)
        row = (key, resource.id, resource.urn, resource.token, kind, resource.name.lower())
        body = None if resource.body is None else json.dumps(resource.body)
        values = (json.dumps(resource.inputs), json.dumps(resource.outputs), resource.state, body)
        self._db.execute("INSERT OR REPLACE INTO resource VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, *values))
        self._db.execute("DELETE FROM refers WHERE source = ?", (key,))
        pairs = {(key, target.lower()) for target in refers_to}
        self._db.executemany("INSERT OR IGNORE INTO refers VALUES (?, ?)", sorted(pairs))

    def remove(self, resource_id: str) -> None:
        """Removes the resource; its children are kept."""
        key = resource_id.lower()
        result = self._db.execute("SELECT type FROM resource WHERE id = ?", (key,)).fetchone()
        if result is None:
            return
        self._db.execute("DELETE FROM resource WHERE id = ?", (key,))
        self._db.execute("DELETE FROM refers WHERE source = ?", (key,))
        self._count(result[0], key, -1)
        self._policies_changed(result[0])

    def mark(self, resource_id: str, state: str) -> None:
        """Sets the state of an existing resource."""
        self._db.execute("UPDATE resource SET state = ? WHERE id = ?", (state, resource_id.lower()))

    def count(self, kind: str, below: str) -> int:
        """Returns the number of resources of an ARM type right below an id."""
        return self._number("SELECT number FROM counts WHERE type = ? AND below = ?", kind, below)

    def total(self, kind: str, subscription: str) -> int:
        """Returns the number of resources of an ARM type anywhere in a subscription (its id)."""
        return self._number("SELECT number FROM totals WHERE type = ? AND subscription = ?", kind, subscription)

    def _number(self, query: str, *values: str) -> int:
        result = self._db.execute(query, tuple(value.lower() for value in values)).fetchone()
        return result[0] if result else 0

    def get(self, resource_id: str) -> StoredResource | None:
        """The resource of this id."""
        return next(self._selected("id = ?", resource_id.lower()), None)

    def named(self, kind: str, name: str) -> StoredResource | None:
        """Returns a resource of an ARM type and a name, in any scope."""
        return next(self._selected("type = ? AND name = ?", kind.lower(), name.lower()), None)

    def below(self, resource_id: str) -> tuple[StoredResource, ...]:
        """Children and extensions, in the order of their ids."""
        start = resource_id.lower()
        return tuple(self._selected("id >= ? AND id < ?", f"{start}/", f"{start}0"))  # 0 comes after the slash

    def all(self) -> tuple[StoredResource, ...]:
        """Returns all existing resources, in the order of ids."""
        return tuple(self._selected("1 = 1"))

    def referring(self, target: str) -> tuple[StoredResource, ...]:
        """Resources that refer to an id or to something below it."""
        start = target.lower()
        condition = "id IN (SELECT source FROM refers WHERE target = ? OR (target >= ? AND target < ?))"
        return tuple(self._selected(condition, start, f"{start}/", f"{start}0"))

    def users(self, target: str, below: str) -> tuple[str, ...]:
        """Ids right or further below one id, of resources that refer to another: in lower case."""
        start = below.lower()
        query = "SELECT source FROM refers WHERE target = ? AND source >= ? AND source < ?"
        return tuple(row[0] for row in self._db.execute(query, (target.lower(), f"{start}/", f"{start}0")))

    def policies(self, *kinds: str) -> tuple[StoredResource, ...]:
        """Returns existing resources of these kinds of Azure Policy: definitions, setdefinitions, assignments,
        exemptions.
        """
        return tuple(resource for kind in kinds for resource in self._selected("type = ?", f"{POLICY}{kind}"))

    def subscriptions(self) -> tuple[str, ...]:
        """Returns the ids of subscriptions in which a resource exists, in order."""
        rows = self._db.execute("SELECT DISTINCT subscription FROM totals WHERE number > 0 ORDER BY subscription")
        return tuple(row[0].split("/")[2] for row in rows if row[0].startswith("/subscriptions/"))

    def settle(self, engine: str) -> None:
        """Lets time pass between two commands: running operations end, and existing assignments take effect.

        `engine`: whose command it is. Each provider of a command calls this, and only the first call counts.
        """
        with self.change():
            result = self._db.execute("SELECT engine FROM clock").fetchone()
            if result and result[0] == engine:
                return
            number = self.policies_version() + 1
            self._db.execute("DELETE FROM clock")
            self._db.execute("INSERT INTO clock VALUES (?, ?)", (engine, number))
            self._db.execute("UPDATE resource SET state = ? WHERE state = 'Creating'", (SUCCEEDED,))
            self._db.execute("DELETE FROM occupied")  # by what was killed
            self._db.execute("DELETE FROM held")
            self._db.execute("INSERT INTO held SELECT id FROM resource WHERE type = ?", (_ASSIGNMENT,))

    def occupy(self, networks: Iterable[str], by: str) -> str | None:
        """Begins a write to networks, which take one at a time. Returns the id of another write, None for none."""
        with self.change():
            for network in networks:
                query = "SELECT by FROM occupied WHERE network = ?"
                result = self._db.execute(query, (network.lower(),)).fetchone()
                if result:
                    self._db.execute("INSERT INTO conflicts VALUES (?, ?, ?)", (network.lower(), result[0], by))
                    return str(result[0])
            rows = [(network.lower(), by) for network in networks]
            self._db.executemany("INSERT OR REPLACE INTO occupied VALUES (?, ?)", rows)
        return None

    def leave(self, networks: Iterable[str]) -> None:
        """Ends a write."""
        with self.change():
            self._db.executemany("DELETE FROM occupied WHERE network = ?", [(network.lower(),) for network in networks])

    def conflicts(self) -> tuple[tuple[str, str], ...]:
        """Ids of writes that were under way, each with the one that met it."""
        return tuple((row[0], row[1]) for row in self._db.execute("SELECT by, wanted FROM conflicts ORDER BY rowid"))

    def holds(self) -> frozenset[str]:
        """Ids of the assignments that have taken hold, in lower case."""
        return frozenset(row[0] for row in self._db.execute("SELECT id FROM held"))

    def hold(self, assignment: str) -> None:
        """An assignment takes hold now."""
        self._db.execute("INSERT OR IGNORE INTO held VALUES (?)", (assignment.lower(),))
        self._policies_changed(_ASSIGNMENT)

    def policies_version(self) -> int:
        """A number that is another one after each change of what Azure Policy knows."""
        result = self._db.execute("SELECT policies FROM clock").fetchone()
        return result[0] if result else 0

    def add_outside(self, kind: str, value: Any) -> None:
        """Something of Azure Policy outside of the stack: a definition, assignment, exemption or management group."""
        with self.change():
            self._db.execute("INSERT INTO outside VALUES (?, ?)", (kind, json.dumps(value)))
            self._policies_changed(POLICY)

    def outside(self, kind: str) -> tuple[Any, ...]:
        """All of a kind that was added."""
        rows = self._db.execute("SELECT value FROM outside WHERE kind = ? ORDER BY rowid", (kind,))
        return tuple(json.loads(row[0]) for row in rows)

    def add_grant(self, grant: Any) -> None:
        """A role of the caller, see amlz/simulator/access.py."""
        with self.change():
            self._db.execute("INSERT INTO grants VALUES (?)", (json.dumps(grant),))

    def grants(self) -> tuple[Any, ...]:
        """The roles of the caller; none where it may do everything."""
        return tuple(json.loads(row[0]) for row in self._db.execute("SELECT written FROM grants ORDER BY rowid"))

    def expect(self, ids: Iterable[str]) -> None:
        """Notes the ids that the program creates: other ids in references count as resources outside of the stack."""
        with self.change():
            self._db.executemany("INSERT OR IGNORE INTO expected VALUES (?)", [(item.lower(),) for item in ids if item])

    def expects(self, resource_id: str) -> bool:
        """Returns whether it exists nowhere else: the program creates it, or nothing exists outside of this store."""
        if self.closed:
            return True
        return self._db.execute("SELECT 1 FROM expected WHERE id = ?", (resource_id.lower(),)).fetchone() is not None

    def all_expected(self) -> tuple[str, ...]:
        """Everything that the program makes, in lower case, in order."""
        return tuple(row[0] for row in self._db.execute("SELECT id FROM expected ORDER BY id"))

    def keep(self, name: SoftDeletedName) -> None:
        """A name stays taken."""
        row = (name.type.lower(), name.name.lower(), name.id, name.days, int(name.purgeable))
        self._db.execute("INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?, ?)", row)

    def kept(self, kind: str, name: str) -> SoftDeletedName | None:
        """Returns the soft-deleted resource that holds a name."""
        query = "SELECT * FROM kept WHERE type = ? AND name = ?"
        row = self._db.execute(query, (kind.lower(), name.lower())).fetchone()
        return SoftDeletedName(row[0], row[1], row[2], row[3], bool(row[4])) if row else None

    def all_kept(self) -> tuple[SoftDeletedName, ...]:
        """Every name that something deleted holds."""
        rows = self._db.execute("SELECT * FROM kept ORDER BY type, name")
        return tuple(SoftDeletedName(row[0], row[1], row[2], row[3], bool(row[4])) for row in rows)

    def release(self, kind: str, name: str) -> None:
        """A name is free again."""
        self._db.execute("DELETE FROM kept WHERE type = ? AND name = ?", (kind.lower(), name.lower()))

    def arm(self, fault: PendingFault) -> None:
        """A fault waits for its operation."""
        with self.change():
            row = (fault.kind, fault.number, (fault.type or "").lower(), fault.times)
            self._db.execute("INSERT INTO faults VALUES (?, ?, ?, ?, '')", row)

    def begin(self, verb: str, resource_id: str, token: str) -> str:
        """Notes an operation. The kind of the fault that meets it, "" for none.

        A fault that comes several times comes to the one resource.
        """
        kind, key = parse(resource_id).type.lower(), resource_id.lower()
        with self.change():
            number = self._db.execute("SELECT COALESCE(MAX(number), 0) + 1 FROM journal").fetchone()[0]
            condition = "times > 0 AND number <= ? AND type IN ('', ?) AND target IN ('', ?)"
            query = f"SELECT rowid, kind FROM faults WHERE {condition} ORDER BY rowid LIMIT 1"
            waits = self._db.execute(query, (number, kind, key)).fetchone()
            if waits:
                self._db.execute("UPDATE faults SET times = times - 1, target = ? WHERE rowid = ?", (key, waits[0]))
            fault: str = waits[1] if waits else ""
            self._db.execute("INSERT INTO journal VALUES (?, ?, ?, ?, ?)", (number, verb, resource_id, token, fault))
        return fault

    def journal(self) -> tuple[LoggedOperation, ...]:
        """Every operation, in its order."""
        return tuple(LoggedOperation(*row) for row in self._db.execute("SELECT * FROM journal ORDER BY number"))

    def kill_at(self, points: Iterable[str], ids: Iterable[str] = ("",)) -> None:
        """The engine will be killed at these points of operations, once each; "" for any id.

        See amlz/simulator/kills.py.
        """
        with self.change():
            rows = [(point, item.lower()) for item in ids for point in points]
            self._db.executemany("INSERT OR IGNORE INTO deadly VALUES (?, ?)", rows)

    def deadly(self, point: str, verb: str, resource_id: str) -> bool:
        """Returns whether the engine is to be killed now that an operation has reached a point: the first time only."""
        key = resource_id.lower()
        if not self._db.execute("SELECT 1 FROM deadly WHERE point = ? AND id IN ('', ?)", (point, key)).fetchone():
            return False
        with self.change():
            return self._db.execute("INSERT OR IGNORE INTO caught VALUES (?, ?, ?)", (point, verb, key)).rowcount == 1

    def count_steps(self, on_steps: Callable[[], None]) -> None:
        """Calls back with every ten steps of the database: what an operation costs, on any machine the same."""
        self._db.set_progress_handler(on_steps, 10)

    def close(self) -> None:
        """Closes the file."""
        self._db.close()

    def _selected(self, condition: str, *values: str) -> Iterator[StoredResource]:
        for row in self._db.execute(f"SELECT * FROM resource WHERE {condition} ORDER BY id", values).fetchall():
            body = None if row[9] is None else json.loads(row[9])
            yield StoredResource(
                row[1], row[2], row[3], row[4], row[5], json.loads(row[6]), json.loads(row[7]), row[8], body
            )

    def _count(self, kind: str, key: str, by: int) -> None:
        """Counts direct children of a scope, and all resources of a type in a subscription."""
        above = key.rpartition("/")[0].rpartition("/")[0]
        above = above.removesuffix(f"/providers/{kind.partition('/')[0]}")
        add = "INSERT INTO {} VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET number = number + excluded.number"
        self._db.execute(add.format("counts"), (kind, above, by))
        self._db.execute(add.format("totals"), (kind, "/".join(key.split("/")[:3]), by))

    def _policies_changed(self, kind: str) -> None:
        if kind.startswith(POLICY):
            self._db.execute("INSERT INTO clock SELECT '', 0 WHERE NOT EXISTS (SELECT 1 FROM clock)")
            self._db.execute("UPDATE clock SET policies = policies + 1")
