"""Names: the one module that makes Azure names.

A name is its type's abbreviation, words for its owner, and, where it must be unique in Azure or stays taken after
deletion, a suffix of five characters made from the resource's identity and its generation. The same words always give
the same name, with any other content of the stack file. A business unit may have another rule
(`amlz/core/custom_names.py`).
"""

from __future__ import annotations

import hashlib
from dataclasses import field
from typing import NamedTuple

from amlz.core.custom_names import NameRequest, custom_name
from amlz.core.facts.names import NAME_RULES
from amlz.core.problems import Path, Problem, dotted
from amlz.dataclass import dataclass

_FIRST = "abcdefghijklmnopqrstuvwxyz"
_REST = "abcdefghijklmnopqrstuvwxyz234567"


def suffix(*identity: str | int) -> str:
    """Five characters made from an identity, the first a letter: 27 million possibilities."""
    digest = int.from_bytes(hashlib.sha256("\n".join(map(str, identity)).encode()).digest()[:8], "big")
    text = _FIRST[digest % 26]
    digest //= 26
    for _ in range(4):
        text += _REST[digest % 32]
        digest //= 32
    return text


@dataclass(frozen=True, slots=True)
class Namer:
    """Makes the names of one thing: the hub, a spoke, a project's environment.

    `words` name the owner, from the business unit on; `identity` is the source of the suffix.
    """

    words: tuple[str, ...]
    identity: tuple[str | int, ...]

    def name(self, kind: str, *more: str) -> str:
        """A name of a kind that needs no suffix."""
        return self._joined(kind, more, "")

    def unique(self, kind: str, *more: str) -> str:
        """A name with the suffix, its words shortened from the end where they are too long for the type."""
        return self._joined(kind, more, suffix(kind, *self.identity, *more))

    def _joined(self, kind: str, more: tuple[str, ...], tail: str) -> str:
        rule = NAME_RULES[kind]
        hyphen = "-" if "-" in rule.prefix or not rule.prefix else ""
        words = hyphen.join((*self.words, *more))
        if not hyphen:
            words = words.replace("-", "")
        room = rule.longest - len(rule.prefix) - (len(hyphen + tail) if tail else 0)
        words = words[:room].rstrip("-")
        default = rule.prefix + (hyphen.join((words, tail)) if tail else words)
        return custom_name(NameRequest(kind, (*self.words, *more), tail, default), rule)


class TakenName(NamedTuple):
    """A name, in lower case. `within`: the scope of its uniqueness, the id of a resource group or a parent, or a
    region; None for all of Azure.
    """

    kind: str
    within: str | None
    name: str


@dataclass(slots=True)
class NameBook:
    """Every name that was given, to find two things of one name. Lives as long as one planning run."""

    taken: dict[TakenName, Path] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def take(self, kind: str, name: str, within: str | None, path: Path) -> str:
        """Notes a name. `within` is the scope of its uniqueness: the id of a resource group or a parent, None for all
        of Azure.
        """
        rule = NAME_RULES[kind]
        wrong = rule.problem(name)
        if wrong is not None:
            self.problems.append(Problem(path, wrong + ".", "Choose another name."))
        key = TakenName(kind, within.lower() if within is not None else None, name.lower())
        other = self.taken.setdefault(key, path)
        if other != path:
            self.problems.append(_taken(name, path, other))
        return name


def _taken(name: str, path: Path, other: Path) -> Problem:
    """Returns the problem of two resources with one name: a configured one, or one that is made from keys."""
    if path[-1:] == ("name",) or path[-2:-1] == ("names",):
        return Problem(path, f"{name!r} is already the name of {dotted(other)}.", "Give one of them another name.")
    remedy = "Rename one of the two" + (", or set `names` in the environment." if path[:1] == ("projects",) else ".")
    return Problem(path, f"The name made for it, {name!r}, is already that of {dotted(other)}.", remedy)
