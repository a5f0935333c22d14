"""Facts of DNS resolvers. Names: see amlz/core/facts/names.py."""

from __future__ import annotations

from amlz.azure.change_rule import tracked
from amlz.core.capability_facts import ArmType, Facts
from amlz.core.facts.name_rules import named

#: A domain of the organisation: at least two labels, in lower case.
DOMAIN = r"^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]*[a-z0-9])?$"

_RESOLVERS, _RULESETS = "Microsoft.Network/dnsResolvers", "Microsoft.Network/dnsForwardingRulesets"

FACTS = Facts(
    types=(
        ArmType(_RESOLVERS, ("DNS resolver", "DNS resolvers"), kind="dnsResolver", names=named("dnspr-")),
        ArmType(f"{_RESOLVERS}/inboundEndpoints", ("inbound endpoint", "inbound endpoints")),
        ArmType(f"{_RESOLVERS}/outboundEndpoints", ("outbound endpoint", "outbound endpoints")),
        ArmType(
            _RULESETS, ("forwarding ruleset", "forwarding rulesets"), kind="forwardingRuleset", names=named("dnsfrs-")
        ),
        ArmType(f"{_RULESETS}/forwardingRules", ("forwarding rule", "forwarding rules")),
        ArmType(f"{_RULESETS}/virtualNetworkLinks", ("ruleset link", "ruleset links")),
    ),
    changes={
        kind: tracked()
        for kind in (_RESOLVERS, f"{_RESOLVERS}/inboundEndpoints", f"{_RESOLVERS}/outboundEndpoints", _RULESETS)
    },
)
