"""The text of a stack file with its deprecated keys changed, and of an earlier version as the current one.

Every byte outside of a changed key stays: comments, order, quotes and line ends. A change is made only if the values
of the new text are the values that it must give.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from amlz.core import codemods
from amlz.core.codemods import Codemod, KeyPath, RemoveKey, parent_of, places, separate, version_of
from amlz.core.deprecations import DEPRECATED
from amlz.core.problems import dotted
from amlz.dataclass import dataclass
from amlz.stackfile.edit import CannotEdit, cut, with_line_feeds
from amlz.stackfile.stack_file import KEY, Document, read
from amlz.stackfile.yaml_tree import tree

_BY_HAND = "An anchor, a merge key or an odd style writes it. Change it by hand: {change}."


@dataclass(frozen=True, slots=True)
class KeyChange:
    """A key of a stack file that is changed, or that a person must change. `what`: the change, or what to do."""

    line: int
    path: str
    what: str


@dataclass(frozen=True, slots=True)
class Migration:
    """A stack file's text, migrated. `left`: keys that stay as they are, with what a person does."""

    text: str
    done: tuple[KeyChange, ...]
    left: tuple[KeyChange, ...]


def migrated(text: str, path: Path, display_path: str) -> Migration:
    """Returns a stack file's text with every change that can be decided. Raises StackFileError where it is not YAML."""
    document = _document(text, path, display_path)
    draft = _Draft(text, document, path, display_path, [], [])
    version = version_of(draft.values)
    while version is not None and version in codemods.STEPS:
        refused = len(draft.left)
        for codemod in codemods.STEPS[version]:
            draft.change(codemod)
        if len(draft.left) > refused:
            break
        version += 1
        draft.set_version(version)
    if version == codemods.CURRENT:
        for row in DEPRECATED:
            draft.change(row.codemod)
    return Migration(draft.text, tuple(draft.done), tuple(draft.left))


@dataclass(slots=True)
class _Draft:
    """A text that is being changed. `original`: the document before, for its lines."""

    text: str
    original: Document
    path: Path
    display_path: str
    done: list[KeyChange]
    left: list[KeyChange]

    @property
    def values(self) -> Any:
        """Returns the values of the landing zone, None where there is none."""
        return _landing_zone(_document(self.text, self.path, self.display_path))

    def change(self, codemod: Codemod) -> None:
        """Makes a change at every path that it matches, or at none where the text cannot show it."""
        values = separate(self.values)
        paths = []
        for path in tuple(places(values, codemod.path)):
            why = codemod.refusal(parent_of(values, path), path[-1])
            if why is None:
                paths.append(path)
            else:
                self.left.append(self._row(path, why))
        if not paths:
            return
        for path in paths:
            codemod.apply(parent_of(values, path), path[-1])
        new = self._edited(lambda text: _with_change(text, codemod, paths))
        if new is not None and _landing_zone(_document(new, self.path, self.display_path)) == values:
            self.text = new
            self.done += [self._row(path, str(codemod)) for path in paths]
        else:
            self.left += [self._row(path, _BY_HAND.format(change=codemod)) for path in paths]

    def set_version(self, version: int) -> None:
        """Writes another schemaVersion."""
        new = self._edited(lambda text: _with_value(text, ("schemaVersion",), str(version)))
        row = self._row(("schemaVersion",), f"set to {version}")
        if new is None:
            self.left.append(self._row(("schemaVersion",), _BY_HAND.format(change=row.what)))
        else:
            self.text = new
            self.done.append(row)

    def _edited(self, edit: Callable[[str], str]) -> str | None:
        try:
            return with_line_feeds(self.text, lambda plain: [edit(plain)])[0]
        except CannotEdit:
            return None

    def _row(self, path: KeyPath, what: str) -> KeyChange:
        return KeyChange(self.original.line(("config", KEY, *path)), dotted(path), what)


def _with_change(text: str, codemod: Codemod, paths: list[KeyPath]) -> str:
    """Returns the text with a change at each path that it writes; an alias is changed where its anchor is."""
    for path in paths:
        root = tree(text)
        pair, parent = root.at("config", KEY, *path), root.at("config", KEY, *path[:-1])
        if pair is None or parent is None:
            continue
        if isinstance(codemod, RemoveKey):
            text = cut(text, parent, pair)
            continue
        key = pair[0]
        mark = text[key.start] if text[key.start] in "'\"" else ""
        text = f"{text[: key.start]}{mark}{codemod.name}{mark}{text[key.end :]}"
    return text


def _with_value(text: str, path: KeyPath, value: str) -> str:
    pair = tree(text).at("config", KEY, *path)
    if pair is None or pair[1].alias:
        raise CannotEdit("It is there through an alias or a merge key.")
    return text[: pair[1].start] + value + text[pair[1].end :]


def _document(text: str, path: Path, display_path: str) -> Document:
    return read(path, display_path, text.encode())


def _landing_zone(document: Document) -> Any:
    config = document.values.get("config") if isinstance(document.values, dict) else None
    return config.get(KEY) if isinstance(config, dict) else None
