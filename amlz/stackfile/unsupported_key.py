"""An unknown key about which something is known."""

from __future__ import annotations

from dataclasses import replace

from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A setting that is known and not supported, or set by another key.

    `below`: the path of the key above; "*" is any name. `keys`: its usual spellings, in lower case without separators.
    """

    below: tuple[str, ...]
    keys: frozenset[str]
    what: str
    remedy: str

    def at(self, below: tuple[str, ...]) -> Unsupported:
        """Returns the same setting below another key."""
        return replace(self, below=below)

    def with_keys(self, *keys: str) -> Unsupported:
        """Returns the same setting by other spellings."""
        return replace(self, keys=frozenset(keys))
