"""Facts of VPN gateways. Names: see amlz/core/facts/names.py."""

from __future__ import annotations

from amlz.core.capability import ArmType, Emits, Facts
from amlz.core.facts.name_rules import named

VPN_GATEWAY = "Microsoft.Network/virtualNetworkGateways"

FACTS = Facts(
    types=(
        ArmType(
            VPN_GATEWAY,
            ("VPN gateway", "VPN gateways"),
            kind="vpnGateway",
            names=named("vpng-"),
            emits=Emits(logs=True, metrics=True),
        ),
    )
)
