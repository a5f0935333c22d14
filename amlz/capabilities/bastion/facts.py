"""Facts of Azure Bastion. Names: see amlz/core/facts/names.py."""

from __future__ import annotations

from amlz.azure.change_rule import ChangeRule, Kind, properties
from amlz.core.capability_facts import ArmType, Emits, Facts
from amlz.core.facts.name_rules import named

BASTION = "Microsoft.Network/bastionHosts"

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

FACTS = Facts(
    types=(
        ArmType(
            BASTION,
            ("Bastion host", "Bastion hosts"),
            kind="bastion",
            names=named("bas-"),
            emits=Emits(logs=True, metrics=True),
            name_setting="hub.names.bastion",
        ),
    ),
    changes={BASTION: _CHANGES},
)
