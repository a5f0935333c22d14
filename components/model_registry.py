"""An Azure ML registry: roles on one that exists, or one that is created here with its private endpoints."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pulumi
from pulumi_azure_native import machinelearningservices as ml

from amlz.core.specs.model_registry import ModelRegistrySpec, NewModelRegistrySpec
from components.diagnostics import diagnostics
from components.lock import Hangs, lock
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
        details = registry.region_details
        private_endpoint(self, name, args.images, resources, details.apply(_images))
        for region, endpoint in args.stores:
            store = details.apply(lambda regions, location=region: _store(regions, location))
            private_endpoint(self, f"{name}-{region}", endpoint, resources, store)


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


def _images(regions: Sequence[Any] | None) -> pulumi.Input[str]:
    """Returns the id of the container registry that Azure creates for a registry."""
    accounts = (details.system_created_acr_account for region in regions or () for details in region.acr_details or ())
    return next(filter(None, map(_id, accounts)), None) or _after_creation("the container registry")


def _store(regions: Sequence[Any] | None, location: str) -> pulumi.Input[str]:
    """Returns the id of the storage account that Azure creates for a registry in a region."""
    accounts = (
        details.system_created_storage_account
        for region in regions or ()
        if (region.location or "").replace(" ", "").lower() == location
        for details in region.storage_account_details or ()
    )
    return next(filter(None, map(_id, accounts)), None) or _after_creation(f"the storage account in {location}")


def _id(account: Any) -> str | None:
    reference = account.arm_resource_id if account is not None else None
    return str(reference.resource_id) if reference is not None and reference.resource_id else None


def _after_creation(what: str) -> pulumi.Input[str]:
    """Returns an unknown value: a preview knows of these resources only what is sent."""
    if not pulumi.runtime.is_dry_run():
        raise LookupError(f"Azure returned no ID of {what} of the Azure ML registry. Run `pulumi up --refresh`.")
    value: asyncio.Future[str] = asyncio.get_event_loop().create_future()
    value.set_result("")
    known: asyncio.Future[bool] = asyncio.get_event_loop().create_future()
    known.set_result(False)
    return pulumi.Output(set(), value, known)
