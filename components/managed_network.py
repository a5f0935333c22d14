"""A workspace's managed network: its settings, and the outbound rules that Azure does not create itself."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import machinelearningservices as ml

from amlz.azure.ids import parse
from amlz.core.specs import ManagedNetworkSpec, OutboundRuleSpec, WorkspaceSpec
from components.model_registry_parts import images_of, store_of
from components.resource_registry import ResourceRegistry


def network_settings(args: ManagedNetworkSpec | None) -> ml.ManagedNetworkSettingsArgs:
    """Returns the workspace's settings of its managed network. Rules are separate resources: removed here, they are
    closed.
    """
    if args is None:
        return ml.ManagedNetworkSettingsArgs(isolation_mode=ml.IsolationMode.DISABLED)
    return ml.ManagedNetworkSettingsArgs(isolation_mode=args.isolation_mode, firewall_sku=args.firewall)


class ManagedNetwork(pulumi.ComponentResource):
    """The outbound rules of a workspace's managed network."""

    resource_ids: dict[str, pulumi.Output[str]]

    def __init__(
        self, name: str, args: WorkspaceSpec, resources: ResourceRegistry, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("amlz:project:ManagedNetwork", name, None, opts)
        assert args.managed_network is not None
        self.resource_ids = outbound_rules(self, name, args.id, args.managed_network, resources)
        self.register_outputs({"resource_ids": self.resource_ids})


def outbound_rules(
    parent: pulumi.Resource,
    name: str,
    workspace: str,
    args: ManagedNetworkSpec,
    resources: ResourceRegistry,
    after: tuple[str, ...] = (),
) -> dict[str, pulumi.Output[str]]:
    """Builds the outbound rules of a workspace (its id). `after`: ids that must exist first. Returns their ids."""
    place, resource_ids = parse(workspace), dict[str, pulumi.Output[str]]()
    for rule_id, rule in args.built.items():
        # One after the other: nothing documents that a managed network takes several changes at a time.
        built = ml.ManagedNetworkSettingsRule(
            f"{name}-{rule.name}",
            rule_name=rule.name,
            workspace_name=resources.name(workspace),
            resource_group_name=place.resource_group,
            properties=_properties(rule, resources),
            opts=resources.options(parent, place.subscription, after=after),
        )
        resources.register(rule_id, built)
        resource_ids[rule.name] = built.id
        after = (rule_id,)
    return resource_ids


def _properties(
    rule: OutboundRuleSpec, resources: ResourceRegistry
) -> ml.FqdnOutboundRuleArgs | ml.PrivateEndpointOutboundRuleArgs | ml.ServiceTagOutboundRuleArgs:
    if rule.kind == "FQDN":
        return ml.FqdnOutboundRuleArgs(type=rule.kind, category=ml.RuleCategory.USER_DEFINED, destination=rule.to)
    if rule.kind == "ServiceTag":
        return ml.ServiceTagOutboundRuleArgs(
            type=rule.kind,
            category=ml.RuleCategory.USER_DEFINED,
            destination=ml.ServiceTagDestinationArgs(
                action=ml.RuleAction.ALLOW, service_tag=rule.to, protocol=rule.protocol, port_ranges=rule.ports
            ),
        )
    return ml.PrivateEndpointOutboundRuleArgs(
        type=rule.kind,
        category=ml.RuleCategory.USER_DEFINED,
        destination=ml.PrivateEndpointDestinationArgs(
            service_resource_id=_target(rule, resources), subresource_target=rule.group, spark_enabled=rule.spark
        ),
    )


def _target(rule: OutboundRuleSpec, resources: ResourceRegistry) -> pulumi.Output[str]:
    """Returns the ID of the resource that a private endpoint is to."""
    if rule.part is None:
        return resources.ref(rule.to)
    registry = resources.resource(rule.to)
    assert isinstance(registry, ml.Registry)
    return images_of(registry) if rule.part == "images" else store_of(registry, rule.part)
