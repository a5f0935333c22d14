"""The policies of this repository: definitions, built-ins that are evaluated here, initiatives, and the unit's custom
ones.

`definitions/`, `builtin/` and `initiatives/` are ours; `custom/` belongs to the business unit and is read the same way:
each file in it holds a definition or an initiative, or a list of them.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from amlz.azure.regular_files import read_regular
from amlz.paths import PRODUCT, ROOT
from amlz.policy import declared
from amlz.policy.declared import Declared, DeclaredMember, NeedsEvaluator
from amlz.policy.engine.errors import BadInput, Invalid
from amlz.policy.engine.parameters import bound
from amlz.policy.engine.values import MISSING, get
from amlz.policy.engine.written import written
from amlz.policy.json_text import NotJson, parsed, whole

if TYPE_CHECKING:
    from amlz.policy.engine.definition import Definition
    from amlz.policy.engine.initiative import Initiative

#: Folders of definitions and initiatives.
SHIPPED = ("policies/definitions", "policies/builtin", "policies/initiatives")
CUSTOM = "custom/policies"
#: The folder of custom policies in earlier versions. A policy that is left there would be dropped silently.
FORMER = "policies/custom"

#: How an initiative names a definition of this repository, whose id depends on where it is created.
OURS = "custom:"
#: A name is part of a resource id.
_NAME = re.compile(r"[^<>*%&:?+/\\\x00-\x1f]{1,128}")
#: Largest policy file in bytes. All built-in definitions of Azure in one file take less.
LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True)
class Entry:
    """A definition or an initiative. `document`: as Azure has it; `at`: its index in a list of the file, or None."""

    name: str
    document: Mapping[str, Any]
    file: Path
    at: int | None = None

    @property
    def position(self) -> str:
        """Returns the file, and in a list the index."""
        return shown(self.file) if self.at is None else f"{shown(self.file)}[{self.at}]"

    @property
    def builtin(self) -> bool:
        """Returns whether Microsoft publishes it, so that it is referred to and not created."""
        return str(get(self.properties, "policyType")).lower() in ("builtin", "static")

    @property
    def is_initiative(self) -> bool:
        """Returns whether it is a set of definitions."""
        return get(self.properties, "policyDefinitions") is not MISSING

    @property
    def properties(self) -> Mapping[str, Any]:
        """Returns the value of `properties`, or the whole where there is none."""
        inner = get(self.document, "properties")
        return inner if isinstance(inner, Mapping) else self.document

    @property
    def metadata(self) -> Mapping[str, Any]:
        """Its metadata; {} where there is none."""
        value = get(self.properties, "metadata")
        return value if isinstance(value, Mapping) else {}

    @property
    def title(self) -> str:
        """Its display name, or its name."""
        value = get(self.properties, "displayName")
        return value if isinstance(value, str) else self.name

    @property
    def shipped(self) -> bool:
        """Returns whether it is part of this repository, whose tests compile it."""
        return self.file.parent in [PRODUCT / part for part in SHIPPED]

    @cached_property
    def declared(self) -> Declared:
        """Parameters, effect, roles and members. Raises BadInput, which names the file.

        A policy of the business unit is compiled first, so that everything that is wrong with it is reported.
        """
        if not self.shipped:
            _ = self.compiled
        try:
            return declared.read(self.written)
        except Invalid as problem:
            raise BadInput(f"{self.position}: {problem}") from None

    def roles(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        """Ids of the roles that its effect needs with these parameters. None, unless it changes or deploys something.

        An effect that only the policy evaluator can work out may be any.
        """
        try:
            acts = self.declared.effect is not None and str(declared.value(self.declared.effect, values)).lower() in (
                "modify",
                "deployifnotexists",
            )
        except NeedsEvaluator:
            acts = True
        return self.declared.roles if acts else ()

    def members_given(self, given: Mapping[str, Any]) -> Iterator[tuple[DeclaredMember, dict[str, Any]]]:
        """Each member with its parameters, worked out from those of the initiative. Raises Invalid."""
        values = bound(self.declared.parameters, given)
        for member in self.declared.members:
            try:
                yield member, {name: declared.value(written, values) for name, written in member.values.items()}
            except NeedsEvaluator:
                from amlz.policy.engine.initiative import Initiative, member_values

                compiled = self.compiled
                assert isinstance(compiled, Initiative)
                of = next(
                    initiative_member
                    for initiative_member in compiled.members
                    if initiative_member.reference == member.reference
                )
                yield member, member_values(compiled, of, given)

    @cached_property
    def written(self) -> Mapping[str, Any]:
        """Its properties as ARM takes them (written.py). Raises BadInput, which names the file."""
        try:
            return written(self.properties)
        except Invalid as problem:
            raise BadInput(f"{self.position}: {problem}") from None

    @cached_property
    def compiled(self) -> Definition | Initiative:
        """Ready to evaluate. Raises BadInput, which names the file."""
        from amlz.policy.engine.definition import definition
        from amlz.policy.engine.initiative import initiative

        result = {"name": self.name, "properties": self.written}
        try:
            return initiative(result) if self.is_initiative else definition(result)
        except Invalid as problem:
            raise BadInput(f"{self.position}: {problem}") from None


@dataclass(frozen=True)
class Library:
    """Every policy by name, without regard to case."""

    entries: tuple[Entry, ...]

    @cached_property
    def by_name(self) -> Mapping[str, Entry]:
        """Entries by lower-case name."""
        return {entry.name.lower(): entry for entry in self.entries}

    def entry(self, name: str) -> Entry | None:
        """A policy by name, by `custom:name` or by an id that ends in its name."""
        last = name.lower().removeprefix(OURS).rpartition("/")[2]
        return self.by_name.get(last)

    def find(self, policy_id: str) -> Definition | Initiative | None:
        """A compiled policy by name or id; None where it is not here."""
        entry = self.entry(policy_id)
        return entry.compiled if entry else None


def library(root: Path = ROOT) -> Library:
    """Returns everything below a folder. The same object as long as no file changes: policies are compiled once.

    Raises BadInput for a file that is no policy, a name that is there twice, or a file in the former folder.
    """
    return _read(root, _state(root), _working_folder())


def _folders(root: Path) -> tuple[Path, ...]:
    """Folders of policies: shipped ones, and the custom one of the business unit."""
    product = PRODUCT if root == ROOT else root
    return (*(product / part for part in SHIPPED), root / CUSTOM)


def _state(root: Path) -> tuple[tuple[str, ...], ...]:
    """Returns the path of every file that `library` reads, with its inode, its size, and when it changed."""
    files = [path for folder in _folders(root) for path in folder.glob("*.json")]
    return tuple(_state_of(path) for path in (*files, *(root / FORMER).rglob("*.json")))


def _state_of(path: Path) -> tuple[str, ...]:
    try:
        result = path.stat()
    except (OSError, ValueError):  # reading it reports what is wrong
        return (str(path),)
    return (str(path), f"{result.st_ino} {result.st_size} {result.st_mtime_ns}")


def _working_folder() -> str:
    """Returns the folder that paths in messages begin at, "" where it is gone."""
    try:
        return str(Path.cwd())
    except OSError:
        return ""


@lru_cache(maxsize=4)
def _read(root: Path, _state: object, _working_folder: str) -> Library:
    for left in sorted((root / FORMER).rglob("*.json")):
        raise BadInput(
            f"{shown(left)}: this folder is not read since custom policies moved. Move its files to {CUSTOM}/."
        )
    entries = [entry for folder in _folders(root) for entry in _entries(folder)]
    seen: dict[str, Entry] = {}
    for entry in entries:
        other = seen.setdefault(entry.name.lower(), entry)
        if other is not entry:
            raise BadInput(
                f"{shown(entry.file)}: the name {entry.name} is taken by {shown(other.file)}. Give it another name."
            )
    return Library(tuple(entries))


def _entries(folder: Path) -> Iterator[Entry]:
    for path in sorted(folder.glob("*.json")):
        if not path.is_file():
            raise BadInput(f"{shown(path)}: it is not a regular file. Remove it, or replace it by a file.")
        result = read_json(path)
        for at, item in enumerate(result) if isinstance(result, list) else [(None, result)]:
            position = shown(path) if at is None else f"{shown(path)}[{at}]"
            if not isinstance(item, Mapping):
                raise BadInput(f"{position}: expected a definition or an initiative, which is an object.")
            name = get(item, "name")
            if not isinstance(name, str) or not name:
                raise BadInput(f"{position}: it has no name. Add one; definitions are found by it.")
            if not _NAME.fullmatch(name):
                raise BadInput(
                    f"{position}: name: {name!r}: a name has 1 to 128 characters, none of < > * % & : ? + / \\."
                )
            yield Entry(name, item, path, at)


def read_json(path: Path) -> Any:
    """The value of a JSON file. Raises BadInput, which names the file."""
    try:
        content = read_regular(path, LARGEST)
        return whole(parsed(content)) if b"\\u" in content else parsed(content)
    except OSError as problem:
        hint = " Split the file." if problem.errno == errno.EFBIG else ""
        raise BadInput(f"{shown(path)}: it cannot be read: {problem.strerror}.{hint}") from None
    except NotJson as problem:
        raise BadInput(f"{shown(path)}: this is not JSON: {problem}.") from None


def shown(path: Path) -> str:
    """A path as people see it: from the working directory down, where it lies there."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except (ValueError, OSError, RuntimeError):  # elsewhere, a working directory that is gone, links in a circle
        return str(path)
