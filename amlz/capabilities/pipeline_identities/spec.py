"""Specs of pipelines' identities."""

from __future__ import annotations

from amlz.core.specs.common import Place, Tags
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class FederatedCredentialSpec:
    """Accepted tokens of an identity (`identity`: its id). `after`: the id that must exist first."""

    name: str
    identity: str
    issuer: str
    subject: str
    audience: str
    after: str

    @property
    def id(self) -> str:
        return f"{self.identity}/federatedIdentityCredentials/{self.name}"


@dataclass(frozen=True, slots=True)
class PipelineIdentitySpec:
    """The identity of one kind of pipeline (`kind`: its key in the stack file), and whose tokens it takes."""

    kind: str
    name: str
    place: Place
    credentials: tuple[FederatedCredentialSpec, ...]
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.ManagedIdentity/userAssignedIdentities", self.name)
