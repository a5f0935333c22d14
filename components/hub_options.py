"""What a hub can have besides: gateways, a DNS resolver, a private link scope. One component each."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import dnsresolver, monitor, network

from amlz.core.specs import DnsResolverSpec, NatGatewaySpec, PrivateLinkScopeSpec, ScopedResourceSpec, VpnGatewaySpec
from components.diagnostics import diagnostics
from components.private_endpoint import private_endpoint
from components.public_address import public_address
from components.site import Site


class NatGateway(pulumi.ComponentResource):
    """The addresses by which the firewall reaches the outside."""

    def __init__(self, name: str, args: NatGatewaySpec, site: Site, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("amlz:hub:NatGateway", name, None, opts)
        for number, address in enumerate(args.addresses, 1):
            public_address(self, f"{name}-{number}", address, site)
        gateway = network.NatGateway(
            f"{name}-gateway",
            nat_gateway_name=args.name,
            resource_group_name=site.group(args.place),
            location=args.place.location,
            sku=network.NatGatewaySkuArgs(name="Standard"),
            public_ip_addresses=[network.SubResourceArgs(id=site.ref(address.id)) for address in args.addresses],
            tags=dict(args.tags),
            opts=site.options(self, args.place.subscription),
        )
        site.built(args.id, gateway)
        diagnostics(self, name, args.diagnostics, site)
        self.register_outputs({})


class VpnGateway(pulumi.ComponentResource):
    """A VPN gateway over all zones. Its connections are made by whoever holds their keys."""

    def __init__(self, name: str, args: VpnGatewaySpec, site: Site, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("amlz:hub:VpnGateway", name, None, opts)
        public_address(self, name, args.address, site)
        gateway = network.VirtualNetworkGateway(
            f"{name}-gateway",
            virtual_network_gateway_name=args.name,
            resource_group_name=site.group(args.place),
            location=args.place.location,
            gateway_type="Vpn",
            vpn_type="RouteBased",
            sku=network.VirtualNetworkGatewaySkuArgs(name=args.sku, tier=args.sku),
            active_active=False,
            enable_bgp=False,
            ip_configurations=[
                network.VirtualNetworkGatewayIPConfigurationArgs(
                    name="default",
                    private_ip_allocation_method="Dynamic",
                    subnet=network.SubResourceArgs(id=site.ref(args.subnet)),
                    public_ip_address=network.SubResourceArgs(id=site.ref(args.address.id)),
                )
            ],
            tags=dict(args.tags),
            opts=site.options(self, args.place.subscription),
        )
        site.built(args.id, gateway)
        diagnostics(self, name, args.diagnostics, site)
        self.register_outputs({})


class DnsResolver(pulumi.ComponentResource):
    """Where others ask for names of the private zones, and what asks others for theirs."""

    def __init__(
        self, name: str, args: DnsResolverSpec, site: Site, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("amlz:hub:DnsResolver", name, None, opts)
        resolver = dnsresolver.DnsResolver(
            f"{name}-resolver",
            dns_resolver_name=args.name,
            resource_group_name=site.group(args.place),
            location=args.place.location,
            virtual_network=dnsresolver.SubResourceArgs(id=site.ref(args.network)),
            tags=dict(args.tags),
            opts=site.options(self, args.place.subscription),
        )
        site.built(args.id, resolver)
        dnsresolver.InboundEndpoint(
            f"{name}-inbound",
            inbound_endpoint_name="inbound",
            dns_resolver_name=site.name(args.id),
            resource_group_name=site.group(args.place),
            location=args.place.location,
            ip_configurations=[
                dnsresolver.IpConfigurationArgs(
                    subnet=dnsresolver.SubResourceArgs(id=site.ref(args.inbound)),
                    private_ip_address=args.address,
                    private_ip_allocation_method="Static",
                )
            ],
            tags=dict(args.tags),
            opts=site.options(self, args.place.subscription),
        )
        if args.rules:
            self._forwarding(name, args, site)
        self.register_outputs({})

    def _forwarding(self, name: str, args: DnsResolverSpec, site: Site) -> None:
        """The endpoint that asks, and whom it asks for what; for all that ask in the hub's network."""
        endpoint = dnsresolver.OutboundEndpoint(
            f"{name}-outbound",
            outbound_endpoint_name="outbound",
            dns_resolver_name=site.name(args.id),
            resource_group_name=site.group(args.place),
            location=args.place.location,
            subnet=dnsresolver.SubResourceArgs(id=site.ref(args.outbound)),
            tags=dict(args.tags),
            opts=site.options(self, args.place.subscription),
        )
        site.built(args.outbound_id, endpoint)
        ruleset = dnsresolver.DnsForwardingRuleset(
            f"{name}-ruleset",
            dns_forwarding_ruleset_name=args.ruleset,
            resource_group_name=site.group(args.place),
            location=args.place.location,
            dns_resolver_outbound_endpoints=[dnsresolver.SubResourceArgs(id=site.ref(args.outbound_id))],
            tags=dict(args.tags),
            opts=site.options(self, args.place.subscription),
        )
        site.built(args.ruleset_id, ruleset)
        for rule in args.rules:
            dnsresolver.ForwardingRule(
                f"{name}-{rule.name}",
                forwarding_rule_name=rule.name,
                dns_forwarding_ruleset_name=site.name(args.ruleset_id),
                resource_group_name=site.group(args.place),
                domain_name=rule.domain,
                target_dns_servers=[dnsresolver.TargetDnsServerArgs(ip_address=one, port=53) for one in rule.servers],
                forwarding_rule_state="Enabled",
                opts=site.options(self, args.place.subscription),
            )
        dnsresolver.PrivateResolverVirtualNetworkLink(
            f"{name}-link",
            virtual_network_link_name="link-hub",
            dns_forwarding_ruleset_name=site.name(args.ruleset_id),
            resource_group_name=site.group(args.place),
            virtual_network=dnsresolver.SubResourceArgs(id=site.ref(args.network)),
            opts=site.options(self, args.place.subscription),
        )


class PrivateLinkScope(pulumi.ComponentResource):
    """The way of telemetry to Azure Monitor that stays in the network."""

    def __init__(
        self, name: str, args: PrivateLinkScopeSpec, site: Site, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("amlz:hub:PrivateLinkScope", name, None, opts)
        scope = monitor.PrivateLinkScope(
            f"{name}-scope",
            scope_name=args.name,
            resource_group_name=site.group(args.place),
            location="global",
            # Azure ML asks for Open: what is not in the scope is then still reached, over public addresses.
            access_mode_settings=monitor.AccessModeSettingsArgs(ingestion_access_mode="Open", query_access_mode="Open"),
            tags=dict(args.tags),
            opts=site.options(self, args.place.subscription),
        )
        site.built(args.id, scope)
        scoped_resource(self, f"{name}-logs", args.log, site)
        private_endpoint(self, name, args.endpoint, site)
        self.register_outputs({})


def scoped_resource(parent: pulumi.Resource, name: str, args: ScopedResourceSpec, site: Site) -> None:
    """Puts a log or an Application Insights into a scope."""
    scoped = monitor.PrivateLinkScopedResource(
        f"{name}-scoped",
        name=args.name,
        scope_name=site.name(args.scope_id),
        resource_group_name=site.group(args.place),
        kind="Resource",
        linked_resource_id=site.ref(args.target),
        opts=site.options(parent, args.place.subscription),
    )
    site.built(args.id, scoped)
