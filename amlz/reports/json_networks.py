"""Requirements for networks that exist, as types of the reports in JSON."""

from __future__ import annotations

from amlz.reports.json_record import Record


class RequiredRule(Record):
    """A security rule that an existing subnet needs."""

    name: str
    priority: int
    direction: str
    access: str
    protocol: str
    sources: list[str]
    destinations: list[str]
    ports: list[str]
    why: str


class RequiredRoute(Record):
    """A route that an existing subnet needs."""

    prefix: str
    next_hop: str


class RequiredSubnet(Record):
    """Requirements for a subnet that exists. `addresses`: those that must be free."""

    name: str
    range: str
    addresses: int
    delegation: str | None
    private_endpoint_network_policies: str
    routes: list[RequiredRoute]
    service_endpoints: list[str]
    service_endpoint_policy: list[str]
    rules: list[RequiredRule]


class ExistingNetwork(Record):
    """Requirements for the network of a spoke that exists."""

    spoke: str
    virtual_network: str
    ranges: list[str]
    peered_with: str | None
    dns_servers: list[str]
    demands: list[str]
    subnets: list[RequiredSubnet]
