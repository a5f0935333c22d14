"""Names: the one module that makes Azure names.

A name is its type's abbreviation, words for its owner, and, where it must be unique in Azure or stays taken after
deletion, a suffix of five characters made from the resource's identity and its generation. The same words always give
the same name, with any other content of the stack file. The stack file can set patterns and single names
(`amlz/core/name_patterns.py`), and a business unit may have another rule (`amlz/core/custom_names.py`).
"""

from __future__ import annotations

import hashlib
from dataclasses import field
from typing import NamedTuple

from amlz.core.config.naming import NamingConfig
from amlz.core.custom_names import NameRequest, custom_name
from amlz.core.facts.names import NAME_RULES
from amlz.core.name_patterns import FROM_KEYS, MadeNames, NameParts, NameStyle
from amlz.core.owners import EnvironmentKey
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


def kebab(text: str) -> str:
    """Returns words in camel case joined by hyphens."""
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in text)


@dataclass(frozen=True, slots=True)
class Namer:
    """Makes the names of one thing: the hub, a spoke, a project's environment.

    `words` name the owner, from the business unit on; `identity` is the source of the suffix. `owner`: the environment
    that `words` name, None for others; `style`: the patterns of the stack file, None without.
    """

    words: tuple[str, ...]
    identity: tuple[str | int, ...]
    owner: EnvironmentKey | None = None
    style: NameStyle | None = None

    def name(self, kind: str, *more: str) -> str:
        """A name of a kind that needs no suffix."""
        return self._joined(kind, more, "")

    def unique(self, kind: str, *more: str) -> str:
        """A name with the suffix, its words shortened from the end where they are too long for the type."""
        return self._joined(kind, more, suffix(kind, *self.identity, *more))

    def called(self, kind: str, default: str, *more: str) -> str:
        """A name that is `default`, unless the stack file has a pattern or an own name for it."""
        if self.style is None:
            return default
        parts = self._parts(kind, more, "")
        return self.style.own_name(parts) or self.style.name(parts) or default

    def _parts(self, kind: str, more: tuple[str, ...], tail: str) -> NameParts:
        """Parts of a name for patterns: the region of a resource group has a placeholder."""
        purposes = more[:-1] if kind == "resourceGroup" else more
        return NameParts(kind, NAME_RULES[kind], self.words, purposes, self.owner, tail)

    def _joined(self, kind: str, more: tuple[str, ...], tail: str) -> str:
        rule = NAME_RULES[kind]
        if self.style is not None:
            parts = self._parts(kind, more, tail)
            own = self.style.own_name(parts)
            if own is not None:
                return own
            styled = self.style.name(parts)
            if styled is not None:
                kept = tail if tail in styled else ""
                return custom_name(NameRequest(kind, (*self.words, *more), kept, styled), rule)
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
    """Every name that was given, to find two things of one name. Lives as long as one planning run.

    `made`: names that `naming` of the stack file gave; `roles`: of the names that it gave.
    """

    taken: dict[TakenName, Path] = field(default_factory=dict)
    roles: dict[TakenName, str | None] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    made: MadeNames = field(default_factory=MadeNames)

    def take(self, kind: str, name: str, within: str | None, path: Path) -> str:
        """Notes a name. `within` is the scope of its uniqueness: the id of a resource group or a parent, None for all
        of Azure.
        """
        made = self.made.made.get((kind, name))
        wrong = NAME_RULES[kind].problem(name) if made is None else None
        if wrong is not None:
            self.problems.append(Problem(path, wrong + ".", "Choose another name."))
        key = TakenName(kind, within.lower() if within is not None else None, name.lower())
        other = self.taken.setdefault(key, path)
        role = made.role if made is not None else None
        other_role = self.roles.setdefault(key, role)
        if made is not None and (other, other_role) != (path, role):
            self.made.same(kind, name, other_role or dotted(other))
        elif other != path and not (kind in FROM_KEYS and self.made.alike):  # their parents have one name
            self.problems.append(_taken(name, path, other))
        return name

    def all_problems(self, naming: NamingConfig | None) -> tuple[Problem, ...]:
        """Returns all problems of names: of those given, then of `naming`."""
        if naming is None:
            return tuple(self.problems)
        return (*self.problems, *self.made.problems(naming), *self.made.unknown(naming.names))


def _taken(name: str, path: Path, other: Path) -> Problem:
    """Returns the problem of two resources with one name: a configured one, or one that is made from keys."""
    if path[-1:] == ("name",) or path[-2:-1] == ("names",):
        return Problem(path, f"{name!r} is already the name of {dotted(other)}.", "Give one of them another name.")
    remedy = "Rename one of the two" + (", or set `names` in the environment." if path[:1] == ("projects",) else ".")
    return Problem(path, f"The name made for it, {name!r}, is already that of {dotted(other)}.", remedy)
