"""Online and batch endpoints: rights of pipelines and callers, and empty online endpoints. Pipelines deploy to them."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import machinelearningservices as ml

from amlz.core.specs.serving import EmptyEndpointSpec, ServingSpec
from components.diagnostics import diagnostics
from components.resource_registry import ResourceRegistry
from components.role_assignment import role_assignment

#: Properties that a later `pulumi up` leaves as they are. Every update sends the whole endpoint with the traffic of
#: Pulumi's state, which may be older than that of a pipeline, so that tags and identity cause no update either.
KEPT = [
    "properties.traffic",
    "properties.mirrorTraffic",
    "properties.description",
    "properties.properties",
    "identity",
    "tags",
]


class Serving(pulumi.ComponentResource):
    """The roles with which endpoints are created, each with its identity, and those that are created here."""

    resource_ids: dict[str, pulumi.Output[str]]
    """Of the identities, by endpoint."""

    def __init__(
        self,
        name: str,
        args: ServingSpec,
        resources: ResourceRegistry,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("amlz:project:Serving", name, None, opts)
        self.resource_ids = {}
        for role in args.scaling:
            role_assignment(self, name, role, resources)
        for endpoint in args.endpoints:
            self.resource_ids[endpoint.key] = resources.ref(endpoint.identity)
            for role in endpoint.roles:
                role_assignment(self, f"{name}-{endpoint.key}", role, resources)
            if endpoint.created is not None:
                self._create(f"{name}-{endpoint.key}", endpoint.created, endpoint.identity, resources)
        for role in args.batch.roles if args.batch is not None else ():
            role_assignment(self, name, role, resources)
        self.register_outputs({"resource_ids": self.resource_ids})

    def _create(self, name: str, args: EmptyEndpointSpec, identity: str, resources: ResourceRegistry) -> None:
        """Creates an endpoint without traffic: traffic names deployments, and there is none yet."""
        endpoint = ml.OnlineEndpoint(
            f"{name}-endpoint",
            endpoint_name=args.name,
            workspace_name=resources.name(args.workspace),
            resource_group_name=resources.group(args.place),
            location=args.place.location,
            identity=ml.ManagedServiceIdentityArgs(
                type=ml.ManagedServiceIdentityType.USER_ASSIGNED, user_assigned_identities=[resources.ref(identity)]
            ),
            properties=ml.OnlineEndpointPropertiesArgs(
                auth_mode=ml.EndpointAuthMode.AAD_TOKEN,
                public_network_access=ml.PublicNetworkAccessType.DISABLED,
            ),
            tags=dict(args.tags),
            opts=resources.options(self, args.place.subscription, after=args.after, protect=True, ignore_changes=KEPT),
        )
        resources.register(args.id, endpoint)
        diagnostics(self, name, args.diagnostics, resources)
        for role in args.callers:
            role_assignment(self, name, role, resources)
