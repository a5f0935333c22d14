"""Flows of data between platforms and the data lake: platform, containers, role and network path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from amlz.core.capability_facts import Platform
from amlz.core.discovery import capability_facts
from amlz.core.plan import LandingZonePlan
from amlz.core.problems import listed
from amlz.core.specs import DataLakeSpec, PrivateEndpointSpec, ProjectEnvironmentSpec, RoleAssignmentSpec, records
from amlz.reports.custom_sections import CustomSection

TITLE = "Data platforms and the data lake"
_COLUMNS = ("platform", "environment", "containers", "role", "path")
_AZURE_ML = Platform("Azure ML jobs")
_CONTAINER = "/blobServices/default/containers/"


@dataclass(frozen=True, slots=True)
class NetworkPath:
    """How a platform reaches a lake. `through`: what `names` are, or the whole where nothing of it is known by name.

    `zones`: the private DNS zones that lead there; none for names in a managed network.
    """

    through: str
    names: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()

    def __str__(self) -> str:
        names = f"{self.through} {listed(self.names)}" if self.names else self.through
        return f"{names}, by {listed(self.zones)}" if self.zones else names


@dataclass(frozen=True, slots=True)
class DataFlow:
    """A role of a platform of an environment on containers of a lake, and the path to them."""

    platform: str
    environment: str
    containers: tuple[str, ...]
    role: str
    path: NetworkPath

    @property
    def row(self) -> tuple[str, ...]:
        """Returns the row of the table."""
        return self.platform, self.environment, listed(self.containers), self.role, str(self.path)


def flows_of(plan: LandingZonePlan) -> tuple[DataFlow, ...]:
    """Returns the flows where a data platform has a role on the lake; those of Azure ML's jobs are among them."""
    platforms: dict[str, Platform] = {
        "computeIdentity": _AZURE_ML,
        **{who: row for facts in capability_facts() for who, row in facts.platforms.items()},
    }
    containers: dict[tuple[str, str, str, NetworkPath], list[str]] = {}
    for owner, environment, role in _roles(plan):
        account, container = _place(plan, role)
        for platform in (platforms[who] for who in role.holders if account is not None and who in platforms):
            key = (platform.title, owner, role.role, _path(plan, environment, account, platform))
            containers.setdefault(key, []).append(container)
    if all(platform == _AZURE_ML.title for platform, *_ in containers):
        return ()
    # Jobs of projects that share a workspace have an identity each.
    flows = (DataFlow(key[0], key[1], tuple(dict.fromkeys(names)), *key[2:]) for key, names in containers.items())
    return tuple(sorted(flows, key=lambda flow: flow.row))


def data_flows(plan: LandingZonePlan) -> Iterator[CustomSection]:
    """Yields the table of the flows, where there are any."""
    flows = flows_of(plan)
    if flows:
        yield CustomSection(TITLE, _COLUMNS, tuple(flow.row for flow in flows))


def _roles(plan: LandingZonePlan) -> Iterator[tuple[str, ProjectEnvironmentSpec | None, RoleAssignmentSpec]]:
    """Yields the roles of each environment, and those of parts that all environments share."""
    for environment in plan.environments:
        for role in records(environment, RoleAssignmentSpec):
            yield f"{environment.project}/{environment.environment}", environment, role
    for planned in plan.capabilities:
        for role in records(planned.part.spec, RoleAssignmentSpec):
            yield "all", None, role


def _place(plan: LandingZonePlan, role: RoleAssignmentSpec) -> tuple[str | None, str]:
    """Returns the account and the container of a role on data of the lake; no account for another role."""
    account, within, container = role.scope.rpartition(_CONTAINER)
    if within:
        return account, container
    lake = plan.part(DataLakeSpec)
    whole = lake is not None and role.scope == lake.account_id and role.role.startswith("Storage Blob Data ")
    return (role.scope if whole else None), "all"


def _path(
    plan: LandingZonePlan, environment: ProjectEnvironmentSpec | None, account: str | None, platform: Platform
) -> NetworkPath:
    if platform.path is not None:
        return NetworkPath(platform.path)
    if platform.endpoints:
        return NetworkPath("managed private endpoints", platform.endpoints)
    managed = environment.workspace.managed_network if environment is not None else None
    if platform is _AZURE_ML and managed is not None:
        rules = tuple(rule.name for rule in managed.built.values() if rule.to == account)
        return NetworkPath("outbound rules", rules)
    endpoints = [one for one in records(plan, PrivateEndpointSpec) if one.target == account]
    if not endpoints:
        return NetworkPath("private endpoints of the lake's owner")
    zones = tuple(dict.fromkeys(zone.name for endpoint in endpoints for zone in endpoint.zones))
    names = tuple(endpoint.name for endpoint in endpoints)
    return NetworkPath("private endpoints", names, zones or ("zones of a policy",))
