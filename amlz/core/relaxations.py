"""Settings of the stack file that are less secure than the default: every preview names them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from amlz.azure.ids import parse
from amlz.core.addresses import any_production, environments
from amlz.core.capability import Relaxation
from amlz.core.config import EnvironmentConfig, LandingZoneConfig
from amlz.core.config.isolation import IsolationConfig
from amlz.core.config.policies import Guardrail
from amlz.core.discovery import asked_for_all
from amlz.core.facts.clouds import title
from amlz.core.facts.egress import PACKAGES
from amlz.core.own_subnets import BUILD, configured_subnets
from amlz.core.planning.builtins import left_out
from amlz.core.problems import Path, listed

_BUILDS = "image builds"


def relaxations(config: LandingZoneConfig) -> Iterator[Relaxation]:
    """Every choice that is less secure than the default, in the order of the stack file."""
    of_capabilities = tuple(asked_for_all(lambda planner: planner.relaxations, config))
    yield from _hub(config)
    if config.endpoint_network_policies == "off":
        gives = "security groups do not apply to private endpoints: every connected network reaches them"
        yield Relaxation(("endpointNetworkPolicies",), gives)
    if not config.protect_networks and any_production(config):
        gives = (
            "Pulumi deletes or replaces networks, firewalls, gateways and DNS zones of production without a question"
        )
        yield Relaxation(("protectNetworks",), gives)
    for scenario in config.egress:
        yield Relaxation(("egress",), f"{scenario}: code from outside reaches {_who(config, scenario in PACKAGES)}")
    for name, own in config.egress_hosts.items():
        who = _who(config, own.packages)
        yield Relaxation(
            ("egressHosts", name),
            f"{who} {'reach' if who == _BUILDS else 'reaches'} {listed(own.hosts)}: {own.why}",
        )
    yield from _policies(config)
    yield from (relaxation for relaxation in of_capabilities if relaxation.path[2:3] != ("environments",))
    for project, name, environment in environments(config):
        path: Path = ("projects", project, "environments", name)
        yield from _security(environment, name, path)
        if environment.image_build.identity == "compute":
            gives = "image builds have the roles of the compute clusters on data"
            yield Relaxation((*path, "imageBuild", "identity"), gives)
        yield from (relaxation for relaxation in of_capabilities if relaxation.path[: len(path)] == path)
        if environment.shared_by:
            who = listed((project, *environment.shared_by))
            yield Relaxation(
                (*path, "sharedBy"),
                f"{who} share a workspace: each sees notebooks, data and models of the others",
            )
        if environment.registry == "shared" and not environment.isolates_data:
            yield Relaxation(
                (*path, "security", "dataIsolation"),
                "workspaces that share the registry do not keep their images apart",
            )
        yield from (*_isolation(environment.isolation, (*path, "isolation")), *_destinations(config, environment, path))
        if environment.production is False and name in ("prod", "production"):
            yield Relaxation((*path, "production"), "neither protected nor locked, in spite of its name")
    for index, one in enumerate(config.accepted_findings):
        accepted = f"{one.finding} at {one.resource} is accepted until {one.expires_on} ({one.ticket})"
        yield Relaxation(("acceptedFindings", index), accepted)


def _hub(config: LandingZoneConfig) -> Iterator[Relaxation]:
    """Relaxed keys of the hub, in the order of the model."""
    if not config.hub.network and config.hub.elsewhere is None:
        yield Relaxation(
            ("hub", "network"),
            "no firewall filters or logs connections: managed networks alone limit what compute targets reach",
        )
    if config.hub.firewall.threat_intelligence == "Alert":
        yield Relaxation(
            ("hub", "firewall", "threatIntelligence"), "traffic with known malicious addresses is logged, not stopped"
        )
    scope = config.hub.private_link_scope
    if scope is not None and scope.public_ingestion:
        yield Relaxation(("hub", "privateLinkScope", "publicIngestion"), "telemetry is taken from the internet, too")
    if scope is not None and scope.public_queries:
        yield Relaxation(
            ("hub", "privateLinkScope", "publicQueries"), "anyone who may read logs can do so from anywhere"
        )
    if config.hub.log_analytics.shared_keys:
        yield Relaxation(
            ("hub", "logAnalytics", "sharedKeys"), "anyone with a key of the central log can send data, unnamed, to it"
        )


def _who(config: LandingZoneConfig, packages: bool) -> str:
    """Returns who reaches a host. `packages`: it is for image builds, in environments with a subnet for them."""
    apart = [BUILD in configured_subnets(environment) for _, _, environment in environments(config)]
    if packages and any(apart):
        return _BUILDS if all(apart) else f"every compute of environments without `subnets.{BUILD}`"
    return "every compute"


def _security(environment: EnvironmentConfig, name: str, path: Path) -> Iterator[Relaxation]:
    """Relaxed keys of `security`, in the order of the model. `name`: the environment's."""
    security = environment.security
    if security.public_network_access:
        yield Relaxation(
            (*path, "security", "publicNetworkAccess"),
            "the workspace answers on the internet: the studio opens from there, but uploads and data previews "
            "fail, since the stores stay private",
        )
    if security.storage_shared_keys:
        yield Relaxation(
            (*path, "security", "storageSharedKeys"),
            "anyone with an account key has all data, unnamed in the logs",
        )
    if security.insights_keys:
        yield Relaxation(
            (*path, "security", "insightsKeys"),
            "anyone with the instrumentation key can send telemetry to Application Insights, unnamed",
        )
    policy = security.storage_endpoint_policy
    if policy is not None and not policy.enabled and environment.is_production(name):
        yield Relaxation(
            (*path, "security", "storageEndpointPolicy", "enabled"),
            "compute targets reach storage accounts of any tenant in the region: data that they read can leave there",
        )
    if not security.high_business_impact:
        yield Relaxation(
            (*path, "security", "highBusinessImpact"),
            "temporary disks of compute targets are not encrypted, Microsoft gets more diagnostic data; it "
            "cannot be turned on later",
        )


