"""Specs of Defender for Cloud."""

from __future__ import annotations

from amlz.azure.ids import extension_id, subscription_id
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class DefenderPlanSpec:
    """A plan of Defender for Cloud on a subscription.

    `key`: its word in the stack file, and the subscription where that is a spoke's own.
    """

    key: str
    name: str
    sub_plan: str | None
    subscription: str

    @property
    def id(self) -> str:
        return extension_id(subscription_id(self.subscription), "Microsoft.Security/pricings", self.name)
