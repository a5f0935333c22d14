"""Plans of Defender for Cloud on the subscription of the landing zone."""

from collections.abc import Iterator

from amlz.azure.change_rule import properties
from amlz.azure.protection import Protection, ranked
from amlz.core.billing import Body, Omitted, Quantity
from amlz.core.capability import Capability
from amlz.core.capability_facts import ArmType, Facts, Noun

PRICINGS = "Microsoft.Security/pricings"
_UPDATE = "https://learn.microsoft.com/rest/api/defenderforcloud/pricings/update"


def _bill(_: Body) -> Iterator[Quantity | Omitted]:
    yield Omitted(
        "plans of Defender for Cloud: by protected resource, https://azure.microsoft.com/pricing/details/defender-for-cloud"
    )


CAPABILITY = Capability(
    title="Defender for Cloud",
    component="components.defender:Defender",
    page="explanation/defender.md",
    facts=Facts(
        types=(ArmType(PRICINGS, Noun("Defender plan", "Defender plans")),),
        changes={PRICINGS: properties(_UPDATE, "pricingTier", "subPlan", "extensions")},
        bills={PRICINGS: _bill},
        protections=(Protection(PRICINGS, "a plan of Defender ends", ranked("pricingTier", "Standard", "Free")),),
        removed={PRICINGS: "plans of Defender deleted"},
    ),
)
