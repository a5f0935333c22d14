"""One command of the engine: what it changed, what was refused, and what would have been lost."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from amlz.azure.own_changes import refreshed
from amlz.azure.shapes import arm_type
from amlz.checks.finding import Finding, Severity
from amlz.core.facts.data import holding, kept
from amlz.rehearsal.engine import EngineStack, Event

_AZURE = "azure-native:"
_REPLACING = ("replace", "create-replacement", "delete-replaced")
_COLOURS = re.compile(r"<\{%[^%\n]*%\}>|\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class StepRefusal:
    """A refusal: `name` is the resource's logical name, "" for the engine itself."""

    name: str
    message: str


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that holds data and was deleted or replaced. `back`: the part that Azure keeps, "" where no source
    states it.
    """

    name: str
    id: str
    what: str
    back: str


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the life: how many Azure resources were created, updated, replaced, deleted.

    `own`: of a refresh, how many resources differ only in what Azure changes by itself; `updated` leaves them out.
    `still`: whether it had to change nothing. `left_out`: why it was not done, None where it was. `guarded`: findings
    of the guard. `risky`: whether it is there to show what is refused or lost, which then is no failure. `keeps_data`:
    whether it may lose nothing that holds data.
    """

    name: str
    created: int = 0
    updated: int = 0
    replaced: int = 0
    deleted: int = 0
    seconds: float = 0.0
    still: bool = False
    refused: tuple[StepRefusal, ...] = ()
    lost: tuple[Loss, ...] = ()
    left_out: str | None = None
    guarded: tuple[Finding, ...] = ()
    risky: bool = False
    own: int = 0
    keeps_data: bool = False

    @property
    def changed(self) -> bool:
        """Returns whether anything differs from before."""
        return bool(self.created or self.updated or self.replaced or self.deleted)

    @property
    def wrong(self) -> bool:
        """Returns whether something was refused, or changed where nothing may, or the guard would have stopped it."""
        if self.risky:
            return False
        lost = self.keeps_data and bool(self.lost)
        return bool(self.refused or lost or (self.still and self.changed) or any(map(_stops, self.guarded)))


@dataclass(slots=True)
class _Heard:
    """Content of the events so far."""

    on_progress: Callable[[int], None]
    done: dict[str, set[str]] = field(default_factory=dict)
    gone: dict[str, Loss] = field(default_factory=dict)
    refused: list[StepRefusal] = field(default_factory=list)
    drift: dict[str, int] = field(default_factory=dict)
    updates: list[Event] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)

    def own(self) -> int:
        """Returns the number of resources that Azure alone changed, as a refresh found them."""
        refresheds = (refreshed(update, frozenset(self.ids)) for update in self.updates)
        return sum(bool(item.own and not item.drift) for item in refresheds)

    def __call__(self, event: Event) -> None:
        if "resOutputsEvent" in event:
            self._done(event["resOutputsEvent"]["metadata"])
        elif "diagnosticEvent" in event:
            result = event["diagnosticEvent"]
            if result.get("severity") == "error" and result.get("urn"):
                self._refused(result["urn"], result["message"])
        elif "summaryEvent" in event:
            self.drift = event["summaryEvent"].get("resourceChanges") or {}

    def _done(self, metadata: Event) -> None:
        urn, token = metadata["urn"], metadata["type"]
        if not token.startswith(_AZURE):
            return
        self.done.setdefault(metadata["op"], set()).add(urn)
        old = metadata.get("old") or metadata.get("new") or {}
        self.ids.add(str(old.get("id")).lower())
        if metadata["op"] == "update":
            self.updates.append(metadata)
        row = holding(arm_type(token).arm_type)
        if row and metadata["op"] in ("delete", *_REPLACING):
            properties = (old.get("inputs") or {}).get("properties") or {}
            self.gone[urn] = Loss(urn.rpartition("::")[2], old.get("id") or "", row.data, kept(row, properties))
        self.on_progress(sum(len(urns) for urns in self.done.values()))

    def _refused(self, urn: str, message: str) -> None:
        text = " ".join(_COLOURS.sub("", message).split()).removeprefix("error: ")
        name = "" if "pulumi:pulumi:Stack" in urn else urn.rpartition("::")[2]
        refusal = StepRefusal(name, text)
        if text not in ("update failed", "preview failed", "destroy failed") and refusal not in self.refused:
            self.refused.append(refusal)


def run(stack: EngineStack, name: str, arguments: tuple[str, ...], on_progress: Callable[[int], None]) -> Step:
    """Runs a command of the engine to its end. `on_progress` gets the number of resources that are done."""
    heard = _Heard(on_progress)
    started = time.monotonic()
    error = stack.events(*arguments, on_event=heard)
    seconds = time.monotonic() - started
    if error and not heard.refused:
        heard.refused.append(StepRefusal("", " ".join(_COLOURS.sub("", error).split())))
    refresh = arguments[0] == "refresh"
    done, own = heard.done, heard.own() if refresh else 0
    replaced = set().union(*(done.get(op, set()) for op in _REPLACING))
    return Step(
        name=name,
        created=heard.drift.get("create", 0) if refresh else len(done.get("create", set())),
        updated=heard.drift.get("update", 0) - own if refresh else len(done.get("update", set())),
        replaced=len(replaced),
        deleted=heard.drift.get("delete", 0) if refresh else len(done.get("delete", set())),
        seconds=seconds,
        refused=tuple(sorted(heard.refused, key=lambda refusal: refusal.name)),
        lost=tuple(heard.gone[urn] for urn in sorted(heard.gone)),
        own=own,
    )


def _stops(finding: Finding) -> bool:
    return finding.severity is Severity.ERROR
