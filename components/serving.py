"""Rights of pipelines on the identities of online endpoints. Pipelines create the endpoints themselves."""

from __future__ import annotations

import pulumi

from amlz.core.specs.serving import OnlineEndpointSpec
from components.resource_registry import ResourceRegistry
from components.role_assignment import role_assignment


class Serving(pulumi.ComponentResource):
    """The roles with which endpoints are created, each with its identity."""

    resource_ids: dict[str, pulumi.Output[str]]
    """Of the identities, by endpoint."""

    def __init__(
        self,
        name: str,
        args: tuple[OnlineEndpointSpec, ...],
        resources: ResourceRegistry,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("amlz:project:Serving", name, None, opts)
        self.resource_ids = {}
        for endpoint in args:
            self.resource_ids[endpoint.key] = resources.ref(endpoint.identity)
            for role in endpoint.roles:
                role_assignment(self, f"{name}-{endpoint.key}", role, resources)
        self.register_outputs({"resource_ids": self.resource_ids})
