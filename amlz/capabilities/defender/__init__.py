"""Plans of Defender for Cloud on the subscription of the landing zone."""

from amlz.azure.change_rule import properties
from amlz.core.capability import Capability
from amlz.core.capability_facts import ArmType, Facts

PRICINGS = "Microsoft.Security/pricings"
_UPDATE = "https://learn.microsoft.com/rest/api/defenderforcloud/pricings/update"

CAPABILITY = Capability(
    title="Defender for Cloud",
    component="components.defender:Defender",
    page="explanation/defender.md",
    facts=Facts(
        types=(ArmType(PRICINGS, ("Defender plan", "Defender plans")),),
        changes={PRICINGS: properties(_UPDATE, "pricingTier", "subPlan", "extensions")},
    ),
)
