"""The state of one simulated Azure: its store, its policies, its operations under way."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from amlz.azure.ids import parse, within
from amlz.azure.in_use import IN_USE
from amlz.simulator import networks, peerings, validation
from amlz.simulator.arm import recovery, resolvers
from amlz.simulator.arm.addresses import GROUP
from amlz.simulator.arm.operations import LongOperation, Operations
from amlz.simulator.errors import AzureRefused
from amlz.simulator.peerings import PEERING
from amlz.simulator.policy import PolicyService
from amlz.simulator.state_store import CREATING, FAILED, SUCCEEDED, SoftDeletedName, StateStore, StoredResource

#: Seconds after which an assignment of Azure Policy takes hold: "around five minutes",
#: https://learn.microsoft.com/azure/governance/policy/how-to/get-compliance-data#evaluation-triggers (2026-11).
POLICY_DELAY = 300
ASSIGNMENT = "microsoft.authorization/policyassignments"


_TABLES = """
CREATE TABLE IF NOT EXISTS arm_holding (at REAL, assignment TEXT);
CREATE TABLE IF NOT EXISTS arm_notes (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS arm_deleted (id TEXT PRIMARY KEY, body TEXT) WITHOUT ROWID;
"""


class Azure:
    """Empty at the start, or as its file has it; nothing exists outside of it. `path`: None keeps it in memory."""

    def __init__(self, path: Path | None = None) -> None:
        self.store = StateStore(path, closed=True)
        self.policies = PolicyService(self.store)
        self.operations = Operations(self.store)
        self._db = self.store.database
        self._db.executescript(_TABLES)

    def note(self, key: str, value: str) -> None:
        """Keeps a note about this Azure, such as what was deployed in it."""
        self._db.execute("INSERT OR REPLACE INTO arm_notes VALUES (?, ?)", (key, value))

    def noted(self, key: str) -> str | None:
        """Returns the note of a key; None for none."""
        row = self._db.execute("SELECT value FROM arm_notes WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else None

    def close(self) -> None:
        """Forgets everything."""
        self.store.close()

    def pass_time(self, seconds: float | None, *, writes: bool) -> None:
        """Moves the clock, and ends what ends until then.

        Without `seconds`, a write arrives when everything under way has ended, as from a client that polls; a read
        arrives at once.
        """
        if seconds is None and not writes:
            return
        until = None if seconds is None else self.operations.now + seconds
        for ended in self.operations.ended(until):
            self._end(ended)
        due = (self.operations.now,)
        for row in self._db.execute("SELECT assignment FROM arm_holding WHERE at <= ? ORDER BY rowid", due).fetchall():
            self.store.hold(row[0])
        self._db.execute("DELETE FROM arm_holding WHERE at <= ?", due)

    def assigned(self, assignment: str) -> None:
        """A new assignment takes hold later."""
        self._db.execute("INSERT INTO arm_holding VALUES (?, ?)", (self.operations.now + POLICY_DELAY, assignment))

    def remove(self, resource: StoredResource) -> None:
        """Deletes a resource and what is in it. Raises AzureRefused."""
        if parse(resource.id).type == GROUP:
            self._unused(resource)
        removed = validation.delete(self.store, resource)
        for deleted in removed:
            key = recovery.key(deleted)
            if key is not None:
                self._db.execute(
                    "INSERT OR REPLACE INTO arm_deleted VALUES (?, ?)", (key, json.dumps(deleted.body or {}))
                )
            kept = validation.kept_name(deleted)
            if kept:
                self.store.keep(kept)
            self.store.remove(deleted.id)
        peerings.gone(self.store, removed)

    def purge(self, soft_deleted: SoftDeletedName) -> None:
        """Frees a name, and forgets what its deleted resource left."""
        self.store.release(soft_deleted.type, soft_deleted.name)
        self._db.execute("DELETE FROM arm_deleted WHERE id = ?", (recovery.key(soft_deleted),))

    def restored(self, resource: StoredResource, sent: Mapping[str, Any]) -> StoredResource | None:
        """Returns a resource with the values of a deleted one; None where there is none, and from then on.

        `sent`: the request.
        """
        key = (recovery.key(resource),)
        row = self._db.execute("SELECT body FROM arm_deleted WHERE id = ?", key).fetchone()
        if row is None:
            return None
        self._db.execute("DELETE FROM arm_deleted WHERE id = ?", key)
        body = recovery.recovered(resource, json.loads(row[0]), sent)
        return None if body is None else replace(resource, body=body)

    def _unused(self, group: StoredResource) -> None:
        """Requires that nothing outside of a resource group uses something in it. Raises AzureRefused."""
        for inner in self.store.below(group.id):
            row = IN_USE.get(inner.type)
            users = self.store.referring(inner.id) if row else ()
            user = next((u for u in users if row and u.type in row.users and not within(u.id, group.id)), None)
            if row and user:
                raise AzureRefused(400, row.code, networks.in_use(inner, user), inner.id)

    def _end(self, ended: LongOperation) -> None:
        resource = self.store.get(ended.resource)
        if resource is None:
            return
        if ended.verb != "delete":
            failed = resolvers.failure(self.store, resource)
            if failed is not None:
                self.operations.fail(ended.key, failed)
            if resource.type.lower() != PEERING and self.operations.under_way(resource.id) is None:
                self.store.mark(resource.id, FAILED if failed else SUCCEEDED)
                for child in self.store.below(resource.id):  # those that its request listed
                    if child.state == CREATING and self.operations.under_way(child.id) is None:
                        self.store.mark(child.id, SUCCEEDED)
            return
        try:
            with self.store.change():
                self.remove(resource)
        except AzureRefused as problem:
            self.store.mark(resource.id, SUCCEEDED)
            self.operations.fail(ended.key, _blocked(resource, problem))


def _blocked(resource: StoredResource, problem: AzureRefused) -> dict[str, Any]:
    """The error of a deletion that did not end well: that of a resource group holds the others."""
    inner = {"code": problem.code, "message": problem.message}
    if parse(resource.id).type != GROUP:
        return inner
    message = (
        f"Deletion of resource group '{resource.name}' failed as resources with identifiers '{_short(problem.target)}' "
        "could not be deleted. The provisioning state of the resource group will be rolled back. Please see details "
        "for more information."
    )
    return {"code": "ResourceGroupDeletionBlocked", "message": message, "details": [inner]}


def _short(resource_id: str) -> str:
    return resource_id.rpartition("/providers/")[2]


def stand_in(resource: StoredResource, state: str) -> StoredResource:
    """A resource in another state; of peerings, the state is how they are connected."""
    return resource if resource.type.lower() == PEERING else replace(resource, state=state)
