"""The records of reports in JSON, as types: json_schema.py makes the published schema of them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from amlz.checks.finding import Severity
from amlz.reports.json_networks import ExistingNetwork
from amlz.reports.json_record import Record
from amlz.reports.policy import ORDER

Count = Annotated[int, Field(ge=0)]
Verdicts = Annotated[str, Field(json_schema_extra={"enum": [*ORDER]})]


class Owned(Record):
    """The project and the environment, both empty for a part of neither."""

    project: str
    environment: str


class PlacedRecord(Owned):
    """A resource by its URN, its type and its id."""

    urn: str
    arm_type: str
    id: str
    name: str
    resource_group: str


class ResourceRecord(PlacedRecord):
    """A request that the program makes."""

    token: str
    api_version: str
    location: str
    subscription: str
    depends_on: list[str]
    parent: str
    provider: str
    protect: bool
    source: str
    aliases: list[str]
    body: dict[str, Any]


class FindingFields(Owned):
    """A finding of a check."""

    id: str
    severity: Severity
    resource: str
    name: str
    path: str
    expected: Any
    actual: Any
    message: str
    remedy: str
    source: str


class AlertRecord(Record):
    """An alert rule; `severity` is null on the activity log."""

    alert: str
    environment: str
    severity: Annotated[int, Field(ge=0, le=4)] | None
    notifies: str
    id: str
    resource: str
    condition: str
    runbook: str


class ObjectiveRecord(Record):
    """A service level objective; `whyNot`: why it is not measured, null where it is."""

    name: str
    indicator: str
    target: float
    days: int
    limit: str | None
    endpoint: str | None
    budget_minutes: float
    alerts: Count
    why_not: str | None


class ObjectivesRecord(Record):
    """The objectives of an environment."""

    environment: str
    production: bool
    objectives: list[ObjectiveRecord]


class PermissionRecord(Owned):
    """The actions of a persona, by their answer: its role in the stack file, or an identity. `identity`: the ID of one
    that exists, whose object ID is the first of `principals`; null for all others.
    """

    persona: str
    principals: list[str]
    identity: str | None
    allowed: list[str]
    conditional: list[str]
    not_allowed: list[str]
    cannot_tell: list[str]
    differs: list[str]


class FindingRecord(FindingFields):
    """A finding of a check."""


class AcceptedFinding(FindingFields):
    """A finding that the stack file accepts."""

    accepted_until: str
    reason: str
    ticket: str


class ReasonRecord(Record):
    """A condition of a policy, with its truth; null is unknown."""

    condition: str
    path: str
    operator: str
    expected: Any
    actual: Any
    truth: bool | None


class VerdictRecord(Record):
    """The answer of a policy for a resource."""

    resource: str
    id: str
    assignment: str
    policy: str
    reference: str
    effect: str
    verdict: Verdicts
    enforced: bool
    blocks: bool
    forecast: bool
    exemption: str
    message: str
    why: str
    reasons: list[ReasonRecord]
    details: dict[str, Any]


class _Role(Record):
    """A role assignment: a principal, its role and its scope."""

    who: str
    principal: str
    principal_type: str
    role: str
    scope: str
    why: str


class Role(_Role):
    """A role assignment: a principal, its role and its scope."""


class WiderRole(_Role):
    """A role assignment whose scope was smaller before."""

    before: list[str]


class BlockSubnet(Record):
    """A subnet, with the addresses that it holds and those that are needed."""

    role: str
    range: str
    holds: Count
    needed: Count


class BlockRecord(Record):
    """The range of an owner, with its subnets."""

    owner: str
    range: str
    subnets: list[BlockSubnet]


class SpaceRecord(Record):
    """A virtual network, with its ranges."""

    network: str
    ranges: list[str]
    free: list[str]
    exists: bool
    blocks: list[BlockRecord]


class QuotaFamily(Record):
    """vCPUs of a family of sizes."""

    family: str
    dedicated: Count
    low_priority: Count


class QuotaUnknown(Record):
    """A cluster or instance whose size is in no table."""

    owner: str
    name: str
    size: str
    nodes: Count
    priority: str


class Quota(Record):
    """vCPUs at full scale, in a subscription and region."""

    subscription: str
    region: str
    dedicated: Count
    low_priority: Count
    families: list[QuotaFamily]
    unknown: list[QuotaUnknown]


class AllowedTraffic(Record):
    """Traffic that the owner of an existing firewall has to allow."""

    name: str
    protocols: list[str]
    ports: list[str]
    sources: list[str]
    destinations: list[str]
    why: str


class ExistingHub(Record):
    """A hub that exists, with the demands on its owner."""

    virtual_network: str
    firewall_address: str | None
    log_analytics: str
    demands: list[str]
    must_allow: list[AllowedTraffic]


class Datastore(Owned):
    """A datastore of a workspace in the data lake."""

    name: str
    container: str


class DataLakeRecord(Record):
    """The data lake."""

    account: str
    built: bool
    containers: list[str]
    demands: list[str]
    datastores: list[Datastore]


class OutboundRule(Record):
    """An outbound rule of a managed network."""

    by: Literal["azure", "stack"]
    id: str | None
    kind: str
    to: str
    group: str | None
    why: str
    source: str


class ManagedNetworkRecord(Owned):
    """The managed network of a workspace."""

    workspace: str
    isolation_mode: str
    firewall: str | None
    outbound_rules: list[OutboundRule]


class ExistingPart(Record):
    """Demands on the owner of an existing resource."""

    what: str
    demands: list[str]


class RelaxationRecord(Record):
    """A setting that is less secure than the default."""

    path: str
    gives_up: str


class Cluster(Owned):
    """An attached Kubernetes cluster."""

    name: str
    cluster: str
    namespace: str
    demands: list[str]


class DeployerRoleRecord(Record):
    """A built-in role that the deployer needs."""

    subscription: str
    role: str
    why: str
    condition: str | None


class ResourceProvider(Record):
    """A resource provider that must be registered in a subscription before the first deployment."""

    subscription: str
    namespace: str
    why: str
    source: str


class CustomRoleRecord(Record):
    """A custom role that an owner creates before the first deployment."""

    subscription: str
    name: str
    role_id: str
    actions: list[str]


class LandingZoneRecord(Record):
    """The landing zone: its configuration in short, roles, and demands on others.

    `approvers`: of deployments to each production environment, by PROJECT/ENVIRONMENT; empty where none are named.
    """

    organisation: str
    business_unit: str
    cloud: str
    location: str
    tenant_id: str
    subscriptions: list[str]
    existing_hub: ExistingHub | None
    data_lake: DataLakeRecord | None
    existing_parts: list[ExistingPart]
    existing_networks: list[ExistingNetwork]
    relaxations: list[RelaxationRecord]
    kubernetes: list[Cluster]
    managed_networks: list[ManagedNetworkRecord]
    roles: list[Role]
    approvers: dict[str, list[str]]
    deployer_roles: list[DeployerRoleRecord]
    resource_providers: list[ResourceProvider]
    custom_roles: list[CustomRoleRecord]


class NotEvaluated(Record):
    """A policy that cannot be evaluated from a request."""

    assignment: str
    policy: str
    why: str
