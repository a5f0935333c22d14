"""Network security rules and firewall rules: what AML documents and the stack file opens, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from amlz.core.addresses import AddressBlock, environments
from amlz.core.facts.egress import (
    PACKAGES,
    REQUIRED,
    SCENARIOS,
    SIGN_IN,
    SIGN_IN_TAG,
    TENANT_HEADER,
    HostRule,
    TagRule,
    required_hosts,
)
from amlz.core.names import kebab
from amlz.core.own_subnets import BUILD
from amlz.core.owners import EnvironmentKey
from amlz.core.planning import parts
from amlz.core.planning.capabilities import firewall_rules_of
from amlz.core.planning.context import Context
from amlz.core.planning.destinations import destination_group
from amlz.core.planning.inspected import inspection_rules
from amlz.core.specs import ApplicationRuleSpec, NetworkRuleSpec, RuleGroupSpec
from amlz.core.specs import NsgRuleSpec as Rule
from amlz.dataclass import dataclass

ANY = ("*",)
_DENY_PRIORITY = 4096
#: The priority at which rules for hosts by choice begin.
_BY_CHOICE = 300


@dataclass(frozen=True, slots=True)
class Reach:
    """Egress of one environment's compute targets.

    `name_servers`: addresses or ranges of DNS servers; `names` names their owner. `parts`: ranges of a vault and
    registry that exist; `packages`: scenarios that only the build subnet reaches.
    """

    endpoints: str
    shared_endpoints: tuple[str, ...]
    name_servers: tuple[str, ...]
    region: str
    choices: frozenset[str]
    scenarios: tuple[str, ...]
    names: str = "the firewall's proxy"
    parts: tuple[str, ...] = ()
    telemetry: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()


def applies(rule: TagRule, choices: frozenset[str]) -> bool:
    """Returns whether a required rule is needed with these choices of the stack file."""
    return not rule.only or rule.only in choices


def from_builds(reach: Reach) -> Reach:
    """Returns the reach of image builds, with package hosts."""
    return replace(reach, scenarios=(*reach.scenarios, *reach.packages))


def compute_rules(own: str, reach: Reach, more: Iterable[Rule] = ()) -> tuple[Rule, ...]:
    """Returns the rules of a subnet of compute targets (`own`: its range). Priorities belong to rows, so that none ever
    moves. `more`: those of capabilities.
    """
    rules = [
        Rule("own-subnet-in", 100, "Inbound", (own,), (own,), ANY, "nodes of one job talk to each other"),
        deny("Inbound"),
        Rule("own-subnet-out", 100, "Outbound", (own,), (own,), ANY, "nodes of one job talk to each other"),
        Rule(
            "own-endpoints", 110, "Outbound", (own,), (reach.endpoints,), ("443", "445"),
            "stores, vault, registry and workspace of this environment", "Tcp",
        ),
    ]  # fmt: skip
    if reach.shared_endpoints:
        rules.append(
            Rule(
                "shared-endpoints", 115, "Outbound", (own,), reach.shared_endpoints, ("443",),
                "the landing zone's registry", "Tcp",
            )
        )  # fmt: skip
    rules.extend(more)
    if reach.parts:
        why = "vault and registry that exist"
        rules.append(Rule("existing-parts", 117, "Outbound", (own,), reach.parts, ("443",), why, "Tcp"))
    if reach.telemetry:
        why = "telemetry, to the private link scope"
        rules.append(Rule("telemetry", 118, "Outbound", (own,), reach.telemetry, ("443",), why, "Tcp"))
    if reach.name_servers:  # Azure's own are reached in any case
        rules.append(Rule("dns", 120, "Outbound", (own,), reach.name_servers, ("53",), f"names, by {reach.names}"))
    for index, row in enumerate(REQUIRED):
        if applies(row, reach.choices):
            for offset, protocol in enumerate(row.protocols):
                rules.append(
                    Rule(
                        row.name, 200 + index * 10 + offset, "Outbound", (own,), (row.tag.format(region=reach.region),),
                        row.ports, row.why, _nsg_protocol(protocol),
                    )
                )  # fmt: skip
    if reach.scenarios:
        rules.append(
            Rule(
                "by-firewall", 400, "Outbound", (own,), ("Internet",), ("443",),
                f"{', '.join(reach.scenarios)}: the firewall knows the hosts", "Tcp",
            )
        )  # fmt: skip
    return (*rules, deny("Outbound"))


def endpoint_rules(
    own: str, computes: Iterable[str], people: Iterable[str], more: Iterable[Rule] = (), *, files: bool = False
) -> tuple[Rule, ...]:
    """Rules of a subnet of private endpoints. `more`: those of capabilities. `files`: file shares are mounted, too.

    They apply to endpoints where the network policies of the subnet include security groups. One port a rule: of a rule
    with several, Azure applied only the first to endpoints while this was in preview.
    https://github.com/MicrosoftDocs/azure-docs/blob/main/articles/private-link/private-endpoint-overview.md (2021-11)
    """
    rules, nodes, ranges = [], tuple(computes), tuple(people)
    if nodes:  # those of a managed network have separate endpoints
        why = "compute targets use the stores"
        rules.append(Rule("computes", 100, "Inbound", nodes, (own,), ("443",), why, "Tcp"))
        if files:
            why = "compute targets mount file shares"
            rules.append(Rule("computes-files", 101, "Inbound", nodes, (own,), ("445",), why, "Tcp"))
    if ranges:
        rules.append(Rule("people", 110, "Inbound", ranges, (own,), ("443",), "people, by the hub", "Tcp"))
    return (*rules, *more, deny("Inbound"), deny("Outbound"))


def firewall_groups(context: Context) -> tuple[RuleGroupSpec, ...]:
    """Returns the firewall's rule collection groups: one for the required rules, one for each configured scenario."""
    everyone, added = _sources(context), firewall_rules_of(context)
    if not everyone:
        return (*inspection_rules(context), *added)
    high_impact = _sources(context, high_impact_only=True)
    region = context.config.location
    sign_in = _sign_in(context, everyone)
    required = tuple(
        NetworkRuleSpec(row.name, row.protocols, sources, (row.tag.format(region=region),), row.ports, row.why)
        for row in REQUIRED
        if (sources := high_impact if row.only else everyone) and not (sign_in and row.tag == SIGN_IN_TAG)
    )
    groups = [RuleGroupSpec("rcg-azure-ml", 200, network_rules=required), *sign_in]
    groups += [*(group for group in added if group.priority < _BY_CHOICE), *_parts(context)]
    groups += destination_group(context)
    groups += [
        RuleGroupSpec(f"rcg-{row.name}", 210, application_rules=(_hosts_of(row, region, everyone),))
        for row in required_hosts(context.config.cloud)
    ]
    builds = _sources(context, packages=True)
    for index, scenario in enumerate(SCENARIOS):
        if scenario in context.config.egress:
            sources = builds if scenario in PACKAGES else everyone
            rules = tuple(ApplicationRuleSpec(r.name, sources, r.hosts, r.why) for r in SCENARIOS[scenario])
            groups.append(RuleGroupSpec(f"rcg-{kebab(scenario)}", _BY_CHOICE + index * 10, application_rules=rules))
    own = context.config.egress_hosts
    if own:
        rules = tuple(
            ApplicationRuleSpec(
                name,
                builds if egress_hosts_config.packages else everyone,
                egress_hosts_config.hosts,
                egress_hosts_config.why,
                inspect=egress_hosts_config.inspect,
            )
            for name, egress_hosts_config in sorted(own.items())
        )
        groups.append(RuleGroupSpec("rcg-own-hosts", 400, application_rules=rules))
    return (*groups, *inspection_rules(context), *(group for group in added if group.priority >= _BY_CHOICE))


