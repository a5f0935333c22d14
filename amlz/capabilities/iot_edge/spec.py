"""Spec of Azure IoT Edge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amlz.core.specs import RoleAssignmentSpec
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class IotEdgeSpec:
    """Modules of an environment's devices. `registry`: the host that they pull from. `pulls`: with credentials.

    `manifest`: a deployment whose images have no tag yet, which a pipeline names. `roles`: on the IoT hub
    (`hub`: its ID).
    """

    registry: str
    pulls: bool
    hub: str | None
    manifest: Mapping[str, Any]
    roles: tuple[RoleAssignmentSpec, ...]
