"""Specs of Microsoft Purview."""

from __future__ import annotations

from amlz.capabilities.purview.facts import ACCOUNT
from amlz.core.specs import (
    DiagnosticsSpec,
    LockSpec,
    Place,
    PrivateEndpointSpec,
    ResourceGroupSpec,
    RoleAssignmentSpec,
)
from amlz.core.specs.common import Tags
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class PurviewAccountSpec:
    """An account that is created, in a separate resource group."""

    group: ResourceGroupSpec
    name: str
    place: Place
    managed_group: str
    public: bool
    endpoint: PrivateEndpointSpec
    diagnostics: DiagnosticsSpec
    lock: LockSpec | None
    protect: bool
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id(ACCOUNT, self.name)


@dataclass(frozen=True, slots=True)
class PurviewSpec:
    """Purview of a landing zone. `account`: None where one exists, whose id is `account_id` in any case.

    `roles`: of its identity on the lake. `lake`: the id of the lake's account, None without one.
    """

    account: PurviewAccountSpec | None
    account_id: str
    roles: tuple[RoleAssignmentSpec, ...]
    lake: str | None
    tenant: str
    location: str
