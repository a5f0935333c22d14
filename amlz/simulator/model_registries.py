"""Azure ML registries: the storage accounts and the container registry that Azure creates for each, with their IDs.

They are in a resource group `azureml-rg-NAME_GUID`. GUID and names are made up, from the ID of the registry.
https://learn.microsoft.com/azure/machine-learning/how-to-registry-network-isolation (2025-04-04)
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from amlz.azure.ids import parse, resource_group_id, resource_id

REGISTRY = "microsoft.machinelearningservices/registries"
_MADE_UP = uuid.UUID("9d0a6f4e-1b2c-5d3e-8f40-51627384a5b6")


def created(registry_id: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Returns properties of a registry with what Azure adds: its resource group, and names and IDs in each region."""
    place, guid = parse(registry_id), uuid.uuid5(_MADE_UP, registry_id.lower())
    group = f"azureml-rg-{place.name}_{guid}"

    def account(given: Any, key: str, made_up: str, kind: str) -> dict[str, Any]:
        name = (given or {}).get(key) or made_up
        created_id = resource_id(place.subscription, group, kind, name)
        return {**(given or {}), key: name, "armResourceId": {"resourceId": created_id}}

    def images(details: Mapping[str, Any]) -> dict[str, Any]:
        given, kind = details.get("systemCreatedAcrAccount"), "Microsoft.ContainerRegistry/registries"
        return {"systemCreatedAcrAccount": account(given, "acrAccountName", f"cr{guid.hex[:20]}", kind)}

    def store(details: Mapping[str, Any], region: str) -> dict[str, Any]:
        given, kind = details.get("systemCreatedStorageAccount"), "Microsoft.Storage/storageAccounts"
        name = f"st{uuid.uuid5(guid, region).hex[:20]}"
        return {"systemCreatedStorageAccount": account(given, "storageAccountName", name, kind)}

    regions = [
        {
            **region,
            "acrDetails": [images(details) for details in region.get("acrDetails") or ()],
            "storageAccountDetails": [
                store(details, str(region.get("location", "")).replace(" ", "").lower())
                for details in region.get("storageAccountDetails") or ()
            ],
        }
        for region in properties.get("regionDetails") or ()
    ]
    return {
        "managedResourceGroup": {"resourceId": resource_group_id(place.subscription, group)},
        "regionDetails": regions,
    }
