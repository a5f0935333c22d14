"""A private endpoint, and the zone group that makes its names resolve to it."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import network

from amlz.core.specs import PrivateEndpointSpec
from components.resource_registry import ResourceRegistry


def private_endpoint(
    parent: pulumi.Resource,
    name: str,
    args: PrivateEndpointSpec,
    resources: ResourceRegistry,
    target: pulumi.Output[str] | None = None,
) -> None:
    """Makes one group ID of a resource reachable in a subnet, under its own names. Without zones, others write
    those.

    `target`: the id of what Azure creates for the resource of the spec, which is known after its creation.

    One after the other in a subnet and on a target: in parallel they fail inside the operation, at times.
    https://github.com/hashicorp/terraform-provider-azurerm/issues/16182 (2022-03), 21293 (2023-04), 28112 (2024-11)
    """
    connections = _connections(args, resources.ref(args.target) if target is None else target)
    kind = "privateLinkServiceConnections" if args.request is None else "manualPrivateLinkServiceConnections"
    endpoint = network.PrivateEndpoint(
        f"{name}-{args.group}-endpoint",
        private_endpoint_name=args.name,
        resource_group_name=resources.group(args.place),
        location=args.place.location,
        custom_network_interface_name=args.interface,
        subnet=network.SubnetArgs(id=resources.ref(args.subnet)),
        private_link_service_connections=connections if args.request is None else None,
        manual_private_link_service_connections=None if args.request is None else connections,
        tags=dict(args.tags),
        # Azure answers with names of its zone group, and a policy may write that zone group at any time.
        opts=resources.options(
            parent,
            args.place.subscription,
            after=(*args.after, *resources.writes(args.subnet, args.target)),
            ignore_changes=None if args.zones else ["customDnsConfigs"],
            # An endpoint keeps its target. Only the id counts: a refresh may change the rest of a connection.
            replace_on_changes=[f"{kind}[*].privateLinkServiceId"],
            delete_before_replace=True,
        ),
    )
    resources.register(args.id, endpoint)
    resources.wrote(args.id, args.subnet, args.target)
    if not args.zones:
        return
    group = network.PrivateDnsZoneGroup(
        f"{name}-{args.group}-zones",
        private_dns_zone_group_name=args.zone_group_name,
        private_endpoint_name=resources.name(args.id),
        resource_group_name=resources.group(args.place),
        private_dns_zone_configs=[
            network.PrivateDnsZoneConfigArgs(
                name=zone.name.replace(".", "-"), private_dns_zone_id=resources.ref(zone.id)
            )
            for zone in args.zones
        ],
        opts=resources.options(parent, args.place.subscription),
    )
    resources.register(args.zone_group, group)


def _connections(
    args: PrivateEndpointSpec, target: pulumi.Output[str]
) -> list[network.PrivateLinkServiceConnectionArgs]:
    return [
        network.PrivateLinkServiceConnectionArgs(
            name=args.name, private_link_service_id=target, group_ids=[args.group], request_message=args.request
        )
    ]
