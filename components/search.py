"""Azure AI Search of a project environment."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import search

from amlz.capabilities.search.spec import SearchSpec
from components.connections import Connections
from components.diagnostics import diagnostics
from components.lock import lock
from components.private_endpoint import private_endpoint
from components.resource_registry import ResourceRegistry
from components.role_assignment import role_assignment


class Search(pulumi.ComponentResource):
    """A search service that answers only on its private endpoint, and to identities only."""

    resource_id: pulumi.Output[str]
    name: pulumi.Output[str]

    def __init__(
        self, name: str, args: SearchSpec, resources: ResourceRegistry, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("amlz:project:Search", name, None, opts)
        service = search.Service(
            f"{name}-service",
            search_service_name=args.name,
            resource_group_name=resources.group(args.place),
            location=args.place.location,
            sku=search.SkuArgs(name=args.sku),
            replica_count=args.replicas,
            partition_count=args.partitions,
            hosting_mode=search.HostingMode.DEFAULT,
            semantic_search=args.semantic_search,
            identity=search.IdentityArgs(type=search.IdentityType.SYSTEM_ASSIGNED) if args.identity else None,
            encryption_with_cmk=search.EncryptionWithCmkArgs(
                enforcement=search.SearchEncryptionWithCmk.ENABLED
                if args.require_customer_keys
                else search.SearchEncryptionWithCmk.UNSPECIFIED
            ),
            disable_local_auth=True,
            public_network_access=search.PublicNetworkAccess.DISABLED,
            network_rule_set=search.NetworkRuleSetArgs(bypass=search.SearchBypass.NONE, ip_rules=[]),
            tags=dict(args.tags),
            opts=resources.options(self, args.place.subscription, protect=args.protect),
        )
        resources.register(args.id, service)
        diagnostics(self, name, args.diagnostics, resources)
        private_endpoint(self, name, args.endpoint, resources)
        for role in args.roles:
            role_assignment(self, name, role, resources)
        Connections(f"{name}-connections", (args.connection,), resources, pulumi.ResourceOptions(parent=self))
        lock(self, name, args.lock, resources, after=(args.endpoint, args.diagnostics, *args.roles))
        self.resource_id, self.name = service.id, service.name
        self.register_outputs({"resource_id": self.resource_id, "name": self.name})
