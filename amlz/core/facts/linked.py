"""third-party resources that compute targets reach by a private endpoint: group IDs, ports, DNS zones and names.

Zones and public domains: https://learn.microsoft.com/azure/private-link/private-endpoint-dns (2026-07-16). That page has
no zone of AI services for China, and no complete list of theirs for Azure Government.
"""

from __future__ import annotations

from collections.abc import Mapping

from amlz.azure.ids import parse
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class LinkedKind:
    """A type of resource, with the one group ID of its private endpoint. `source`: of its ports.

    `addresses`: that the endpoint takes. `domains`: of its names, by cloud; its zones are below `privatelink.` of them.
    """

    arm_type: str
    words: str
    group: str
    ports: tuple[str, ...]
    domains: Mapping[str, tuple[str, ...]]
    source: str
    addresses: int = 1

    def zones(self, cloud: str) -> tuple[str, ...]:
        """Returns its private DNS zones; none in a cloud that the page does not list."""
        return tuple(f"privatelink.{domain}" for domain in self.domains.get(cloud, ()))


_BUS = {
    "public": ("servicebus.windows.net",),
    "usGovernment": ("servicebus.usgovcloudapi.net",),
    "china": ("servicebus.chinacloudapi.cn",),
}

LINKED: tuple[LinkedKind, ...] = (
    LinkedKind(
        "Microsoft.Sql/servers", "SQL server", "sqlServer", ("1433",),
        {
            "public": ("database.windows.net",), "usGovernment": ("database.usgovcloudapi.net",),
            "china": ("database.chinacloudapi.cn",),
        },
        # With the connection policy Proxy, the default for private endpoints.
        "https://learn.microsoft.com/azure/azure-sql/database/private-endpoint-overview",
    ),
    LinkedKind(
        "Microsoft.DBforPostgreSQL/flexibleServers", "PostgreSQL server", "postgresqlServer", ("5432",),
        {
            "public": ("postgres.database.azure.com",), "usGovernment": ("postgres.database.usgovcloudapi.net",),
            "china": ("postgres.database.chinacloudapi.cn",),
        },
        "https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-networking-private-link",
    ),
    LinkedKind(
        "Microsoft.EventHub/namespaces", "Event Hubs namespace", "namespace", ("443", "5671", "9093"), _BUS,
        "https://learn.microsoft.com/azure/event-hubs/event-hubs-faq",
    ),
    LinkedKind(
        "Microsoft.ServiceBus/namespaces", "Service Bus namespace", "namespace", ("443", "5671"), _BUS,
        "https://learn.microsoft.com/azure/service-bus-messaging/service-bus-faq",
    ),
    LinkedKind(
        "Microsoft.CognitiveServices/accounts", "AI services account", "account", ("443",),
        {"public": ("cognitiveservices.azure.com", "openai.azure.com", "services.ai.azure.com")},
        "https://learn.microsoft.com/azure/ai-services/cognitive-services-virtual-networks",
        addresses=3,  # no page states how many of its three names share one: at most one each
    ),
)  # fmt: skip

#: Their group IDs. Zones of these are created only where they are used: an empty zone hides public names.
LINKED_GROUPS = frozenset(kind.group for kind in LINKED)


def linked_kind(resource_id: str) -> LinkedKind | None:
    """Returns the kind of a resource by its id; None for a type that is not in the table."""
    arm_type = parse(resource_id).type.lower()
    return next((kind for kind in LINKED if kind.arm_type.lower() == arm_type), None)


def linked_hosts(resource_id: str, cloud: str) -> tuple[str, ...]:
    """Returns the names under which a resource answers in a cloud, in lower case."""
    kind, name = linked_kind(resource_id), parse(resource_id).name.lower()
    return tuple(f"{name}.{domain}" for domain in kind.domains.get(cloud, ())) if kind is not None else ()
