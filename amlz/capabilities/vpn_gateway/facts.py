"""Facts of VPN gateways. Names: see amlz/core/facts/names.py."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from amlz.azure.change_rule import ChangeRule, Kind, properties
from amlz.azure.protection import Protection, items, keys, more, other
from amlz.core.billing import Body, Meter, Omitted, Quantity, all_month, text_at
from amlz.core.capability_facts import ArmType, Emits, Facts, Noun, PropertyValue, RetiredSetting
from amlz.core.facts.clouds import CloudName
from amlz.core.facts.name_rules import named

VPN_GATEWAY = "Microsoft.Network/virtualNetworkGateways"
#: Its kind in drawings of the networks.
DRAWN = "VPN gateway"

#: Smallest range of VPN clients, by whether two instances are active:
#: https://learn.microsoft.com/azure/vpn-gateway/point-to-site-entra-gateway (2025-02)
CLIENT_POOL_PREFIX: Mapping[bool, int] = {False: 29, True: 28}
#: The issuer of tokens: https://learn.microsoft.com/azure/vpn-gateway/openvpn-azure-ad-tenant (2023-09)
ISSUER = "https://sts.windows.net"
#: Clouds in which pages of Microsoft agree on the host of the sign-in. For Azure operated by 21Vianet, that page and
#: https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud name different ones.
CLIENT_CLOUDS: tuple[CloudName, ...] = ("public", "usGovernment")
#: Applications of the Azure VPN Client: that of Microsoft, and those of public clouds and Azure Government before it.
#: https://learn.microsoft.com/azure/vpn-gateway/point-to-site-about#entra-id
CLIENTS_OF_MICROSOFT = (
    "c632b3df-fb67-4d84-bdcf-b95ad541b5c8",
    "41b23e61-6c1e-4545-b367-cd054e0ed4b4",
    "51bb15d4-3a4f-4ebf-9dca-40096fe32426",
)

#: Recorded conversations with Azure of a public test suite.
_RECORDED = "https://github.com/ReaNAiveD/azure-cli/tree/d845393/src/azure-cli/azure/cli/command_modules/network"
#: In both directions. It interrupts connections.
_ACTIVE = "https://learn.microsoft.com/azure/vpn-gateway/gateway-change-active-active"
_CHANGES = (
    *(
        ChangeRule(
            f"properties.sku.{name}", Kind.UPDATES, _RECORDED, "recorded once", old=("Basic",), new=("Standard",)
        )
        for name in ("name", "tier")
    ),
    *properties(_RECORDED, "customRoutes", "vpnClientConfiguration"),
    *properties(_ACTIVE, "activeActive", "ipConfigurations"),
)


def _bill(body: Body) -> Iterator[Quantity | Omitted]:
    sku = text_at(body, "properties", "sku", "name")
    yield all_month(
        Meter(f"vpn-{sku.lower()}", f"VPN gateway {sku}", "hours", "VPN Gateway", sku, ("1 Hour",), sku=sku)
    )
    yield Omitted("VPN gateways: connections above those included, and traffic")


FACTS = Facts(
    types=(
        ArmType(
            VPN_GATEWAY,
            Noun("VPN gateway", "VPN gateways"),
            kind="vpnGateway",
            names=named("vpng-"),
            emits=Emits(logs=True, metrics=True),
        ),
    ),
    # Of VPN gateways alone: ExpressRoute gateways have SKUs of the same names. The page, 2024-03-06: existing gateways
    # were supported until that day, and are then moved to VpnGw1AZ and VpnGw2AZ.
    retired_settings=(
        RetiredSetting(
            VPN_GATEWAY.lower(),
            "properties.sku.name",
            ("Standard", "HighPerformance"),
            "a legacy SKU of VPN gateways",
            "2025-09-30",
            "https://learn.microsoft.com/azure/vpn-gateway/vpn-gateway-about-skus-legacy",
            "VpnGw1AZ",
            only=PropertyValue("properties.gatewayType", "Vpn"),
        ),
    ),
    changes={VPN_GATEWAY: _CHANGES},
    bills={VPN_GATEWAY: _bill},
    protections=(
        Protection(VPN_GATEWAY, "people connect from outside", more(items("vpnClientConfiguration.aadTenant"))),
        Protection(VPN_GATEWAY, "other people connect", other("vpnClientConfiguration.aadAudience")),
        Protection(VPN_GATEWAY, "another identity is used", more(keys("identity.userAssignedIdentities"))),
    ),
    drawn={DRAWN: (VPN_GATEWAY,)},
)