def _sign_in(context: Context, sources: tuple[str, ...]) -> tuple[RuleGroupSpec, ...]:
    """Returns the rules for sign-ins with tenant restrictions, which replace the network rule for the service tag.

    Network rules come first, and a header is inserted by application rules only.
    https://learn.microsoft.com/azure/firewall/rule-processing,
    https://learn.microsoft.com/azure/firewall/configure-http-header-insertion (HTTPS: Premium, decrypted)
    """
    tls = context.config.hub.firewall.tls_inspection
    if tls is None or tls.tenant_restrictions is None:
        return ()
    headers = ((TENANT_HEADER, f"{context.config.tenant_id}:{tls.tenant_restrictions.policy}"),)
    https = ApplicationRuleSpec(SIGN_IN.name, sources, SIGN_IN.hosts, SIGN_IN.why, inspect=True, headers=headers)
    http = replace(https, name=f"{SIGN_IN.name}-http", scheme="Http", inspect=False)
    return (RuleGroupSpec("rcg-sign-in", 220, application_rules=(https, http)),)


def _hosts_of(row: HostRule, region: str, sources: tuple[str, ...]) -> ApplicationRuleSpec:
    return ApplicationRuleSpec(row.name, sources, tuple(host.format(region=region) for host in row.hosts), row.why)


