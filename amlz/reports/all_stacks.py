"""Results of every stack of a folder, for one report: each has its own part, those without a difference one line.

A format that has this report is listed with it in `formats/registry.py`, and writes it in `formats/all_<name>.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from types import ModuleType

from amlz.checks.finding import Severity
from amlz.checks.stacks.facts import BetweenStacks
from amlz.core.problems import listed
from amlz.core.terminal import in_one_line
from amlz.diff.difference import Difference
from amlz.reports.formats.registry import Format
from amlz.reports.json_text import dump
from amlz.reports.links import NO_LINKS, NO_ORIGIN, Links, Origin
from amlz.reports.preview import Preview
from amlz.stackfile.stacks import StackOfFolder


@dataclass(frozen=True, slots=True)
class FailedComparison:
    """A stack that could not be previewed or compared. `why`: in lines, as on standard error; `what`: in a heading."""

    why: str
    what: str = "it could not be compared"

    def fails(self, _fail_on: str) -> bool:
        """Always, with any severity."""
        return True


@dataclass(frozen=True, slots=True)
class RenderedStack:
    """The part of a stack, rendered, without the preview that it is made from. `same`: surely without a difference."""

    text: str
    failed: bool
    same: bool

    def fails(self, _fail_on: str) -> bool:
        """Returns the result for the severity that it was rendered with."""
        return self.failed


StackResult = Preview | Difference | FailedComparison | RenderedStack


@dataclass(frozen=True, slots=True)
class StackResults:
    """The results of each stack, in the order in which they can be built.

    `revision` is "" where nothing is compared. `gone`: stacks that only the revision has; `ended`: why some of them
    must not be removed, a sentence each. `unusable`: names of stacks whose files have mistakes, each with them.
    `previews`: those of the compared stacks, by name, for a form that shows them. `links` and `origin`: of the revision
    that is shown, for a form that has them. `between`: findings between stacks, with a revision those that involve one
    that differs.
    """

    revision: str
    results: tuple[tuple[StackOfFolder, StackResult], ...]
    gone: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    unusable: tuple[tuple[str, str], ...] = ()
    previews: Mapping[str, Preview] = field(default_factory=dict)
    links: Links = NO_LINKS
    origin: Origin = NO_ORIGIN
    between: tuple[BetweenStacks, ...] = ()

    @property
    def differs(self) -> tuple[tuple[StackOfFolder, StackResult], ...]:
        """Those that are shown: all but those that are surely without a difference."""
        return tuple((s, t) for s, t in self.results if not _is_same(t))

    @property
    def failed(self) -> tuple[tuple[str, str], ...]:
        """Names of those that could not be read or compared, and why."""
        return (
            *self.unusable,
            *((stack.name, item.why) for stack, item in self.results if isinstance(item, FailedComparison)),
        )

    @property
    def same(self) -> tuple[str, ...]:
        """Names of those without a difference."""
        shown = {stack.name for stack, _ in self.differs}
        return tuple(stack.name for stack, _ in self.results if stack.name not in shown)

    def conflicts(self, fail_on: str) -> bool:
        """Returns whether a finding between stacks has this severity, or a worse one."""
        return fail_on != "none" and any(one.severity.at_least(Severity(fail_on)) for one in self.between)

    def fails(self, fail_on: str) -> bool:
        """Returns whether one of them does, stacks conflict with each other, or a stack file with production is
        removed.
        """
        return (
            bool(self.unusable)
            or self.conflicts(fail_on)
            or (bool(self.ended) and fail_on != "none")
            or any(item.fails(fail_on) for _, item in self.results)
        )


@dataclass(frozen=True, slots=True)
class Linked:
    """Links of a part to the files of the shown revision. `preview`: of a compared stack, which has the lines."""

    links: Links = NO_LINKS
    preview: Preview | None = None


#: Of a part without links.
NO_LINES = Linked()


def written(
    stack: StackOfFolder, value: StackResult, form: Format, fail_on: str, linked: Linked = NO_LINES
) -> StackResult:
    """Returns the part of a stack, rendered: its preview can be freed before the next.

    As it is for a format that needs all of them at the end.
    """
    part = part_of(form)
    if part is None or isinstance(value, FailedComparison | RenderedStack):
        return value
    return RenderedStack(part(stack, value, linked), value.fails(fail_on), _is_same(value))


def part_of(form: Format) -> Callable[[StackOfFolder, StackResult, Linked], str] | None:
    """Returns the function by which a format renders one stack; None where it needs all of them at the end."""
    part: Callable[[StackOfFolder, StackResult, Linked], str] | None = getattr(_module(form), "part", None)
    return part


def render(results: StackResults, form: Format, today: str | None = None) -> str:
    """Returns the report in a format. `today`: ISO 8601, None for not passed."""
    text: str = _module(form).write(results, today)
    return text


def _module(form: Format) -> ModuleType:
    return import_module(f"amlz.reports.formats.all_{form.name}")


def _is_same(value: StackResult) -> bool:
    if isinstance(value, RenderedStack):
        return value.same
    return isinstance(value, Difference) and value.nothing and not value.is_new and not value.unsure


def matrix(stacks: Sequence[StackOfFolder], unusable: Sequence[str] = ()) -> str:
    """Stacks as a matrix for pipelines: `include` as GitHub Actions takes it.

    `unusable`: names of stacks whose files have mistakes. Each gets a job, which reports them; they may be production.
    """
    rows = [
        {"stack": s.name, "path": s.path, "production": s.production, "dependsOn": list(s.depends_on), "wave": s.wave}
        for s in stacks
    ]
    rows += [
        {"stack": name, "path": f"Pulumi.{name}.yaml", "production": True, "dependsOn": [], "wave": 1}
        for name in unusable
    ]
    return dump({"include": rows})


def listing(stacks: Sequence[StackOfFolder]) -> str:
    """Stacks for a terminal, a line each."""
    lines = []
    for stack in stacks:
        more = ["production"] if stack.production else []
        more += [f"after {_names(stack.depends_on)}"] if stack.depends_on else []
        lines.append(
            "  ".join(part for part in (in_one_line(stack.name), in_one_line(stack.path), ", ".join(more)) if part)
        )
    return "".join(f"{line}\n" for line in lines) or "No stack differs.\n"


def others(results: StackResults) -> list[str]:
    """Returns the text on stacks that are not shown, a line each."""
    lines = [f"No difference from {results.revision}: {_names(results.same)}."] if results.same else []
    if results.gone:
        lines.append(
            f"Gone since {results.revision}: {_names(results.gone)}. "
            "Their resources stay in Azure until `pulumi destroy`."
        )
    return [*lines, *results.ended]


def _names(stacks: Sequence[str]) -> str:
    return listed(map(in_one_line, stacks))
