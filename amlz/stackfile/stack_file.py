"""A stack file as YAML: its values, the line of each, and what is wrong with it as YAML."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Iterator
from dataclasses import field
from pathlib import Path
from typing import Any

import yaml

from amlz.azure.regular_files import read_regular, with_slashes
from amlz.core.problems import Path as ConfigPath
from amlz.core.problems import Problem, StackFileError
from amlz.core.secrets import repeatable
from amlz.dataclass import dataclass
from amlz.stackfile.yaml_words import not_yaml

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

#: The key of `config` that holds the landing zone.
KEY = "amlz:landingZone"
#: Maximum of values of a file once its aliases are followed: a few lines of aliases can expand to billions.
MOST_VALUES = 100_000
#: The most levels of lists and mappings, aliases followed. The deepest setting has some ten. The readers are recursive:
#: libyaml's composer ends the interpreter where its stack ends.
MOST_LEVELS = 100
#: The most values of a doubled key that are validated, apart from its last one.
MOST_EARLIER = 3
#: The most digits that are read as a number. Python refuses to write some longer ones, and takes long over others.
MOST_DIGITS = 100


@dataclass(frozen=True, slots=True)
class Document:
    """The values of a YAML file, the line and column (from 1) of every path in it, and what is wrong with it so far.

    `written` has the text of what YAML reads as something else: numbers, true and false, nothing. `doubled`: paths of
    keys that a mapping has more than once. `earlier`: the document with each of their values that YAML overwrites.
    """

    values: Any
    places: dict[ConfigPath, tuple[int, int]]
    written: dict[ConfigPath, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    doubled: frozenset[ConfigPath] = frozenset()
    earlier: tuple[Document, ...] = ()

    def line(self, path: ConfigPath) -> int:
        """The line of a path, or of the nearest path above it that is there."""
        return self.place(path)[0]

    def place(self, path: ConfigPath) -> tuple[int, int]:
        """The line and column of a path, or of the nearest path above it that is there. An alias is its anchor."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))


def find(stack: str, folder: Path) -> Path:
    """The file of a stack: `dev` is Pulumi.dev.yaml in the folder, anything with a slash or .yaml is a path.

    A path may have backslashes, as Windows writes it.
    """
    if stack.endswith((".yaml", ".yml")) or "/" in stack or os.sep in stack or stack in {".", ".."}:
        return with_slashes(Path(stack) if Path(stack).is_absolute() else folder / stack)
    return folder / f"Pulumi.{stack}.yaml"


def maybe_ours(path: Path) -> bool:
    """Returns whether a file may hold a landing zone. One that cannot be read may: it is reported, not passed over."""
    try:
        return f"{KEY}:" in read_regular(path).decode("utf-8", errors="replace")
    except OSError:
        return True


def read(path: Path, display_path: str, raw: bytes | None = None) -> Document:
    """Reads a file, or `raw` instead of its content. Raises StackFileError where it is not there, not text or not
    YAML.
    """
    text = _text(path, display_path, raw)
    try:
        loader = _Loader(text)
    except yaml.reader.ReaderError as error:
        raise StackFileError([_odd_character(error, text, display_path)]) from None
    try:
        _refuse_depth(text, display_path)
        node = loader.get_single_node()
        if node is None:
            raise StackFileError([Problem((), "The file is empty.", _EXAMPLE, display_path, 1)])
        walk = _NodeWalk(loader, display_path)
        walk.visit((), node)
        values = loader.construct_document(node)
        earlier = tuple(_earlier(loader, display_path, node, walk.occurrences))
        doubled = frozenset(walk.doubled)
        return Document(values, walk.places, walk.written, tuple(walk.problems), doubled, earlier)
    except yaml.MarkedYAMLError as error:
        raise StackFileError([not_yaml(error, text, display_path)]) from None
    except yaml.reader.ReaderError as error:
        raise StackFileError([_odd_character(error, text, display_path)]) from None
    finally:
        loader.dispose()


def _earlier(
    loader: Any, display_path: str, root: Any, occurrences: Iterable[list[tuple[Any, Any]]]
) -> Iterator[Document]:
    """Returns the document with the first value of each doubled key, with the second one, and so on.

    `occurrences`: of each doubled key, its mapping node and its key node.
    """
    every = list(occurrences)
    most = max(map(len, every), default=1)
    originals = {id(mapping): (mapping, mapping.value) for nodes in every for mapping, _ in nodes}
    for chosen in range(min(most - 1, MOST_EARLIER)):
        dropped = {id(key) for nodes in every for at, (_, key) in enumerate(nodes) if at != min(chosen, len(nodes) - 1)}
        for mapping, pairs in originals.values():
            mapping.value = [pair for pair in pairs if id(pair[0]) not in dropped]
        walk = _NodeWalk(loader, display_path)
        walk.visit((), root)
        yield Document(loader.construct_document(root), walk.places, walk.written)


