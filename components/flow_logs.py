"""Flow logs of virtual networks."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import network

from amlz.capabilities.flow_logs.spec import FlowLogSpec
from components.resource_registry import ResourceRegistry


class FlowLogs(pulumi.ComponentResource):
    """Source, destination and volume of the traffic of each network, in a storage account."""

    resource_ids: dict[str, pulumi.Output[str]]

    def __init__(
        self,
        name: str,
        args: tuple[FlowLogSpec, ...],
        resources: ResourceRegistry,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("amlz:shared:FlowLogs", name, None, opts)
        self.resource_ids = {}
        for spec in args:
            log = network.FlowLog(
                f"{name}-{spec.key}",
                flow_log_name=spec.name,
                network_watcher_name=spec.watcher,
                resource_group_name=spec.place.resource_group,  # Azure makes it with the network watcher
                location=spec.place.location,
                target_resource_id=resources.ref(spec.target),
                storage_id=spec.storage,
                enabled=True,
                format=network.FlowLogFormatParametersArgs(type="JSON", version=2),
                retention_policy=network.RetentionPolicyParametersArgs(days=spec.retention_days, enabled=True),
                tags=dict(spec.tags),
                opts=resources.options(self, spec.place.subscription),
            )
            resources.register(spec.id, log)
            self.resource_ids[spec.key] = log.id
        self.register_outputs({"resource_ids": self.resource_ids})
