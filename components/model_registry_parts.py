"""IDs of what Azure creates for an Azure ML registry: a container registry, and a storage account in each region."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pulumi
from pulumi_azure_native import machinelearningservices as ml


def images_of(registry: ml.Registry) -> pulumi.Output[str]:
    """Returns the ID of the container registry, which a preview does not know."""
    images: pulumi.Output[str] = registry.region_details.apply(_images)
    return images


def store_of(registry: ml.Registry, location: str) -> pulumi.Output[str]:
    """Returns the ID of the storage account in a region, which a preview does not know."""
    account: pulumi.Output[str] = registry.region_details.apply(lambda regions: _store(regions, location))
    return account


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