def _refuse_depth(text: str, display_path: str) -> None:
    """Raises StackFileError for lists and mappings nested too deeply; reading events is not recursive."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MOST_LEVELS:
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise StackFileError([_too_deep(display_path, line)])
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _too_deep(display_path: str, line: int) -> Problem:
    text = f"Lists and mappings are nested more than {MOST_LEVELS} levels deep."
    return Problem((), text, "Check its brackets and its indentation.", display_path, line)


_EXAMPLE = "examples/minimal/Pulumi.minimal.yaml is a whole one to begin with."


def _text(path: Path, display_path: str, raw: bytes | None) -> str:
    try:
        raw = read_regular(path) if raw is None else raw
    except FileNotFoundError:
        raise StackFileError([Problem((), "There is no such file.", _which(path), display_path)]) from None
    except (OSError, ValueError) as error:
        why = (getattr(error, "strerror", None) or str(error)).lower()
        remedy = "Give the name of a stack or the path of its file."
        raise StackFileError([Problem((), f"It cannot be read: {why}.", remedy, display_path)]) from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        text = f"It is not text in UTF-8: byte 0x{raw[error.start]:02x} does not fit."
        raise StackFileError([Problem((), text, "Save the file as UTF-8.", display_path, line)]) from None


def _odd_character(error: yaml.reader.ReaderError, text: str, display_path: str) -> Problem:
    # The C reader gives the position in bytes and the number of the character, the other one both in characters.
    code = error.character if isinstance(error.character, int) else ord(error.character)
    at = text.find(chr(code))
    line, column = text.count("\n", 0, max(at, 0)) + 1, at - text.rfind("\n", 0, max(at, 0))
    sentence = f"The control character U+{code:04X} at column {column} is not allowed in YAML."
    return Problem((), sentence, "Remove it; it does not show in every editor.", display_path, line)


def _which(path: Path) -> str:
    try:
        stacks = sorted(f.name[7:-5] for f in path.parent.glob("Pulumi.*.yaml"))
    except OSError:
        stacks = []
    if not stacks:
        return f"No Pulumi.<stack>.yaml is there. {_EXAMPLE}"
    name = path.name.removesuffix(".yaml").removesuffix(".yml").removeprefix("Pulumi.")
    near = difflib.get_close_matches(name, stacks, 1)
    return (f"Did you mean {near[0]}? " if near else "") + f"Stacks there: {', '.join(stacks)}."


_TAG = "tag:yaml.org,2002:"
_READ_AS_IS = {f"{_TAG}{name}" for name in ("str", "map", "seq", "int", "float", "bool", "null", "timestamp", "value")}


@dataclass(slots=True)
class _NodeWalk:
    """Goes through the nodes of a document once, before they become values.

    Nodes that would become what JSON does not know are noted and turned into text: the engine hands on JSON.
    """

    loader: Any
    display_path: str
    places: dict[ConfigPath, tuple[int, int]] = field(default_factory=dict)
    written: dict[ConfigPath, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    within: list[int] = field(default_factory=list)
    visits: int = 0
    #: Paths directly below a path, and problems by line, sentence and last key: both are searched for each value.
    below: dict[ConfigPath, set[ConfigPath]] = field(default_factory=dict)
    noted: set[tuple[int, str, ConfigPath]] = field(default_factory=set)
    doubled: set[ConfigPath] = field(default_factory=set)
    #: Mapping node and key node of each value, by the mapping and the key's text.
    keys: dict[tuple[int, str], dict[int, tuple[Any, Any]]] = field(default_factory=dict)

    @property
    def occurrences(self) -> Iterator[list[tuple[Any, Any]]]:
        """Those of keys that a mapping has more than once."""
        return (list(nodes.values()) for nodes in self.keys.values() if len(nodes) > 1)

    def visit(self, at: ConfigPath, node: Any, key: Any = None) -> None:
        """Notes a node and everything below it. If it has a key, the key is its position."""
        mark = (key or node).start_mark
        line = mark.line + 1
        self.visits += 1
        if id(node) in self.within:
            raise StackFileError([self._loop(at, line)])
        if len(self.within) > MOST_LEVELS:
            raise StackFileError([_too_deep(self.display_path, line)])
        if self.visits > MOST_VALUES:
            text = f"It holds more than {MOST_VALUES:,} values, its aliases followed."
            raise StackFileError([Problem((), text, "Use fewer aliases within aliases.", self.display_path, line)])
        self.places[at] = (line, mark.column + 1)
        if at:
            self.below.setdefault(at[:-1], set()).add(at)
        self.within.append(id(node))
        if isinstance(node, yaml.MappingNode):
            self._tag(at, node, f"{_TAG}map")
            self._mapping(at, node)
        elif isinstance(node, yaml.SequenceNode):
            self._tag(at, node, f"{_TAG}seq")
            for index, item in enumerate(node.value):
                self.visit((*at, index), item)
        else:
            self._scalar(at, node)
        self.within.pop()

    def _mapping(self, at: ConfigPath, node: Any) -> None:
        merges = [value for key, value in node.value if key.tag == f"{_TAG}merge"]
        for value in merges:
            # Of several merged mappings the first one wins, so it is noted last.
            for merged in reversed(value.value) if isinstance(value, yaml.SequenceNode) else [value]:
                if isinstance(merged, yaml.MappingNode):
                    self._mapping(at, merged)
        seen: dict[str, int] = {}
        for key, value in node.value:
            if key.tag == f"{_TAG}merge" or not isinstance(key, yaml.ScalarNode):
                continue
            name, line = str(key.value), key.start_mark.line + 1
            path = (*at, name)
            self._key(path, key, line)
            if name in seen and seen[name] != line:
                text = f"The key is here and in line {seen[name]}; YAML would keep only one of them."
                self._note(path, text, "Remove one.", line)
            elif name in seen:
                self._note(path, "The key is twice in this line; YAML would keep only one.", "Remove one.", line)
            if name in seen:
                self.doubled.add(path)
            self.keys.setdefault((id(node), name), {})[id(key)] = (node, key)  # once: an alias repeats its mapping
            seen[name] = line
            self._forget(path)
            self.visit(path, value, key)

    def _key(self, path: ConfigPath, key: Any, line: int) -> None:
        if key.tag != f"{_TAG}str" and path[:2] == ("config", KEY) and not key.style:
            text = f"The key {key.value or 'nothing'} is read as {_kind(key.tag)}, not as text."
            self._note(path, text, f'Put it in quotes: "{key.value}".', line)
        key.tag = f"{_TAG}str"

    def _scalar(self, at: ConfigPath, node: Any) -> None:
        resolved = node.tag if node.style else self.loader.resolve(yaml.ScalarNode, node.value, (True, False))
        if node.tag == f"{_TAG}timestamp" and at[:2] == ("config", KEY):
            text = f"{node.value} is read as a date, and text is wanted."
            self._note(at, text, f'Put it in quotes: "{node.value}".', self.places[at][0])
        if node.tag in (f"{_TAG}int", f"{_TAG}float") and len(node.value) > MOST_DIGITS:
            node.tag = f"{_TAG}str"
        if node.tag in (f"{_TAG}timestamp", f"{_TAG}value"):
            node.tag = f"{_TAG}str"
        elif node.tag != f"{_TAG}str" and (node.tag != resolved or node.tag not in _READ_AS_IS or node.style):
            self._tag(at, node, f"{_TAG}str")
        elif node.tag in (f"{_TAG}int", f"{_TAG}float"):
            try:
                self.loader.construct_object(node)
            except ValueError:
                node.tag = f"{_TAG}str"  # looks like a number, and is none: 0x_
        if node.tag != f"{_TAG}str":
            self.written[at] = node.value

    def _tag(self, at: ConfigPath, node: Any, plain: str) -> None:
        if node.tag != plain:
            (name,) = repeatable((node.tag.replace(_TAG, "!!"),))
            text = f"The tag {name} sets a type, which a stack file does not need."
            self._note(at, text, "Remove the tag.", node.start_mark.line + 1)
            node.tag = plain

    def _note(self, at: ConfigPath, text: str, remedy: str, line: int) -> None:
        problem = Problem(repeatable(inside(at)), text, remedy, self.display_path, line)
        again = (line, text, problem.path[-1:])
        if again not in self.noted:  # a mistake that aliases repeat is one mistake
            self.noted.add(again)
            self.problems.append(problem)

    def _loop(self, at: ConfigPath, line: int) -> Problem:
        text = "The alias is within its own anchor."
        return Problem(repeatable(inside(at)), text, "Write the values out.", self.display_path, line)

    def _forget(self, at: ConfigPath) -> None:
        """Removes a merged key that is overridden."""
        waiting = [at]
        while waiting:
            path = waiting.pop()
            waiting += self.below.pop(path, ())
            self.places.pop(path, None)
            self.written.pop(path, None)


def _kind(tag: str) -> str:
    kinds = {"int": "a number", "float": "a number", "bool": "true or false", "null": "nothing", "timestamp": "a date"}
    return kinds.get(tag.removeprefix(_TAG), "something else")


def inside(at: ConfigPath) -> ConfigPath:
    """A path as people know it: from `amlz:landingZone` down, or from `config` down."""
    if at[:2] == ("config", KEY):
        return at[2:]
    return at[1:] if at[:1] == ("config",) and len(at) > 1 else at
