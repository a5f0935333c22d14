"""Resource groups that exist: what is excluded, what their owners must provide, and where nothing else is created."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.ids import parse, resource_group_id
from amlz.core.addresses import environments
from amlz.core.config import LandingZoneConfig
from amlz.core.config.existing import group_name
from amlz.core.facts.names import NAME_RULES
from amlz.core.names import NameBook, TakenName
from amlz.core.problems import Path, Problem, dotted
from amlz.core.subscriptions import subscription_of
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class ExistingGroup:
    """A resource group that exists. `owner`: the path of its environment or spoke, in `subscription`.

    `asked`: its name or id; `own_name`: the name that the stack file sets for a created one.
    """

    owner: Path
    asked: str
    subscription: str
    own_name: str | None

    @property
    def path(self) -> Path:
        """Returns its path in the stack file."""
        return (*self.owner, "existing", "resourceGroup")

    @property
    def name(self) -> str:
        """Returns its name."""
        return group_name(self.asked)

    @property
    def id(self) -> str:
        """Returns its id."""
        return resource_group_id(self.subscription, self.name)

    @property
    def user(self) -> str:
        """Returns what uses it, in words."""
        return f"spoke {self.owner[1]}" if self.owner[0] == "spokes" else f"{self.owner[1]} {self.owner[3]}"


def groups_of(config: LandingZoneConfig) -> Iterator[ExistingGroup]:
    """Returns the resource groups of spokes and environments that exist."""
    for name, spoke in config.spokes.items():
        if spoke.existing_group is not None:
            subscription = spoke.own_subscription or config.subscriptions.landing_zone
            yield ExistingGroup(("spokes", name), spoke.existing_group, subscription, spoke.names.resource_group)
    for project, name, environment in environments(config):
        asked = environment.existing.resource_group
        if asked is not None:
            path: Path = ("projects", project, "environments", name)
            yield ExistingGroup(path, asked, subscription_of(config, environment), environment.names.resource_group)


def demands_of_groups(config: LandingZoneConfig) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Returns the tasks of owners: the resource group by its name, and a sentence each."""
    for group in groups_of(config):
        yield (
            f"resource group {group.name}",
            (
                f"it exists in subscription {group.subscription} before the first deployment",
                "it has the tags that policies require of a resource group, or that resources inherit from it",
                "it has no ReadOnly lock, and no CanNotDelete lock while a deployment deletes resources in it",
                f"policies and roles of {group.user} apply to everything in it, also to other resources",
            ),
        )


def only_groups(config: LandingZoneConfig, names: NameBook) -> dict[str, tuple[str, ...]]:
    """Returns subscriptions in which no resource group is created, with the names of those that exist: there the
    deployer needs no rights on the subscription. The resource group of a network that exists is one of them.
    """
    groups: dict[str, dict[str, None]] = {}
    for group in groups_of(config):
        groups.setdefault(group.subscription, {})[group.name] = None
    for spoke in config.spokes.values():
        network = parse(spoke.existing.virtual_network) if spoke.existing is not None else None
        if network is not None and network.subscription in groups:
            groups[network.subscription][network.resource_group] = None
    created = {name.within for name in names.taken if name.kind == "resourceGroup"}
    return {one: tuple(inside) for one, inside in groups.items() if f"/subscriptions/{one}".lower() not in created}


def created_too(config: LandingZoneConfig, names: NameBook) -> Iterator[Problem]:
    """Returns existing resource groups whose names are given to created ones, too."""
    for group in groups_of(config):
        within = f"/subscriptions/{group.subscription}".lower()
        other = names.taken.get(TakenName("resourceGroup", within, group.name.lower()))
        if other is not None:
            yield Problem(
                group.path,
                f"{dotted(other)} creates a resource group of the same name, {group.name!r}.",
                "Name the resource group that exists, or set another name for the created one.",
            )


def check_input(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns resource groups that are not usable where they are named."""
    taken: dict[str, Path] = {}
    for group in groups_of(config):
        wrong = NAME_RULES["resourceGroup"].problem(group.name)
        if wrong is not None:
            yield Problem(group.path, f"{wrong}.", "Write the name of the resource group as Azure shows it.")
        subscription = parse(group.asked).subscription if "/" in group.asked else group.subscription
        if subscription != group.subscription:
            yield Problem(
                group.path,
                f"It is in subscription {subscription}, and {group.user} is in {group.subscription}.",
                "Name a resource group of that subscription, or use a spoke in the subscription of the resource group.",
            )
        if group.own_name is not None:
            yield Problem(
                (*group.owner, "names", "resourceGroup"),
                "It names a resource group that is created here, and `existing` one that is not.",
                "Remove one of the two.",
            )
        other = taken.setdefault(group.id.lower(), group.path)
        if other != group.path:
            yield Problem(
                group.path,
                f"{dotted(other)} is the same resource group: policies, roles and a budget apply to all of it.",
                "Name another resource group, or remove this key to have one created.",
            )
