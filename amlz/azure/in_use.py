"""Resources that Azure refuses to delete while others use them: a table by type, with the source on each row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Generic, Protocol, TypeVar

from amlz.azure.ids import ids_in
from amlz.dataclass import dataclass

_GITHUB = "https://github.com/"
_NETWORK = "microsoft.network/virtualnetworks"
_SUBNET = f"{_NETWORK}/subnets"
_FIREWALL = "microsoft.network/azurefirewalls"
_BASTION = "microsoft.network/bastionhosts"
_GATEWAY = "microsoft.network/virtualnetworkgateways"
_NAT = "microsoft.network/natgateways"
_POLICY = "microsoft.authorization/policy"

#: Types of which a resource in a subnet keeps the subnet from being deleted.
IN_SUBNETS = (
    "microsoft.network/privateendpoints",
    _FIREWALL,
    _BASTION,
    _GATEWAY,
    "microsoft.network/dnsresolvers/inboundendpoints",
    "microsoft.network/dnsresolvers/outboundendpoints",
    "microsoft.machinelearningservices/workspaces/computes",
)


@dataclass(frozen=True, slots=True)
class InUse:
    """Types that keep a resource from being deleted, Azure's error code, and where that was read."""

    users: tuple[str, ...]
    code: str
    source: str


#: By type, all in lower case.
IN_USE: Mapping[str, InUse] = {
    _NETWORK: InUse(IN_SUBNETS, "InUseSubnetCannotBeDeleted", _GITHUB + "Azure/bicep/issues/13267"),
    _SUBNET: InUse(IN_SUBNETS, "InUseSubnetCannotBeDeleted", _GITHUB + "Azure/bicep/issues/13267"),
    "microsoft.network/networksecuritygroups": InUse(
        (_NETWORK, _SUBNET),
        "InUseNetworkSecurityGroupCannotBeDeleted",
        _GITHUB + "pulumi/pulumi-azure-native/issues/3051",
    ),
    "microsoft.network/routetables": InUse(
        (_NETWORK, _SUBNET), "InUseRouteTableCannotBeDeleted", _GITHUB + "stackshy/cloudemu/pull/967"
    ),
    "microsoft.network/publicipaddresses": InUse(
        (_FIREWALL, _BASTION, _GATEWAY, _NAT),
        "PublicIPAddressCannotBeDeleted",
        _GITHUB + "microsoft/AzureTRE/issues/4355",
    ),
    _NAT: InUse(
        (_SUBNET,),
        "CannotDeleteNatGatewayAssociatedToSubnet",
        _GITHUB + "Azure-Samples/Copilot-Studio-with-Azure-AI-Search/issues/62",
    ),
    # The source has no code: this one is ours.
    "microsoft.network/firewallpolicies": InUse(
        (_FIREWALL,), "InUse", _GITHUB + "hashicorp/terraform-provider-azurerm/issues/29114"
    ),
    f"{_POLICY}definitions": InUse(
        (f"{_POLICY}setdefinitions", f"{_POLICY}assignments"),
        "InvalidDeletePolicyDefinitionRequest",
        _GITHUB + "Azure/terraform-azurerm-caf-enterprise-scale/issues/1304",
    ),
    f"{_POLICY}setdefinitions": InUse(
        (f"{_POLICY}assignments",),
        "InvalidDeletePolicySetDefinitionRequest",
        _GITHUB + "Azure/Azure-Landing-Zones/issues/3734",
    ),
}


class _User(Protocol):
    """A resource that may use others."""

    @property
    def id(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def properties(self) -> Mapping[str, Any]: ...


U = TypeVar("U", bound=_User)


class UsersOf(Generic[U]):
    """Resources that keep others from being deleted, by the ids in their properties."""

    def __init__(self, resources: Iterable[U]) -> None:
        types = {user for row in IN_USE.values() for user in row.users}
        self._by_target: dict[str, list[U]] = {}
        for resource in resources:
            if resource.type.lower() in types:
                ids = ids_in(resource.properties, "/")
                for target in {above for item in ids for above in _from_the_top(item.lower())}:
                    self._by_target.setdefault(target, []).append(resource)

    def __call__(self, resource: U) -> tuple[U, ...]:
        """Returns the users of a resource or of something in it, in the order of their ids."""
        row = IN_USE.get(resource.type.lower())
        values = self._by_target.get(resource.id.lower(), ()) if row else ()
        users = (user for user in values if row and user.type.lower() in row.users and user.id != resource.id)
        return tuple(sorted(users, key=lambda user: user.id.lower()))


def _from_the_top(resource_id: str) -> Iterator[str]:
    """Returns an id and all ids above it."""
    parts = resource_id.split("/")
    for end in range(3, len(parts) + 1, 2):
        yield "/".join(parts[:end])
