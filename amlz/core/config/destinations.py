"""Destinations of compute targets other than HTTPS hosts: ranges outside of Azure, and service tags."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from amlz.core.config.egress import HostName
from amlz.core.config.shared import Config, Location, Network

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


#: A port, or a range of ports.
Ports = Annotated[
    str,
    BeforeValidator(_as_text),
    AfterValidator(_ports),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1, "maximum": _LAST_PORT}, {"type": "string"}]}),
    Field(examples=["1433"]),
]


class DestinationConfig(Config):
    """A destination of the environment's compute clusters and instances: `addresses` or `serviceTag`, with ports."""

    addresses: Annotated[tuple[Network, ...], Field(min_length=1, max_length=20)] | None = None
    """Ranges inside `onPremises`; a single host is a /32. Not with a managed network."""
    service_tag: ServiceTag | None = None
    """A service of Azure, in one region: resources of every tenant. The preview names it as a relaxation."""
    region: Location | None = None
    """The region of the service tag. Default: `location`."""
    ports: Annotated[tuple[Ports, ...], Field(min_length=1, max_length=20)]
    """Ports, such as 1433, and ranges of ports, such as 11000-11999."""
    protocol: Literal["TCP", "UDP"] = "TCP"
    """The protocol."""
    hosts: Annotated[tuple[HostName, ...], Field(max_length=20)] = ()
    """Host names that answer there; `*.` matches all below one. The preview then accepts connections to them. They open
    nothing.
    """
    why: Annotated[str, StringConstraints(min_length=5, max_length=140)]
    """Its purpose, shown with the rules."""

    def opens(self, port: int) -> bool:
        """Returns whether a port is one of its ports."""
        ranges = (text.partition("-") for text in self.ports)
        return any(int(low) <= port <= int(high or low) for low, _, high in ranges)

    def tag(self, region: str) -> str | None:
        """Returns its service tag with the region; None where it has addresses. `region`: the landing zone's."""
        return f"{self.service_tag}.{self.region or region}" if self.service_tag is not None else None
