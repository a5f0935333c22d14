"""The stacks of a folder as work for shards, and the work itself: each stack previewed, and written as it is done."""

from __future__ import annotations

import gc
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from amlz.app.input_digest import program_digest, stack_digest
from amlz.app.preview import preview_stack
from amlz.azure.regular_files import read_regular
from amlz.core.problems import LandingZoneError
from amlz.fleet.shards import WorkStack
from amlz.reports.files import write_whole
from amlz.reports.formats import as_json
from amlz.stackfile.checked import checked
from amlz.stackfile.stacks import usable_stacks_of


@dataclass(frozen=True, slots=True)
class WorkResult:
    """The result of one stack. `code`: 0, 1 findings, 2 it could not be previewed; `why`: the error, in lines.

    `unchanged`: the report of an earlier preview is kept.
    """

    stack: str
    code: int
    why: str | None = None
    unchanged: bool = False


def work_of(folder: Path) -> tuple[WorkStack, ...]:
    """Returns every stack of a folder. One whose file has mistakes is in the first wave, and may be production.

    Raises LandingZoneError where there is none.
    """
    usable, unusable = usable_stacks_of(folder)
    work = [
        WorkStack(
            s.name, s.path, s.wave, s.production, 1 + sum(len(p.environments) for p in s.file.config.projects.values())
        )
        for s in usable
    ]
    work += [WorkStack(name, f"Pulumi.{name}.yaml", 1, True, 1) for name in unusable]
    return tuple(work)


@dataclass(frozen=True, slots=True)
class WorkOptions:
    """Options of previews. `skip_unchanged`: keeps the report of a stack if nothing that decides it has changed."""

    today: str | None
    fail_on: str
    skip_unchanged: bool = False


def previewed(
    stacks: Iterable[WorkStack], to: Path, options: WorkOptions, show: Callable[[str], None]
) -> Iterator[WorkResult]:
    """Previews stacks one by one, and writes the report of each to STACK.json before the next.

    A stack that fails does not keep the others from it; its earlier report is removed, since it is no longer true.
    """
    program = program_digest() if options.skip_unchanged else ""
    for stack in stacks:
        path, kept = to / f"{stack.name}.json", to / f"{stack.name}{DIGEST}"
        digest = None
        if options.skip_unchanged:
            digest = stack_digest(program, Path(stack.path), (options.today or "", options.fail_on))
            code = _unchanged(path, kept, digest)
            if code is not None:
                yield WorkResult(stack.name, code, unchanged=True)
                continue
        show(f"Previewing {stack.name}")
        kept.unlink(missing_ok=True)  # a digest never belongs to another report, also after a kill
        try:
            file, plan = checked(stack.path)
            preview = preview_stack(file, plan, options.today)
            report = as_json.render(preview)
            code = int(preview.fails(options.fail_on))
            write_whole(path, report)
            if digest is not None:
                write_whole(kept, json.dumps({"inputs": digest, "report": _of(report.encode()), "code": code}) + "\n")
            yield WorkResult(stack.name, code)
            del file, plan, preview, report
        except LandingZoneError as error:
            path.unlink(missing_ok=True)
            yield WorkResult(stack.name, 2, str(error))
        gc.collect()  # the objects of the SDK refer to each other
        gc.freeze()


#: Ends the name of the file next to a report that has the digests of its inputs and of itself.
DIGEST = ".digest"


def _unchanged(path: Path, kept: Path, digest: str | None) -> int | None:
    """Returns the exit code of an earlier preview of the same inputs, None if there is none or its report differs."""
    if digest is None:
        return None
    try:
        record = json.loads(read_regular(kept))
        same = record["inputs"] == digest and record["report"] == _of(read_regular(path))
        return int(record["code"]) if same and record["code"] in (0, 1) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
