"""Facts of DNS resolvers. Names: see amlz/core/facts/names.py."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.change_rule import tracked
from amlz.azure.protection import Protection, other
from amlz.core.billing import Body, Meter, Omitted, Quantity, free
from amlz.core.capability_facts import ArmType, Facts, Noun
from amlz.core.facts.name_rules import named

#: A domain of the organisation: at least two labels, in lower case.
DOMAIN = r"^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]*[a-z0-9])?$"

#: Its kind in drawings of the networks.
DRAWN = "DNS resolver"

_RESOLVERS, _RULESETS = "Microsoft.Network/dnsResolvers", "Microsoft.Network/dnsForwardingRulesets"

_PER_MONTH = ("1/Month", "1")


def _inbound(_: Body) -> Iterator[Quantity | Omitted]:
    name = "Private Resolver Inbound Endpoint"
    meter = Meter("dns-inbound", "inbound endpoint of DNS resolvers", "months", "Azure DNS", name, _PER_MONTH)
    yield Quantity(meter, 1, 1, "each month that it exists")


def _outbound(_: Body) -> Iterator[Quantity | Omitted]:
    name = "Private Resolver Outbound Endpoint"
    meter = Meter("dns-outbound", "outbound endpoint of DNS resolvers", "months", "Azure DNS", name, _PER_MONTH)
    yield Quantity(meter, 1, 1, "each month that it exists")


def _ruleset(_: Body) -> Iterator[Quantity | Omitted]:
    name = "Azure DNS Private Resolver DNS Forwarding Ruleset"
    meter = Meter("dns-ruleset", "DNS forwarding ruleset", "months", "Azure DNS", name, _PER_MONTH)
    yield Quantity(meter, 1, 1, "each month that it exists")


FACTS = Facts(
    types=(
        ArmType(_RESOLVERS, Noun("DNS resolver", "DNS resolvers"), kind="dnsResolver", names=named("dnspr-")),
        ArmType(f"{_RESOLVERS}/inboundEndpoints", Noun("inbound endpoint", "inbound endpoints")),
        ArmType(f"{_RESOLVERS}/outboundEndpoints", Noun("outbound endpoint", "outbound endpoints")),
        ArmType(
            _RULESETS,
            Noun("forwarding ruleset", "forwarding rulesets"),
            kind="forwardingRuleset",
            names=named("dnsfrs-"),
        ),
        ArmType(f"{_RULESETS}/forwardingRules", Noun("forwarding rule", "forwarding rules")),
        ArmType(f"{_RULESETS}/virtualNetworkLinks", Noun("ruleset link", "ruleset links")),
    ),
    changes={
        kind: tracked()
        for kind in (_RESOLVERS, f"{_RESOLVERS}/inboundEndpoints", f"{_RESOLVERS}/outboundEndpoints", _RULESETS)
    },
    bills={
        f"{_RESOLVERS}/inboundEndpoints": _inbound,
        f"{_RESOLVERS}/outboundEndpoints": _outbound,
        _RULESETS: _ruleset,
        **dict.fromkeys((_RESOLVERS, f"{_RULESETS}/forwardingRules", f"{_RULESETS}/virtualNetworkLinks"), free),
    },
    protections=(
        Protection(
            f"{_RULESETS}/forwardingRules", "names resolved by other servers", other("targetDnsServers.*.ipAddress")
        ),
    ),
    drawn={DRAWN: (_RESOLVERS, _RULESETS)},
)
