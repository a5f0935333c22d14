"""The contract of a capability: one folder that adds an optional feature to the landing zone.

`amlz/capabilities/search/` is the example. A folder holds:

    __init__.py   CAPABILITY, a Capability: title, facts, component
    config.py     KEYS: what it adds to the stack file (pydantic)
    facts.py      rows of Azure facts, each with its source; used by CAPABILITY
    spec.py       frozen dataclasses: every value decided
    plan.py       PLANNER, a Planner: pure functions from the stack file to specs

and `components/<name>.py` the Pulumi component. A business unit's own capability is a folder below
`custom/capabilities/`, with its component in `component.py`. The core finds the folders (`amlz/core/discovery.py`);
nothing is registered elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, TypeVar

if TYPE_CHECKING:
    from amlz.core.config import EnvironmentConfig, LandingZoneConfig
    from amlz.core.facts.clouds import CloudName
    from amlz.core.notices.notice import Notice
    from amlz.core.plan import LandingZonePlan
    from amlz.core.planning.context import Context
    from amlz.core.planning.scene import Scene
    from amlz.core.problems import Problem
    from amlz.core.specs import NsgRuleSpec, OutboundRuleSpec, RoleAssignmentSpec, WorkspaceSpec


class Scope(StrEnum):
    """The part of the stack file that a key belongs to."""

    LANDING_ZONE = "landing zone"
    HUB = "hub"
    SPOKE = "spoke"
    PROJECT = "project"
    ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the stack file. `name`: in Python; the file has it in camelCase. `type`: as pydantic takes it.

    Leaving it out means `default`, which builds nothing.
    """

    scope: Scope
    name: str
    type: Any
    meaning: str
    default: Any = None


# Facts: rows, each with its source.


@dataclass(frozen=True, slots=True)
class NameRule:
    """A type's names: `pattern` for the whole, in words in `says`. `unique_in`: within what a name must be unique."""

    prefix: str
    shortest: int
    longest: int
    pattern: str
    says: str
    unique_in: Literal["azure", "region", "subscription", "group", "parent"]

    def problem(self, name: str) -> str:
        """Returns the problem of a name in words; "" for a valid one."""
        if not self.shortest <= len(name) <= self.longest:
            return f"{name!r} has {len(name)} characters; allowed are {self.shortest} to {self.longest}"
        if not re.fullmatch(self.pattern, name):
            return f"{name!r} does not fit: {self.says}"
        return ""


@dataclass(frozen=True, slots=True)
class Emits:
    """Logs and metrics that a type can send. `dedicated`: logs can go to dedicated tables, not to AzureDiagnostics."""

    logs: bool
    metrics: bool
    dedicated: bool = False


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
    """

    path: str
    closed: tuple[Any, ...]
    default: Any = None
    in_stack: bool = False
    behind: bool = False


@dataclass(frozen=True, slots=True)
class ArmType:
    """An ARM type that a capability builds: its name, one and several of it in words, and what is known of it.

    `kind`: of its names, with the rule for them. `emits`: None for no diagnostics. `public`: switches of public access.
    `keys`: the switch that turns keys off. `name_setting`: the key of the stack file that names it, which begins with a
    dot where it is below an environment.
    """

    name: str
    words: tuple[str, str]
    kind: str | None = None
    names: NameRule | None = None
    emits: Emits | None = None
    holds: Holds | None = None
    kept_days: int | None = None
    public: tuple[Switch, ...] = ()
    keys: Switch | None = None
    name_setting: str | None = None


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


#: Principals that get roles: an identity that the environment makes, a service of Azure, or a key of `access` in the
#: stack file. The two of members are `mlEngineers` and `computeOperators` of a project that shares a workspace.
Who = Literal[
    "workspaceIdentity", "computeIdentity", "buildIdentity", "encryptionIdentity", "cosmosDb", "platformTeam",
    "dataScientists", "mlEngineers", "computeOperators", "readers", "pipelines", "memberEngineers", "memberOperators",
]  # fmt: skip
#: The name of what a role is given on: of the core in amlz/core/facts/roles.py, of a capability in its `targets`.
Target = str
#: In which environments.
When = Literal["always", "production", "nonProduction", "batch", "noSharedKeys", "managedNetwork", "ownKey"]


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
class Facts:
    """Facts of Azure that a capability adds.

    `endpoint_addresses`: addresses that a private endpoint takes, by group ID. `roles`: IDs of roles by name.
    `targets`: the ARM type of each target that its grants name.
    """

    types: tuple[ArmType, ...] = ()
    zones: tuple[ZonesOf, ...] = ()
    domains: tuple[PublicDomains, ...] = ()
    endpoint_addresses: Mapping[str, int] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    grants: tuple[Grant, ...] = ()
    targets: Mapping[Target, str] = field(default_factory=dict)


# Planning: pure functions.


@dataclass(frozen=True, slots=True)
class Part:
    """The spec of a capability's component.

    `hosts`: public names that its private endpoints answer to. `shown`: kind, name and, if any, details for the network
    diagram. `before_network`: the hub's network refers to it, so it is built first.
    """

    spec: Any
    hosts: tuple[str, ...] = ()
    shown: tuple[str, ...] | None = None
    before_network: bool = False


@dataclass(frozen=True, slots=True)
class HubLinks:
    """Ids of resources in the hub that networks refer to: the firewall's NAT gateway, the gateway that spokes use."""

    nat_gateway: str | None = None
    gateway: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedPart:
    """A part with the capability that plans it, the end of its logical name, and its component as `module:class`."""

    capability: str
    logical: str
    component: str
    part: Part


