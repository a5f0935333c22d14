"""Facts about how Azure routes and filters packets, each with its source and the date of that page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from amlz.core.facts.linked import LINKED, LINKED_GROUPS

NSG_PAGE = "https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview"
TAGS_PAGE = "https://learn.microsoft.com/azure/virtual-network/service-tags-overview"
ROUTES_PAGE = "https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview"
PEERING_PAGE = "https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering"
ENDPOINT_POLICIES_PAGE = "https://learn.microsoft.com/azure/private-link/disable-private-endpoint-network-policy"
INSPECTION_PAGE = "https://learn.microsoft.com/azure/private-link/inspect-traffic-with-azure-firewall"
FIREWALL_PAGE = "https://learn.microsoft.com/azure/firewall/rule-processing"
SNAT_PAGE = "https://learn.microsoft.com/azure/firewall/snat-private-range"
LINKS_PAGE = "https://learn.microsoft.com/azure/dns/private-dns-virtual-network-links"
TRANSIT_PAGE = "https://learn.microsoft.com/azure/vpn-gateway/vpn-gateway-peering-gateway-transit"
SERVICE_ENDPOINTS_PAGE = "https://learn.microsoft.com/azure/virtual-network/virtual-network-service-endpoints-overview"


@dataclass(frozen=True, slots=True)
class NetworkFact:
    """A rule of Azure that an evaluation follows. `date`: of the page."""

    says: str
    source: str
    date: str


#: Every rule that the evaluation follows, as the reference page lists them.
FACTS: tuple[NetworkFact, ...] = tuple(
    NetworkFact(*row)
    for row in (
        (
            "A security group is evaluated outbound at the source and inbound at the destination.",
            NSG_PAGE,
            "2025-03-31",
        ),
        (
            "The rule with the lowest priority number that matches decides; default rules follow.",
            NSG_PAGE,
            "2025-03-31",
        ),
        (
            "Security groups are stateful: a reply needs no rule.",
            NSG_PAGE,
            "2025-03-31",
        ),
        (
            "A subnet without a security group filters nothing.",
            NSG_PAGE,
            "2025-03-31",
        ),
        (
            "`VirtualNetwork` covers the network, its peers, networks behind its gateway, and prefixes of its routes.",
            TAGS_PAGE,
            "2025-09",
        ),
        (
            "`Internet` covers public addresses outside of the network, those of Azure included.",
            TAGS_PAGE,
            "2025-09",
        ),
        (
            "The longest prefix decides; of equal ones, first a user-defined route, then BGP, then a system route.",
            ROUTES_PAGE,
            "2023-05-27",
        ),
        (
            "System routes of a network and its peers are preferred to more specific BGP routes.",
            ROUTES_PAGE,
            "2023-05-27",
        ),
        (
            "The routes of service endpoints cannot be overridden by a route table.",
            ROUTES_PAGE,
            "2023-05-27",
        ),
        (
            "Private ranges that are no route's go nowhere.",
            ROUTES_PAGE,
            "2023-05-27",
        ),
        (
            "The next hop of a route must be in the network or in a directly peered one.",
            ROUTES_PAGE,
            "2023-05-27",
        ),
        (
            "A private endpoint has a /32 route in its network and in those peered with it.",
            ENDPOINT_POLICIES_PAGE,
            "2025-03-25",
        ),
        (
            "Where network policies for routes are enabled, a route at least as specific as the address space of the "
            "network overrides it; otherwise only a /32 route does.",
            ENDPOINT_POLICIES_PAGE,
            "2025-03-25",
        ),
        (
            "Security groups apply to private endpoints only where network policies for them are enabled.",
            ENDPOINT_POLICIES_PAGE,
            "2025-03-25",
        ),
        (
            "Private endpoints reply past the routes of their subnet; a firewall between needs SNAT.",
            INSPECTION_PAGE,
            "2025-03-25",
        ),
        (
            "Peering is not transitive, and both directions must exist.",
            PEERING_PAGE,
            "2018-02-09",
        ),
        (
            "Traffic that another network forwards enters only with `allowForwardedTraffic`.",
            PEERING_PAGE,
            "2018-02-09",
        ),
        (
            "Without `allowVirtualNetworkAccess` no traffic crosses a peering.",
            PEERING_PAGE,
            "2018-02-09",
        ),
        (
            "A network uses the gateway of its peer with `useRemoteGateways` here and `allowGatewayTransit` there.",
            TRANSIT_PAGE,
            "2025-02",
        ),
        (
            "Azure Firewall applies DNAT rules, then network rules, then application rules, and denies the rest.",
            FIREWALL_PAGE,
            "2020-04-10",
        ),
        (
            "Network rules keep the source address towards private ranges; application rules never do.",
            SNAT_PAGE,
            "2023-08-02",
        ),
        (
            "A private zone resolves in the networks that it is linked to; with a DNS proxy, in that of the firewall.",
            LINKS_PAGE,
            "2025",
        ),
    )
)


@dataclass(frozen=True, slots=True)
class DefaultRule:
    """A default rule of every security group."""

    name: str
    priority: int
    inbound: bool
    allow: bool
    source: str
    destination: str


#: https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview (2025-03-31), for any port and
#: protocol.
DEFAULT_RULES: tuple[DefaultRule, ...] = (
    DefaultRule("AllowVnetInBound", 65000, True, True, "VirtualNetwork", "VirtualNetwork"),
    DefaultRule("AllowAzureLoadBalancerInBound", 65001, True, True, "AzureLoadBalancer", "*"),
    DefaultRule("DenyAllInBound", 65500, True, False, "*", "*"),
    DefaultRule("AllowVnetOutBound", 65000, False, True, "VirtualNetwork", "VirtualNetwork"),
    DefaultRule("AllowInternetOutBound", 65001, False, True, "*", "Internet"),
    DefaultRule("DenyAllOutBound", 65500, False, False, "*", "*"),
)

#: System routes of every subnet that go nowhere. ROUTES_PAGE (2023-05-27).
UNROUTED: tuple[str, ...] = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")

#: Destinations of network rules that keep the source address (IANAPrivateRanges). SNAT_PAGE (2023-08-02).
NOT_TRANSLATED: tuple[str, ...] = UNROUTED

#: The service tag that a service endpoint routes to. SERVICE_ENDPOINTS_PAGE (2025). `Microsoft.Storage` covers the
#: region of the network and its pair, the others all regions.
SERVICE_ENDPOINT_TAGS: Mapping[str, str] = {
    "microsoft.storage": "Storage",
    "microsoft.storage.global": "Storage",
    "microsoft.keyvault": "AzureKeyVault",
    "microsoft.containerregistry": "AzureContainerRegistry",
    "microsoft.azureactivedirectory": "AzureActiveDirectory",
    "microsoft.sql": "Sql",
    "microsoft.azurecosmosdb": "AzureCosmosDB",
    "microsoft.eventhub": "EventHub",
    "microsoft.servicebus": "ServiceBus",
    "microsoft.cognitiveservices": "CognitiveServicesManagement",
    "microsoft.web": "AppService",
}

#: Ends of host names that Microsoft runs: their addresses may be in a service tag.
MICROSOFT_DOMAINS: tuple[str, ...] = (
    ".azure.com", ".azure.net", ".azure.us", ".azure.cn", ".azureml.ms", ".azureml.net", ".azureml.us", ".azureml.cn",
    ".azurecr.io", ".azurecr.us", ".azurecr.cn", ".windows.net", ".usgovcloudapi.net", ".chinacloudapi.cn",
    ".microsoft.com", ".microsoftonline.com", ".microsoftonline.us", ".visualstudio.com", ".azureedge.net",
    ".azurefd.net", ".azurewebsites.net", ".msecnd.net", ".aka.ms", ".windowsupdate.com", ".msauth.net",
    ".msftauth.net", ".vscode.dev", ".vscode-cdn.net", ".vscode-unpkg.net", ".vsassets.io", ".office.com", ".live.com",
)  # fmt: skip

#: Ports of a private endpoint, by group ID. 445 is SMB; the rest is HTTPS.
#: https://learn.microsoft.com/azure/private-link/private-endpoint-overview (2025),
#: https://learn.microsoft.com/azure/storage/files/storage-files-networking-overview (2025).
ENDPOINT_PORTS: Mapping[str, tuple[int, ...]] = {
    "file": (443, 445),
    **{
        group: tuple(sorted({int(port) for kind in LINKED if kind.group == group for port in kind.ports}))
        for group in LINKED_GROUPS
    },
}
HTTPS = (443,)

#: Limitations of every answer. Shown with it.
NOT_MODELLED: tuple[str, ...] = (
    "security groups of network interfaces, load balancers, Virtual WAN, Route Server, Virtual Network Manager",
    "IPv6, and routes that a gateway learns by BGP beyond the ranges of `onPremises` (forced tunnelling among them)",
    "firewalls and routes on premises, connections of a gateway, networks and hubs that other programs build",
    "DNAT rules, of which the program builds none: with one, an answer from the internet is `cannot tell`",
    "deployments of managed online endpoints where the environment has its own subnets: they are in none of these",
    "addresses of service tags: tags of different services are taken as separate",
    "threat intelligence, intrusion detection, web categories, TLS errors, hosts that a firewall always allows",
    "DNS security rules, and accounts, keys and roles: a port that is reached may still refuse",
    "whether a machine listens: an answer about a subnet is about its network only",
)
