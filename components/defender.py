"""Plans of Defender for Cloud on a subscription."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import security

from amlz.capabilities.defender.spec import DefenderPlanSpec
from components.resource_registry import ResourceRegistry


class Defender(pulumi.ComponentResource):
    """Each plan, turned on for everything that is in the subscription.

    Every subscription has every plan from the start, and azure-native refuses to create what exists. So each plan is
    imported, then updated: Pulumi's engine does both in one `up` (docs/explanation/defender.md).
    """

    resource_ids: dict[str, pulumi.Output[str]]

    def __init__(
        self,
        name: str,
        args: tuple[DefenderPlanSpec, ...],
        resources: ResourceRegistry,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("amlz:shared:Defender", name, None, opts)
        self.resource_ids = {}
        for spec in args:
            plan = security.Pricing(
                f"{name}-{spec.key}",
                pricing_name=spec.name,
                scope_id=f"subscriptions/{spec.subscription}",  # without a slash in front, as its documentation has it
                pricing_tier=security.PricingTier.STANDARD,
                sub_plan=spec.sub_plan,
                opts=resources.options(
                    self,
                    spec.subscription,
                    import_=spec.id,
                    retain_on_delete=True,  # a subscription's plan has no DELETE: it is turned off by hand
                ),
            )
            resources.register(spec.id, plan)
            self.resource_ids[spec.key] = plan.id
        self.register_outputs({"resource_ids": self.resource_ids})
