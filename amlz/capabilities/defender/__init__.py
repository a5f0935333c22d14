"""Plans of Defender for Cloud on the subscription of the landing zone."""

from amlz.core.capability import ArmType, Capability, Facts

CAPABILITY = Capability(
    title="Defender for Cloud",
    component="components.defender:Defender",
    page="explanation/defender.md",
    facts=Facts(types=(ArmType("Microsoft.Security/pricings", ("Defender plan", "Defender plans")),)),
)
