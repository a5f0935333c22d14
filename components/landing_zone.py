"""The landing zone: hub, spokes, and project environments, in the order in which Azure needs them."""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_azure_native as azure

from amlz.core.capability import Phase
from amlz.core.discovery import capabilities
from amlz.core.plan import LandingZonePlan
from amlz.core.workload import workload_output
from components.aliases import drop_generated_aliases
from components.capabilities import build
from components.hub import Hub
from components.hub_stack import agrees
from components.moved import register_moved_aliases
from components.policies import Policies
from components.private_dns import PrivateDns
from components.project_environment import ProjectEnvironment
from components.resource_registry import ResourceRegistry
from components.spoke import Spoke


class LandingZone(pulumi.ComponentResource):
    """A whole landing zone from its plan."""

    hub: Hub | None
    workspaces: dict[str, pulumi.Output[str]]
    workloads: dict[str, dict[str, Any]]
    """By environment: what pipelines of models need (docs/reference/workload.md)."""
    outputs: dict[str, dict[str, Any]]
    """By stack output: those of capabilities, by environment where they are built in one."""

    def __init__(self, name: str, args: LandingZonePlan, opts: pulumi.ResourceOptions | None = None) -> None:
        if not args.keep_api_version_aliases:
            drop_generated_aliases()
        register_moved_aliases()
        super().__init__("amlz:index:LandingZone", name, None, opts)
        below = pulumi.ResourceOptions(parent=self)
        resources = ResourceRegistry(self._by_subscription(args), args.outside)
        self.hub = Hub("hub", args.hub, resources, below) if args.hub else None
        if args.organisation.dns is not None:
            PrivateDns("dns", args.organisation.dns, resources, below)
        address = self._firewall_address(args)
        for spoke in sorted(args.spokes, key=lambda spoke: spoke.name):  # the order in which they write to the hub
            Spoke(f"spoke-{spoke.name}", spoke, resources, address, below)
        for planned in args.shared:
            build(planned.logical, planned, resources, below)
        self.outputs = {
            capability.output: {} for capability in capabilities().values() if capability.output is not None
        }
        self._build(args, resources, before_environments=True)
        self.workspaces, self.workloads = {}, {}
        for environment in args.environments:
            built = ProjectEnvironment(environment.key, environment, resources, below)
            self.workspaces[environment.key] = built.resource_id
            self.workloads[environment.key] = workload_output(args, environment, built.client_ids, built.outputs)
            for output, values in built.outputs.items():
                self.outputs[output][environment.key] = values
        Policies("policies", args.policies, resources, below)
        self._build(args, resources, before_environments=False)
        self.register_outputs({"workspaces": self.workspaces})

    def _build(self, args: LandingZonePlan, resources: ResourceRegistry, *, before_environments: bool) -> None:
        """Builds the components of capabilities that come before the environments, or the others."""
        for planned in args.capabilities:
            if (planned.part.phase is Phase.BEFORE_ENVIRONMENTS) is before_environments:
                built = build(planned.logical, planned, resources, pulumi.ResourceOptions(parent=self))
                for output, values in built.items():
                    self.outputs[output].update(values)

    def _firewall_address(self, args: LandingZonePlan) -> pulumi.Input[str] | None:
        existing = args.organisation.existing_hub
        if existing is not None:
            return existing.firewall_address
        assert self.hub is not None, "a hub is built or exists"
        return self.hub.firewall.private_address if self.hub.firewall is not None else None

    def _by_subscription(self, args: LandingZonePlan) -> dict[str, azure.Provider]:
        """By subscription. With the hub of another stack all of them wait until that is found to be the planned one."""
        existing = args.organisation.existing_hub
        gate = agrees(existing.stack, self) if existing is not None and existing.stack is not None else None
        return {one: self._subscription_provider(one, args, gate) for one in args.subscriptions}

    def _subscription_provider(
        self, subscription: str, args: LandingZonePlan, gate: pulumi.Output[bool] | None
    ) -> azure.Provider:
        """One provider a subscription, named after it: a resource never lands in another by an edit of the provider."""
        return azure.Provider(
            f"subscription-{subscription}",
            subscription_id=subscription if gate is None else gate.apply(lambda _: subscription),
            tenant_id=args.tenant_id,
            location=args.location,
            environment=args.provider_environment,
            disable_pulumi_partner_id=True,
            opts=pulumi.ResourceOptions(parent=self),
        )
