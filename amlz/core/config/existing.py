"""Existing resources that the stack file refers to: ids of resources, and addresses."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from amlz.azure.ids import parse, resource_group_id, resource_id
from amlz.core.config.shared import GUID, Config, Network
from amlz.dataclass import dataclass

_NETWORK = "Microsoft.Network/virtualNetworks"
_VIRTUAL_HUB = "Microsoft.Network/virtualHubs"
_LOG = "Microsoft.OperationalInsights/workspaces"
_GROUP = "Microsoft.Resources/resourceGroups"
_STORAGE = "Microsoft.Storage/storageAccounts"
_VAULT = "Microsoft.KeyVault/vaults"
_INSIGHTS = "Microsoft.Insights/components"
_REGISTRY = "Microsoft.ContainerRegistry/registries"
_ZONE = "Microsoft.Network/privateDnsZones"
_CLUSTER = "Microsoft.ContainerService/managedClusters"
_CONNECTED_CLUSTER = "Microsoft.Kubernetes/connectedClusters"
_RELAY = "Microsoft.Relay/namespaces"
_IOT_HUB = "Microsoft.Devices/IotHubs"
_MODEL_REGISTRY = "Microsoft.MachineLearningServices/registries"
_ACTION_GROUP = "Microsoft.Insights/actionGroups"
_DDOS_PLAN = "Microsoft.Network/ddosProtectionPlans"
_IDENTITY = "Microsoft.ManagedIdentity/userAssignedIdentities"
_SAMPLE = resource_group_id("11111111-1111-1111-1111-111111111111", "rg-hub")
_EXAMPLES = {
    _NETWORK: f"{_SAMPLE}/providers/{_NETWORK}/vnet-hub",
    _VIRTUAL_HUB: f"{_SAMPLE}/providers/{_VIRTUAL_HUB}/vhub-westeurope",
    _LOG: f"{_SAMPLE}/providers/{_LOG}/log-central",
    _GROUP: _SAMPLE,
    _STORAGE: f"{_SAMPLE}/providers/{_STORAGE}/stlake",
    _VAULT: f"{_SAMPLE}/providers/{_VAULT}/kv-central",
    _REGISTRY: f"{_SAMPLE}/providers/{_REGISTRY}/crcentral",
    _INSIGHTS: f"{_SAMPLE}/providers/{_INSIGHTS}/appi-central",
    _ZONE: f"{_SAMPLE}/providers/{_ZONE}/privatelink.vaultcore.azure.net",
    _CLUSTER: f"{_SAMPLE}/providers/{_CLUSTER}/aks-shared",
    _CONNECTED_CLUSTER: f"{_SAMPLE}/providers/{_CONNECTED_CLUSTER}/arc-line-1",
    _RELAY: f"{_SAMPLE}/providers/{_RELAY}/arcline1relay",
    _IOT_HUB: f"{_SAMPLE}/providers/{_IOT_HUB}/iot-plant",
    _MODEL_REGISTRY: f"{_SAMPLE}/providers/{_MODEL_REGISTRY}/contoso-models",
    _ACTION_GROUP: f"{_SAMPLE}/providers/{_ACTION_GROUP}/ag-on-call",
    _IDENTITY: f"{_SAMPLE}/providers/{_IDENTITY}/id-churn-workspace",
    _DDOS_PLAN: f"{_SAMPLE}/providers/{_DDOS_PLAN}/ddos-contoso",
}


def _canonical_id(arm_type: str) -> Callable[[str], str]:
    """A check that a text is the id of a resource of this type: it answers with the id as Azure writes it."""

    def canonical(text: str) -> str:
        try:
            parsed = parse(text.strip().rstrip("/"))
        except ValueError:
            raise _wrong(arm_type, "is not the id of a resource") from None
        if parsed.type.lower() != arm_type.lower() or len(parsed.names) != 1 or parsed.scope:
            raise _wrong(arm_type, f"is the id of something of type {parsed.type}")
        subscription = parsed.subscription.lower()
        if not re.search(GUID, subscription):
            raise _wrong(arm_type, "does not begin with /subscriptions/ and the GUID of one")
        if not parsed.resource_group or not all(parsed.names):
            raise _wrong(arm_type, "leaves a name empty")
        if arm_type == _GROUP:
            return resource_group_id(subscription, parsed.resource_group)
        return resource_id(subscription, parsed.resource_group, arm_type, parsed.name)

    return canonical


def _wrong(arm_type: str, why: str) -> PydanticCustomError:
    return PydanticCustomError(
        "resource_id",
        "it {why}, and not of {arm_type}",
        {"why": why, "arm_type": arm_type, "example": _EXAMPLES[arm_type]},
    )


def _name_or_id(text: str) -> str:
    return _canonical_id(_GROUP)(text) if "/" in text else text


def group_name(text: str) -> str:
    """Returns the name of a resource group that the stack file names by its name or id."""
    return parse(text).resource_group if "/" in text else text


def _canonical_address(text: str) -> str:
    try:
        return str(ipaddress.IPv4Address(text))
    except ValueError:
        raise PydanticCustomError("address", "{value} is not an IPv4 address", {"value": repr(text)}) from None


#: The id of a virtual network, of a virtual hub, of a Log Analytics workspace, of a Kubernetes cluster, of one that is
#: connected to Azure Arc, of an Azure Relay, of an IoT hub, of a resource group, of a storage account, of a vault, of
#: a container registry, of Application Insights, of an Azure ML registry, of a private DNS zone, of an action group,
#: of a DDoS protection plan, and of a user-assigned identity.
NetworkId = Annotated[str, AfterValidator(_canonical_id(_NETWORK)), Field(examples=[_EXAMPLES[_NETWORK]])]
VirtualHubId = Annotated[str, AfterValidator(_canonical_id(_VIRTUAL_HUB)), Field(examples=[_EXAMPLES[_VIRTUAL_HUB]])]
LogAnalyticsId = Annotated[str, AfterValidator(_canonical_id(_LOG)), Field(examples=[_EXAMPLES[_LOG]])]
ClusterId = Annotated[str, AfterValidator(_canonical_id(_CLUSTER)), Field(examples=[_EXAMPLES[_CLUSTER]])]
ConnectedClusterId = Annotated[
    str, AfterValidator(_canonical_id(_CONNECTED_CLUSTER)), Field(examples=[_EXAMPLES[_CONNECTED_CLUSTER]])
]
RelayId = Annotated[str, AfterValidator(_canonical_id(_RELAY)), Field(examples=[_EXAMPLES[_RELAY]])]
IotHubId = Annotated[str, AfterValidator(_canonical_id(_IOT_HUB)), Field(examples=[_EXAMPLES[_IOT_HUB]])]
GroupId = Annotated[str, AfterValidator(_canonical_id(_GROUP)), Field(examples=[_EXAMPLES[_GROUP]])]
StorageId = Annotated[str, AfterValidator(_canonical_id(_STORAGE)), Field(examples=[_EXAMPLES[_STORAGE]])]
KeyVaultId = Annotated[str, AfterValidator(_canonical_id(_VAULT)), Field(examples=[_EXAMPLES[_VAULT]])]
RegistryId = Annotated[str, AfterValidator(_canonical_id(_REGISTRY)), Field(examples=[_EXAMPLES[_REGISTRY]])]
InsightsId = Annotated[str, AfterValidator(_canonical_id(_INSIGHTS)), Field(examples=[_EXAMPLES[_INSIGHTS]])]
ModelRegistryId = Annotated[
    str, AfterValidator(_canonical_id(_MODEL_REGISTRY)), Field(examples=[_EXAMPLES[_MODEL_REGISTRY]])
]
ZoneId = Annotated[str, AfterValidator(_canonical_id(_ZONE)), Field(examples=[_EXAMPLES[_ZONE]])]
ActionGroupId = Annotated[str, AfterValidator(_canonical_id(_ACTION_GROUP)), Field(examples=[_EXAMPLES[_ACTION_GROUP]])]
DdosPlanId = Annotated[str, AfterValidator(_canonical_id(_DDOS_PLAN)), Field(examples=[_EXAMPLES[_DDOS_PLAN]])]
#: A resource group that exists, by its name or its id.
ExistingGroup = Annotated[str, Field(min_length=1, examples=["rg-churn"]), AfterValidator(_name_or_id)]
UserIdentityId = Annotated[str, AfterValidator(_canonical_id(_IDENTITY)), Field(examples=[_EXAMPLES[_IDENTITY]])]
#: An IPv4 address.
Address = Annotated[str, AfterValidator(_canonical_address), Field(examples=["10.0.0.4"])]


@dataclass(frozen=True, slots=True)
class HubElsewhere:
    """A hub that is not built here. `network`: the id of its virtual network, or of a virtual hub.

    `firewall_address`: None for a virtual hub, whose routes lead to its firewall. `writes`: the hub's side of peerings,
    or the connections of spokes, are built here.
    """

    network: str
    firewall_address: str | None
    log_analytics: str
    address_space: tuple[str, ...]
    dns_servers: tuple[str, ...]
    gateway: bool
    writes: bool


class ExistingHubConfig(Config):
    """A hub that exists already: nothing of it is built or changed, spokes are peered with it."""

    virtual_network: NetworkId
    """The id of its virtual network. The hub's subscription follows from it."""
    firewall_address: Address
    """The private address of its firewall: the next hop of everything that leaves a spoke."""
    log_analytics: LogAnalyticsId
    """The id of the central log, to which everything sends its diagnostics. Its subscription may be any."""
    address_space: Annotated[tuple[Network, ...], Field(min_length=1)]
    """Its ranges, which nothing here may overlap, and from which people reach private endpoints."""
    dns_servers: tuple[Address, ...] = ()
    """DNS servers of the spokes. Default: the firewall, whose DNS proxy must be on."""
    gateway: bool = False
    """Spokes use its gateway: set it once the gateway exists. With `peerFromHub: false`, the hub's side of each peering
    must allow gateway transit before."""
    peer_from_hub: bool = True
    """Builds the hub's side of peerings, too. If false, the owner of the hub must build it, or no traffic flows."""

    @property
    def hub(self) -> HubElsewhere:
        """The hub, as every one that is not built here."""
        return HubElsewhere(
            self.virtual_network, self.firewall_address, self.log_analytics, self.address_space, self.dns_servers,
            self.gateway, self.peer_from_hub,
        )  # fmt: skip
