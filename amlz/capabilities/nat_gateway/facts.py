"""Facts of NAT gateways. Names: see amlz/core/facts/names.py."""

from __future__ import annotations

from amlz.core.capability_facts import ArmType, Emits, Facts
from amlz.core.facts.name_rules import named

NAT_GATEWAY = "Microsoft.Network/natGateways"

FACTS = Facts(
    types=(
        ArmType(
            NAT_GATEWAY,
            ("NAT gateway", "NAT gateways"),
            kind="natGateway",
            names=named("ng-"),
            emits=Emits(logs=False, metrics=True),
        ),
    )
)
