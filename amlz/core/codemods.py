"""Changes of keys of a landing zone, as data: applied to values here, to the text of a stack file by
`amlz.stackfile.migrate`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from amlz.dataclass import dataclass

KeyPath = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RenameKey:
    """A key with another name. `path`: from the landing zone, with `*` for every key of a mapping."""

    path: KeyPath
    name: str

    def refusal(self, parent: Mapping[str, Any], key: str) -> str | None:
        """Returns the reason why a person must change this key, None where it can be renamed."""
        if self.name not in parent:
            return None
        return f"`{self.name}` is set as well. Keep one of both values, and remove `{key}`."

    def apply(self, parent: dict[str, Any], key: str) -> None:
        """Renames a key. The order of keys is kept."""
        items = [(self.name if name == key else name, value) for name, value in parent.items()]
        parent.clear()
        parent.update(items)

    def __str__(self) -> str:
        """Returns the change in words."""
        return f"renamed to {self.name}"


@dataclass(frozen=True, slots=True)
class RemoveKey:
    """A key that is removed. `values`: those without effect; `otherwise`: what a person does about any other value."""

    path: KeyPath
    values: tuple[object, ...]
    otherwise: str

    def refusal(self, parent: Mapping[str, Any], key: str) -> str | None:
        """Returns the reason why a person must change this key, None where it can be removed."""
        value = parent[key]
        alike = any(type(value) is type(one) and value == one for one in self.values)
        return None if alike else self.otherwise

    def apply(self, parent: dict[str, Any], key: str) -> None:
        """Removes a key."""
        del parent[key]

    def __str__(self) -> str:
        """Returns the change in words."""
        return "removed: it has no effect"


Codemod = RenameKey | RemoveKey

#: The version of the stack file that this program reads and writes.
CURRENT: Final = 1
#: Changes from a version to the next one. None yet: 1 is the first version.
STEPS: Final[dict[int, tuple[Codemod, ...]]] = {}


def version_of(landing_zone: object) -> int | None:
    """Returns the schemaVersion of a landing zone, None where it is no number."""
    version = landing_zone.get("schemaVersion") if isinstance(landing_zone, Mapping) else None
    return version if isinstance(version, int) and not isinstance(version, bool) else None


def places(landing_zone: object, path: KeyPath) -> Iterator[KeyPath]:
    """Returns the paths that a codemod's path matches."""
    if not isinstance(landing_zone, Mapping) or not path:
        return
    names = [name for name in landing_zone if isinstance(name, str)] if path[0] == "*" else [path[0]]
    for name in names:
        if name not in landing_zone:
            continue
        if len(path) == 1:
            yield (name,)
        else:
            yield from ((name, *rest) for rest in places(landing_zone[name], path[1:]))


def parent_of(landing_zone: Any, path: KeyPath) -> Any:
    """Returns the mapping that holds the last key of a path."""
    for name in path[:-1]:
        landing_zone = landing_zone[name]
    return landing_zone


def separate(value: Any) -> Any:
    """Returns a copy of values in which no part is there twice, as an alias of YAML makes it."""
    if isinstance(value, Mapping):
        return {key: separate(item) for key, item in value.items()}
    return [separate(item) for item in value] if isinstance(value, list) else value


def converted(landing_zone: Any) -> Any:
    """Returns the values of an earlier version as those of the current one; the same values for any other version.

    A key that a person must change first stays, and the model reports it.
    """
    version = version_of(landing_zone)
    if version is None or version not in STEPS:
        return landing_zone
    current = separate(landing_zone)
    while version in STEPS:
        for codemod in STEPS[version]:
            for path in tuple(places(current, codemod.path)):
                parent = parent_of(current, path)
                if codemod.refusal(parent, path[-1]) is None:
                    codemod.apply(parent, path[-1])
        version += 1
        current["schemaVersion"] = version
    return current
