"""Rows of Azure facts that a capability adds to the tables of the core, each with its source.

The core merges them into its tables when it is imported: names, zones, diagnostics, roles, limits, retirements and
changes know the rows of a new folder without an edit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from amlz.azure.change_rule import ChangeRule
from amlz.azure.protection import Protection
from amlz.core.billing import Bill
from amlz.dataclass import dataclass

if TYPE_CHECKING:
    from amlz.core.facts.clouds import CloudName
    from amlz.core.facts.egress import TagRule


@dataclass(frozen=True, slots=True)
class NameRule:
    """A type's names: `pattern` for the whole, in words in `says`. `unique_in`: within what a name must be unique."""

    prefix: str
    shortest: int
    longest: int
    pattern: str
    says: str
    unique_in: Literal["azure", "region", "subscription", "group", "parent"]

    def problem(self, name: str) -> str | None:
        """Returns the problem of a name in words; None for a valid one."""
        if not self.shortest <= len(name) <= self.longest:
            return f"{name!r} has {len(name)} characters; allowed are {self.shortest} to {self.longest}"
        if not re.fullmatch(self.pattern, name):
            return f"{name!r} does not fit: {self.says}"
        return None


@dataclass(frozen=True, slots=True)
class Emits:
    """Logs and metrics that a type can send. `dedicated`: logs can go to dedicated tables, not to AzureDiagnostics.

    `categories`: of logs that are sent, () for all of them.
    """

    logs: bool
    metrics: bool
    dedicated: bool = False
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Holds:
    """A type that holds data: which data, and what Azure keeps after deletion ("" where this table has no source).

    `backup`: how to save the data before, as an instruction, and the page that describes it.
    """

    data: str
    kept: str
    source: str
    backup: str
    backup_source: str


@dataclass(frozen=True, slots=True)
class Switch:
    """A property, the values that close it, and Azure's own value when it is absent (None: not documented).

    `behind`: it matters only where public access as a whole is on. `in_stack`: the stack file can turn it on.
    `setting`: the key of the whole landing zone that turns it on with `true`.
    """

    path: str
    closed: tuple[Any, ...]
    default: Any = None
    in_stack: bool = False
    behind: bool = False
    setting: str | None = None


class Noun(NamedTuple):
    """A type in words: one of it, and several."""

    one: str
    several: str


@dataclass(frozen=True, slots=True)
class ArmType:
    """An ARM type that a capability builds: its name, its noun, and what is known of it.

    `kind`: of its names, with the rule for them. `emits`: None for no diagnostics. `public`: switches of public access.
    `keys`: the switch that turns keys off. `name_setting`: the key of the stack file that names it, which begins with a
    dot where it is below an environment. `protected_anywhere`: it may be locked and protected outside of production,
    too, so that this is no evidence of it.
    """

    name: str
    noun: Noun
    kind: str | None = None
    names: NameRule | None = None
    emits: Emits | None = None
    holds: Holds | None = None
    kept_days: int | None = None
    public: tuple[Switch, ...] = ()
    keys: Switch | None = None
    name_setting: str | None = None
    protected_anywhere: bool = False


@dataclass(frozen=True, slots=True)
class ZonesOf:
    """The private DNS zones of a group ID (`groupIds` of a private endpoint's connection) in one cloud."""

    cloud: CloudName
    group: str
    zones: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class PublicDomains:
    """Public domains in which names of a group ID's endpoints are resolved, in one cloud. They may hold {region}."""

    cloud: CloudName
    group: str
    domains: tuple[str, ...]
    source: str


