"""DNS security policy of the hub and the spokes."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import dnsresolver

from amlz.capabilities.dns_security.spec import DnsSecuritySpec, DomainRuleSpec
from components.diagnostics import diagnostics
from components.resource_registry import ResourceRegistry


class DnsSecurity(pulumi.ComponentResource):
    """A policy with its domain lists, its rules, and a link to each network. Queries go to the central log."""

    resource_id: pulumi.Output[str]
    name: pulumi.Output[str]

    def __init__(
        self, name: str, args: DnsSecuritySpec, resources: ResourceRegistry, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("amlz:hub:DnsSecurity", name, None, opts)
        policy = dnsresolver.DnsResolverPolicy(
            f"{name}-policy",
            dns_resolver_policy_name=args.name,
            resource_group_name=resources.group(args.place),
            location=args.place.location,
            tags=dict(args.tags),
            opts=resources.options(self, args.place.subscription),
        )
        resources.register(args.id, policy)
        diagnostics(self, name, args.diagnostics, resources)
        for rule in args.rules:
            self._rule(f"{name}-{rule.key}", args, rule, resources)
        for network in args.networks:
            link = dnsresolver.DnsResolverPolicyVirtualNetworkLink(
                f"{name}-link-{network.key}",
                dns_resolver_policy_virtual_network_link_name=network.name,
                dns_resolver_policy_name=resources.name(args.id),
                resource_group_name=resources.group(args.place),
                location=args.place.location,
                virtual_network=dnsresolver.SubResourceArgs(id=resources.ref(network.network)),
                tags=dict(args.tags),
                opts=resources.options(self, args.place.subscription),
            )
            resources.register(args.link_id(network), link)
        self.resource_id, self.name = policy.id, policy.name
        self.register_outputs({"resource_id": self.resource_id, "name": self.name})

    def _rule(self, name: str, args: DnsSecuritySpec, spec: DomainRuleSpec, resources: ResourceRegistry) -> None:
        domains = dnsresolver.DnsResolverDomainList(
            f"{name}-domains",
            dns_resolver_domain_list_name=spec.name,
            resource_group_name=resources.group(args.place),
            location=args.place.location,
            domains=list(spec.domains),
            tags=dict(args.tags),
            opts=resources.options(self, args.place.subscription),
        )
        resources.register(args.list_id(spec), domains)
        rule = dnsresolver.DnsSecurityRule(
            f"{name}-rule",
            dns_security_rule_name=spec.key,
            dns_resolver_policy_name=resources.name(args.id),
            resource_group_name=resources.group(args.place),
            location=args.place.location,
            priority=spec.priority,
            action=dnsresolver.DnsSecurityRuleActionArgs(action_type=spec.action, block_response_code=spec.response),
            dns_resolver_domain_lists=[dnsresolver.SubResourceArgs(id=resources.ref(args.list_id(spec)))],
            dns_security_rule_state=dnsresolver.DnsSecurityRuleState.ENABLED,
            tags=dict(args.tags),
            opts=resources.options(self, args.place.subscription),
        )
        resources.register(args.rule_id(spec), rule)
