"""A service endpoint policy: which storage a subnet reaches past private endpoints."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import network

from amlz.core.specs import ServiceEndpointPolicySpec
from components.resource_registry import ResourceRegistry


def service_endpoint_policy(
    parent: pulumi.Resource, name: str, args: ServiceEndpointPolicySpec, resources: ResourceRegistry
) -> None:
    """Builds a policy with its definitions, before the network whose subnet has it."""
    definitions = [
        network.ServiceEndpointPolicyDefinitionArgs(
            name=one.name, service=one.service, service_resources=list(one.resources), description=one.why
        )
        for one in args.definitions
    ]
    policy = network.ServiceEndpointPolicy(
        f"{name}-{args.role}-policy",
        service_endpoint_policy_name=args.name,
        resource_group_name=resources.group(args.place),
        location=args.place.location,
        service_endpoint_policy_definitions=definitions,
        tags=dict(args.tags),
        opts=resources.options(parent, args.place.subscription),
    )
    resources.register(args.id, policy)
