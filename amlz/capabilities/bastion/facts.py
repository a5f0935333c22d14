"""Facts of Azure Bastion. Names: see amlz/core/facts/names.py."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.change_rule import ChangeRule, Kind, properties
from amlz.core.billing import Body, Meter, Omitted, Quantity, all_month, by_use, count_at, text_at
from amlz.core.capability_facts import ArmType, EgressHosts, Emits, Facts, Noun
from amlz.core.facts.clouds import FIREWALL_PAGE
from amlz.core.facts.name_rules import named

BASTION = "Microsoft.Network/bastionHosts"
#: Its kind in drawings of the networks.
DRAWN = "bastion"

_UPGRADES = "https://learn.microsoft.com/azure/bastion/upgrade-sku"
_TERRAFORM = "https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/bastion_host"
_ANOTHER = "Terraform's provider makes another resource instead"
_SMALLER = "a smaller SKU needs another host"
_CHANGES = (
    ChangeRule("sku.name", Kind.FIXED, _UPGRADES, _SMALLER, old=("Premium",)),
    ChangeRule("sku.name", Kind.FIXED, _UPGRADES, _SMALLER, old=("Standard",), new=("Basic", "Developer")),
    ChangeRule(
        "sku.name", Kind.UPDATES, _UPGRADES, "to a larger one", old=("Basic", "Standard"), new=("Standard", "Premium")
    ),
    ChangeRule("properties.ipConfigurations", Kind.FIXED, _TERRAFORM, _ANOTHER),
    ChangeRule("zones", Kind.FIXED, _TERRAFORM, _ANOTHER),
    *properties(
        _TERRAFORM,
        "scaleUnits",
        "disableCopyPaste",
        "enableTunneling",
        "enableFileCopy",
        "enableIpConnect",
        "enableShareableLink",
    ),
)

#: Hosts of the authentication of the portal, which the studio shares (2025-09). Personal accounts (live.com) are left out.
_PORTAL_PAGE = "https://learn.microsoft.com/azure/azure-portal/azure-portal-safelist-urls"
_SIGN_IN, _STUDIO, _NOTEBOOKS = (
    "signing in, and Azure Resource Manager",
    "the studio and its API",
    "notebooks of the studio",
)
#: Hosts that a browser on a jump host needs for the studio. Names of the workspace itself are those of its private
#: endpoint. The first page has no hosts of sign-in pages for the other clouds, so there they may be incomplete.
STUDIO_HOSTS = (
    EgressHosts("public", "sign-in", ("login.microsoftonline.com", "management.azure.com"), "Https", _SIGN_IN, FIREWALL_PAGE),
    EgressHosts(
        "public", "sign-in-pages",
        (
            "*.login.microsoftonline.com", "*.aadcdn.msftauth.net", "*.aadcdn.msftauthimages.net",
            "*.aadcdn.msauthimages.net", "*.logincdn.msftauth.net", "*.msauth.net", "*.aadcdn.microsoftonline-p.com",
            "*.microsoftonline-p.com",
        ),
        "Https", "pages of the sign-in", _PORTAL_PAGE,
    ),
    EgressHosts(
        "public", "studio", ("ml.azure.com", "*.azureml.ms", "*.azureml.net", "*.modelmanagement.azureml.net"), "Https",
        _STUDIO, FIREWALL_PAGE,
    ),
    EgressHosts(
        "public", "notebooks", ("*.notebooks.azure.net", "graph.microsoft.com", "*.aznbcontent.net"), "Https",
        _NOTEBOOKS, FIREWALL_PAGE,
    ),
    EgressHosts(
        "usGovernment", "sign-in", ("login.microsoftonline.us", "management.azure.us", "management.usgovcloudapi.net"),
        "Https", _SIGN_IN, FIREWALL_PAGE,
    ),
    EgressHosts(
        "usGovernment", "studio", ("ml.azure.us", "*.ml.azure.us", "*.modelmanagement.azureml.us"), "Https", _STUDIO,
        FIREWALL_PAGE,
    ),
    EgressHosts(
        "usGovernment", "notebooks", ("*.notebooks.usgovcloudapi.net", "graph.microsoft.us", "*.aznbcontent.net"), "Https",
        _NOTEBOOKS, FIREWALL_PAGE,
    ),
    EgressHosts(
        "china", "sign-in", ("login.chinacloudapi.cn", "management.azure.cn", "management.chinacloudapi.cn"), "Https",
        _SIGN_IN, FIREWALL_PAGE,
    ),
    EgressHosts(
        "china", "studio", ("studio.ml.azure.cn", "*.ml.azure.cn", "*.azureml.cn", "*.modelmanagement.ml.azure.cn"),
        "Https", _STUDIO, FIREWALL_PAGE,
    ),
    EgressHosts(
        "china", "notebooks", ("*.notebooks.chinacloudapi.cn", "graph.chinacloudapi.cn", "*.aznbcontent.net"), "Https",
        _NOTEBOOKS, FIREWALL_PAGE,
    ),
)  # fmt: skip

#: Instances of a host that its price includes: https://learn.microsoft.com/azure/bastion/bastion-overview, "Pricing".
_INCLUDED = 2


def _bill(body: Body) -> Iterator[Quantity | Omitted]:
    sku, low = text_at(body, "sku", "name"), text_at(body, "sku", "name").lower()
    service, hour = "Azure Bastion", ("1 Hour",)
    if sku == "Developer":
        return
    yield all_month(Meter(f"bastion-{low}", f"Bastion {sku}", "hours", service, f"{sku} Gateway", hour, sku=sku))
    more = count_at(body, "properties", "scaleUnits", absent=_INCLUDED) - _INCLUDED
    if more > 0:
        title = f"further instance of Bastion {sku}"
        yield all_month(
            Meter(f"bastion-{low}-more", title, "hours", service, f"{sku} Additional Gateway", hour, sku=sku), more
        )
    out = Meter(
        f"bastion-{low}-out", "data out of Bastion", "GB", service, f"{sku} Data Transfer Out", ("1 GB",), sku=sku
    )
    yield by_use(out, "sessions")


FACTS = Facts(
    types=(
        ArmType(
            BASTION,
            Noun("Bastion host", "Bastion hosts"),
            kind="bastion",
            names=named("bas-"),
            emits=Emits(logs=True, metrics=True),
            name_setting="hub.names.bastion",
        ),
    ),
    egress=STUDIO_HOSTS,
    changes={BASTION: _CHANGES},
    bills={BASTION: _bill},
    drawn={DRAWN: (BASTION,)},
)