def _parts(context: Context) -> Iterator[RuleGroupSpec]:
    """The way to vaults and registries that exist and whose endpoints are not in the hub: by host name, too."""
    wanted: dict[str, list[str]] = {}
    for project, name, environment in environments(context.config):
        for host in parts.through_firewall(context, environment):
            wanted.setdefault(host, []).extend(computes_of(context.addresses.block(EnvironmentKey(project, name))))
    rules = tuple(
        ApplicationRuleSpec(host.replace(".", "-"), tuple(wanted[host]), (host,), "a vault or registry that exists")
        for host in sorted(wanted)
    )
    if rules:
        yield RuleGroupSpec("rcg-existing-parts", 260, application_rules=rules)


def computes_of(block: AddressBlock) -> tuple[str, ...]:
    """Returns the ranges of a block with compute targets."""
    return tuple(subnet.cidr for subnet in block.subnets if subnet.role != "endpoints")


def readers_of(block: AddressBlock) -> tuple[str, ...]:
    """Returns the ranges of clusters and instances, which read data, without that of image builds."""
    return tuple(subnet.cidr for subnet in block.subnets if subnet.role not in ("endpoints", BUILD))


def _sources(context: Context, high_impact_only: bool = False, packages: bool = False) -> tuple[str, ...]:
    """Returns ranges of all compute targets, or of those whose credentials pass through Key Vault, sorted.

    `packages`: in an environment with a build subnet that alone. All ranges of spokes of other stacks are included.
    """
    own = (
        cidr
        for project, name, environment in environments(context.config)
        if environment.security.high_business_impact or not high_impact_only
        for cidr in _computes_or_builds(context.addresses.block(EnvironmentKey(project, name)), packages)
    )
    ranges = (*own, *context.config.hub.serves)
    return tuple(sorted(ranges, key=lambda cidr: tuple(int(part) for part in cidr.split("/")[0].split("."))))


def _computes_or_builds(block: AddressBlock, packages: bool) -> tuple[str, ...]:
    """Returns the ranges of compute targets of a block, or of its image builds where these have a subnet."""
    builds = tuple(subnet.cidr for subnet in block.subnets if subnet.role == BUILD)
    return builds if packages and builds else computes_of(block)


def deny(direction: str) -> Rule:
    name = f"deny-{direction.lower()}"
    return Rule(name, _DENY_PRIORITY, direction, ANY, ANY, ANY, "nothing else", access="Deny")


def _nsg_protocol(protocol: str) -> str:
    return {"TCP": "Tcp", "UDP": "Udp", "Any": "*"}[protocol]
