"""The data lake: an account with its containers, or the way to one that exists, and the roles of groups on it."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import storage

from amlz.core.specs import ContainerSpec, DataLakeSpec, LakeStoreSpec, StorageSpec
from components.encryption import Encryption
from components.identities import Identities
from components.private_endpoint import private_endpoint
from components.resource_group import resource_group
from components.resource_registry import ResourceRegistry
from components.role_assignment import role_assignment
from components.storage import Storage


class DataLake(pulumi.ComponentResource):
    """A lake for all project environments. Identities get their roles with the environment that they are of."""

    resource_id: pulumi.Output[str]
    name: pulumi.Output[str]

    def __init__(
        self, name: str, args: DataLakeSpec, resources: ResourceRegistry, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("amlz:shared:DataLake", name, None, opts)
        if isinstance(args.store, LakeStoreSpec):
            self._store(name, args.store, resources)
            self._containers(name, args.containers, args.store.account, resources)
        else:
            for endpoint in args.store.endpoints:
                private_endpoint(self, name, endpoint, resources)
        for role in args.roles:
            role_assignment(self, name, role, resources)
        self.resource_id, self.name = resources.ref(args.account_id), resources.name(args.account_id)
        self.register_outputs({"resource_id": self.resource_id, "name": self.name})

    def _store(self, name: str, args: LakeStoreSpec, resources: ResourceRegistry) -> None:
        resource_group(self, name, args.group, resources)
        below = pulumi.ResourceOptions(parent=self)
        if args.identities:
            Identities(f"{name}-identities", args.identities, resources, below)
        if args.account.encryption is not None:
            Encryption(f"{name}-encryption", args.account.encryption, resources, below)
        Storage(f"{name}-storage", args.account, resources, below)

    def _containers(
        self, name: str, containers: tuple[ContainerSpec, ...], account: StorageSpec, resources: ResourceRegistry
    ) -> None:
        for spec in containers:
            container = storage.BlobContainer(
                f"{name}-{spec.name}-container",
                container_name=spec.name,
                account_name=resources.name(account.id),
                resource_group_name=resources.group(account.place),
                public_access=storage.PublicAccess.NONE,
                # Soft delete first: until then what is deleted is gone.
                opts=resources.options(
                    self, account.place.subscription, after=(account.blobs,), protect=account.protect
                ),
            )
            resources.register(spec.id, container)
