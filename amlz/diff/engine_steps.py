"""Changes that Pulumi's engine would make, from `pulumi preview --json`: the same difference, and the same guard.

The file may hold anything of the state, so nothing that is secret, or looks so, comes out of it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from amlz.azure import table
from amlz.azure.added import sent_body
from amlz.azure.graph import unknown
from amlz.azure.ids import ResourceId, parse
from amlz.azure.regular_files import read_regular
from amlz.azure.secrets import HIDDEN, MARK, Hider
from amlz.azure.shapes import id_of
from amlz.checks.guard.change import LossAllowance
from amlz.checks.guard.production import guarded
from amlz.checks.naming import names_of_records
from amlz.core.problems import LandingZoneError
from amlz.diff.difference import Changed, Difference, compared, edit, made_anew
from amlz.policy.json_text import NotJson, parsed

Record = Mapping[str, Any]

_SAME = frozenset(("same", "read", "refresh"))
_NEW = frozenset(("create", "import"))
_REPLACED = frozenset(
    ("replace", "create-replacement", "delete-replaced", "read-replacement", "import-replacement", "discard-replaced")
)
_NOTHING = frozenset(("discard", "remove-pending-replace"))
_OPS = _SAME | _NEW | _REPLACED | _NOTHING | {"update", "delete"}
#: Placeholder of a value known only at deployment (sdk/python/lib/pulumi/runtime/rpc.py).
_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
#: Most bytes of a preview by the engine, as many as one of some fifty thousand resources has.
_LARGEST = 500_000_000
_HOW = "  Write it with `pulumi preview --json > FILE`, of this stack and this commit."


def read(name: str) -> Record:
    """The engine's preview from a file, `-` for standard input. Raises LandingZoneError for what is none."""
    try:
        if name == "-" and sys.stdin is None:
            raise OSError(0, "standard input is closed")
        text = sys.stdin.read() if name == "-" else read_regular(Path(name), _LARGEST).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
        raise LandingZoneError(f"--engine {name}\n  It cannot be read: {why}.\n{_HOW}") from None
    start = text.find("{")
    try:
        result = parsed(text[start:]) if start >= 0 else None
    except NotJson:
        result = None
    if (
        not isinstance(result, dict)
        or not _are_steps(result.get("steps"))
        or not _are_objects(result.get("diagnostics"))
    ):
        raise LandingZoneError(f"--engine {name}\n  It is not the JSON of a preview of Pulumi's.\n{_HOW}")
    failed = [d for d in result.get("diagnostics") or () if str(d.get("severity", "")).endswith(("error", "err"))]
    if failed or result.get("maybeCorrupt"):
        raise LandingZoneError(
            f"--engine {name}\n  That preview ended with an error, so it is not complete.\n  Run `pulumi preview` "
            "until it ends without an error."
        )
    new = sorted({step["op"] for step in result["steps"]} - _OPS)
    if new:
        raise LandingZoneError(
            f"--engine {name}\n  It has steps of a kind that is not known here: {', '.join(new)}.\n{_HOW}"
        )
    return result


def _are_steps(steps: Any) -> bool:
    return isinstance(steps, list) and all(
        isinstance(step, dict)
        and isinstance(step.get("op"), str)
        and isinstance(step.get("urn"), str)
        and _is_state(step.get("oldState"), step["op"] in ("update", "delete"))
        and _is_state(step.get("newState"), step["op"] in _NEW)
        for step in steps
    )


def _is_state(state: Any, needed: bool) -> bool:
    """Returns whether it is the engine's state of a resource; not every step has one."""
    if not state:
        return not needed and state in (None, {})
    kinds = {"urn": str, "type": str, "id": str | None, "inputs": dict | None}
    return isinstance(state, dict) and all(isinstance(state.get(key), kind) for key, kind in kinds.items())


def _are_objects(are_objects: Any) -> bool:
    return are_objects is None or (
        isinstance(are_objects, list) and all(isinstance(item, dict) for item in are_objects)
    )