def _isolation(isolation: IsolationConfig, path: Path) -> Iterator[Relaxation]:
    if isolation.managed and isolation.outbound == "internet":
        yield Relaxation(
            (*path, "outbound"),
            "compute targets reach the whole internet, past no firewall: all data that they read can leave",
        )
    if isolation.approved_only and isolation.allow:
        yield Relaxation(
            (*path, "allow"), f"compute targets reach {listed(isolation.allow)}: data that they read can leave there"
        )


def _destinations(config: LandingZoneConfig, environment: EnvironmentConfig, path: Path) -> Iterator[Relaxation]:
    for name, item in environment.destinations.items():
        tag = item.tag(config.location)
        to = f"resources of every tenant behind {tag}" if tag is not None else listed(item.addresses or ())
        if item.kind is not None and item.resource is not None:
            to = f"the {item.kind.words} {parse(item.resource).name}"
        ports = f"{item.protocol} {listed(item.open_ports)}"
        yield Relaxation((*path, "destinations", name), f"compute targets reach {to} on {ports}: {item.why}")


def _policies(config: LandingZoneConfig) -> Iterator[Relaxation]:
    policies = config.policies
    missing = [name for name in get_args(Guardrail) if name not in policies.guardrails]
    if missing:
        yield Relaxation(("policies", "guardrails"), f"no policy watches {listed(missing)}")
    if gone := left_out(config):
        yield Relaxation(
            ("policies", "builtIns"),
            f"{gone} built-ins of guardrails are left out, as no list states that {title(config.cloud)} has them: "
            "requests that they would refuse are not refused",
        )
    if policies.guardrails and policies.production_effect == "Audit":
        yield Relaxation(("policies", "productionEffect"), "guardrails only report in production")
    for name, assignment in policies.assignments.items():
        if not assignment.enforce:
            yield Relaxation(("policies", "assignments", name, "enforce"), f"{assignment.policy} only reports")
    for name, exemption in policies.exemptions.items():
        exempted = f"{exemption.project}, {exemption.environment}"
        yield Relaxation(
            ("policies", "exemptions", name),
            f"{exempted} is exempt from {exemption.assignment} until {exemption.expires_on} ({exemption.ticket})",
        )
