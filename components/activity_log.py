"""Activity logs of subscriptions, in the central log."""

from __future__ import annotations

import pulumi

from amlz.core.specs import DiagnosticsSpec
from components.diagnostics import diagnostics
from components.resource_registry import ResourceRegistry


class ActivityLog(pulumi.ComponentResource):
    """Changes in Azure Resource Manager with their author, next to the logs of resources."""

    resource_ids: dict[str, pulumi.Output[str]]
    """By subscription: the ID of its diagnostic setting."""

    def __init__(
        self,
        name: str,
        args: tuple[DiagnosticsSpec, ...],
        resources: ResourceRegistry,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("amlz:shared:ActivityLog", name, None, opts)
        self.resource_ids = {}
        for setting in args:
            subscription = setting.target.split("/")[2]
            self.resource_ids[subscription] = diagnostics(self, f"{name}-{subscription}", setting, resources).id
        self.register_outputs({"resource_ids": self.resource_ids})
