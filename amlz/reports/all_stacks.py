"""Every stack of a folder in one report: each with its own part, those without a difference in one line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from amlz.core.problems import listed
from amlz.core.terminal import in_one_line
from amlz.diff.difference import Difference
from amlz.reports import difference_as
from amlz.reports.formats import as_json, as_markdown, as_text
from amlz.reports.json_text import dump
from amlz.reports.markdown_text import LONGEST, code, escaped, fitted, unfolded
from amlz.reports.preview import Preview
from amlz.stackfile.stacks import StackOfFolder

#: Marker by which a pipeline finds the comment to edit. It does not show.
MARKER = "<!-- amlz preview -->"


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


Told = Preview | Difference | FailedComparison | RenderedStack


@dataclass(frozen=True, slots=True)
class StackResults:
    """The results of each stack, in the order in which they can be built.

    `revision` is "" where nothing is compared. `gone`: stacks that only the revision has; `ended`: why some of them
    must not be removed, a sentence each. `unusable`: names of stacks whose files have mistakes, each with them.
    `previews`: those of the compared stacks, by name, for a form that shows them.
    """

    revision: str
    told: tuple[tuple[StackOfFolder, Told], ...]
    gone: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    unusable: tuple[tuple[str, str], ...] = ()
    previews: Mapping[str, Preview] = field(default_factory=dict)

    @property
    def differs(self) -> tuple[tuple[StackOfFolder, Told], ...]:
        """Those that are shown: all but those that are surely without a difference."""
        return tuple((s, t) for s, t in self.told if not _is_same(t))

    @property
    def failed(self) -> tuple[tuple[str, str], ...]:
        """Names of those that could not be read or compared, and why."""
        return (
            *self.unusable,
            *((stack.name, told.why) for stack, told in self.told if isinstance(told, FailedComparison)),
        )

    @property
    def same(self) -> tuple[str, ...]:
        """Names of those without a difference."""
        shown = {stack.name for stack, _ in self.differs}
        return tuple(stack.name for stack, _ in self.told if stack.name not in shown)

    def fails(self, fail_on: str) -> bool:
        """Returns whether one of them does, or production would end with a stack file that is removed."""
        return (
            bool(self.unusable)
            or (bool(self.ended) and fail_on != "none")
            or any(told.fails(fail_on) for _, told in self.told)
        )


def written(stack: StackOfFolder, told: Told, form: str, fail_on: str) -> Told:
    """Returns the part of a stack, rendered: its preview can be freed before the next. HTML needs all at the end."""
    if form not in _PARTS or isinstance(told, FailedComparison | RenderedStack):
        return told
    return RenderedStack(_PARTS[form](stack, told), told.fails(fail_on), _is_same(told))


def _is_same(told: Told) -> bool:
    if isinstance(told, RenderedStack):
        return told.same
    return isinstance(told, Difference) and told.nothing and not told.is_new and not told.unsure


def render(found: StackResults, form: str) -> str:
    """The report in one of the forms but HTML, see all_html."""
    return {"text": _text, "markdown": _markdown, "json": _json}[form](found)


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


def _text(found: StackResults) -> str:
    parts = [f"{name}: its stack file has mistakes\n\n{why}\n" for name, why in found.unusable]
    parts += [_part_text(stack, told) for stack, told in found.differs]
    return "\n".join([*parts, *(f"{line}\n" for line in others(found))])


def _part_text(stack: StackOfFolder, told: Told) -> str:
    if isinstance(told, RenderedStack):
        return told.text
    if isinstance(told, FailedComparison):
        return f"{in_one_line(stack.name)}: {told.what}\n\n{told.why}\n"
    return difference_as.text(told) if isinstance(told, Difference) else as_text.render(told)


def _part_markdown(stack: StackOfFolder, told: Told) -> str:
    if isinstance(told, RenderedStack):
        return told.text
    if isinstance(told, FailedComparison):
        return _failed_markdown(stack.name, told.what, told.why)
    return difference_as.markdown(told) if isinstance(told, Difference) else as_markdown.render(told)


def _part_json(_stack: StackOfFolder, told: Told) -> str:
    if isinstance(told, RenderedStack | FailedComparison):
        return told.text if isinstance(told, RenderedStack) else ""
    return difference_as.as_json(told) if isinstance(told, Difference) else as_json.render(told)


_PARTS = {"text": _part_text, "markdown": _part_markdown, "json": _part_json}


def _failed_markdown(name: str, what: str, why: str) -> str:
    lines = "".join(f"    {line}\n" for line in why.splitlines())
    return f"## ❌ {escaped(name)}: {what}\n\n{lines}"


def _markdown(found: StackResults) -> str:
    parts = {name: _failed_markdown(name, "its stack file has mistakes", why) for name, why in found.unusable}
    parts |= {stack.name: _part_markdown(stack, told) for stack, told in found.differs}
    return comment(parts, others(found))


def comment(parts: Mapping[str, str], others: Sequence[str]) -> str:
    """One comment of the Markdown of several stacks: the verdict, a table of them, and each in full.

    `others`: text on all other stacks. Parts that do not fit are left out from the longest on, and named.
    """
    above = _table(parts)
    left = dict(parts)
    below = [escaped(line).replace("\\`", "`") for line in others]
    room = LONGEST - len(MARKER) - sum(len(line) + 2 for line in (*above, *below)) - 200
    # Folded parts are left out first, the longest before others, and only then whole parts.
    for shorter in (unfolded, _left_out):
        for name in sorted(left, key=lambda name: -len(left[name])):
            if sum(len(part) + 1 for part in left.values()) <= room:
                break
            left[name] = shorter(left[name], code(f"amlz preview {name}"))
    return fitted("\n".join([MARKER, *above, *left.values(), *(f"{line}\n" for line in below)]), LONGEST)


def _left_out(part: str, shows: str) -> str:
    first = part.partition("\n")[0]
    return f"{first}\n\nLeft out here: it is too long for a comment. {shows} shows it.\n"


def _table(parts: Mapping[str, str]) -> list[str]:
    """Returns the verdict and a line for each stack; nothing where one part reports it all in its own first line."""
    marks = [part.removeprefix("## ").partition("\n")[0].partition(" ") for part in parts.values()]
    if len(marks) == 1:
        return []
    stopped = sum(mark == "❌" for mark, _, _ in marks)
    worst = next((mark for mark in ("❌", "⚠️") if any(mark == each for each, _, _ in marks)), "✅")
    if not marks:
        return [f"## {worst} No stack differs", ""]
    says = f"{stopped} of {len(marks)} stacks must not go on as they are" if stopped else f"{len(marks)} stacks"
    return [f"## {worst} {says}", "", "| | stack |", "| --- | --- |", *(f"| {m} | {t} |" for m, _, t in marks), ""]


def _json(found: StackResults) -> str:
    told: list[Any] = [json.loads(_part_json(s, t)) for s, t in found.differs if not isinstance(t, FailedComparison)]
    return dump(
        {
            "schemaVersion": 1,
            "against": found.revision,
            "stacks": told,
            "unchanged": list(found.same),
            "gone": list(found.gone),
            "productionEnded": list(found.ended),
            "failed": [{"stack": stack, "why": why} for stack, why in found.failed],
        }
    )


def others(found: StackResults) -> list[str]:
    """Returns the text on stacks that are not shown, a line each."""
    lines = [f"No difference from {found.revision}: {_names(found.same)}."] if found.same else []
    if found.gone:
        lines.append(
            f"Gone since {found.revision}: {_names(found.gone)}. Their resources stay in Azure until `pulumi destroy`."
        )
    return [*lines, *found.ended]


def _names(stacks: Sequence[str]) -> str:
    return listed(map(in_one_line, stacks))
