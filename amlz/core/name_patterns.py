"""Names by the patterns of the stack file (`naming`), and own names by role."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from difflib import get_close_matches

from amlz.core.capability_facts import NameRule
from amlz.core.config.naming import NamingConfig
from amlz.core.owners import EnvironmentKey
from amlz.core.problems import Path, Problem, listed
from amlz.dataclass import dataclass

#: Words that a pattern can hold in braces.
PLACEHOLDERS = ("type", "businessUnit", "project", "environment", "purpose", "region", "instance", "suffix")
#: A placeholder, and the number of characters that it is limited to.
PLACEHOLDER = re.compile(r"\{([^{}:]*)(?::([^{}]*))?\}")
#: Kinds inside another resource, whose names are unique there without words of their owner: the pattern of all names
#: leaves them, one of their kind does not.
INSIDE = frozenset(
    {"diagnosticSetting", "hubConnection", "lock", "peering", "ruleCollectionGroup", "zoneGroup", "zoneLink"}
)
#: Kinds whose names are keys of the stack file, or are made from one.
FROM_KEYS = frozenset(
    {"cluster", "computeInstance", "connection", "container", "datastore", "federatedCredential", "onlineEndpoint",
     "outboundRule"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class NameParts:
    """Input of one name. `words`: of the owner, from the business unit on; `owner`: None outside of environments;
    `suffix`: "" where the kind needs none.
    """

    kind: str
    rule: NameRule
    words: tuple[str, ...]
    purposes: tuple[str, ...]
    owner: EnvironmentKey | None
    suffix: str

    @property
    def role(self) -> str:
        """Returns its key in `naming.names`."""
        return "/".join((*self.words[1:], self.kind, *self.purposes))


@dataclass(frozen=True, slots=True)
class MadeName:
    """A name that a setting gave. `path`: of the setting."""

    role: str
    path: Path


@dataclass(frozen=True, slots=True)
class AlikeNames:
    """One name for two resources. `other`: the role or the setting of the other one."""

    name: str
    made: MadeName
    other: str


@dataclass(slots=True)
class MadeNames:
    """Names that `naming` gave: by kind and name, with the problems of each setting. `roles`: of all names."""

    roles: set[str] = field(default_factory=set)
    made: dict[tuple[str, str], MadeName] = field(default_factory=dict)
    invalid: dict[tuple[Path, str], Problem] = field(default_factory=dict)
    alike: dict[Path, dict[str, AlikeNames]] = field(default_factory=dict)

    def add(self, kind: str, name: str, made: MadeName, problem: str | None) -> None:
        """Notes a name. Each setting is reported once for a kind."""
        self.made[kind, name] = made
        if problem is not None:
            self.invalid.setdefault((made.path, kind), _invalid(kind, made, problem))

    def same(self, kind: str, name: str, other: str) -> None:
        """Notes that a name which a setting gave is that of another resource, too."""
        made = self.made[kind, name]
        self.alike.setdefault(made.path, {}).setdefault(kind, AlikeNames(name, made, other))

    def problems(self, naming: NamingConfig) -> Iterator[Problem]:
        """Yields the problems of each setting: names that cannot be used, and those of two resources."""
        yield from self.invalid.values()
        for path, alike in self.alike.items():
            pattern = naming.patterns.get(str(path[-1])) if path[1] == "patterns" else naming.pattern
            yield _same(path, alike, pattern or "")

    def unknown(self, names: Iterable[str]) -> Iterator[Problem]:
        """Yields a problem for each role that no name is made for."""
        for role in names:
            if role not in self.roles:
                below = sorted(known for known in self.roles if role and known.startswith(role))
                near = [f"`{known}`" for known in below or get_close_matches(role, sorted(self.roles), 3, 0.6)]
                meant = f" Roles {'that begin so' if below else 'like it'}: {listed(near)}." if near else ""
                yield Problem(
                    ("naming", "names", role),
                    f"No name is made for the role {role!r}: it has no resource, or an own name elsewhere.{meant}",
                    "Remove it, or write owner, kind and purpose, as in `churn/dev/identity/compute` "
                    "(docs/reference/names.md).",
                )


def _invalid(kind: str, made: MadeName, problem: str) -> Problem:
    what = f"The name for {made.role} cannot be used: {problem}."
    if made.path[1] == "names":
        return Problem(made.path, what, "Choose another name.")
    remedy = f"Set `naming.patterns.{kind}` to another pattern, for example with widths such as {{project:6}}."
    return Problem(made.path, what, remedy)


def _same(path: Path, alike: Mapping[str, AlikeNames], pattern: str) -> Problem:
    """Returns the problem of a setting that gives one name to two resources, of one kind or of several."""
    first, *others = alike.values()
    what = f"{first.name!r}, the name for {first.made.role}, is already that of {first.other}."
    if others:
        what += f" So it is with {len(others)} further kinds."
    if path[1] == "names":
        return Problem(path, what, "Choose another name.")
    missing = [f"`{{{word}}}`" for word in ("project", "environment") if word not in placeholders_of(pattern)]
    if missing:
        return Problem(path, what, f"Add {listed(missing)} to the pattern.")
    return Problem(path, what, "Remove widths from the pattern or enlarge them, or choose `abbreviations` that differ.")


@dataclass(frozen=True, slots=True)
class NameStyle:
    """Names as `naming` of the stack file sets them. `region`: of the landing zone."""

    naming: NamingConfig
    region: str
    names: MadeNames

    def own_name(self, parts: NameParts) -> str | None:
        """Returns the own name of a role; None where there is none."""
        self.names.roles.add(parts.role)
        name = self.naming.names.get(parts.role)
        if name is not None:
            self._note(parts, name, ("naming", "names", parts.role))
        return name

    def name(self, parts: NameParts) -> str | None:
        """Returns the name by the pattern of a kind; None where no pattern holds for it."""
        pattern = self.naming.patterns.get(parts.kind)
        path: Path = ("naming", "patterns", parts.kind) if pattern is not None else ("naming", "pattern")
        if pattern is None and parts.kind not in INSIDE:
            pattern = self.naming.pattern
        if pattern is None:
            return None
        name = _rendered(_whole(pattern, parts), self._values(parts))
        if "-" not in parts.rule.prefix and parts.rule.prefix:
            name = re.sub(r"[^a-z0-9]", "", name.lower())
        self._note(parts, name, path)
        return name

    def _note(self, parts: NameParts, name: str, path: Path) -> None:
        self.names.add(parts.kind, name, MadeName(parts.role, path), parts.rule.problem(name))

    def _values(self, parts: NameParts) -> dict[str, str]:
        project, environment = ((word,) for word in parts.owner) if parts.owner else (parts.words[1:], ())
        return {
            "type": self.naming.types.get(parts.kind, parts.rule.prefix.strip("-")),
            "businessUnit": self._short(parts.words[:1]),
            "project": self._short(project),
            "environment": self._short(environment),
            "purpose": self._short(parts.purposes),
            "region": self._short((self.region,)),
            "instance": self.naming.instance,
            "suffix": parts.suffix,
        }

    def _short(self, words: Iterable[str]) -> str:
        return "-".join(self.naming.abbreviations.get(word, word) for word in words)


def placeholders_of(pattern: str) -> frozenset[str]:
    """Returns the placeholders of a pattern."""
    return frozenset(match[1] for match in PLACEHOLDER.finditer(pattern))


def _whole(pattern: str, parts: NameParts) -> str:
    """Returns a pattern with the purpose at its end, and with the suffix, where it has no placeholder for them."""
    used = placeholders_of(pattern)
    if "purpose" not in used:
        pattern += "-{purpose}"
    if parts.suffix and used.isdisjoint({"suffix", "instance"}):
        pattern += "-{suffix}"
    return pattern


def _rendered(pattern: str, values: Mapping[str, str]) -> str:
    """Returns a pattern with its values. A separator next to an empty value is left out."""

    def value(match: re.Match[str]) -> str:
        text, width = values.get(match[1], ""), match[2]
        if not (width and width.isdecimal()):
            return text
        return text.zfill(int(width)) if match[1] == "instance" else text[: int(width)].strip("-")

    text = PLACEHOLDER.sub(value, pattern)
    return re.sub(r"([-_.])[-_.]+", r"\1", text).strip("-_.")
