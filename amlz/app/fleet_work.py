"""The stacks of a folder as work for shards, and the work itself: each stack previewed, and written as it is done."""

from __future__ import annotations

import gc
import hashlib
import json
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from amlz.app.input_digest import program_digest, stack_digest
from amlz.app.preview import preview_stack
from amlz.app.processes import Ended, in_processes
from amlz.azure.regular_files import read_regular
from amlz.core.problems import LandingZoneError
from amlz.fleet.shards import WorkStack
from amlz.policy.engine.errors import PolicyError
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

    to: Path
    today: str | None
    fail_on: str
    skip_unchanged: bool = False
    processes: int = 1


@dataclass(frozen=True, slots=True)
class StackPreviewer:
    """Previews stacks, and writes the report of each to STACK.json. `program`: the digest of the program, if needed."""

    options: WorkOptions
    program: str

    def of(self, stack: WorkStack) -> WorkResult:
        """Previews one stack. Where that fails, its earlier report is removed, since it is no longer true."""
        options = self.options
        path, kept = options.to / f"{stack.name}.json", options.to / f"{stack.name}{DIGEST}"
        digest = None
        if options.skip_unchanged:
            digest = stack_digest(self.program, Path(stack.path), (options.today or "", options.fail_on))
            code = _unchanged(path, kept, digest)
            if code is not None:
                return WorkResult(stack.name, code, unchanged=True)
        kept.unlink(missing_ok=True)  # a digest never belongs to another report, also after a kill
        try:
            file, plan = checked(stack.path)
            preview = preview_stack(file, plan, options.today)
            report = as_json.render(preview)
            code = int(preview.fails(options.fail_on))
            write_whole(path, report)
            if digest is not None:
                write_whole(kept, json.dumps({"inputs": digest, "report": _of(report.encode()), "code": code}) + "\n")
        except (LandingZoneError, PolicyError) as error:
            path.unlink(missing_ok=True)
            return WorkResult(stack.name, 2, str(error))
        return WorkResult(stack.name, code)

    def of_each(self, stacks: Iterable[WorkStack]) -> Iterator[WorkResult]:
        """Previews stacks one by one. Memory does not grow with their number."""
        for stack in stacks:
            result = self.of(stack)
            yield result
            if not result.unchanged:
                gc.collect()  # the objects of the SDK refer to each other
                gc.freeze()


def previewed(
    stacks: Sequence[WorkStack], options: WorkOptions, show: Callable[[str], None]
) -> Generator[WorkResult, None, None]:
    """Previews stacks, and yields the results in their order, each as soon as those before it are there."""
    previewer = StackPreviewer(options, program_digest() if options.skip_unchanged else "")

    def begun(stack: WorkStack) -> None:
        show(f"Previewing {stack.name}")

    if min(options.processes, len(stacks)) <= 1:
        yield from previewer.of_each(_shown(stacks, begun))
        return
    for result in in_processes(stacks, previewer.of_each, options.processes, begun):
        yield _ended(result) if isinstance(result, Ended) else result


def _shown(stacks: Iterable[WorkStack], begun: Callable[[WorkStack], None]) -> Iterator[WorkStack]:
    for stack in stacks:
        begun(stack)
        yield stack


def _ended(ended: Ended[WorkStack]) -> WorkResult:
    """Returns the result of a stack whose process was killed, which happens where memory runs out."""
    return WorkResult(
        ended.item.name,
        2,
        f"{ended.item.path}\n  It was not previewed: its process was ended by {ended.how}, maybe for lack of memory.\n"
        "  Run it again with fewer --processes.",
    )


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