#: A principal that gets roles. Of the core: an identity of the environment, such as `computeIdentity`, or a key of
#: `access` in the stack file; `memberEngineers` and `memberOperators` are `mlEngineers` and `computeOperators` of a
#: project that shares a workspace. Of a capability: `xIdentity` for the role `x` in its planner's `identities`, or a
#: word that its planner has for other principals.
Who = str
#: The name of what a role is given on: of the core in amlz/core/facts/roles.py, of a capability in its `targets`.
Target = str
#: In which environments. `productionFiles`: production without shared keys; `computes`: where people create compute
#: targets, `nonProductionComputes`: there, but not in production; `studioDeployments`: where the studio deploys.
When = Literal[
    "always", "production", "nonProduction", "batch", "noSharedKeys", "managedNetwork", "ownKey", "productionFiles",
    "computes", "nonProductionComputes", "studioDeployments",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Grant:
    """A row: this principal gets this role on this target in these environments, for this reason."""

    who: Who
    role: str
    target: Target
    why: str
    source: str
    when: When = "always"


@dataclass(frozen=True, slots=True)
class DeployerGrant:
    """A role that the deployer needs on a subscription. `when`: only where the stack file requires it. Of a capability:
    its planner's `rights` names the subscription by this word.
    """

    on: str
    role: str
    why: str
    when: str = "always"


@dataclass(frozen=True, slots=True)
class Platform:
    """A data platform. `endpoints`: private endpoints of its managed network by which it reaches the lake; () where it
    uses those of the lake. `path`: its way there in words, where that is no private endpoint.
    """

    title: str
    endpoints: tuple[str, ...] = ()
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A point on which sources contradict each other. `one` and `other`: what each states, with its address.

    `built`: what is built here as long as nobody tried it against Azure.
    """

    point: str
    one: str
    other: str
    built: str


@dataclass(frozen=True, slots=True)
class EgressHosts:
    """Public hosts that something of the capability reaches through the firewall. They may hold {region}.

    `only`: the use that needs them, None for every use. A planner's `firewall` makes the rules.
    """

    cloud: CloudName
    name: str
    hosts: tuple[str, ...]
    scheme: Literal["Https", "Http"]
    why: str
    source: str
    only: str | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` of `what` in one `per`. Azure raises some of them by request: those are called quotas."""

    count: int
    what: str
    per: str
    source: str


@dataclass(frozen=True, slots=True)
class PropertyValue:
    """A property of a body by its path, and a value of it."""

    path: str
    value: str


@dataclass(frozen=True, slots=True)
class CountedLimit:
    """A limit, or a quota, on resources of one type. `within`: the scope in which they are counted.

    `only`: the property by which resources count, None for all of the type. `keys`: of the stack file, from which the
    number follows; they may hold {project}.
    """

    limit: Limit
    arm_type: str
    within: Literal["parent", "region", "subscription"]
    keys: tuple[str, ...]
    only: PropertyValue | None = None


@dataclass(frozen=True, slots=True)
class RetiredSetting:
    """A value of a property (of one item of a list, where the path has `[*]`) that ends on a day.

    `values`: those that end; () for any but an absent one. `instead`: what to send, None for nothing. `only`: another
    property, without whose value the row does not apply.
    """

    arm_type: str
    path: str
    values: tuple[Any, ...]
    what: str
    on: str
    source: str
    instead: str | None = None
    only: PropertyValue | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts of Azure that a capability adds.

    `endpoint_addresses`: addresses that a private endpoint takes, by group ID. `roles`: IDs of roles by name.
    `targets`: the ARM type of each target that its grants name, in the resource group of an environment;
    `shared_targets`: of those elsewhere. `tags`: service tags that the firewall opens for it. `platforms`: data
    platforms by their identity, for the table of data flows. `changes`: effects of changed properties, by ARM type.
    `bills`: what is billed of its types. `protections`: properties of its types that protect production.
    `removed` and `added`: ARM types whose deletion or creation takes protection away, in words. `drawn`: ARM types of
    its parts of the hub, by their kind in drawings of the networks; the one that decides whether the part exists first.
    """

    types: tuple[ArmType, ...] = ()
    zones: tuple[ZonesOf, ...] = ()
    domains: tuple[PublicDomains, ...] = ()
    endpoint_addresses: Mapping[str, int] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    grants: tuple[Grant, ...] = ()
    deployer: tuple[DeployerGrant, ...] = ()
    targets: Mapping[Target, str] = field(default_factory=dict)
    shared_targets: Mapping[Target, str] = field(default_factory=dict)
    egress: tuple[EgressHosts, ...] = ()
    tags: tuple[TagRule, ...] = ()
    platforms: Mapping[Who, Platform] = field(default_factory=dict)
    limits: tuple[CountedLimit, ...] = ()
    retired_settings: tuple[RetiredSetting, ...] = ()
    changes: Mapping[str, tuple[ChangeRule, ...]] = field(default_factory=dict)
    bills: Mapping[str, Bill] = field(default_factory=dict)
    protections: tuple[Protection, ...] = ()
    removed: Mapping[str, str] = field(default_factory=dict)
    added: Mapping[str, str] = field(default_factory=dict)
    drawn: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
