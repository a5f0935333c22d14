"""A YAML file as a tree of positions: each key and value with its offsets in the text, so that the text can be
edited.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
)


class YamlItem(NamedTuple):
    """A key of a mapping, and its value."""

    key: YamlNode
    value: YamlNode


@dataclass(slots=True, eq=False)
class YamlNode:
    """A value. `start` and `end` are offsets of its text, from its anchor to its last character.

    `value`: the text of a scalar, else None. `flow`: written in braces or brackets. `anchor`: the name given to it, or,
    of an alias, the name that it refers to.
    `items` are those of a mapping, `entries` those of a list.
    """

    start: int
    end: int
    value: str | None = None
    flow: bool = False
    anchor: str | None = None
    alias: bool = False
    items: list[YamlItem] = field(default_factory=list)
    entries: list[YamlNode] = field(default_factory=list)

    def below(self) -> Iterator[YamlNode]:
        """It and everything in it, in the order of the text."""
        yield self
        for key, value in self.items:
            yield from key.below()
            yield from value.below()
        for entry in self.entries:
            yield from entry.below()

    def at(self, *path: str) -> YamlItem | None:
        """The key and value at a path of keys, or None. Aliases and merged mappings are not followed."""
        result = None
        node = self
        for name in path:
            result = next((item for item in node.items if item.key.value == name), None)
            if result is None:
                return None
            node = result.value
        return result


def tree(text: str) -> YamlNode:
    """The tree of a text's first document. Raises ruamel's YAMLError where it is not YAML."""
    kinds = (NodeEvent, MappingEndEvent, SequenceEndEvent)
    events = (event for event in YAML(typ="rt").parse(text) if isinstance(event, kinds))
    return _node(text, next(events), events)


def _node(text: str, event: Any, events: Iterator[Any]) -> YamlNode:
    node = YamlNode(event.start_mark.index, event.end_mark.index, anchor=event.anchor)
    if isinstance(event, AliasEvent):
        node.alias = True
        return node
    if isinstance(event, ScalarEvent):
        node.value = event.value
        node.end = node.start + len(text[node.start : node.end].rstrip())  # a block scalar ends where the next begins
        return node
    node.flow = bool(event.flow_style)
    children: list[YamlNode] = []
    for child in events:
        if isinstance(child, MappingEndEvent | SequenceEndEvent):
            # The parser puts the end of a block at the next token, comments between them included.
            node.end = child.end_mark.index if node.flow or not children else children[-1].end
            break
        children.append(_node(text, child, events))
    if isinstance(event, MappingStartEvent):
        node.items = [YamlItem(key, value) for key, value in zip(children[::2], children[1::2], strict=True)]
    else:
        node.entries = children
    return node
