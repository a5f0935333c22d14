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

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from amlz.core.capability_facts import Contradiction, Facts, Target, Who
from amlz.dataclass import dataclass

if TYPE_CHECKING:
    from amlz.core.config import EnvironmentConfig, LandingZoneConfig
    from amlz.core.notices.notice import Notice
    from amlz.core.owners import EnvironmentKey, SharedOwner
    from amlz.core.plan import LandingZonePlan
    from amlz.core.planning.context import Context
    from amlz.core.planning.environment_context import EnvironmentContext
    from amlz.core.problems import Path, Problem
    from amlz.core.specs import (
        ComputesSpec,
        DatastoreSpec,
        IdentitySpec,
        NsgRuleSpec,
        OutboundRuleSpec,
        PrincipalSpec,
        ProjectEnvironmentSpec,
        RoleAssignmentSpec,
        RuleGroupSpec,
        WorkspaceSpec,
    )


class Scope(StrEnum):
    """The part of the stack file that a key belongs to."""

    LANDING_ZONE = "landing zone"
    HUB = "hub"
    SPOKE = "spoke"
    PROJECT = "project"
    ENVIRONMENT = "environment"
    SECURITY = "security"
    """`security` of an environment."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the stack file. `name`: in Python; the file has it in camelCase. `type`: as pydantic takes it.

    Leaving it out means `default`, which builds nothing. `copied`: a new project that is like another gets its value.
    `referred`: how deep in the landing zone the names in it are that other parts of the file refer to; 0 for none.
    """

    scope: Scope
    name: str
    type: Any
    meaning: str
    default: Any = None
    copied: bool = True
    referred: int = 0


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A choice of the stack file that is less secure than the default. `gives_up`: the protection that is lost."""

    path: Path
    gives_up: str


# Planning: pure functions.


class Phase(StrEnum):
    """The moment at which a component is built, within its part of the landing zone."""

    FIRST = "first"
    """In a hub before the network, in an environment before everything that roles are given on."""
    BEFORE_ENVIRONMENTS = "before environments"
    """In a landing zone: before its environments, which get roles on it. All others are built after them."""
    BEFORE_STORES = "before stores"
    """In an environment: before its storage account and registry."""
    DEFAULT = "default"
    COMPUTES = "computes"
    """After the compute targets of an environment, as children of their component."""


@dataclass(frozen=True, slots=True)
class SharedSubnet:
    """A subnet in a spoke for private endpoints of all environments: the whole range of a key of the stack file.

    `spoke`: None where the stack file leaves a choice. `path`: of the key. `users`: environments whose compute targets
    use the endpoints. One of another `role` holds `needed` addresses instead; `Planner.subnet_rules` has its rules, and
    what is in it reads the lake as `users` do. `delegation`: the service that alone may use it. `environment`: the one
    that it is part of, if it is of one alone.
    """

    owner: SharedOwner
    spoke: str | None
    cidr: str
    path: Path
    users: tuple[EnvironmentKey, ...]
    role: str = "endpoints"
    needed: int = 0
    delegation: str | None = None
    environment: EnvironmentKey | None = None


@dataclass(frozen=True, slots=True)
class SharedEndpoints:
    """Private endpoints that are built once for all environments, by group ID; in the hub where `subnet` is None.

    `addresses`: those that they take in the hub in addition to the usual number of their groups.
    """

    groups: tuple[str, ...]
    subnet: SharedSubnet | None = None
    addresses: int = 0


@dataclass(frozen=True, slots=True)
class SharedGroup:
    """A resource group that is built for all environments: guardrails are assigned to it. `production`: it holds
    production data.
    """

    id: str
    production: bool


@dataclass(frozen=True, slots=True)
class SharedUse:
    """Use of a resource that other stacks may use, too: the stacks of a folder are compared.

    `what`: the resource in words. `path`: of its key. `settings`: values by key that are the same in every stack that
    uses it. `offers`: containers that are built here, None for a resource that exists. `needs`: containers that are
    used. `writes`: paths of environments by the container that each alone writes to.
    """

    id: str
    what: str
    path: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    offers: tuple[str, ...] | None = None
    needs: tuple[str, ...] = ()
    writes: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DrawnPart:
    """A part of the hub in drawings of the networks. `kind`: of `Facts.drawn`."""

    kind: str
    name: str
    details: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """The spec of a capability's component.

    `hosts`: public names that its private endpoints answer to; `users`: environments that reach them, None for all.
    `drawn`: of a hub's part; None where drawings leave it out. `group`: of a landing zone's part.
    """

    spec: Any
    hosts: tuple[str, ...] = ()
    users: tuple[EnvironmentKey, ...] | None = None
    drawn: DrawnPart | None = None
    phase: Phase = Phase.DEFAULT
    group: SharedGroup | None = None


@dataclass(frozen=True, slots=True)
class BuiltCluster:
    """A cluster of this stack (its id). `nodes`: their range; `metrics`, `grafana`: IDs, None without them."""

    id: str
    nodes: str
    metrics: str | None = None
    grafana: str | None = None


@dataclass(frozen=True, slots=True)
class PrometheusSource:
    """A cluster (its id) whose metrics are in an Azure Monitor workspace (`metrics`: its id). `subject`: the catalogue
    of its alerts; `words`: in the name of their rule group; `values`: by the words that they replace in expressions.
    """

    metrics: str
    cluster: str
    subject: Literal["cluster", "mesh"] = "cluster"
    words: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HubLinks:
    """Ids of resources in the hub that networks refer to: the firewall's NAT gateway, the gateway that spokes use.

    `second_dns_server`: the address of the DNS server that spokes ask if the firewall does not answer.
    """

    nat_gateway: str | None = None
    gateway: str | None = None
    second_dns_server: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedPart:
    """A part with the capability that plans it, the end of its logical name, its component as `module:class`, and the
    stack output that holds its outputs.
    """

    capability: str
    logical: str
    component: str
    part: Part
    output: str | None = None


@dataclass(frozen=True, slots=True)
class EnvironmentParts:
    """Input of an environment's parts: its workspace with compute targets, and the roles that were assigned, by
    target.
    """

    workspace: WorkspaceSpec
    computes: ComputesSpec
    roles: Mapping[Target, tuple[RoleAssignmentSpec, ...]]


def _nothing(*_: Any) -> tuple[()]:
    return ()


def _no_mapping(_: Any) -> dict[Any, Any]:
    return {}


def _no_links(_: Any) -> HubLinks:
    return HubLinks()


def _as_it_is(spec: ProjectEnvironmentSpec) -> ProjectEnvironmentSpec:
    return spec


def _no_part(*_: Any) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Planner:
    """Decisions of a capability: the functions that it needs, of these. Each is pure, and answers for every stack file;
    for one without its keys, with nothing.
    """

    # The stack file.
    check: Callable[[LandingZoneConfig], Iterable[Problem]] = _nothing
    """Problems of its keys."""
    notices: Callable[[LandingZoneConfig, LandingZonePlan | None], Iterable[Notice]] = _nothing
    """Warnings about its keys; the plan is None where the stack file has other mistakes."""
    relaxations: Callable[[LandingZoneConfig], Iterable[Relaxation]] = _nothing
    """Choices that are less secure than the default: every preview names them."""
    summary: Callable[[LandingZoneConfig], Iterable[tuple[str, str]]] = _nothing
    """Rows of the summary of every preview: label and text."""
    contradictions: Callable[[LandingZoneConfig], Iterable[tuple[Path, Contradiction]]] = _nothing
    """Points on which sources contradict each other, with the key that needs them: every preview names them."""

    # Additions to an environment.
    endpoints: Callable[[EnvironmentConfig], tuple[str, ...]] = _nothing
    """Group IDs of private endpoints."""
    computes: Callable[[EnvironmentConfig], Iterable[Path]] = _nothing
    """Compute targets, by their paths within the environment."""
    identities: Callable[[EnvironmentContext], Iterable[IdentitySpec]] = _nothing
    """Identities that are built with those of the environment; `xIdentity` in the table of grants for the role `x`."""
    principals: Callable[[EnvironmentContext], Mapping[Who, Mapping[str, PrincipalSpec]]] = _no_mapping
    """Other principals of the table of grants, by their part of logical names."""
    targets: Callable[[EnvironmentContext], Mapping[Target, str]] = _no_mapping
    """Ids on which its roles are assigned."""
    shared_roles: Callable[[EnvironmentContext], Iterable[RoleAssignmentSpec]] = _nothing
    """Roles of its identities on what the landing zone has once. The workspace waits for those of its identity."""
    datastores: Callable[[EnvironmentContext, WorkspaceSpec], Iterable[DatastoreSpec]] = _nothing
    """Datastores of its workspace."""
    outbound: Callable[[EnvironmentContext, str], Iterable[OutboundRuleSpec]] = _nothing
    """Rules of the managed network of a workspace (its id)."""
    endpoint_rules: Callable[[EnvironmentConfig, str], Iterable[NsgRuleSpec]] = _nothing
    """Security rules of the subnet of private endpoints (its range)."""
    clusters: Callable[[EnvironmentContext], Iterable[BuiltCluster]] = _nothing
    """Kubernetes clusters that it builds."""
    prometheus: Callable[[EnvironmentContext], Iterable[PrometheusSource]] = _nothing
    """Clusters whose metrics are in managed Prometheus: operation builds alerts on them."""
    environment: Callable[[EnvironmentContext, EnvironmentParts], Part | None] = _no_part
    """Spec of its component in an environment; None where it builds nothing."""
    amend: Callable[[ProjectEnvironmentSpec], ProjectEnvironmentSpec] = _as_it_is
    """Returns the environment with what its part changes in others: encryption, resources to wait for."""

    compute_rules: Callable[[Context, EnvironmentKey, str], Iterable[NsgRuleSpec]] = _nothing
    """Security rules of a subnet of clusters and instances (its range), not of that of image builds."""

    # Additions to the hub.
    hub_subnets: Callable[[LandingZoneConfig], tuple[str, ...]] = _nothing
    """Roles of subnets that it needs."""
    hub_rules: Callable[[Context], Mapping[str, tuple[NsgRuleSpec, ...]]] = _no_mapping
    """Security rules of these subnets, by role."""
    firewall: Callable[[Context], Iterable[RuleGroupSpec]] = _nothing
    """Firewall rules for its own sources or destinations; of a priority below 300, before the hosts by choice. Owners
    of existing hubs receive them as requests."""
    needs_firewall: Callable[[LandingZoneConfig], Iterable[tuple[Path, str]]] = _nothing
    """Keys that a hub without a firewall (`hub.firewall.tier: None`) excludes: path, and what the firewall does for
    them, as a sentence.
    """
    links: Callable[[Context], HubLinks] = _no_links
    """Ids that networks refer to."""
    hub: Callable[[Context], Part | None] = _no_part
    """Spec of its component in the hub; None where it builds nothing."""

    # Additions to the landing zone.
    shared_endpoints: Callable[[LandingZoneConfig], Iterable[SharedEndpoints]] = _nothing
    """Private endpoints that it builds once for all environments, and other subnets in spokes."""
    subnet_rules: Callable[[Context, SharedSubnet], Iterable[NsgRuleSpec]] = _nothing
    """Security rules of its other subnets in spokes; nothing for a subnet of another capability."""
    rights: Callable[[Context], Mapping[str, str]] = _no_mapping
    """Subscriptions on which the deployer needs the roles of `Facts.deployer`, by their condition."""
    outside: Callable[[Context], Iterable[str]] = _nothing
    """Ids of resources that exist already: they are referred to, and never waited for."""
    trusted: Callable[[LandingZoneConfig], Iterable[str]] = _nothing
    """Ids of resources outside of the network that the data lake lets in by resource instance rules."""
    shared_uses: Callable[[Context], Iterable[SharedUse]] = _nothing
    """Resources that other stacks may use, too."""
    landing_zone: Callable[[Context], Part | None] = _no_part
    """Spec of its single component; None where it builds nothing."""
    shared: Callable[[Context], Part | None] = _no_part
    """The same of one that is decided and built before the environments."""


@dataclass(frozen=True, slots=True)
class Capability:
    """A feature of the landing zone. `title`: as a heading; `page`: of docs/ that describes it.

    `component`: `module:class`, imported only when components are built. `logical`: the end of its logical names,
    None for the name of the folder. `patterns`: meaning and example of patterns in its keys. `output`: the stack output
    that holds the `outputs` of its components, by the key of the environment.
    """

    title: str
    component: str
    page: str | None = None
    logical: str | None = None
    output: str | None = None
    patterns: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    facts: Facts = field(default_factory=Facts)


Setting = TypeVar("Setting")


def setting(part: object, name: str, kind: type[Setting]) -> Setting | None:
    """Returns the value of a capability's key in a part of the stack file; None where it is left out."""
    value = getattr(part, name)
    if value is None:
        return None
    assert isinstance(value, kind)
    return value
