"""Azure Firewall: the only way from the spokes to anywhere else, and the DNS proxy that they ask."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import network

from amlz.core.specs import FirewallSpec, RuleGroupSpec, TlsInspectionSpec
from components.diagnostics import diagnostics
from components.public_address import public_address
from components.resource_registry import ResourceRegistry

#: The one range whose packets keep their source: no network has it.
#: https://learn.microsoft.com/azure/firewall/snat-private-range (2026-11)
NOTHING = "255.255.255.255/32"


class Firewall(pulumi.ComponentResource):
    """The firewall, its policy and its rules."""

    resource_id: pulumi.Output[str]
    name: pulumi.Output[str]
    private_address: pulumi.Output[str]

    def __init__(
        self, name: str, args: FirewallSpec, resources: ResourceRegistry, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("amlz:hub:Firewall", name, None, opts)
        public_address(self, name, args.address, resources)
        self._policy(name, args, resources)
        firewall = network.AzureFirewall(
            f"{name}-firewall",
            azure_firewall_name=args.name,
            resource_group_name=resources.group(args.place),
            location=args.place.location,
            sku=network.AzureFirewallSkuArgs(name="AZFW_VNet", tier=args.tier),
            firewall_policy=network.SubResourceArgs(id=resources.ref(args.policy_id)),
            ip_configurations=[
                network.AzureFirewallIPConfigurationArgs(
                    name="default",
                    subnet=network.SubResourceArgs(id=resources.ref(args.subnet)),
                    public_ip_address=network.SubResourceArgs(id=resources.ref(args.address.id)),
                )
            ],
            zones=list(args.zones) or None,
            tags=dict(args.tags),
            opts=resources.options(
                self,
                args.place.subscription,
                custom_timeouts=pulumi.CustomTimeouts(create="90m", update="90m"),
                protect=args.protect,
            ),
        )
        resources.register(args.id, firewall)
        diagnostics(self, name, args.diagnostics, resources)
        self._rules(name, args, resources)
        self.resource_id, self.name = firewall.id, firewall.name
        self.private_address = firewall.ip_configurations.apply(_private_address)
        self.register_outputs(
            {"resource_id": self.resource_id, "name": self.name, "private_address": self.private_address}
        )

    def _policy(self, name: str, args: FirewallSpec, resources: ResourceRegistry) -> None:
        premium = args.tier == "Premium"
        policy = network.FirewallPolicy(
            f"{name}-policy",
            firewall_policy_name=args.policy,
            resource_group_name=resources.group(args.place),
            location=args.place.location,
            sku=network.FirewallPolicySkuArgs(tier=args.tier),
            threat_intel_mode=args.threat_intelligence,
            dns_settings=network.DnsSettingsArgs(enable_proxy=True),
            insights=_insights(args.analytics, resources),
            identity=_identity(args.tls_inspection),
            transport_security=_transport_security(args.tls_inspection),
            intrusion_detection=network.FirewallPolicyIntrusionDetectionArgs(mode="Deny") if premium else None,
            snat=network.FirewallPolicySNATArgs(private_ranges=[NOTHING]) if args.translates_all else None,
            tags=dict(args.tags),
            opts=resources.options(self, args.place.subscription),
        )
        resources.register(args.policy_id, policy)

    def _rules(self, name: str, args: FirewallSpec, resources: ResourceRegistry) -> None:
        """Groups one after the other, after the firewall: a policy takes one change at a time."""
        before = args.id
        for group in args.groups:
            built = network.FirewallPolicyRuleCollectionGroup(
                f"{name}-{group.name}",
                rule_collection_group_name=group.azure_name,
                firewall_policy_name=resources.name(args.policy_id),
                resource_group_name=resources.group(args.place),
                priority=group.priority,
                rule_collections=[_collection(group)],
                opts=resources.options(self, args.place.subscription, after=(before,)),
            )
            before = args.group_id(group.azure_name)
            resources.register(before, built)


def _private_address(configurations: list[network.outputs.AzureFirewallIPConfigurationResponse] | None) -> str:
    return configurations[0].private_ip_address if configurations else ""


def _insights(log: str | None, resources: ResourceRegistry) -> network.FirewallPolicyInsightsArgs | None:
    """Policy analytics: https://learn.microsoft.com/azure/firewall/policy-analytics."""
    if log is None:
        return None
    workspace = network.SubResourceArgs(id=resources.ref(log))
    return network.FirewallPolicyInsightsArgs(
        is_enabled=True,
        log_analytics_resources=network.FirewallPolicyLogAnalyticsResourcesArgs(default_workspace_id=workspace),
    )


def _identity(tls: TlsInspectionSpec | None) -> network.ManagedServiceIdentityArgs | None:
    if tls is None:
        return None
    return network.ManagedServiceIdentityArgs(
        type=network.ResourceIdentityType.USER_ASSIGNED, user_assigned_identities=[tls.identity]
    )


def _transport_security(tls: TlsInspectionSpec | None) -> network.FirewallPolicyTransportSecurityArgs | None:
    if tls is None:
        return None
    return network.FirewallPolicyTransportSecurityArgs(
        certificate_authority=network.FirewallPolicyCertificateAuthorityArgs(
            name="tls-inspection", key_vault_secret_id=tls.certificate
        )
    )


def _collection(group: RuleGroupSpec) -> network.FirewallPolicyFilterRuleCollectionArgs:
    return network.FirewallPolicyFilterRuleCollectionArgs(
        name="allow",
        priority=100,
        rule_collection_type="FirewallPolicyFilterRuleCollection",
        action=network.FirewallPolicyFilterRuleCollectionActionArgs(type="Allow"),
        rules=[
            *(
                network.NetworkRuleArgs(
                    name=rule.name,
                    description=rule.why,
                    rule_type="NetworkRule",
                    ip_protocols=list(rule.protocols),
                    source_addresses=list(rule.sources),
                    destination_addresses=list(rule.destinations),
                    destination_ports=list(rule.ports),
                )
                for rule in group.network_rules
            ),
            *(
                network.ApplicationRuleArgs(
                    name=rule.name,
                    description=rule.why,
                    rule_type="ApplicationRule",
                    protocols=[
                        network.FirewallPolicyRuleApplicationProtocolArgs(protocol_type=rule.scheme, port=rule.port)
                    ],
                    source_addresses=list(rule.sources),
                    target_fqdns=list(rule.hosts) or None,
                    fqdn_tags=list(rule.fqdn_tags) or None,
                    terminate_tls=rule.inspect or None,
                    http_headers_to_insert=[
                        network.FirewallPolicyHttpHeaderToInsertArgs(header_name=header, header_value=value)
                        for header, value in rule.headers
                    ]
                    or None,
                )
                for rule in group.application_rules
            ),
        ],
    )
