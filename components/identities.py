"""User-assigned identities of a project environment."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import managedidentity

from amlz.core.specs import IdentitySpec
from components.resource_registry import ResourceRegistry


class Identities(pulumi.ComponentResource):
    """Identities of the workspace, its clusters, its image builds, and the reader of its encryption key."""

    resource_ids: dict[str, pulumi.Output[str]]
    client_ids: dict[str, pulumi.Output[str]]
    """By the ID of the identity, as the plan has it, those that exist too."""

    def __init__(
        self,
        name: str,
        args: tuple[IdentitySpec, ...],
        resources: ResourceRegistry,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("amlz:project:Identities", name, None, opts)
        self.resource_ids, self.client_ids = {}, {}
        for spec in args:
            if spec.client_id is not None:
                self.resource_ids[spec.role] = resources.ref(spec.id)
                self.client_ids[spec.id] = pulumi.Output.from_input(spec.client_id)
                continue
            identity = managedidentity.UserAssignedIdentity(
                f"{name}-{spec.role}",
                resource_name_=spec.name,
                resource_group_name=resources.group(spec.place),
                location=spec.place.location,
                tags=dict(spec.tags),
                opts=resources.options(self, spec.place.subscription),
            )
            resources.register(spec.id, identity)
            self.resource_ids[spec.role], self.client_ids[spec.id] = identity.id, identity.client_id
        self.register_outputs({"resource_ids": self.resource_ids})


def client_id(identity: str, existing: str | None, resources: ResourceRegistry) -> pulumi.Input[str]:
    """Returns the client ID of an identity (its ID): that of the plan where it exists, else known at deployment."""
    if existing is not None:
        return existing
    built = resources.resource(identity)
    assert isinstance(built, managedidentity.UserAssignedIdentity)
    client: pulumi.Output[str] = built.client_id
    return client
