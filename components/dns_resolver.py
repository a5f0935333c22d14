"""Azure DNS Private Resolver of the hub."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import dnsresolver

from amlz.capabilities.dns_resolver.spec import DnsResolverSpec, ForwardingSpec
from components.resource_registry import ResourceRegistry


class DnsResolver(pulumi.ComponentResource):
    """Resolves names of the private zones for other networks, and forwards queries for other domains."""

    resource_id: pulumi.Output[str]
    name: pulumi.Output[str]

    def __init__(
        self, name: str, args: DnsResolverSpec, resources: ResourceRegistry, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("amlz:hub:DnsResolver", name, None, opts)
        resolver = dnsresolver.DnsResolver(
            f"{name}-resolver",
            dns_resolver_name=args.name,
            resource_group_name=resources.group(args.place),
            location=args.place.location,
            virtual_network=dnsresolver.SubResourceArgs(id=resources.ref(args.network)),
            tags=dict(args.tags),
            opts=resources.options(self, args.place.subscription),
        )
        resources.register(args.id, resolver)
        dnsresolver.InboundEndpoint(
            f"{name}-inbound",
            inbound_endpoint_name="inbound",
            dns_resolver_name=resources.name(args.id),
            resource_group_name=resources.group(args.place),
            location=args.place.location,
            ip_configurations=[
                dnsresolver.IpConfigurationArgs(
                    subnet=dnsresolver.SubResourceArgs(id=resources.ref(args.inbound)),
                    private_ip_address=args.address,
                    private_ip_allocation_method="Static",
                )
            ],
            tags=dict(args.tags),
            opts=resources.options(self, args.place.subscription),
        )
        if args.forwarding is not None:
            self._forwarding(name, args, args.forwarding, resources)
        self.resource_id, self.name = resolver.id, resolver.name
        self.register_outputs({"resource_id": self.resource_id, "name": self.name})

    def _forwarding(
        self, name: str, args: DnsResolverSpec, forwarding: ForwardingSpec, resources: ResourceRegistry
    ) -> None:
        """Creates the outbound endpoint and the forwarding rules, for queries from the hub's network."""
        endpoint = dnsresolver.OutboundEndpoint(
            f"{name}-outbound",
            outbound_endpoint_name="outbound",
            dns_resolver_name=resources.name(args.id),
            resource_group_name=resources.group(args.place),
            location=args.place.location,
            subnet=dnsresolver.SubResourceArgs(id=resources.ref(forwarding.subnet)),
            tags=dict(args.tags),
            opts=resources.options(self, args.place.subscription),
        )
        resources.register(args.outbound_id, endpoint)
        ruleset = dnsresolver.DnsForwardingRuleset(
            f"{name}-ruleset",
            dns_forwarding_ruleset_name=forwarding.ruleset,
            resource_group_name=resources.group(args.place),
            location=args.place.location,
            dns_resolver_outbound_endpoints=[dnsresolver.SubResourceArgs(id=resources.ref(args.outbound_id))],
            tags=dict(args.tags),
            opts=resources.options(self, args.place.subscription),
        )
        ruleset_id = args.ruleset_id(forwarding)
        resources.register(ruleset_id, ruleset)
        for rule in forwarding.rules:
            dnsresolver.ForwardingRule(
                f"{name}-{rule.name}",
                forwarding_rule_name=rule.name,
                dns_forwarding_ruleset_name=resources.name(ruleset_id),
                resource_group_name=resources.group(args.place),
                domain_name=rule.domain,
                target_dns_servers=[dnsresolver.TargetDnsServerArgs(ip_address=one, port=53) for one in rule.servers],
                forwarding_rule_state="Enabled",
                opts=resources.options(self, args.place.subscription),
            )
        dnsresolver.PrivateResolverVirtualNetworkLink(
            f"{name}-link",
            virtual_network_link_name="link-hub",
            dns_forwarding_ruleset_name=resources.name(ruleset_id),
            resource_group_name=resources.group(args.place),
            virtual_network=dnsresolver.SubResourceArgs(id=resources.ref(args.network)),
            opts=resources.options(self, args.place.subscription),
        )
