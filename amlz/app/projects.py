"""Adding and removing projects: the stack file before and after, both previewed, and written whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass, replace

from amlz.app.preview import preview_stack
from amlz.azure.regular_files import read_regular
from amlz.core.plan import LandingZonePlan
from amlz.core.problems import LandingZoneError
from amlz.reports.files import write_back
from amlz.reports.project import StackFileChange
from amlz.stackfile import selfservice
from amlz.stackfile.load import StackFile, load


@dataclass(frozen=True, slots=True)
class ProjectTarget:
    """A stack file, read and planned. `write`: whether the change is written."""

    file: StackFile
    plan: LandingZonePlan
    write: bool


def add(target: ProjectTarget, request: selfservice.ProjectRequest) -> StackFileChange:
    """Adds a project. Raises LandingZoneError, and then the file is as it was."""
    raw = _raw(target.file)
    change = _change(target, raw, selfservice.add(target.file, raw, request))
    moved = change.moved or tuple(r.id for r in change.gone)
    if moved:
        raise LandingZoneError(
            f"{target.file.display_path}\n  It was not changed: with {request.name}, existing resources would be moved "
            f"or lost: {', '.join(moved)}.\n  Set other ranges with --network, or choose another name."
        )
    return _written(target, raw, change)


def remove(target: ProjectTarget, project: str, environment: str = "") -> StackFileChange:
    """Removes a project or an environment of one. Raises LandingZoneError, and then the file is as it was."""
    raw = _raw(target.file)
    return _written(target, raw, _change(target, raw, selfservice.remove(target.file, raw, project, environment)))


def _raw(file: StackFile) -> bytes:
    """The bytes of a stack file, which must still be what was read of it."""
    raw = read_regular(file.path)
    if load(str(file.path), raw=raw).document.values != file.document.values:
        raise LandingZoneError(f"{file.display_path}\n  It was changed by someone else in the meantime.\n  Try again.")
    return raw


def _change(target: ProjectTarget, raw: bytes, draft: selfservice.Draft) -> StackFileChange:
    return StackFileChange(
        display_path=target.file.display_path,
        path=draft.path,
        texts=(raw.decode("utf-8-sig"), draft.raw.decode("utf-8-sig")),
        before=preview_stack(target.file, target.plan),
        after=preview_stack(draft.file, draft.plan),
    )


def _written(target: ProjectTarget, raw: bytes, change: StackFileChange) -> StackFileChange:
    if not target.write:
        return change
    bom = b"\xef\xbb\xbf" if raw.startswith(b"\xef\xbb\xbf") else b""
    write_back(target.file.path, raw, bom + change.texts[1].encode(), target.file.display_path)
    return replace(change, written=True)
