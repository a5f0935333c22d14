"""Identities of environments that exist: tasks of their owners, roles of the deployer, and mistakes."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.ids import parse
from amlz.core.addresses import environments
from amlz.core.config import EnvironmentConfig, LandingZoneConfig
from amlz.core.config.parts import ExistingIdentityConfig
from amlz.core.facts.roles import DEPLOYER
from amlz.core.names import NameBook, TakenName
from amlz.core.own_subnets import BUILD
from amlz.core.problems import Path, Problem, dotted
from amlz.dataclass import dataclass

_USES = {"workspace": "its workspace acts as it", "compute": "its compute targets act as it", BUILD: "it builds images"}

_PEOPLE = "the deployer can assign roles on it: people get Managed Identity Operator, to create compute targets with it"


@dataclass(frozen=True, slots=True)
class ExistingIdentity:
    """An identity that exists, with its environment, its role there, and its path in the stack file."""

    project: str
    name: str
    environment: EnvironmentConfig
    role: str
    asked: ExistingIdentityConfig

    @property
    def path(self) -> Path:
        """Returns its path in the stack file."""
        return ("projects", self.project, "environments", self.name, "existing", "identities", self.role)

    @property
    def takes_roles(self) -> bool:
        """Returns whether people get a role on it: they create compute targets with it."""
        return self.role == "compute" and self.environment.people_create_computes


def existing_identities(config: LandingZoneConfig) -> Iterator[ExistingIdentity]:
    """Returns the identities of environments that exist."""
    for project, name, environment in environments(config):
        for role, asked in environment.existing.identities.by_role.items():
            yield ExistingIdentity(project, name, environment, role, asked)


def subscriptions_of_identities(config: LandingZoneConfig) -> tuple[str, ...]:
    """Returns the subscriptions of those on which roles are given here."""
    return tuple(parse(one.asked.id).subscription for one in existing_identities(config) if one.takes_roles)


def demands_of_identities(config: LandingZoneConfig) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Returns the tasks of owners: the identity, and a sentence each. An identity can be restricted to its region:
    https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/managed-identities-isolation-scope
    """
    for one in existing_identities(config):
        asked = one.asked
        yield (
            f"identity {parse(asked.id).name}",
            (
                f"it exists before the deployment, with principal ID {asked.principal_id} and client ID "
                f"{asked.client_id}, and is not deleted while {one.project} {one.name} uses it: {_USES[one.role]}",
                "the deployer has Managed Identity Operator on it (`Microsoft.ManagedIdentity/userAssignedIdentities/"
                "*/assign/action`)",
                f"with isolation scope Regional, it is in {config.location}",
                "no other resource has it, and it has no federated credential: any holder has the roles that are given "
                "here",
                *((_PEOPLE,) if one.takes_roles else ()),
            ),
        )


def deployer_on_identities(config: LandingZoneConfig) -> Iterator[tuple[str, str, str]]:
    """Returns the roles of the deployer on existing identities: subscription, role, why. Each subscription once."""
    given: dict[str, set[str]] = {}
    for one in existing_identities(config):
        when = given.setdefault(parse(one.asked.id).subscription, {"identityUses"})
        when.update({"identityRoles"} if one.takes_roles else ())
    for subscription, conditions in given.items():
        rows = (row for row in DEPLOYER if row.on == "identities" and row.when in conditions)
        yield from ((subscription, row.role, row.why) for row in rows)


def check_input(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns an identity that two roles or environments have, and values that cannot be right."""
    seen: dict[str, Path] = {}
    for one in existing_identities(config):
        asked = one.asked
        if asked.principal_id == asked.client_id:
            yield Problem(
                (*one.path, "clientId"),
                "It is the principal ID too, and an identity has two different ones.",
                "Set both as `az identity show` prints them.",
            )
        if one.role == BUILD and one.environment.image_build.identity != "own":
            yield Problem(
                one.path,
                "It is for image builds with a separate identity, and `imageBuild.identity` is `compute`.",
                "Remove one of the two.",
            )
        values = {"id": asked.id.lower(), "principalId": asked.principal_id, "clientId": asked.client_id}
        others = {key: seen.setdefault(f"{key} {value}", one.path) for key, value in values.items()}
        key, other = next(((key, other) for key, other in others.items() if other != one.path), ("", one.path))
        if key:
            what = "names this identity" if key == "id" else f"has this {key}"
            yield Problem(
                (*one.path, key),
                f"{dotted(other)} {what} too: it would have the roles of both, and each could act as the other.",
                "Use a separate identity for each role of each environment.",
            )


def in_created_groups(config: LandingZoneConfig, names: NameBook) -> Iterator[Problem]:
    """Returns identities in resource groups that are created here."""
    for one in existing_identities(config):
        theirs = parse(one.asked.id)
        within = f"/subscriptions/{theirs.subscription}".lower()
        creator = names.taken.get(TakenName("resourceGroup", within, theirs.resource_group.lower()))
        if creator is not None:
            yield Problem(
                (*one.path, "id"),
                f"It is in {theirs.resource_group}, which {dotted(creator)} creates and deletes with everything in it.",
                "Use an identity in a resource group of its owner, or remove this key: one is created then.",
            )
