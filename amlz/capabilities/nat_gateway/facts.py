"""Facts of NAT gateways. Names: see amlz/core/facts/names.py."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.core.billing import Body, Meter, Omitted, Quantity, all_month, by_use
from amlz.core.capability_facts import ArmType, Emits, Facts, Noun
from amlz.core.facts.name_rules import named

NAT_GATEWAY = "Microsoft.Network/natGateways"
#: Its kind in drawings of the networks.
DRAWN = "NAT gateway"

_HOURS = Meter("nat-gateway", "NAT gateway", "hours", "NAT Gateway", "Standard Gateway", ("1 Hour",), everywhere=True)
_DATA = Meter(
    "nat-gateway-data", "data through NAT gateways", "GB", "NAT Gateway", "Standard Data Processed", ("1 GB",),
    everywhere=True,
)  # fmt: skip


def _bill(_: Body) -> Iterator[Quantity | Omitted]:
    yield all_month(_HOURS)
    yield by_use(_DATA, "traffic to the internet")


FACTS = Facts(
    types=(
        ArmType(
            NAT_GATEWAY,
            Noun("NAT gateway", "NAT gateways"),
            kind="natGateway",
            names=named("ng-"),
            emits=Emits(logs=False, metrics=True),
        ),
    ),
    bills={NAT_GATEWAY: _bill},
    drawn={DRAWN: (NAT_GATEWAY,)},
)
