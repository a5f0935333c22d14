"""A stack file as YAML: its values, and the line of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from landingzone.problems import Path as At
from landingzone.problems import Problem, StackFileError

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Document:
    """The values of a YAML file, and the line (from 1) of every path in it."""

    values: Any
    lines: dict[At, int]

    def line(self, path: At) -> int:
        """The line of a path, or of the nearest path above it that is there."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def find(stack: str, folder: Path) -> Path:
    """The file of a stack: `dev` is Pulumi.dev.yaml in the folder, anything with a slash or .yaml is a path."""
    if stack.endswith((".yaml", ".yml")) or "/" in stack:
        return Path(stack) if Path(stack).is_absolute() else folder / stack
    return folder / f"Pulumi.{stack}.yaml"


def read(path: Path, shown: str) -> Document:
    """Reads a file. Raises StackFileError where it is not there, not text, not YAML or says a key twice."""
    text = _text(path, shown)
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            raise StackFileError([Problem((), "The file is empty.", _EXAMPLE, shown, 1)])
        twice: list[Problem] = []
        lines = dict(_lines((), node, twice, shown))
        if twice:
            raise StackFileError(twice)
        return Document(loader.construct_document(node), lines)
    except yaml.MarkedYAMLError as error:
        raise StackFileError([_not_yaml(error, text, shown)]) from None
    except yaml.reader.ReaderError as error:
        what = f"The character {error.character!r} cannot stand in YAML."
        raise StackFileError([Problem((), what, "Remove it.", shown, 1)]) from None
    except (ValueError, RecursionError, TypeError) as error:
        raise StackFileError([Problem((), f"It is not a stack file: {error}.", _EXAMPLE, shown, 1)]) from None
    finally:
        loader.dispose()


_EXAMPLE = "examples/minimal/Pulumi.minimal.yaml is a whole one to begin with."


def _text(path: Path, shown: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise StackFileError([Problem((), "There is no such file.", _which(path), shown)]) from None
    except UnicodeDecodeError as error:
        what = f"It is not text in UTF-8: byte {error.start} does not fit."
        raise StackFileError([Problem((), what, "Save it as UTF-8.", shown)]) from None
    except OSError as error:
        what = f"It cannot be read: {(error.strerror or str(error)).lower()}."
        raise StackFileError([Problem((), what, "Give the name of a stack or the path of its file.", shown)]) from None


def _which(path: Path) -> str:
    try:
        stacks = sorted(f.name[7:-5] for f in path.parent.glob("Pulumi.*.yaml"))
    except OSError:
        stacks = []
    return f"Stacks there: {', '.join(stacks)}." if stacks else f"No Pulumi.<stack>.yaml is there. {_EXAMPLE}"


def _lines(at: At, node: Any, twice: list[Problem], shown: str) -> Iterator[tuple[At, int]]:
    """Every path below a node with its line. Keys that stand twice in one mapping are noted."""
    yield at, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if key.tag.endswith(":merge"):
                yield from _merged(at, value, twice, shown)
                continue
            if name in seen:
                what = f"{name!r} stands here and in line {seen[name]}; YAML would keep only one of them."
                twice.append(Problem(_inside((*at, name)), what, "Remove one.", shown, line))
            seen[name] = line
            yield from _lines((*at, name), value, twice, shown)
            yield (*at, name), line
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _lines((*at, index), item, twice, shown)


def _merged(at: At, value: Any, twice: list[Problem], shown: str) -> Iterator[tuple[At, int]]:
    for node in value.value if isinstance(value, yaml.SequenceNode) else [value]:
        for path, line in _lines(at, node, twice, shown):
            if path != at:
                yield path, line


def _inside(at: At) -> At:
    """A path as it counts from `amlz:landingZone` down, where it is below it."""
    return at[2:] if at[:2] == ("config", "amlz:landingZone") else at


def _not_yaml(error: yaml.MarkedYAMLError, text: str, shown: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    column = f" at column {mark.column + 1}" if mark else ""
    remedy = "Look at this line and the one above: quotes, colons and the depth of indentation."
    if "\t" in "".join(text.splitlines()[line - 1 : line]):
        remedy = "Indent with spaces; YAML takes no tabs."
    return Problem((), f"It is not YAML: {error.problem}{column}.", remedy, shown, line)
