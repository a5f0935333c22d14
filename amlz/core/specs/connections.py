"""The spec of a workspace's connection."""

from __future__ import annotations

from collections.abc import Mapping

from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class ConnectionSpec:
    """A connection without secrets. `identity`: the id of the identity that signs in, None where each caller signs in.

    `after`: ids of resources that must exist before it. `client_id`: of an identity that exists.
    """

    name: str
    workspace: str
    category: str
    target: str
    identity: str | None
    metadata: Mapping[str, str]
    after: tuple[str, ...]
    client_id: str | None = None

    @property
    def id(self) -> str:
        return f"{self.workspace}/connections/{self.name}"
