"""Creations that were under way when the engine was killed, so that their results are missing in its state.

azure-native refuses to create existing resources, and the engine keeps such creations as pending for ever. `pulumi
refresh --import-pending-creates` is made for this, but in 3.259.0 it drops them. Here ids are decided before Azure is
asked, so all of them can be moved to the resources: `pulumi refresh` then reads those that Azure made and forgets the
others. Of some types azure-native does not recognise the 404 of a missing resource, and `pulumi refresh` stops there
(amlz/simulator/missing.py): such a resource is deleted from the state.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amlz.core.problems import LandingZoneError
from amlz.rehearsal.engine import EngineFailed, EngineStack

#: Steps for a person after the engine was killed, before the next `pulumi up`. `{stack}`: the stack's name.
STEPS = (
    "`pulumi cancel`",
    "`pulumi stack export | amlz recover {stack} | pulumi stack import`",
    "`pulumi refresh`",
)
#: Steps for a person where a refresh stops at a resource that does not exist in Azure; the second where the engine
#: refuses the first, since other resources depend on it.
FORGET = "`pulumi state delete {urn}`"
RESTORE = "create {id} again, with its body of `amlz preview {stack} --format arm`"
_MISSING = re.compile(r'Status=404 Code="\w+" Message="[^"]*" Target="([^"]+)"')


_RECOVER = "pulumi stack export --stack NAME | amlz recover NAME | pulumi stack import --stack NAME"


class NoExport(LandingZoneError):
    """Not what `pulumi stack export` writes."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """An exported state, and of its pending creations the URNs that were moved, and those whose id is not known."""

    exported: dict[str, Any]
    moved: tuple[str, ...]
    unknown: tuple[str, ...]


def read(text: str, how: str = _RECOVER) -> dict[str, Any]:
    """Returns the output of `pulumi stack export`. Raises NoExport; `how` is the command to run instead."""
    try:
        exported = json.loads(text)
        if isinstance(exported, dict) and isinstance(exported["deployment"], dict):
            return exported
    except (ValueError, KeyError):
        pass
    raise NoExport(f"standard input\n  This is not what `pulumi stack export` writes.\n  Give it: {how}")


def recover(exported: Mapping[str, Any], ids: Mapping[str, str]) -> Recovered:
    """Moves pending creations to the resources. `ids`: by URN, as the program decides them.

    Creations whose id is not decided stay pending, and so do other operations: `pulumi refresh` settles those.
    """
    deployment = dict(exported["deployment"])
    pending = deployment.pop("pending_operations", None) or []
    creations = [item["resource"] for item in pending if item["type"] == "creating"]
    moved = [resource for resource in creations if ids.get(resource["urn"])]
    gone = {resource["urn"] for resource in moved}
    stay = [item for item in pending if item["type"] != "creating" or item["resource"]["urn"] not in gone]
    kept = [item for item in deployment.get("resources") or [] if item["urn"] not in gone]
    deployment["resources"] = [*kept, *({**item, "id": ids[item["urn"]]} for item in moved)]
    if stay:
        deployment["pending_operations"] = stay
    unknown = sorted({resource["urn"] for resource in creations} - gone)
    return Recovered({**exported, "deployment": deployment}, tuple(sorted(gone)), tuple(unknown))


def described(recovered: Recovered) -> str:
    """Returns the finished and the remaining steps; "" where no creation was under way."""
    if not (recovered.moved or recovered.unknown):
        return ""
    lines = [f"Moved to the resources: {len(recovered.moved)}"]
    lines += [f"  {urn}" for urn in recovered.moved]
    if recovered.unknown:
        lines.append("Not moved, since the id is known at deployment only: look in Azure whether they exist")
        lines += [f"  {urn}" for urn in recovered.unknown]
    lines.append("Import this state, then `pulumi refresh`: what Azure did not make is forgotten. Then `pulumi up`.")
    return "\n".join(lines) + "\n"


def make_readable(stack: EngineStack) -> tuple[Path, ...]:
    """Deletes what a killed engine left unreadable, where its state is in files. The answer: what was deleted.

    For each file it keeps another, `.attrs`, with a checksum; the file itself is replaced whole, but that one is
    written in place, and killed in between, the engine reports `failed to load checkpoint: EOF` (setAttrs in
    blob/fileblob/attrs.go of gocloud.dev).
    """
    folder = Path(stack.environment["PULUMI_BACKEND_URL"].removeprefix("file://"))
    empty = tuple(file for file in sorted(folder.rglob("*.attrs")) if not file.stat().st_size)
    for file in empty:
        file.unlink()
    return empty


def settle(stack: EngineStack, ids: Mapping[str, str]) -> tuple[Recovered, tuple[str, ...]]:
    """Does the steps above on a stack whose engine was killed, and returns the URNs that `refresh` forgot.

    Raises EngineFailed.
    """
    make_readable(stack)
    stack.run("cancel", "--yes", "--stack", stack.name)
    recovered = recover(read(stack.run("stack", "export", "--stack", stack.name)), ids)
    file = stack.folder / "state.json"
    file.write_text(json.dumps(recovered.exported), encoding="utf-8")
    stack.run("stack", "import", "--stack", stack.name, "--file", str(file))
    return recovered, refresh(stack)


def refresh(stack: EngineStack) -> tuple[str, ...]:
    """Refreshes, and forgets each missing resource at which azure-native stops. Returns their URNs.

    Raises EngineFailed.
    """
    forgotten: list[str] = []
    while True:
        try:
            stack.do("refresh")
            return tuple(forgotten)
        except EngineFailed as error:
            urns = missing(stack.state(), str(error))
            if not urns:
                raise
        for urn in urns:
            forget(stack, urn)
        forgotten += urns


def forget(stack: EngineStack, urn: str) -> None:
    """Deletes a resource from the state. Raises EngineFailed where other resources depend on it."""
    stack.run("state", "delete", urn, "--yes", "--stack", stack.name)


def missing(state: Mapping[str, Any], text: str) -> tuple[str, ...]:
    """URNs of the resources that errors of a refresh name as missing in Azure."""
    ids = {word.lower() for word in _MISSING.findall(text)}
    return tuple(item["urn"] for item in state.get("resources") or [] if str(item.get("id")).lower() in ids)
