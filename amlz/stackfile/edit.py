"""Editing a stack file's text: a project goes in or out, and every other byte stays.

New text is written by ruamel.yaml, which keeps quotes and braces of settings that are copied. The rest of the file is
not written again: an emitter would also even out spaces, line ends and long lines.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from amlz.core.capability import Scope
from amlz.core.config.shared import camel
from amlz.core.discovery import keys
from amlz.core.owners import EnvironmentKey
from amlz.dataclass import dataclass
from amlz.stackfile.stack_file import KEY
from amlz.stackfile.yaml_tree import YamlItem, YamlNode, tree

#: Keys that belong to one environment, or grant access to it, and are not copied into another project's.
OWN = frozenset(
    {
        *(camel(name) for name, (_, key) in keys(Scope.ENVIRONMENT).items() if not key.copied),
        "network",
        "subnets",
        "spoke",
        "names",
        "generation",
        "instances",
        "access",
        "approvers",
        "sharedBy",
    }
)

_PROJECTS = ("config", KEY, "projects")


class CannotEdit(Exception):
    """The file is written in a way that this module does not edit. The text names the reason."""


@dataclass(frozen=True, slots=True)
class NewEnvironment:
    """An environment to write. `spoke`: None to leave it out; `like`: the one that it is copied from."""

    name: str
    network: str
    spoke: str | None = None
    like: EnvironmentKey | None = None


def with_project(text: str, name: str, environments: Sequence[NewEnvironment]) -> str:
    """The text with one more project, after the others. Unless `projects` is new, `without` gives the text again."""
    candidates = [*with_line_feeds(text, lambda plain: _additions(plain, name, environments))]
    if tree(text).at(*_PROJECTS) is None:
        return candidates[0]
    for candidate in candidates:
        if without(candidate, name) == text:
            return candidate
    raise CannotEdit("Removing the project again would not give the same bytes.")


def without(text: str, *path: str) -> str:
    """The text without a project, or an environment of one: `path` are the keys below `projects`.

    A value with an anchor that others refer to is written out at the first of them.
    """
    return with_line_feeds(text, lambda plain: [_removal(plain, path)])[0]


def with_line_feeds(text: str, edit: Callable[[str], list[str]]) -> list[str]:
    """Edits of a text whose lines end with LF, CRLF or both; or all of them with CR, as LF meanwhile."""
    if re.search("[\x85\u2028\u2029]", text):
        raise CannotEdit("It holds a line or paragraph separator (U+0085, U+2028 or U+2029).")
    if not re.search(r"\r(?!\n)", text):
        return edit(text)
    if "\n" in text:
        raise CannotEdit("Some of its lines end with a carriage return alone, and others do not.")
    return [edited.replace("\n", "\r") for edited in edit(text.replace("\r", "\n"))]


def _additions(text: str, name: str, environments: Sequence[NewEnvironment]) -> list[str]:
    """Texts with one more project: the first choice first."""
    root = tree(text)
    zone, result = root.at("config", KEY), root.at(*_PROJECTS)
    if zone is None or zone.value.alias or not zone.value.items:
        raise CannotEdit(f"`{KEY}` is an alias, or not written as keys and values.")
    if result is None:
        return [_with_projects(text, zone[1], _Writer(text, root, len(text)).entry(name, environments))]
    key, projects = result
    if projects.alias:
        raise CannotEdit("`projects` is an alias.")
    entry = _Writer(text, root, projects.end).entry(name, environments)
    step = _step(text, root)
    if projects.flow:
        at = projects.items[-1].value.end if projects.items else projects.end - 1
        in_braces = text[:at] + (", " if projects.items else "") + _flow(entry) + text[at:]
        if projects.items or zone.value.flow:
            return [in_braces]
        end = _line_end(text, projects.end)
        newline = _break_at(text, end) or _newline(text, end)
        below = newline + _block(entry, step, _column(text, key.start) + step, newline)
        return [text[: projects.start].removesuffix(" ") + text[projects.end : end] + below + text[end:], in_braces]
    if not projects.items:
        raise CannotEdit("`projects` is not written as keys and values.")
    first, last = projects.items[0].key, projects.items[-1]
    column = _column(text, first.start)
    at = _end_of_comments(text, last.value.end, column)
    newline = _break_at(text, at) or _newline(text, at)
    between = _blank_before(text, last.key.start) if len(projects.items) > 1 else ""
    return [text[:at] + newline + between + _block(entry, step, column, newline) + text[at:]]


def _removal(text: str, path: Sequence[str]) -> str:
    for _ in range(1 + text.count("&")):
        root = tree(text)
        result = root.at(*_PROJECTS, *path)
        parent = root.at(*_PROJECTS, *path[:-1])
        if result is None or parent is None:
            raise CannotEdit("It is there through an alias or a merge key.")
        moved = _moved(text, root, result[1])
        if moved is None:
            return _with_comments_once(cut(text, parent, result))
        text = moved
    raise CannotEdit("Its anchors refer to each other in a circle.")


def _with_projects(text: str, zone: YamlNode, entry: CommentedMap) -> str:
    if zone.flow:
        raise CannotEdit(f"`{KEY}` is written in braces and has no `projects`.")
    column = _column(text, zone.items[0].key.start)
    at = _end_of_comments(text, zone.end, column)
    whole = CommentedMap({"projects": entry})
    newline = _newline(text, zone.start)
    return text[:at] + newline + _block(whole, 2, column, newline) + text[at:]


@dataclass(slots=True)
class _Writer:
    """Makes what is to be written. `at`: position in the text; only anchors before it can be referred to."""

    text: str
    root: YamlNode
    at: int

    def entry(self, name: str, environments: Sequence[NewEnvironment]) -> CommentedMap:
        """A project as ruamel writes it."""
        written = CommentedMap()
        for environment in environments:
            settings = CommentedMap()
            if environment.spoke:
                settings["spoke"] = _text(environment.spoke)
            settings["network"] = environment.network
            if environment.like:
                settings.update(self._copied(environment.like))
            written[_text(environment.name)] = settings
        return CommentedMap({_text(name): CommentedMap({"environments": written})})

    def _copied(self, like: EnvironmentKey) -> dict[str, Any]:
        reader = YAML(typ="rt")
        reader.preserve_quotes = True
        node: Any = reader.load(self.text)
        for key in (*_PROJECTS, like.project, "environments", like.environment):
            node = node[key]
        usable = {n.anchor for n in self.root.below() if n.anchor and not n.alias and n.start < self.at}
        return {key: _copy(value, usable) for key, value in node.items() if key not in OWN}


def _copy(value: Any, usable: set[str]) -> Any:
    """A value without its comments, in the style it was written in. A value with a usable anchor becomes an alias."""
    anchor = value.yaml_anchor() if hasattr(value, "yaml_anchor") else None
    if anchor is not None and anchor.value in usable:
        return f"{_ALIAS}{anchor.value}"
    if isinstance(value, CommentedMap):
        copied = CommentedMap({key: _copy(item, usable) for key, item in value.items()})
        return _styled(copied, value)
    if isinstance(value, CommentedSeq):
        return _styled(CommentedSeq([_copy(item, usable) for item in value]), value)
    if isinstance(value, str):
        return type(value)(value)  # of its kind of quotes, without its anchor
    return value


def _styled(made: Any, like: Any) -> Any:
    if like.fa.flow_style():
        made.fa.set_flow_style()
    return made


#: Placeholder for the asterisk of an alias until the text is written: an emitter would put the asterisk in quotes.
_ALIAS = "alias-to-be-written-"


def _text(text: str) -> str:
    """A text, in quotes where the reader of stack files would take it for something else: no, on, 1e3."""
    return text if _plainly(text) == [text] else DoubleQuotedScalarString(text)


def _plainly(text: str) -> object:
    try:
        return yaml.safe_load(f"[{text}]")
    except yaml.YAMLError:
        return None


def _emitted(entry: CommentedMap, step: int) -> str:
    emitter = YAML(typ="rt")
    emitter.width = 4096
    emitter.indent(mapping=step, sequence=step + 2, offset=step)
    stream = io.StringIO()
    emitter.dump(entry, stream)
    return re.sub(f"{_ALIAS}([^\\s,}}\\]]+)", r"*\1", stream.getvalue()).rstrip("\n")


def _block(entry: CommentedMap, step: int, column: int, newline: str) -> str:
    lines = _emitted(entry, step).split("\n")
    return newline.join(" " * column + line if line else line for line in lines)


def _flow(entry: CommentedMap) -> str:
    whole = CommentedMap(entry)
    whole.fa.set_flow_style()
    return _emitted(whole, 2)[1:-1]


def _newline(text: str, at: int) -> str:
    """The line break before an offset, or the first one after it."""
    end = text.rfind("\n", 0, at)
    end = text.find("\n", at) if end < 0 else end
    return "\r\n" if end > 0 and text[end - 1] == "\r" else "\n"


def _column(text: str, at: int) -> int:
    return at - (text.rfind("\n", 0, at) + 1)


def _step(text: str, root: YamlNode) -> int:
    """By how many columns the file indents."""
    zone = root.at("config", KEY)
    if zone is None or zone.value.flow or not zone.value.items:
        return 2
    return max(2, _column(text, zone.value.items[0].key.start) - _column(text, zone.key.start))


def _line_end(text: str, at: int) -> int:
    """The end of the line that an offset is in, its line break not included."""
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    return end - 1 if text[:end].endswith("\r") and end > at else end


def _end_of_comments(text: str, at: int, column: int) -> int:
    """The end of the line, or of the comments below it that are indented as far as `column` or further."""
    end = _line_end(text, at)
    lines = re.compile(r"(?:\r?\n[ \t]*)*\r?\n( *)#[^\r\n]*")
    while (match := lines.match(text, end)) and len(match[1]) >= column:
        end = match.end()
    return end


def _blank_before(text: str, at: int) -> str:
    """Returns an empty line, if there is one before the line of an offset."""
    start = text.rfind("\n", 0, at) + 1
    return _newline(text, at) if re.search(r"\n[ \t]*\r?\n$", text[:start]) else ""


def cut(text: str, parent: YamlItem, item: YamlItem) -> str:
    """The text without an item of a mapping. `parent`: the mapping, with its key. Raises CannotEdit."""
    key, value = item
    items = parent.value.items
    index = next(i for i, (name, _) in enumerate(items) if name is key)
    if parent.value.flow:
        if index:
            return text[: items[index - 1].value.end] + text[value.end :]
        return text[: key.start] + text[items[1].key.start if len(items) > 1 else value.end :]
    column = _column(text, key.start)
    start, end = key.start - column, _end_of_comments(text, value.end, column + 1)
    if text[start : key.start].strip():
        raise CannotEdit(f"`{key.value or text[key.start : key.end]}` does not begin its line.")
    if len(items) == 1:
        if parent.value.anchor:
            raise CannotEdit("It is the only one of a mapping with an anchor.")
        after = parent.key.end + text[parent.key.end :].index(":") + 1
        head, tail = _around_lines(text, start, end)
        return head[:after] + " {}" + head[after:] + tail
    if index == 0:
        following = items[1].key.start
        kept = "#" in text[end:following]  # comments of the next one
        return text[:start] + text[text.index("\n", end) + 1 if kept else following - column :]
    start = _own_comments(text, start, column)
    if re.search(r"\n[ \t]*\r?\n$", text[:start]):
        start = text.rfind("\n", 0, start - 1) + 1
    return "".join(_around_lines(text, start, end))


def _around_lines(text: str, start: int, end: int) -> tuple[str, str]:
    """The text before and after whole lines. Where they end the text without a line break, so does the one before."""
    following = _break_at(text, end)
    if following:
        return text[:start], text[end + len(following) :]
    return text[:start].removesuffix("\n").removesuffix("\r"), text[end:]


def _break_at(text: str, at: int) -> str:
    """The line break at an offset, or nothing."""
    return next((item for item in ("\r\n", "\n") if text.startswith(item, at)), "")


def _own_comments(text: str, start: int, column: int) -> int:
    """Returns the start of the comments directly above a line, at the indentation of its key."""
    while start:
        above = text.rfind("\n", 0, start - 1) + 1
        if not text.startswith(f"{' ' * column}#", above):
            break
        start = above
    return start


def _moved(text: str, root: YamlNode, going: YamlNode) -> str | None:
    """The text with one anchor that goes written out where it is used first after that, or None where none is."""
    inside = {id(node) for node in going.below()}
    current: dict[str, YamlNode] = {}
    users: dict[int, tuple[YamlNode, YamlNode]] = {}
    for node in root.below():
        if node.anchor and not node.alias:
            current[node.anchor] = node
        elif node.alias and node.anchor and id(node) not in inside:
            named = current.get(node.anchor)
            if named is not None and id(named) in inside:
                users.setdefault(id(named), (named, node))
    if not users:
        return None
    named, user = next(iter(users.values()))
    shift = _indent_of(text, user.start) - _indent_of(text, named.start)
    return text[: user.start] + _shifted(text[named.start : named.end], shift) + text[user.end :]


def _with_comments_once(text: str) -> str:
    """Returns the text with each anchor once: a value that was written out within another refers to the earlier one."""
    seen: set[str] = set()
    again: list[YamlNode] = []
    for node in tree(text).below():
        if node.anchor and not node.alias and node.anchor in seen:
            again.append(node)
        elif node.anchor and not node.alias:
            seen.add(node.anchor)
    for node in reversed(again):
        text = f"{text[: node.start]}*{node.anchor}{text[node.end :]}"
    return text


def _indent_of(text: str, at: int) -> int:
    start = text.rfind("\n", 0, at) + 1
    return len(text[start:at]) - len(text[start:at].lstrip(" "))


def _shifted(text: str, by: int) -> str:
    """A text whose lines but the first are indented further, or less. Empty lines and line breaks stay."""
    first, *rest = text.splitlines(keepends=True)
    moved = [" " * by + line if by >= 0 else line[min(-by, _indent_of(line, len(line))) :] for line in rest]
    return "".join([first, *(new if old.strip() else old for old, new in zip(rest, moved, strict=True))])
