"""One command of the engine: what it changed, what was refused, and what would have been lost."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from rehearsal.engine import Event, Stack

_AZURE = "azure-native:"
_COLOURS = re.compile(r"<\{%.*?%\}>|\x1b\[[0-9;]*m")
_LEARN = "https://learn.microsoft.com/azure/"

#: What is gone with a resource, and whether Azure gives it back: token, what, how, source.
HOLDS_DATA = {
    "azure-native:keyvault:Vault": (
        "its keys and secrets",
        "a person can recover it while Azure keeps it",
        _LEARN + "key-vault/general/key-vault-recovery",
    ),
    "azure-native:storage:StorageAccount": (
        "its blobs and files",
        "a person can ask to recover it for 14 days, if its name is still free",
        _LEARN + "storage/common/storage-account-recover",
    ),
    "azure-native:containerregistry:Registry": (
        "its images",
        "nothing brings them back",
        _LEARN + "container-registry/container-registry-soft-delete-policy",
    ),
    "azure-native:machinelearningservices:Workspace": (
        "its jobs, models and datastores",
        "a person can recover it for 14 days",
        _LEARN + "machine-learning/concept-soft-delete",
    ),
    "azure-native:operationalinsights:Workspace": (
        "its logs",
        "one of the same name recovers them for 14 days",
        _LEARN + "azure-monitor/logs/delete-workspace",
    ),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was refused: `name` is the resource's logical name, "" for the engine itself."""

    name: str
    said: str


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that holds data and was deleted or replaced."""

    name: str
    id: str
    what: str
    back: str


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the life: how many Azure resources were created, updated, replaced, deleted.

    `still`: whether it had to change nothing. `left_out`: why it was not done, "" where it was.
    """

    name: str
    created: int = 0
    updated: int = 0
    replaced: int = 0
    deleted: int = 0
    seconds: float = 0.0
    still: bool = False
    refused: tuple[Refusal, ...] = ()
    lost: tuple[Loss, ...] = ()
    left_out: str = ""

    @property
    def changed(self) -> bool:
        """Whether anything is otherwise than before."""
        return bool(self.created or self.updated or self.replaced or self.deleted)

    @property
    def wrong(self) -> bool:
        """Whether something was refused, or changed where nothing may."""
        return bool(self.refused or (self.still and self.changed))


@dataclass(slots=True)
class _Heard:
    """What the events told so far."""

    on_progress: Callable[[int], None]
    done: dict[str, set[str]] = field(default_factory=dict)
    ids: dict[str, tuple[str, str]] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)
    drift: dict[str, int] = field(default_factory=dict)

    def __call__(self, event: Event) -> None:
        if "resOutputsEvent" in event:
            self._done(event["resOutputsEvent"]["metadata"])
        elif "diagnosticEvent" in event:
            told = event["diagnosticEvent"]
            if told.get("severity") == "error" and told.get("urn"):
                self._refused(told["urn"], told["message"])
        elif "summaryEvent" in event:
            self.drift = event["summaryEvent"].get("resourceChanges") or {}

    def _done(self, metadata: Event) -> None:
        urn, token = metadata["urn"], metadata["type"]
        if not token.startswith(_AZURE):
            return
        self.done.setdefault(metadata["op"], set()).add(urn)
        old = metadata.get("old") or {}
        self.ids[urn] = (token, old.get("id") or (metadata.get("new") or {}).get("id") or "")
        self.on_progress(sum(len(urns) for urns in self.done.values()))

    def _refused(self, urn: str, message: str) -> None:
        said = " ".join(_COLOURS.sub("", message).split()).removeprefix("error: ")
        name = "" if "pulumi:pulumi:Stack" in urn else urn.rpartition("::")[2]
        found = Refusal(name, said)
        if said not in ("update failed", "preview failed", "destroy failed") and found not in self.refused:
            self.refused.append(found)


def run(stack: Stack, name: str, arguments: tuple[str, ...], on_progress: Callable[[int], None]) -> Step:
    """Runs a command of the engine to its end. `on_progress` gets the number of resources that are done."""
    heard = _Heard(on_progress)
    started = time.monotonic()
    error = stack.events(*arguments, on_event=heard)
    seconds = time.monotonic() - started
    if error and not heard.refused:
        heard.refused.append(Refusal("", " ".join(_COLOURS.sub("", error).split())))
    refresh = arguments[0] == "refresh"
    done = heard.done
    replaced = done.get("replace", set()) | done.get("create-replacement", set()) | done.get("delete-replaced", set())
    gone = done.get("delete", set()) | replaced
    return Step(
        name=name,
        created=heard.drift.get("create", 0) if refresh else len(done.get("create", set())),
        updated=heard.drift.get("update", 0) if refresh else len(done.get("update", set())),
        replaced=len(replaced),
        deleted=heard.drift.get("delete", 0) if refresh else len(done.get("delete", set())),
        seconds=seconds,
        refused=tuple(sorted(heard.refused, key=lambda refusal: refusal.name)),
        lost=tuple(_loss(urn, *heard.ids[urn]) for urn in sorted(gone) if heard.ids[urn][0] in HOLDS_DATA),
    )


def _loss(urn: str, token: str, resource_id: str) -> Loss:
    what, back, _ = HOLDS_DATA[token]
    return Loss(urn.rpartition("::")[2], resource_id, what, back)
