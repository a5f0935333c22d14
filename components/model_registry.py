"""Roles on an existing Azure ML registry."""

from __future__ import annotations

import pulumi

from amlz.core.specs.model_registry import ModelRegistrySpec
from components.resource_registry import ResourceRegistry
from components.role_assignment import role_assignment


class ModelRegistry(pulumi.ComponentResource):
    """Roles of groups and pipelines on a registry. Identities get theirs with the environment that they are of.

    `resource_ids`: ids of the assignments, by the key of the role.
    """

    resource_ids: dict[str, pulumi.Output[str]]

    def __init__(
        self,
        name: str,
        args: ModelRegistrySpec,
        resources: ResourceRegistry,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("amlz:shared:ModelRegistry", name, None, opts)
        for role in args.roles:
            role_assignment(self, name, role, resources)
        self.resource_ids = {role.key: resources.ref(role.id) for role in args.roles}
        self.register_outputs({"resource_ids": self.resource_ids})
