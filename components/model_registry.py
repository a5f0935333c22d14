"""An Azure ML registry: roles on one that exists, or one that is created here with its private endpoints."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import machinelearningservices as ml

from amlz.core.specs.model_registry import ModelRegistrySpec, NewModelRegistrySpec
from components.diagnostics import diagnostics
from components.lock import Hangs, lock
from components.model_registry_parts import images_of, store_of
from components.private_endpoint import private_endpoint
from components.resource_group import resource_group
from components.resource_registry import ResourceRegistry
from components.role_assignment import role_assignment

#: Azure fills them in, and azure-native takes them for inputs: after a refresh, an update would remove them.
_BY_AZURE = [
    "managedResourceGroup",
    "regionDetails[*].acrDetails[*].systemCreatedAcrAccount.acrAccountName",
    "regionDetails[*].acrDetails[*].systemCreatedAcrAccount.armResourceId",
    "regionDetails[*].storageAccountDetails[*].systemCreatedStorageAccount.armResourceId",
    "regionDetails[*].storageAccountDetails[*].systemCreatedStorageAccount.storageAccountName",
]


class ModelRegistry(pulumi.ComponentResource):
    """A registry, and the roles of groups and pipelines. Identities get theirs with the environment that they are of.

    `resource_ids`: ids of the assignments, by the key of the role.
    """

    resource_ids: dict[str, pulumi.Output[str]]

    def __init__(
        self,
        name: str,
        args: ModelRegistrySpec,
        resources: ResourceRegistry,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("amlz:shared:ModelRegistry", name, None, opts)
        if args.created is not None:
            self._create(name, args.id, args.created, resources)
        for role in args.roles:
            role_assignment(self, name, role, resources)
        if args.created is not None:
            hanging: tuple[Hangs, ...] = (args.created.endpoint, args.created.diagnostics, *args.roles)
            lock(self, name, args.created.lock, resources, after=hanging)
        self.resource_ids = {role.key: resources.ref(role.id) for role in args.roles}
        self.register_outputs({"resource_ids": self.resource_ids})

    def _create(self, name: str, registry_id: str, args: NewModelRegistrySpec, resources: ResourceRegistry) -> None:
        """Creates the registry, and endpoints of it, of its container registry and of its storage in each region."""
        resource_group(self, name, args.group, resources)
        for role in args.group_roles:
            role_assignment(self, name, role, resources)
        registry = ml.Registry(
            f"{name}-registry",
            registry_name=args.name,
            resource_group_name=resources.group(args.place),
            location=args.place.location,
            identity=ml.ManagedServiceIdentityArgs(type=ml.ManagedServiceIdentityType.SYSTEM_ASSIGNED),
            public_network_access="Disabled",
            region_details=[_region(region, args.storage_sku) for region in args.regions],
            tags=dict(args.tags),
            opts=resources.options(self, args.place.subscription, protect=args.protect, ignore_changes=_BY_AZURE),
        )
        resources.register(registry_id, registry)
        diagnostics(self, name, args.diagnostics, resources)
        private_endpoint(self, name, args.endpoint, resources)
        private_endpoint(self, name, args.images, resources, images_of(registry))
        for region, endpoint in args.stores:
            private_endpoint(self, f"{name}-{region}", endpoint, resources, store_of(registry, region))


def _region(region: str, storage_sku: str) -> ml.RegistryRegionArmDetailsArgs:
    """The storage account of a region, and the container registry, which is one for all regions."""
    return ml.RegistryRegionArmDetailsArgs(
        location=region,
        acr_details=[
            ml.AcrDetailsArgs(system_created_acr_account=ml.SystemCreatedAcrAccountArgs(acr_account_sku="Premium"))
        ],
        storage_account_details=[
            ml.StorageAccountDetailsArgs(
                system_created_storage_account=ml.SystemCreatedStorageAccountArgs(
                    allow_blob_public_access=False,
                    storage_account_hns_enabled=False,
                    storage_account_type=storage_sku,
                )
            )
        ],
    )