@dataclass(frozen=True, slots=True)
class EnvironmentParts:
    """Input of an environment's parts: its workspace, and the roles that were assigned, by target."""

    workspace: WorkspaceSpec
    roles: Mapping[Target, tuple[RoleAssignmentSpec, ...]]


def _nothing(*_: Any) -> tuple[()]:
    return ()


def _no_rules(_: Any) -> Mapping[str, tuple[NsgRuleSpec, ...]]:
    return {}


def _no_links(_: Any) -> HubLinks:
    return HubLinks()


def _no_targets(_: Any) -> Mapping[Target, str]:
    return {}


def _no_part(*_: Any) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Planner:
    """How a capability decides. Each function answers for a stack file without its keys, too: with nothing.

    `check`: problems of its keys. `endpoints`: groups of private endpoints that it adds to an environment. `targets`:
    ids that its grants are given on. `outbound`: rules that it adds to the managed network of a workspace (its id).
    `hub_subnets`: roles of subnets of the hub that it needs; `hub_rules`: their security rules. `links`: of the hub.
    `environment`, `hub`, `landing_zone`: what it builds there, None for nothing. `notices`: warnings about its keys;
    the plan is None where the stack file has other mistakes.
    """

    check: Callable[[LandingZoneConfig], Iterable[Problem]] = _nothing
    endpoints: Callable[[EnvironmentConfig], tuple[str, ...]] = _nothing
    targets: Callable[[Scene], Mapping[Target, str]] = _no_targets
    outbound: Callable[[Scene, str], Iterable[OutboundRuleSpec]] = _nothing
    environment: Callable[[Scene, EnvironmentParts], Part | None] = _no_part
    hub_subnets: Callable[[LandingZoneConfig], tuple[str, ...]] = _nothing
    hub_rules: Callable[[Context], Mapping[str, tuple[NsgRuleSpec, ...]]] = _no_rules
    links: Callable[[Context], HubLinks] = _no_links
    hub: Callable[[Context], Part | None] = _no_part
    landing_zone: Callable[[Context], Part | None] = _no_part
    notices: Callable[[LandingZoneConfig, LandingZonePlan | None], Iterable[Notice]] = _nothing


@dataclass(frozen=True, slots=True)
class Capability:
    """A feature of the landing zone. `title`: as a heading; `page`: of docs/ that describes it.

    `component`: `module:class`, imported only when components are built. `logical`: the end of its logical names,
    None for the name of the folder. `patterns`: meaning and example of patterns in its keys.
    """

    title: str
    component: str
    page: str | None = None
    logical: str | None = None
    patterns: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    facts: Facts = Facts()


Setting = TypeVar("Setting")


def setting(part: object, name: str, kind: type[Setting]) -> Setting | None:
    """Returns the value of a capability's key in a part of the stack file; None where it is left out."""
    found = getattr(part, name)
    if found is None:
        return None
    assert isinstance(found, kind)
    return found
