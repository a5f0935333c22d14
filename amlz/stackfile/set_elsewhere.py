"""Keys that users expect in one part of the stack file, and that another key sets."""

from __future__ import annotations

from amlz.stackfile.unsupported_key import Unsupported

_PROJECT = ("projects", "*")
_ENVIRONMENT = (*_PROJECT, "environments", "*")
_SPOKE = ("spokes", "*")
_DNS_SERVERS = Unsupported(
    ("dns",),
    frozenset({"servers", "dnsservers", "customdnsservers", "customdns", "resolver", "resolvers", "forwarders"}),
    "DNS servers of the organisation are a setting of its hub.",
    "Remove it. Set `dnsServers` below `hub.existing` or `hub.virtualWan`; a hub that is built here forwards to them "
    "with `hub.dnsResolver` (docs/explanation/hub.md).",
)
_HOSTS = Unsupported(
    _ENVIRONMENT,
    frozenset({"egress", "egresshosts", "allowedhosts", "outboundhosts", "hosts"}),
    "The firewall opens hosts for all environments.",
    "Remove it. Set `egress` or `egressHosts` next to `projects`; of a managed network `isolation.allow` of the "
    "environment (docs/reference/egress.md).",
)
_FIREWALL = Unsupported(
    ("hub",),
    frozenset(
        {"firewalladdress", "firewallip", "networkvirtualappliance", "virtualnetworkappliance", "nva", "appliance"}
    ),
    "A firewall that exists is named under `hub.existing`, with the network that it is in.",
    "Remove it, and set `hub.existing` with `firewallAddress` (docs/how-to/third-party-firewall.md).",
)

SET_ELSEWHERE: tuple[Unsupported, ...] = (
    _DNS_SERVERS,
    _DNS_SERVERS.at(("hub",)),
    _DNS_SERVERS.at(_SPOKE),
    Unsupported(
        ("hub", "existing"),
        frozenset({"resolver", "resolvers", "dns", "dnsresolver", "nameservers", "dnsserver"}),
        "DNS servers of a hub that exists are a list of addresses.",
        "Remove it, and set `dnsServers` (docs/how-to/organisation.md).",
    ),
    Unsupported(
        ("dns",),
        frozenset({"zones", "zoneids", "privatednszones", "privatezones", "subscription", "subscriptionid"}),
        "All private DNS zones that exist are in one resource group, whose ID names the subscription too.",
        "Remove it, and set `mode: existing` and `resourceGroup` (docs/how-to/organisation.md).",
    ),
    _HOSTS,
    _HOSTS.at(_PROJECT),
    Unsupported(
        _ENVIRONMENT,
        frozenset({"privateendpoints", "privateendpoint", "privatelinks", "outboundrules", "sharedprivatelinks"}),
        "Private endpoints to other resources are destinations of an environment.",
        "Remove it, and set `destinations` with the ID of the `resource` (docs/how-to/destinations.md).",
    ),
    Unsupported(
        _PROJECT,
        frozenset({"subscription", "subscriptionid"}),
        "The subscription is a setting of the spoke: all environments in it are there.",
        "Remove it, and set `spokes.NAME.subscription` and `spoke` of each environment (docs/how-to/organisation.md).",
    ),
    Unsupported(
        ("subscriptions",),
        frozenset({"connectivity", "network", "networking", "platform"}),
        "The subscription of a hub that is built here is `hub`; that of a hub that exists follows from its ID.",
        "Remove it, and set `hub` for a hub that is built here (docs/how-to/organisation.md).",
    ),
    Unsupported(
        ("subscriptions",),
        frozenset({"management", "logging", "logs", "monitoring", "dns", "identity", "security"}),
        "Subscriptions of a log and of zones that exist follow from their IDs.",
        "Remove it. Set `hub.logAnalytics.existing` or `dns.resourceGroup` (docs/how-to/bring-your-own.md).",
    ),
    _FIREWALL,
    _FIREWALL.at(("hub", "firewall")).with_keys(
        "address", "ipaddress", "privateaddress", "privateip", "id", "existing"
    ),
    Unsupported(
        ("hub", "existing"),
        frozenset({"firewall", "firewallip", "firewallid", "firewallprivateip", "nexthop", "nva", "appliance"}),
        "The firewall of a hub that exists is named by its private address.",
        "Remove it, and set `firewallAddress` (docs/how-to/third-party-firewall.md).",
    ),
    Unsupported(
        ("hub", "existing"),
        frozenset({"bastion", "jumphosts", "vpngateway", "natgateway", "privatelinkscope", "dnssecurity", "subnets"}),
        "Nothing is built in a hub that exists.",
        "Remove it: its owner builds it (docs/how-to/organisation.md).",
    ),
    Unsupported(
        _SPOKE,
        frozenset({"peering", "peerings", "peerfromhub", "hubpeering", "hubconnection", "connection"}),
        "Both sides of the peering are built with the network of a spoke; the owner of a network that exists peers it.",
        "Remove it. `hub.existing.peerFromHub` leaves the hub's side to its owner (docs/how-to/organisation.md).",
    ),
    Unsupported(
        _SPOKE,
        frozenset({"routetable", "routetables", "routes", "routetableid", "nexthop", "defaultroute"}),
        "The route table of a spoke is built here, with the route to the firewall of its hub.",
        "Remove it. Subnets that exist keep their routes: `existing.subnets` of an environment "
        "(docs/how-to/organisation.md).",
    ),
    Unsupported(
        _SPOKE,
        frozenset({"ddosprotectionplan", "ddosprotection", "ddosplan", "ddos"}),
        "The DDoS protection plan is a setting of the landing zone: networks of hub and spokes join it.",
        "Remove it, and set `ddosProtectionPlan` next to `spokes` (docs/how-to/organisation.md).",
    ),
    Unsupported(
        (),
        frozenset({"lock", "locks", "resourcelocks"}),
        "Locks are built for resources that hold data of production.",
        "Remove it. `production` of an environment decides (docs/explanation/guard.md).",
    ),
    Unsupported(
        ("naming",),
        frozenset({"prefix", "suffix", "separator", "delimiter", "region", "location", "organisation", "environment"}),
        "Parts of names are placeholders and text of a pattern.",
        "Remove it, and set `pattern`, with `abbreviations` for short forms (docs/how-to/own-names.md).",
    ),
)
