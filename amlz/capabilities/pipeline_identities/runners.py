"""Decides the subnets of self-hosted runners: their rules, and their egress through the firewall."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.capabilities.pipeline_identities.config import RunnersConfig
from amlz.capabilities.pipeline_identities.facts import RUNNER_HOSTS
from amlz.core.addresses import spoke_of
from amlz.core.capability import Relaxation, SharedEndpoints, SharedSubnet, setting
from amlz.core.config import EnvironmentConfig, LandingZoneConfig
from amlz.core.environment_settings import environments_with, path_of_setting
from amlz.core.facts.tag_hosts import TAG_HOSTS
from amlz.core.owners import EnvironmentKey, SharedOwner
from amlz.core.planning.context import Context
from amlz.core.planning.hub import ranges_in_hub
from amlz.core.planning.rules import deny
from amlz.core.planning.spoke import name_servers
from amlz.core.problems import Path
from amlz.core.specs import ApplicationRuleSpec, NsgRuleSpec, RuleGroupSpec

_ROLE = "runners"
#: Service tags whose hosts pipelines need to sign in and to deploy.
_SIGN_IN = ("AzureActiveDirectory", "AzureResourceManager")


def _settings(environment: EnvironmentConfig) -> RunnersConfig | None:
    return setting(environment, "runners", RunnersConfig)


def _every(config: LandingZoneConfig) -> Iterator[tuple[EnvironmentKey, EnvironmentConfig, RunnersConfig]]:
    return environments_with(config, _settings)


def _owner(key: EnvironmentKey) -> SharedOwner:
    return SharedOwner(f"{key.project}-{key.environment}")


def runner_subnets(config: LandingZoneConfig) -> Iterator[SharedEndpoints]:
    """Returns the subnet of each environment's runners."""
    for key, environment, settings in _every(config):
        path: Path = (*path_of_setting(key, "runners"), "network")
        spoke = spoke_of(config, environment)
        subnet = SharedSubnet(
            _owner(key), spoke, settings.network, path, (key,), _ROLE, settings.machines, environment=key
        )
        yield SharedEndpoints((), subnet)


def runner_rules(context: Context, subnet: SharedSubnet) -> Iterator[NsgRuleSpec]:
    """Returns the rules of a subnet of runners: private endpoints, names, and the firewall. Nothing reaches them."""
    if subnet.role != _ROLE or subnet.environment is None:
        return
    own, block = (subnet.cidr,), context.addresses.block(subnet.environment)
    endpoints = tuple(item.cidr for item in block.subnets if item.role == "endpoints")
    endpoints += ranges_in_hub(context, "endpoints")
    servers, names = name_servers(context)
    yield NsgRuleSpec("endpoints", 100, "Outbound", own, endpoints, ("443",), "private endpoints", "Tcp")
    if servers:
        yield NsgRuleSpec("dns", 120, "Outbound", own, servers, ("53",), f"names, by {names}")
    why = "the service of the pipelines: the firewall knows the hosts"
    yield NsgRuleSpec("by-firewall", 400, "Outbound", own, ("Internet",), ("443",), why, "Tcp")
    yield deny("Inbound")
    yield deny("Outbound")


def runner_endpoint_rules(environment: EnvironmentConfig, endpoints: str) -> Iterator[NsgRuleSpec]:
    """Returns the rule by which runners use an environment's private endpoints (their range)."""
    settings = _settings(environment)
    if settings is not None:
        why = "runners of pipelines deploy to the workspace"
        yield NsgRuleSpec("runners", 124, "Inbound", (settings.network,), (endpoints,), ("443",), why, "Tcp")


def runner_firewall(context: Context) -> Iterator[RuleGroupSpec]:
    """Returns the firewall's rules for runners: sign-in, their service, and hosts of the stack file."""
    rules: list[ApplicationRuleSpec] = []
    cloud = context.config.cloud
    sign_in = tuple(host for tag in _SIGN_IN for host in TAG_HOSTS[tag][cloud])
    for key, _, settings in _every(context.config):
        own, words = (settings.network,), f"{key.project}-{key.environment}"
        why = "pipelines sign in and deploy"
        rules.append(ApplicationRuleSpec(f"sign-in-{words}", own, sign_in, why))
        for row in RUNNER_HOSTS[settings.service]:
            if row.only is None or settings.artifacts:
                rules.append(ApplicationRuleSpec(f"{row.name}-{words}", own, row.hosts, row.why))
        if settings.hosts:
            rules.append(ApplicationRuleSpec(f"hosts-{words}", own, settings.hosts, "hosts of the stack file"))
    if rules:
        yield RuleGroupSpec("rcg-runners", 430, application_rules=tuple(rules))


def runner_relaxations(config: LandingZoneConfig) -> Iterator[Relaxation]:
    """Returns runners that reach storage of every tenant."""
    for key, _, settings in _every(config):
        if settings.artifacts:
            yield Relaxation(
                (*path_of_setting(key, "runners"), "artifacts"),
                "runners reach storage accounts of every tenant, `*.blob.core.windows.net`",
            )


def runners_need_firewall(config: LandingZoneConfig) -> Iterator[tuple[Path, str]]:
    """Returns the keys of runners: their only egress is the firewall."""
    for key, _, _ in _every(config):
        yield (
            path_of_setting(key, "runners"),
            "Runners reach the service of their pipelines through the hub's firewall.",
        )
