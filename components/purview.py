"""Microsoft Purview of a landing zone: an account, or the roles of one that exists."""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi_azure_native import purview

from amlz.capabilities.purview.spec import PurviewAccountSpec, PurviewSpec
from components.diagnostics import diagnostics
from components.lock import lock
from components.private_endpoint import private_endpoint
from components.resource_group import resource_group
from components.resource_registry import ResourceRegistry
from components.role_assignment import role_assignment


class Purview(pulumi.ComponentResource):
    """An account with one private endpoint in the hub. A pipeline registers sources and scans."""

    resource_ids: dict[str, pulumi.Output[str]]
    outputs: dict[str, Any]

    def __init__(
        self, name: str, args: PurviewSpec, resources: ResourceRegistry, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("amlz:shared:Purview", name, None, opts)
        self.resource_ids = {}
        if args.account is not None:
            self._account(name, args.account, resources)
        for role in args.roles:
            role_assignment(self, name, role, resources)
        self.outputs = {
            "accountId": args.account_id,
            "tenantId": args.tenant,
            "lake": args.lake,
            "location": args.location,
        }
        self.register_outputs({"resource_ids": self.resource_ids})

    def _account(self, name: str, args: PurviewAccountSpec, resources: ResourceRegistry) -> None:
        resource_group(self, name, args.group, resources)
        closed, opened = purview.PublicNetworkAccess.DISABLED, purview.PublicNetworkAccess.ENABLED
        account = purview.Account(
            f"{name}-account",
            account_name=args.name,
            resource_group_name=resources.group(args.place),
            location=args.place.location,
            identity=purview.IdentityArgs(type=purview.ManagedIdentityType.SYSTEM_ASSIGNED),
            managed_resource_group_name=args.managed_group,
            public_network_access=opened if args.public else closed,
            managed_resources_public_network_access=closed,
            ingestion_storage=purview.IngestionStorageArgs(public_network_access=closed),
            managed_event_hub_state=purview.ManagedEventHubState.DISABLED,
            tags=dict(args.tags),
            opts=resources.options(self, args.place.subscription, protect=args.protect),
        )
        resources.register(args.id, account)
        diagnostics(self, name, args.diagnostics, resources)
        private_endpoint(self, name, args.endpoint, resources)
        lock(self, name, args.lock, resources, after=(args.endpoint, args.diagnostics))
        self.resource_ids["account"] = account.id
