"""Common parts of components: a location, diagnostics, roles, locks, private endpoints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from amlz.azure.ids import extension_id, resource_group_id, resource_id
from amlz.dataclass import dataclass

Tags = Mapping[str, str]
#: The name of diagnostic settings, unless the stack file sets another.
DIAGNOSTICS = "to-central-log"


@dataclass(frozen=True, slots=True)
class Place:
    """The location of resources: a subscription's GUID, a resource group's name, a region."""

    subscription: str
    resource_group: str
    location: str

    @property
    def group_id(self) -> str:
        """The id of the resource group."""
        return resource_group_id(self.subscription, self.resource_group)

    def id(self, arm_type: str, *names: str) -> str:
        """Returns the id of a resource at this location."""
        return resource_id(self.subscription, self.resource_group, arm_type, *names)


@dataclass(frozen=True, slots=True)
class ResourceGroupSpec:
    """A resource group. `exists`: it is not created here."""

    place: Place
    tags: Tags
    exists: bool = False

    @property
    def id(self) -> str:
        return self.place.group_id


@dataclass(frozen=True, slots=True)
class DiagnosticsSpec:
    """Diagnostics of one resource (`target`: its id) to the central log. `tables`: Dedicated; None for the default.

    `categories`: of logs, () for all of them.
    """

    target: str
    log_analytics: str
    logs: bool
    metrics: bool
    tables: str | None = None
    name: str = DIAGNOSTICS
    categories: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Returns the id of the setting, an extension of its target."""
        return extension_id(self.target, "Microsoft.Insights/diagnosticSettings", self.name)


@dataclass(frozen=True, slots=True)
class TelemetrySpec:
    """Public network access for ingestion and query."""

    public_ingestion: bool = True
    public_queries: bool = True


@dataclass(frozen=True, slots=True)
class ExistingPrincipalSpec:
    """A principal that exists in Entra ID. `id`: its object id."""

    kind: str  # Group or ServicePrincipal
    id: str

    @property
    def holder(self) -> str:
        """Returns the text from which names of role assignments are made."""
        return self.id


@dataclass(frozen=True, slots=True)
class IdentityPrincipalSpec:
    """The principal of an identity. `id`: of the resource that is or has the identity. `principal_id`: its object ID,
    None for an identity that is built here: Azure decides it.
    """

    id: str
    principal_id: str | None = None

    @property
    def holder(self) -> str:
        """Returns the text from which names of role assignments are made."""
        return self.principal_id or self.id

    @property
    def kind(self) -> str:
        """Entra ID lists managed identities as service principals."""
        return "ServicePrincipal"


#: Principal of a role.
PrincipalSpec = ExistingPrincipalSpec | IdentityPrincipalSpec


@dataclass(frozen=True, slots=True)
class IdentitySpec:
    """A user-assigned identity. `principal_id` and `client_id`: of one that exists, None for one that is built here."""

    role: str
    name: str
    place: Place
    tags: Tags
    principal_id: str | None = None
    client_id: str | None = None

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.ManagedIdentity/userAssignedIdentities", self.name)

    @property
    def principal(self) -> IdentityPrincipalSpec:
        """Returns the principal that roles are given to."""
        return IdentityPrincipalSpec(self.id, self.principal_id)


@dataclass(frozen=True, slots=True)
class RoleAssignmentSpec:
    """A role on a scope. `key` is its part of the logical name; `name` the GUID that Azure keeps it under.

    `holders`: groups of people, pipelines and identities by their keys; one principal can be several. `reasons`: of the
    grants that give the role to them.
    """

    key: str
    name: str
    subscription: str
    scope: str
    role: str
    role_id: str
    principal: PrincipalSpec
    holders: tuple[str, ...]
    reasons: tuple[str, ...]

    @property
    def who(self) -> str:
        """Returns the holders as text."""
        return ", ".join(self.holders)

    @property
    def why(self) -> str:
        """Returns the reasons as text."""
        return "; ".join(self.reasons)

    def joined(self, other: RoleAssignmentSpec) -> RoleAssignmentSpec:
        """Returns this assignment, which is also that of the other's holders, for its reasons too."""
        holders = tuple(dict.fromkeys((*self.holders, *other.holders)))
        return replace(self, holders=holders, reasons=tuple(dict.fromkeys((*self.reasons, *other.reasons))))

    @property
    def id(self) -> str:
        return extension_id(self.scope, "Microsoft.Authorization/roleAssignments", self.name)


@dataclass(frozen=True, slots=True)
class LockSpec:
    """A lock against deletion. `notes` are the reason, for people who meet it."""

    name: str
    scope: str
    notes: str


@dataclass(frozen=True, slots=True)
class ZoneSpec:
    """A private DNS zone."""

    name: str
    id: str


@dataclass(frozen=True, slots=True)
class PrivateEndpointSpec:
    """A private endpoint for one group ID of one resource, and the zones that its names are written to.

    `zones` is () where Azure Policy writes its zone group. `after`: ids of further resources that must exist before it,
    in addition to target, subnet and zones. `request`: the message to the owner of the target, who approves the
    connection; None where the deployer's rights approve it.
    """

    name: str
    interface: str
    group: str
    target: str
    subnet: str
    zones: tuple[ZoneSpec, ...]
    place: Place
    tags: Tags
    after: tuple[str, ...] = ()
    request: str | None = None
    zone_group_name: str = "default"

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.Network/privateEndpoints", self.name)

    @property
    def zone_group(self) -> str:
        """Returns the id of its zone group: once that exists, its names resolve."""
        return self.place.id("Microsoft.Network/privateEndpoints/privateDnsZoneGroups", self.name, self.zone_group_name)

    @property
    def ready(self) -> str:
        """Returns the id that must exist before its names are used: its zone group, itself where none is built here."""
        return self.zone_group if self.zones else self.id
