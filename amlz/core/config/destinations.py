"""Destinations of compute targets other than HTTPS hosts: ranges outside of Azure, service tags, and resources."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from amlz.azure.ids import parse, resource_id
from amlz.core.config.egress import HostName
from amlz.core.config.shared import GUID, Config, Location, Network
from amlz.core.facts.linked import LINKED, LinkedKind, linked_hosts, linked_kind

#: Service tags that can be limited to a region and that Azure Firewall takes in destinations.
#: https://learn.microsoft.com/azure/virtual-network/service-tags-overview
ServiceTag = Literal["AppService", "AzureContainerRegistry", "AzureCosmosDB", "EventHub", "ServiceBus", "Sql"]

_LAST_PORT = 65_535


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _ports(text: str) -> str:
    match = re.fullmatch(r"([1-9][0-9]{0,4})(?:-([1-9][0-9]{0,4}))?", text)
    low, high = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
    if low > high or high > _LAST_PORT:
        raise PydanticCustomError("port", "{value} is no port", {"value": repr(text)})
    return text


def _resource(text: str) -> str:
    """Returns the id of a resource that has a row in the table, as Azure writes its type."""
    try:
        parsed = parse(text.strip().rstrip("/"))
    except ValueError:
        raise _no_resource("is not the id of a resource") from None
    kind = linked_kind(text.strip().rstrip("/"))
    if kind is None or len(parsed.names) != 1 or parsed.scope:
        raise _no_resource(f"is the id of something of type {parsed.type}")
    subscription = parsed.subscription.lower()
    if not re.fullmatch(GUID, subscription) or not parsed.resource_group or not parsed.name:
        raise _no_resource("leaves out a part, or its subscription is no GUID")
    return resource_id(subscription, parsed.resource_group, kind.arm_type, parsed.name)


def _no_resource(why: str) -> PydanticCustomError:
    kinds = ", ".join(kind.words for kind in LINKED)
    return PydanticCustomError(
        "resource_id", "{why}", {"why": why, "arm_type": f"resource ({kinds})", "example": _EXAMPLE}
    )


_EXAMPLE = resource_id("11111111-1111-1111-1111-111111111111", "rg-data", LINKED[0].arm_type, "sql-tables")

#: The id of a resource with a private endpoint for compute targets.
LinkedId = Annotated[str, AfterValidator(_resource), Field(examples=[_EXAMPLE])]
#: A port, or a range of ports.
Ports = Annotated[
    str,
    BeforeValidator(_as_text),
    AfterValidator(_ports),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1, "maximum": _LAST_PORT}, {"type": "string"}]}),
    Field(examples=["1433"]),
]


class DestinationConfig(Config):
    """A destination of the environment's compute clusters and instances: `addresses`, `serviceTag` or `resource`."""

    addresses: Annotated[tuple[Network, ...], Field(min_length=1, max_length=20)] | None = None
    """Ranges inside `onPremises`; a single host is a /32. Not with a managed network."""
    service_tag: ServiceTag | None = None
    """A service of Azure, in one region: resources of every tenant. The preview names it as a relaxation."""
    region: Location | None = None
    """The region of the service tag. Default: `location`."""
    resource: LinkedId | None = None
    """The id of a resource that gets a private endpoint for this environment, which its owner approves: a server of SQL
    or PostgreSQL, a namespace of Event Hubs or Service Bus, an account of AI services."""
    ports: Annotated[tuple[Ports, ...], Field(min_length=1, max_length=20)] | None = None
    """Ports, such as 1433, and ranges of ports, such as 11000-11999. Default: the usual ones of a resource."""
    protocol: Literal["TCP", "UDP"] = "TCP"
    """The protocol."""
    hosts: Annotated[tuple[HostName, ...], Field(max_length=20)] = ()
    """Host names that answer there; `*.` matches all below one. The preview then accepts connections to them. They open
    nothing.
    """
    why: Annotated[str, StringConstraints(min_length=5, max_length=140)]
    """Its purpose, shown with the rules."""

    @property
    def kind(self) -> LinkedKind | None:
        """Returns what is known of its resource; None where it has none."""
        return linked_kind(self.resource) if self.resource is not None else None

    @property
    def open_ports(self) -> tuple[str, ...]:
        """Returns its ports, by default those of its resource."""
        return self.ports or (self.kind.ports if self.kind is not None else ())

    def names(self, cloud: str) -> tuple[str, ...]:
        """Returns the names that answer there, those of its resource included."""
        return (*self.hosts, *(linked_hosts(self.resource, cloud) if self.resource is not None else ()))

    def opens(self, port: int) -> bool:
        """Returns whether a port is one of its ports."""
        ranges = (text.partition("-") for text in self.open_ports)
        return any(int(low) <= port <= int(high or low) for low, _, high in ranges)

    def tag(self, region: str) -> str | None:
        """Returns its service tag with the region; None where it has addresses. `region`: the landing zone's."""
        return f"{self.service_tag}.{self.region or region}" if self.service_tag is not None else None