def difference_by_engine(steps: Record, new: Record, allowed: LossAllowance, hider: Hider | None = None) -> Difference:
    """The difference that the engine would make. `new`: our own preview of the stack, which knows whose each is.

    `hider`: knows values that are secrets, in any form.

    Raises LandingZoneError where the steps are those of another stack.
    """
    _of_this_stack(steps, new["stack"])
    reading = _StateReader({resource["urn"]: resource for resource in new["resources"]}, hider or Hider())
    result: dict[str, list[Record]] = {}
    for step in steps["steps"]:
        if reading.counts(step):
            result.setdefault(step["urn"], []).append(step)
    created, deleted, changed, same = [], [], [], 0
    for item in result.values():
        ops = {step["op"] for step in item} - _NOTHING
        if ops & _REPLACED or "update" in ops:
            changed.append(reading.changed(item, bool(ops & _REPLACED)))
        elif "delete" in ops:
            deleted.append(reading.record(next(step["oldState"] for step in item if step.get("oldState"))))
        elif ops & _NEW:
            created.append(reading.record(next(step["newState"] for step in item if step.get("newState"))))
        else:
            same += len(ops & _SAME)
    none: tuple[tuple[Any, ...], tuple[Any, ...]] = ((), ())
    change = edit(deleted, changed, reading.existing(result), new["resources"])
    return Difference(
        stack=new["stack"],
        revision="what Pulumi's state holds",
        is_new=False,
        created=tuple(created),
        deleted=tuple(deleted),
        changed=tuple(changed),
        unchanged=same,
        addresses=(),
        roles=none,
        egress=none,
        findings=none,
        verdicts=none,
        guard=guarded(replace(change, of_state=True), allowed),
        engine=True,
        names=names_of_records((*reading.existing(result), *reading.known.values())),
    )


def _of_this_stack(steps: Record, stack: str) -> None:
    others = {parts[2] for step in steps["steps"] if len(parts := step["urn"].split(":", 4)) > 3} - {stack}
    if others:
        raise LandingZoneError(
            f"--engine\n  The preview is of stack {', '.join(sorted(others))}, and the stack file of {stack}.\n{_HOW}"
        )


class _StateReader:
    """Reads states of the engine as records of a preview. `known`: our own, by URN."""

    def __init__(self, known: Mapping[str, Record], hider: Hider) -> None:
        self.known, self.hider = known, hider

    def counts(self, step: Record) -> bool:
        """Returns whether a step is about a resource in Azure."""
        return str(_state(step).get("type", "")).startswith("azure-native")

    def existing(self, data: Mapping[str, list[Record]]) -> Iterator[Record]:
        """Returns all existing resources."""
        for steps in data.values():
            old = next((step["oldState"] for step in steps if step.get("oldState")), None)
            if old:
                yield self.record(old)

    def changed(self, steps: list[Record], replaced: bool) -> Changed:
        """A resource before and after. The engine's decision to replace counts, not the table."""
        states = [step["oldState"] for step in steps if step.get("oldState")]
        made = [step["newState"] for step in steps if step.get("newState")]
        old, new = (states or made)[0], (made or states)[-1]
        before, after = self.record(old), self.record({**new, "id": ""}, _subscription(old.get("id")))
        if not after["id"]:
            after = {**after, "id": before["id"]}
        changed = compared(before, after)
        changes = made_anew(changed.changes) if replaced else changed.changes
        return Changed(changed.before, changed.resource, changes, replaced)

    def record(self, state: Record, subscription: str = "") -> dict[str, Any]:
        """Returns a state in the form of a preview, without secrets."""
        token, inputs = _token(state), _own(state.get("inputs") or {})
        told_id = state.get("id") or ""
        resource_id = told_id if told_id.startswith("/") else ""
        known = self.known.get(state["urn"], {})
        try:
            row, body = table.entry(token), sent_body(token, inputs)
            arm_type, version = row["arm"], row["api"]
            resource_id = resource_id or id_of(token, inputs, subscription or known.get("subscription", "")) or ""
        except table.UnmappedInput:
            arm_type, version, body = "", "", {"properties": inputs}
        parsed = _parsed(resource_id)
        given = inputs.get("tags")
        tags: dict[str, Any] = given if isinstance(given, dict) else {}
        return {
            "urn": state["urn"],
            "armType": parsed.type if parsed else arm_type,
            "apiVersion": version,
            "id": resource_id,
            "name": parsed.name if parsed else state["urn"].rpartition("::")[2],
            "resourceGroup": parsed.resource_group if parsed else "",
            "project": known.get("project", tags.get("project", "")),
            "environment": known.get("environment", tags.get("environment", "")),
            "provider": "",
            "protect": bool(state.get("protect")),
            "body": self.hider.body(arm_type, body),
        }


def _state(step: Record) -> Record:
    record: Record = step.get("newState") or step.get("oldState") or {}
    return record


def _token(state: Record) -> str:
    """The type without the API version that older SDKs wrote into it."""
    return re.sub(r"/v\d\w*:", ":", str(state["type"]))


def _subscription(resource_id: Any) -> str:
    parsed = _parsed(resource_id or "")
    return parsed.subscription if parsed else ""


def _parsed(resource_id: str) -> ResourceId | None:
    """An id in its parts; None for what is none."""
    try:
        return parse(resource_id) if resource_id else None
    except ValueError:
        return None


def _own(inputs: dict[str, Any]) -> dict[str, Any]:
    """Inputs without those that azure-native adds for itself, and without marked secrets."""
    return {
        key: _plain(value) for key, value in inputs.items() if not key.startswith("__") and key != "azureApiVersion"
    }


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return HIDDEN if MARK in value else {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return unknown("known only at deployment") if value == _UNKNOWN else value
