"""Address ranges and subnets: what Azure keeps, demands and refuses."""

from __future__ import annotations

from collections.abc import Mapping

from amlz.dataclass import dataclass

#: Azure keeps the first four addresses of every subnet and the last.
#: https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq
RESERVED_ADDRESSES = 5

#: The smallest subnet. Same page.
SMALLEST_SUBNET = 29


@dataclass(frozen=True, slots=True)
class Forbidden:
    """A range that no network of a landing zone may touch."""

    cidr: str
    why: str
    source: str


#: Traffic of a compute target to these addresses stays on it. Also reported for networks outside of the landing zone:
#: https://github.com/MicrosoftDocs/azure-docs/issues/88026, https://github.com/MicrosoftDocs/azure-docs/issues/114045
DOCKER = Forbidden(
    "172.17.0.0/16",
    "the bridge network of Docker on every compute",
    "https://learn.microsoft.com/azure/machine-learning/how-to-secure-training-vnet",
)

FORBIDDEN = (
    DOCKER,
    Forbidden("224.0.0.0/4", "multicast", "https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq"),
    Forbidden(
        "255.255.255.255/32", "broadcast", "https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq"
    ),
    Forbidden("127.0.0.0/8", "loopback", "https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq"),
    Forbidden("169.254.0.0/16", "link-local", "https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq"),
    Forbidden(
        "168.63.129.16/32",
        "Azure's own DNS and health probes",
        "https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq",
    ),
)


#: Regions in which security groups do not apply to private endpoints: these, and all of the other clouds.
#: https://learn.microsoft.com/azure/private-link/private-endpoint-overview#limitations (2024-09)
NO_ENDPOINT_SECURITY_GROUPS = frozenset({"westindia", "australiacentral2", "southafricawest", "brazilsoutheast"})

#: Network policies of a subnet of private endpoints, by the word of the stack file.
#: https://learn.microsoft.com/azure/private-link/disable-private-endpoint-network-policy (2025-01)
ENDPOINT_NETWORK_POLICIES: Mapping[str, str] = {
    "securityGroups": "NetworkSecurityGroupEnabled",
    "all": "Enabled",
    "off": "Disabled",
}


#: Ranges for networks of everybody (RFC 1918, RFC 6598):
#: https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq
PRIVATE_RANGES = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")


@dataclass(frozen=True, slots=True)
class SpecialRange:
    """A range that is neither private nor anybody's on the internet."""

    cidr: str
    what: str


#: https://www.iana.org/assignments/iana-ipv4-special-registry (2026-11), without the private ranges and those that the
#: internet routes.
SPECIAL_RANGES = (
    SpecialRange("0.0.0.0/8", "hosts of this network"),
    SpecialRange("127.0.0.0/8", "loopback"),
    SpecialRange("169.254.0.0/16", "link-local addresses"),
    SpecialRange("192.0.0.0/24", "protocols of the IETF"),
    SpecialRange("192.0.2.0/24", "documentation"),
    SpecialRange("192.88.99.0/24", "6to4 relays, which are deprecated"),
    SpecialRange("198.18.0.0/15", "benchmarks"),
    SpecialRange("198.51.100.0/24", "documentation"),
    SpecialRange("203.0.113.0/24", "documentation"),
    SpecialRange("224.0.0.0/4", "multicast"),
    SpecialRange("240.0.0.0/4", "future use"),
)


@dataclass(frozen=True, slots=True)
class HubSubnet:
    """A subnet with its fixed position in the hub: `offset` addresses from the start, `prefix` long.

    `delegation`: the service that alone may use it, None for any. `by_firewall`: its routes lead to the firewall.
    """

    role: str
    name: str
    offset: int
    prefix: int
    source: str
    delegation: str | None = None
    by_firewall: bool = False


_RESOLVER = (
    "https://learn.microsoft.com/azure/dns/dns-private-resolver-overview (16 addresses, delegated, for it alone)"
)

#: Offsets are fixed, so that a part that is turned on or off moves no other subnet.
HUB_SUBNETS: Mapping[str, HubSubnet] = {
    s.role: s
    for s in (
        HubSubnet(
            "firewall", "AzureFirewallSubnet", 0, 26,
            "https://learn.microsoft.com/azure/firewall/firewall-faq (64 addresses, this name)",
        ),
        HubSubnet(
            "bastion", "AzureBastionSubnet", 64, 26,
            "https://learn.microsoft.com/azure/bastion/configuration-settings (64 addresses, this name)",
        ),
        HubSubnet(
            "gateway", "GatewaySubnet", 128, 27,
            "https://learn.microsoft.com/azure/vpn-gateway/vpn-gateway-about-vpn-gateway-settings (32 addresses, this name)",
        ),
        HubSubnet("endpoints", "snet-endpoints", 160, 27, "private endpoints of what several environments share"),
        HubSubnet("resolverInbound", "snet-resolver-inbound", 192, 28, _RESOLVER, "Microsoft.Network/dnsResolvers"),
        HubSubnet("resolverOutbound", "snet-resolver-outbound", 208, 28, _RESOLVER, "Microsoft.Network/dnsResolvers"),
        HubSubnet("jumpHosts", "snet-jump-hosts", 224, 27, "machines that Azure Bastion reaches", by_firewall=True),
    )
}  # fmt: skip

#: The smallest hub: it holds the layout above.
SMALLEST_HUB = 24

#: How an environment's range is divided: role, numerator of the start, and how many bits are added to its prefix.
#: The range alone decides, so that changing a count in the stack file moves nothing.
ENVIRONMENT_SHARES = (("training", 0.0, 1), ("endpoints", 0.5, 2), ("scoring", 0.75, 2))

#: The same with a managed network: the whole range is for endpoints, since compute targets are elsewhere.
MANAGED_SHARES = (("endpoints", 0.0, 0),)

#: The smallest range of an environment: its quarters are the smallest subnets.
SMALLEST_ENVIRONMENT = SMALLEST_SUBNET - 2
