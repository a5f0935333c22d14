"""A hub that another stack of this program builds, in the stack file: which stack, and what it gives to others."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from amlz.core.config.existing import Address, HubElsewhere, LogAnalyticsId, NetworkId, ZoneId
from amlz.core.config.shared import Config, Guid, Location, Network

#: A stack as Pulumi names it everywhere: organisation, project, stack.
STACK_NAME = r"^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$"


class HubOutputs(Config):
    """Values that a stack with a hub gives to other stacks: its output `hub`. Nothing of it is written by hand."""

    schema_version: Literal[1]
    """The version of these outputs."""
    cloud: str
    """The Azure cloud."""
    tenant_id: Guid
    """The Entra tenant."""
    location: Location
    """The hub's region."""
    virtual_network: NetworkId
    """The id of its virtual network."""
    address_space: Annotated[tuple[Network, ...], Field(min_length=1)]
    """Its ranges."""
    firewall_address: Address
    """The private address of its firewall."""
    dns_servers: tuple[Address, ...]
    """DNS servers of the spokes; empty for the firewall."""
    second_dns_server: Address | None = None
    """The DNS server that spokes ask if the firewall does not answer; None where there is none."""
    log_analytics: LogAnalyticsId
    """The id of the central log."""
    zones: dict[str, ZoneId]
    """The private DNS zones that are linked to it: ids by name."""
    gateway: bool
    """True if there is a gateway that spokes can use."""
    private_link_scope: str
    """The id of its private link scope of Azure Monitor, empty where there is none."""
    public_ingestion: bool
    """True if telemetry is accepted from the internet."""
    public_queries: bool
    """True if logs can be read from the internet."""
    serves: tuple[Network, ...]
    """Ranges of other stacks for which its firewall has rules."""
    egress: tuple[str, ...]
    """The scenarios that its firewall opens for them."""
    egress_hosts: tuple[str, ...]
    """The other hosts that its firewall opens for them."""


def _path_or_mapping(schema: dict[str, Any]) -> None:
    """For editors: a path is resolved before the model sees it."""
    mapping = {"$ref": schema.pop("$ref")}
    schema["anyOf"] = [{"type": "string"}, mapping]


class HubStackConfig(Config):
    """A hub that another stack of this program builds: nothing of it is built or changed, spokes are peered with it."""

    name: Annotated[str, StringConstraints(pattern=STACK_NAME)]
    """The other stack, as `<organisation>/<project>/<stack>`."""
    outputs: Annotated[HubOutputs, Field(json_schema_extra=_path_or_mapping)]
    """Outputs of that stack, as the path of a file next to the stack file that `pulumi stack output --json` wrote. Or
    the output `hub` itself. `pulumi up` compares it with the other stack's outputs of that moment, and stops where
    they differ.
    """
    peer_from_hub: bool = True
    """Builds the hub's side of peerings, too. If false, the owner of the hub must build it, or no traffic flows."""

    @property
    def hub(self) -> HubElsewhere:
        """The hub, as every one that is not built here. Its gateway: amlz/core/planning/gateway.py."""
        outputs = self.outputs
        firewall, second = outputs.firewall_address, outputs.second_dns_server
        servers = outputs.dns_servers or ((firewall, second) if second is not None else ())
        return HubElsewhere(
            outputs.virtual_network, firewall, outputs.log_analytics, outputs.address_space, servers, False,
            self.peer_from_hub,
        )  # fmt: skip
