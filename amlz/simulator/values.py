"""Values that a service refuses when the request arrives: codes and texts as recorded, a check a row."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from amlz.simulator.errors import AzureRefused
from amlz.simulator.state_store import StoredResource

_NETWORK = "microsoft.network/virtualnetworks"


@dataclass(frozen=True, slots=True)
class ValueCheck:
    """A check. `wrong`: returns the wrong values of a body's properties. `message`: `{id}` and `{value}` are filled.

    `source`: a recording of a public test suite, and its date.
    """

    type: str
    code: str
    message: str
    wrong: Callable[[Mapping[str, Any], Mapping[str, Any]], Iterator[str]]
    source: str


def refuse(resource: StoredResource) -> None:
    """Raises AzureRefused for a value that the service of a resource refuses."""
    body = resource.body or {}
    properties = body.get("properties") or {}
    for check in _BY_TYPE.get(resource.type.lower(), ()):
        for value in check.wrong(body, properties):
            message = check.message.format(id=resource.id, value=value)
            raise AzureRefused(400, check.code, message, resource.id)


def _ranges(_body: Mapping[str, Any], properties: Mapping[str, Any]) -> Iterator[str]:
    """Address ranges that are none."""
    space = properties.get("addressSpace") or {}
    values = [properties.get("addressPrefix"), *(properties.get("addressPrefixes") or ())]
    values += space.get("addressPrefixes") or ()
    for value in values:
        try:
            if isinstance(value, str):
                ipaddress.ip_network(value, strict=False)
        except ValueError:
            yield value


def _encryption(_body: Mapping[str, Any], properties: Mapping[str, Any]) -> Iterator[str]:
    encryption = properties.get("encryption")
    if isinstance(encryption, dict) and encryption.get("enabled") and "enforcement" not in encryption:
        yield ""


def _global_tier(body: Mapping[str, Any], _properties: Mapping[str, Any]) -> Iterator[str]:
    sku = body.get("sku") or {}
    if sku.get("tier") == "Global" and sku.get("name", "Basic") == "Basic":
        yield ""


def _expiry(_body: Mapping[str, Any], properties: Mapping[str, Any]) -> Iterator[str]:
    days = (properties.get("keyPolicy") or {}).get("keyExpirationPeriodInDays")
    if isinstance(days, int) and days < 0:
        yield "keyPolicy.keyExpirationPeriodInDays"


_FORMAT = (
    "Address prefix {value} of resource {id} is not formatted correctly. It should follow CIDR notation, for example "
    "10.0.0.0/24."
)
_CLI = "https://github.com/ReaNAiveD/azure-cli at d845393, "
_PREFIXES = _CLI + "test_manage_appgw_private_endpoint_without_standard.yaml (2023-02-09)"
CHECKS = (
    ValueCheck(_NETWORK, "InvalidAddressPrefixFormat", _FORMAT, _ranges, _PREFIXES),
    ValueCheck(f"{_NETWORK}/subnets", "InvalidAddressPrefixFormat", _FORMAT, _ranges, _PREFIXES),
    ValueCheck(
        _NETWORK,
        "MustSpecifyBothEncryptionIntentAndEnforcementPolicy",
        "Cannot encrypt VirtualNetwork {id} unless both encryption intent (Enabled true or false) and enforcement "
        "policy (AllowUnencrypted or DropUnencrypted) are specified.",
        _encryption,
        _CLI + "test_network_vnet_with_encryption.yaml (2023-02-07)",
    ),
    ValueCheck(
        "microsoft.network/publicipaddresses",
        "GlobalPublicIPAddressNotSupportedForBasicPublicIpAddress",
        "Global publicIP addresses are only supported for standard SKU public IP addresses. Public IP address {id} is "
        "not standard SKU.",
        _global_tier,
        _CLI + "test_network_public_ip_sku.yaml",
    ),
    ValueCheck(
        "microsoft.storage/storageaccounts",
        "InvalidValuesForRequestParameters",
        "Values for request parameters are invalid: {value}.",
        _expiry,
        "https://github.com/stolostron/azure-service-operator at 4c8c8b4, "
        "NotAccepted_LongRunningOperationFails_SucceedsAfterUpdate.yaml",
    ),
)
_BY_TYPE: Mapping[str, tuple[ValueCheck, ...]] = {
    kind: tuple(check for check in CHECKS if check.type == kind) for kind in {check.type for check in CHECKS}
}
