"""Flows of data between platforms and the data lake: platform, containers, role and network path."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.core.capability_facts import Platform
from amlz.core.discovery import capability_facts
from amlz.core.plan import LandingZonePlan
from amlz.core.problems import listed
from amlz.core.specs import PrivateEndpointSpec, ProjectEnvironmentSpec, RoleAssignmentSpec, records
from amlz.reports.custom_sections import CustomSection

_COLUMNS = ("platform", "environment", "containers", "role", "path")
_AZURE_ML = Platform("Azure ML jobs")
_CONTAINER = "/blobServices/default/containers/"


def data_flows(plan: LandingZonePlan) -> Iterator[CustomSection]:
    """Yields the table where a data platform has a role on the lake; Azure ML is listed with it."""
    platforms: dict[str, Platform] = {
        "computeIdentity": _AZURE_ML,
        **{who: row for facts in capability_facts() for who, row in facts.platforms.items()},
    }
    containers: dict[tuple[Platform, str, str, str], list[str]] = {}
    for environment in plan.environments:
        owner = f"{environment.project}/{environment.environment}"
        for role in records(environment, RoleAssignmentSpec):
            account, within, container = role.scope.rpartition(_CONTAINER)
            for platform in (platforms[who] for who in role.holders if within and who in platforms):
                key = (platform, owner, role.role, _path(plan, environment, account, platform))
                containers.setdefault(key, []).append(container)
    if any(platform is not _AZURE_ML for platform, *_ in containers):
        rows = ((key[0].title, key[1], listed(names), *key[2:]) for key, names in containers.items())
        yield CustomSection("Data platforms and the data lake", _COLUMNS, tuple(sorted(rows)))


def _path(plan: LandingZonePlan, environment: ProjectEnvironmentSpec, account: str, platform: Platform) -> str:
    """Returns the private endpoints by which a platform reaches the account, and the zones that lead to them."""
    if platform.endpoints:
        return f"managed private endpoints {listed(platform.endpoints)}"
    managed = environment.workspace.managed_network
    if platform is _AZURE_ML and managed is not None:
        return f"outbound rules {listed(rule.name for rule in managed.built.values() if rule.to == account)}"
    endpoints = [one for one in records(plan, PrivateEndpointSpec) if one.target == account]
    if not endpoints:
        return "private endpoints of the lake's owner"
    zones = dict.fromkeys(zone.name for endpoint in endpoints for zone in endpoint.zones)
    names = f"private endpoints {listed(endpoint.name for endpoint in endpoints)}"
    return f"{names}, by {listed(zones)}" if zones else f"{names}, by zones of a policy"
