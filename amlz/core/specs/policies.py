"""Specs of Azure policies: definitions, initiatives, assignments, exemptions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amlz.azure.ids import extension_id
from amlz.core.specs.common import RoleAssignmentSpec
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class PolicyDefinitionSpec:
    """A definition to be created. `properties` by ARM's names; `management_group`: None for a subscription.

    `key`: its logical name.
    """

    key: str
    name: str
    subscription: str
    management_group: str | None
    properties: Mapping[str, Any]

    @property
    def id(self) -> str:
        return policy_id(self.subscription, self.management_group, "policyDefinitions", self.name)


@dataclass(frozen=True, slots=True)
class OwnPolicySpec:
    """A definition or initiative that is created here: what refers to it waits for it."""

    id: str


@dataclass(frozen=True, slots=True)
class ExistingPolicySpec:
    """A definition or initiative that exists: built in, or created by another stack."""

    id: str


@dataclass(frozen=True, slots=True)
class InitiativeMemberSpec:
    """A definition of an initiative."""

    reference: str
    definition: OwnPolicySpec | ExistingPolicySpec
    version: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class InitiativeSpec:
    """An initiative to be created. `key`: its logical name."""

    key: str
    name: str
    subscription: str
    management_group: str | None
    properties: Mapping[str, Any]
    members: tuple[InitiativeMemberSpec, ...]

    @property
    def id(self) -> str:
        return policy_id(self.subscription, self.management_group, "policySetDefinitions", self.name)


@dataclass(frozen=True, slots=True)
class SelectorSpec:
    """Which resources an assignment looks at, or leaves out."""

    kind: str
    values: tuple[str, ...]
    exclude: bool


@dataclass(frozen=True, slots=True)
class OverrideSpec:
    """Another effect for some policies of an initiative."""

    effect: str
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PolicyAssignmentSpec:
    """An assignment. `key`: its part of the logical name; `message`: for whom it denies.

    `after`: ids of what its parameters name. `roles`: what its identity needs to change or deploy.
    """

    key: str
    name: str
    title: str
    scope: str
    subscription: str
    policy: OwnPolicySpec | ExistingPolicySpec
    parameters: Mapping[str, Any]
    message: str
    enforced: bool
    location: str
    description: str
    assigned_by: str
    after: tuple[str, ...] = ()
    not_scopes: tuple[str, ...] = ()
    selectors: tuple[SelectorSpec, ...] = ()
    overrides: tuple[OverrideSpec, ...] = ()
    roles: tuple[RoleAssignmentSpec, ...] = ()

    @property
    def id(self) -> str:
        return extension_id(self.scope, "Microsoft.Authorization/policyAssignments", self.name)


@dataclass(frozen=True, slots=True)
class PolicyExemptionSpec:
    """An exemption of one resource group. `expires_on`: a time in UTC."""

    name: str
    scope: str
    subscription: str
    assignment_id: str
    references: tuple[str, ...]
    category: str
    reason: str
    ticket: str
    expires_on: str

    @property
    def id(self) -> str:
        return extension_id(self.scope, "Microsoft.Authorization/policyExemptions", self.name)


@dataclass(frozen=True, slots=True)
class PoliciesSpec:
    """Everything of Azure Policy, in the order of creation."""

    definitions: tuple[PolicyDefinitionSpec, ...]
    initiatives: tuple[InitiativeSpec, ...]
    assignments: tuple[PolicyAssignmentSpec, ...]
    exemptions: tuple[PolicyExemptionSpec, ...]


def policy_id(subscription: str, management_group: str | None, kind: str, name: str) -> str:
    """The id of a definition or initiative of our own."""
    above = (
        f"/providers/Microsoft.Management/managementGroups/{management_group}"
        if management_group
        else f"/subscriptions/{subscription}"
    )
    return f"{above}/providers/Microsoft.Authorization/{kind}/{name}"
