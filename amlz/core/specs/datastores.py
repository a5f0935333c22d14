"""The spec of a datastore: a container of the data lake under a name of its workspace."""

from __future__ import annotations

from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class DatastoreSpec:
    """A datastore without credentials. `container`: its id; `after`: ids of resources that must exist before it.

    `endpoint`: what names of storage accounts end in.
    """

    name: str
    workspace: str
    container: str
    description: str
    after: tuple[str, ...]
    endpoint: str

    @property
    def id(self) -> str:
        return f"{self.workspace}/datastores/{self.name}"
