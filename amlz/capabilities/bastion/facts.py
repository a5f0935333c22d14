"""Facts of Azure Bastion. Names: see amlz/core/facts/names.py."""

from __future__ import annotations

from amlz.core.capability import ArmType, Emits, Facts
from amlz.core.facts.name_rules import named

BASTION = "Microsoft.Network/bastionHosts"

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
    )
)
