"""Azure IoT Edge: roles of pipelines on an IoT hub, and the manifest that they complete."""

from __future__ import annotations

from typing import Any

import pulumi

from amlz.capabilities.iot_edge.spec import IotEdgeSpec
from components.resource_registry import ResourceRegistry
from components.role_assignment import role_assignment


class IotEdge(pulumi.ComponentResource):
    """Roles on the IoT hub of an environment's devices.

    `resource_ids`: the role assignments. `outputs`: what a pipeline prints as a manifest.
    """

    resource_ids: dict[str, pulumi.Output[str]]
    outputs: dict[str, Any]

    def __init__(
        self, name: str, args: IotEdgeSpec, resources: ResourceRegistry, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("amlz:project:IotEdge", name, None, opts)
        for role in args.roles:
            role_assignment(self, name, role, resources)
        self.resource_ids = {role.key: resources.ref(role.id) for role in args.roles}
        self.outputs = outputs_of(args)
        self.register_outputs({"resource_ids": self.resource_ids})


def outputs_of(args: IotEdgeSpec) -> dict[str, Any]:
    """Returns what pipelines/iot-edge.sh completes."""
    return {"registry": args.registry, "pulls": args.pulls, "hub": args.hub, "manifest": dict(args.manifest)}
