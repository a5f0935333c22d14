"""The landing zone's container registry, which several environments share."""

from __future__ import annotations

import pulumi

from amlz.core.specs import SharedRegistrySpec
from components.container_registry import ContainerRegistry
from components.resource_group import resource_group
from components.resource_registry import ResourceRegistry
from components.role_assignment import role_assignment


class SharedRegistry(pulumi.ComponentResource):
    """A registry in a separate resource group, with its one endpoint in the hub."""

    resource_id: pulumi.Output[str]
    name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: SharedRegistrySpec,
        resources: ResourceRegistry,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("amlz:shared:SharedRegistry", name, None, opts)
        resource_group(self, name, args.group, resources)
        for role in args.group_roles:
            role_assignment(self, name, role, resources)
        registry = ContainerRegistry(f"{name}-registry", args.registry, resources, pulumi.ResourceOptions(parent=self))
        self.resource_id, self.name = registry.resource_id, registry.name
        self.register_outputs({"resource_id": self.resource_id, "name": self.name})
