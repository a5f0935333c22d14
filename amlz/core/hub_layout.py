"""Subnets of a hub that is built here: at fixed offsets of its range, or at configured ranges."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from amlz.core.config import LandingZoneConfig
from amlz.core.config.shared import camel
from amlz.core.discovery import asked_for_all
from amlz.core.facts.dns import ENDPOINT_ADDRESSES, MONITOR
from amlz.core.facts.networks import HUB_SUBNETS, RESERVED_ADDRESSES, SMALLEST_HUB, SMALLEST_SUBNET
from amlz.core.problems import Path, Problem

_PATH: Path = ("hub", "subnets")
#: Subnets that may be as small as Azure allows.
_ANY_SIZE = ("endpoints", "jumpHosts")
#: Setting that builds a subnet, by role.
_BUILT_BY = {
    "firewall": "`firewall.tier` other than `None` builds it",
    "bastion": "`bastion: true` builds it",
    "gateway": "`gatewaySubnet: true` or `vpnGateway` builds it",
    "jumpHosts": "`jumpHosts: true` builds it",
    "endpoints": "`sharedRegistry`, `privateLinkScope`, or a data lake with its endpoints in the hub, builds it",
    "resolverInbound": "`dnsResolver` builds it",
    "resolverOutbound": "`forward` under `dnsResolver` builds it",
}


def hub_subnets(config: LandingZoneConfig) -> tuple[tuple[str, str, int], ...]:
    """The subnets that are built: role, range, and how many addresses are needed. () where the range is too small."""
    if not config.hub.network:
        return ()
    configured, network = _configured(config), IPv4Network(config.hub.address_space)
    if not configured and network.prefixlen > SMALLEST_HUB:
        return ()
    return tuple(
        (
            row.role,
            configured.get(row.role) or f"{network.network_address + row.offset}/{row.prefix}",
            _needs(row.role, config),
        )
        for row in HUB_SUBNETS.values()
        if _wanted(config)[row.role] and (row.role in configured or not configured)
    )


def check_hub_subnets(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns everything that does not fit in the hub's range, and in the configured ranges of its subnets."""
    configured, network = _configured(config), IPv4Network(config.hub.address_space)
    if config.hub.subnets is None:
        if network.prefixlen > SMALLEST_HUB:
            yield Problem(
                ("hub", "addressSpace"),
                f"{network} holds {network.num_addresses} addresses, the hub's layout takes "
                f"{2 ** (32 - SMALLEST_HUB)} (firewall, Bastion, gateway, shared endpoints).",
                f"Use a /{SMALLEST_HUB} or larger.",
            )
        return
    for role, wanted in _wanted(config).items():
        if wanted and role not in configured:
            yield Problem(
                _PATH,
                f"Ranges of subnets are set, and that of {role} is missing: none has its fixed offset then.",
                f"Add `{role}`, or remove `subnets`.",
            )
        if role in configured and not wanted:
            yield Problem(
                (*_PATH, role), f"There is no subnet for {role}: {_BUILT_BY[role]}.", "Remove it, or set that."
            )
    earlier: list[tuple[str, IPv4Network]] = []
    for role, cidr in configured.items():
        subnet = IPv4Network(cidr)
        yield from _wrong(config, role, subnet)
        for other, taken in earlier:
            if subnet.overlaps(taken):
                yield Problem((*_PATH, role), f"{subnet} overlaps {taken} of {other}.", "Change one of the two.")
        earlier.append((role, subnet))


def _wrong(config: LandingZoneConfig, role: str, subnet: IPv4Network) -> Iterator[Problem]:
    """Returns the mistakes of one range by itself."""
    if not subnet.subnet_of(IPv4Network(config.hub.address_space)):
        text = f"{subnet} is not inside the hub's range {config.hub.address_space}."
        yield Problem((*_PATH, role), text, "Choose a range in it.")
    needed = _needs(role, config)
    least = HUB_SUBNETS[role].prefix if role not in _ANY_SIZE else SMALLEST_SUBNET
    least = min(least, 32 - (needed + RESERVED_ADDRESSES - 1).bit_length())
    if subnet.prefixlen > least:
        text = f"{subnet} holds {subnet.num_addresses} addresses, that of {role} takes {2 ** (32 - least)} at least."
        yield Problem((*_PATH, role), text, f"Use a /{least} or larger.")


def _configured(config: LandingZoneConfig) -> dict[str, str]:
    """Returns the configured ranges, by role."""
    subnets = config.hub.subnets
    if subnets is None:
        return {}
    ranges = {camel(name): getattr(subnets, name) for name in type(subnets).model_fields}
    return {role: cidr for role, cidr in ranges.items() if cidr is not None}


def _wanted(config: LandingZoneConfig) -> dict[str, bool]:
    """Which subnets are built, by role."""
    roles = set(asked_for_all(lambda planner: planner.hub_subnets, config))
    roles |= {"firewall"} if config.hub.builds_firewall else set()
    roles |= {"gateway"} if config.hub.gateway_subnet else set()
    roles |= {"endpoints"} if _groups(config) else set()
    return {role: role in roles for role in HUB_SUBNETS}


def _needs(role: str, config: LandingZoneConfig) -> int:
    if role != "endpoints":
        return 0
    shared = asked_for_all(lambda planner: planner.shared_endpoints, config)
    return sum(ENDPOINT_ADDRESSES[group] for group in _groups(config)) + sum(item.addresses for item in shared)


def _groups(config: LandingZoneConfig) -> tuple[str, ...]:
    """Returns the private endpoints in the hub, by group ID."""
    shared = asked_for_all(lambda planner: planner.shared_endpoints, config)
    return (
        *(group for endpoints in shared if endpoints.subnet is None for group in endpoints.groups),
        *((MONITOR,) if config.hub.private_link_scope else ()),
    )
