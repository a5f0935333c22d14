"""Role assignments from the table of grants."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import field

from amlz.core.capability_facts import Grant, Target, Who
from amlz.core.facts.roles import GRANTS, role_definition_id
from amlz.core.planning.context import Context, union
from amlz.core.specs import ExistingPrincipalSpec, IdentityPrincipalSpec, PrincipalSpec, RoleAssignmentSpec
from amlz.dataclass import dataclass

#: The namespace of role assignment names: one name for one scope, principal and role, for ever.
NAMESPACE = uuid.UUID("6f1c7f0e-53f0-5c0e-9a3e-6d1f0f6f7a10")

#: From the table's word for a kind of people to the field of AccessConfig.
PEOPLE = {
    "platformTeam": "platform_team",
    "dataScientists": "data_scientists",
    "mlEngineers": "ml_engineers",
    "computeOperators": "compute_operators",
    "readers": "readers",
    "pipelines": "pipelines",
    "memberEngineers": "member_engineers",
    "memberOperators": "member_operators",
}


@dataclass(frozen=True, slots=True)
class Principals:
    """Principals of grants: identities (by the table's word) and people (by kind, object ids).

    `more`: those of capabilities, by the table's word and their part of logical names.
    `members`: ids of identities of projects that share the workspace: each gets what `computeIdentity` gets.
    """

    identities: Mapping[str, IdentityPrincipalSpec]
    people: Mapping[str, tuple[str, ...]]
    more: Mapping[Who, Mapping[str, PrincipalSpec]] = field(default_factory=dict)
    members: Mapping[str, str] = field(default_factory=dict)

    def of(self, who: Who) -> Iterable[tuple[str, PrincipalSpec]]:
        """Each principal of a kind, with its part of the logical name."""
        if who in self.identities:
            yield who, self.identities[who]
            if who == "computeIdentity":
                for label, identity in self.members.items():
                    yield label, IdentityPrincipalSpec(identity)
            return
        kind = "ServicePrincipal" if who == "pipelines" else "Group"
        for object_id in self.people.get(PEOPLE.get(who, ""), ()):
            yield object_id, ExistingPrincipalSpec(kind, object_id)
        yield from self.more.get(who, {}).items()


@dataclass(frozen=True, slots=True)
class GrantConditions:
    """Conditions that decide which rows of the table apply."""

    production: bool
    batch: bool
    shared_keys: bool
    managed_network: bool = False
    computes: bool = False
    studio: bool = False

    def hold(self, grant: Grant) -> bool:
        """Returns whether a row applies."""
        return {
            "always": True,
            "production": self.production,
            "nonProduction": not self.production,
            "batch": self.batch,
            "noSharedKeys": not self.shared_keys,
            "ownKey": True,  # without one there is nothing to give it on
            "managedNetwork": self.managed_network,
            "productionFiles": self.production and not self.shared_keys,
            "computes": self.computes,
            "nonProductionComputes": self.computes and not self.production,
            "studioDeployments": self.studio and not self.production,
        }[grant.when]


def assign(
    targets: Mapping[Target, str], principals: Principals, conditions: GrantConditions
) -> dict[Target, tuple[RoleAssignmentSpec, ...]]:
    """The assignments on each target (its id), in the order of the table. The same one is never made twice."""
    assignments: dict[str, tuple[Target, RoleAssignmentSpec]] = {}
    for grant in GRANTS:
        if grant.target not in targets or not conditions.hold(grant):
            continue
        for label, principal in principals.of(grant.who):
            spec = _assignment(grant, targets[grant.target], label, principal)
            if spec.name in assignments:  # one Entra group in two roles of the stack file
                spec = assignments[spec.name][1].joined(spec)
            assignments[spec.name] = (grant.target, spec)
    return {target: tuple(spec for on, spec in assignments.values() if on == target) for target in targets}


def readers_of_group(context: Context, target: Target, group: str) -> tuple[RoleAssignmentSpec, ...]:
    """Returns the roles of the landing zone's groups of people on a resource group that environments share (its id)."""
    conditions = GrantConditions(context.any_production, False, False)
    return assign({target: group}, Principals({}, union(context.config.access)), conditions)[target]


def _assignment(grant: Grant, scope: str, label: str, principal: PrincipalSpec) -> RoleAssignmentSpec:
    subscription = scope.split("/")[2]
    role_id = role_definition_id(grant.role, subscription)
    return RoleAssignmentSpec(
        key=f"{grant.target}-{_slug(grant.role)}-{label}",
        name=str(uuid.uuid5(NAMESPACE, f"{scope}|{principal.holder}|{role_id}".lower())),
        subscription=subscription,
        scope=scope,
        role=grant.role,
        role_id=f"/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions/{role_id}",
        principal=principal,
        holders=(grant.who,),
        reasons=(grant.why,),
    )


def _slug(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", words.lower())
