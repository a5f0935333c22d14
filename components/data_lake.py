"""The data lake: an account with its containers, or the way to one that exists, and the roles of groups on it."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import storage

from amlz.core.specs import DataLakeSpec, StorageSpec
from components.encryption import Encryption
from components.identities import Identities
from components.private_endpoint import private_endpoint
from components.resource_group import resource_group
from components.role_assignment import role_assignment
from components.site import Site
from components.storage import Storage


class DataLake(pulumi.ComponentResource):
    """A lake for all project environments. Identities get their roles with the environment that they are of."""

    resource_id: pulumi.Output[str]
    name: pulumi.Output[str]

    def __init__(self, name: str, args: DataLakeSpec, site: Site, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("amlz:shared:DataLake", name, None, opts)
        if args.group is not None:
            resource_group(self, name, args.group, site)
        below = pulumi.ResourceOptions(parent=self)
        if args.identities:
            Identities(f"{name}-identities", args.identities, site, below)
        if args.encryption is not None:
            Encryption(f"{name}-encryption", args.encryption, site, below)
        if args.account is not None:
            Storage(f"{name}-storage", args.account, site, below)
            self._containers(name, args, args.account, site)
        for endpoint in args.endpoints:
            private_endpoint(self, name, endpoint, site)
        for role in args.roles:
            role_assignment(self, name, role, site)
        self.resource_id, self.name = site.ref(args.account_id), site.name(args.account_id)
        self.register_outputs({"resource_id": self.resource_id, "name": self.name})

    def _containers(self, name: str, args: DataLakeSpec, account: StorageSpec, site: Site) -> None:
        for spec in args.containers:
            container = storage.BlobContainer(
                f"{name}-{spec.name}-container",
                container_name=spec.name,
                account_name=site.name(account.id),
                resource_group_name=site.group(account.place),
                public_access=storage.PublicAccess.NONE,
                # Soft delete first: until then what is deleted is gone.
                opts=site.options(self, account.place.subscription, after=(account.blobs,), protect=account.protect),
            )
            site.built(spec.id, container)
