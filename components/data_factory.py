"""Azure Data Factory of a project environment."""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi_azure_native import datafactory

from amlz.capabilities.data_factory.spec import DataFactorySpec
from components.diagnostics import diagnostics
from components.lock import lock
from components.private_endpoint import private_endpoint
from components.resource_registry import ResourceRegistry


class DataFactory(pulumi.ComponentResource):
    """A factory with one identity and without public access. A pipeline makes its managed network and its content."""

    resource_id: pulumi.Output[str]
    name: pulumi.Output[str]
    outputs: dict[str, Any]

    def __init__(
        self, name: str, args: DataFactorySpec, resources: ResourceRegistry, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("amlz:project:DataFactory", name, None, opts)
        factory = datafactory.Factory(
            f"{name}-factory",
            factory_name=args.name,
            resource_group_name=resources.group(args.place),
            location=args.place.location,
            identity=datafactory.FactoryIdentityArgs(
                type=datafactory.FactoryIdentityType.USER_ASSIGNED,
                # Not a list, as of other classes: the SDK has no type for it, and sends what it is given.
                user_assigned_identities=resources.ref(args.identity).apply(lambda identity: {identity: {}}),
            ),
            public_network_access=datafactory.PublicNetworkAccess.DISABLED,
            tags=dict(args.tags),
            # Pipelines connect it to Git, and publish from there.
            opts=resources.options(
                self, args.place.subscription, protect=args.protect, ignore_changes=["repoConfiguration"]
            ),
        )
        resources.register(args.id, factory)
        diagnostics(self, name, args.diagnostics, resources)
        private_endpoint(self, name, args.endpoint, resources)
        lock(self, name, args.lock, resources, after=(args.endpoint, args.diagnostics))
        self.resource_id, self.name = factory.id, factory.name
        self.outputs = {
            "factoryId": factory.id,
            "identityId": resources.ref(args.identity),
            "managedEndpoints": [
                {"name": endpoint.name, "target": endpoint.target, "group": endpoint.group}
                for endpoint in args.managed_endpoints
            ],
        }
        self.register_outputs({"resource_id": self.resource_id, "name": self.name})
