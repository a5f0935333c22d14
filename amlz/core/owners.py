"""Owners of ranges and subnets: an environment of a project, or a part of the landing zone that environments share."""

from __future__ import annotations

from typing import NamedTuple, NewType


class EnvironmentKey(NamedTuple):
    """One environment of one project."""

    project: str
    environment: str

    def __str__(self) -> str:
        """Its name in reports: `churn/dev`."""
        return f"{self.project}/{self.environment}"

    def __format__(self, spec: str) -> str:
        """As text, so that columns can be aligned."""
        return format(str(self), spec)


#: A part of the landing zone that environments share: the hub, or one that a capability builds.
SharedOwner = NewType("SharedOwner", str)
HUB_OWNER = SharedOwner("hub")

Owner = EnvironmentKey | SharedOwner


def words_of(owner: Owner) -> tuple[str, ...]:
    """Returns the words of an owner, as names are made of them."""
    return tuple(owner) if isinstance(owner, EnvironmentKey) else (owner,)
