"""The managed network of a project environment: its mode, and every outbound rule with its reason."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from amlz.core.capability_facts import Target
from amlz.core.facts.egress import SCENARIOS
from amlz.core.facts.managed_network import ADDED_ENDPOINTS, MODES, PAGE, REQUIRED_ENDPOINTS, REQUIRED_TAGS
from amlz.core.facts.names import NAME_RULES
from amlz.core.names import suffix
from amlz.core.planning.capabilities import outbound_rules
from amlz.core.planning.destinations import outbound_destinations
from amlz.core.planning.environment_context import EnvironmentContext
from amlz.core.specs import ManagedNetworkSpec, OutboundRuleSpec, WorkspaceSpec


def plan_managed_network(env: EnvironmentContext, targets: Mapping[Target, str]) -> ManagedNetworkSpec | None:
    """Returns a workspace's managed network; None where compute targets are in a subnet. `targets`: ids of its parts.
    `targets`: ids of what it consists of.
    """
    isolation = env.settings.isolation
    if not isolation.managed:
        return None
    rules = [*_by_azure(env, targets), *_endpoints(env, targets)]
    rules += outbound_rules(env, targets["workspace"])
    rules += outbound_destinations(env.context.config, env.settings, targets["workspace"])
    if isolation.approved_only:
        rules += _hosts(env, targets["workspace"])
    for rule in rules:
        if rule.id:
            env.context.take("outboundRule", rule.name, targets["workspace"], (*env.path, "isolation", rule.to))
    return ManagedNetworkSpec(
        isolation_mode=MODES[isolation.outbound],
        firewall=isolation.firewall if isolation.approved_only else None,
        rules=tuple(rules),
    )


def network_mode(workspace: WorkspaceSpec) -> dict[str, str]:
    """Returns the parameters of guardrails on a workspace's network.

    Endpoints of a managed network are, as far as is known, in subscriptions of Microsoft's: they are not to be denied.
    """
    if workspace.managed_network is None:
        return {"networkMode": "Injected"}
    return {"networkMode": "Managed", "endpointSubscriptionEffect": "Audit"}


def _by_azure(env: EnvironmentContext, targets: Mapping[Target, str]) -> Iterator[OutboundRuleSpec]:
    """Returns the rules that Azure adds by itself. None is sent: a second rule to the same destination is reported to
    be refused.

    https://github.com/Azure/azureml-examples/pull/2990
    """
    approved_only = env.settings.isolation.approved_only
    public = {"workspace"} if env.settings.security.public_network_access else set()
    for row in REQUIRED_ENDPOINTS:
        if approved_only or row.part not in public:
            yield OutboundRuleSpec("", "PrivateEndpoint", targets[row.part], row.why, row.source)
    if approved_only:
        for tag in REQUIRED_TAGS:
            to = tag.tag.format(region=env.place.location)
            yield OutboundRuleSpec("", "ServiceTag", to, tag.why, tag.source)


def _endpoints(env: EnvironmentContext, targets: Mapping[Target, str]) -> Iterator[OutboundRuleSpec]:
    for row in ADDED_ENDPOINTS:
        if env.settings.batch:
            name = f"pe-storage-{row.group}"
            rule_id = _id(targets["workspace"], name)
            yield OutboundRuleSpec(name, "PrivateEndpoint", targets["storage"], row.why, row.source, row.group, rule_id)


def _hosts(env: EnvironmentContext, workspace: str) -> Iterator[OutboundRuleSpec]:
    """Returns one rule a host, by host name, for any number of requests."""
    wanted: dict[str, tuple[list[str], str]] = {}
    config = env.context.config
    for scenario in config.egress:
        for row in SCENARIOS[scenario]:
            for host in row.hosts:
                wanted.setdefault(host, ([], row.source))[0].append(f"{scenario}: {row.why}")
    for own in config.egress_hosts.values():
        for host in own.hosts:
            wanted.setdefault(host, ([], PAGE))[0].append(own.why)
    for host in env.settings.isolation.allow:
        wanted.setdefault(host, ([], PAGE))[0].append("allowed for this environment")
    for host in sorted(wanted, key=lambda name: name.removeprefix("*.")):
        whys, source = wanted[host]
        name = rule_name(host)
        yield OutboundRuleSpec(name, "FQDN", host, "; ".join(whys), source, id=_id(workspace, name))


def rule_name(host: str) -> str:
    """Returns the name of a host's rule: its words, and a suffix that distinguishes it from similar ones."""
    tail = suffix("outboundRule", host)
    words = re.sub(r"[^a-z0-9]+", "-", host).strip("-")
    room = NAME_RULES["outboundRule"].longest - len("fqdn--") - len(tail)
    return f"fqdn-{words[:room].rstrip('-')}-{tail}"


def _id(workspace: str, name: str) -> str:
    return f"{workspace}/outboundRules/{name}"
