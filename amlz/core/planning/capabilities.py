"""Contributions of capabilities to a plan: problems, targets of roles, outbound rules, and what they build."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from amlz.core.addresses import AddressBlock
from amlz.core.capability import (
    BuiltCluster,
    EnvironmentParts,
    HubLinks,
    Part,
    PlannedPart,
    Planner,
    PrometheusSource,
    SharedSubnet,
)
from amlz.core.capability_facts import DeployerGrant, Target, Who
from amlz.core.config import EnvironmentConfig, LandingZoneConfig
from amlz.core.discovery import asked_for_all, blamed, capabilities, collected, planners
from amlz.core.owners import EnvironmentKey
from amlz.core.planning.context import Context
from amlz.core.problems import Path, Problem
from amlz.core.shared_subnets import SharedSubnets
from amlz.core.specs import (
    DatastoreSpec,
    IdentitySpec,
    NsgRuleSpec,
    OutboundRuleSpec,
    PrincipalSpec,
    ProjectEnvironmentSpec,
    RoleAssignmentSpec,
    RuleGroupSpec,
    WorkspaceSpec,
)

if TYPE_CHECKING:
    from amlz.core.planning.environment_context import EnvironmentContext


def check_input(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns the problems of the keys of all capabilities."""
    return asked_for_all(lambda planner: planner.check, config)


def targets_of(env: EnvironmentContext) -> dict[Target, str]:
    """Returns the ids that capabilities add to what roles are given on in an environment."""
    return {
        target: id_ for _, added in collected(lambda planner: planner.targets, env) for target, id_ in added.items()
    }


def identities_of(env: EnvironmentContext) -> tuple[IdentitySpec, ...]:
    """Returns the identities that capabilities add to those of an environment."""
    return tuple(asked_for_all(lambda planner: planner.identities, env))


def clusters_of(env: EnvironmentContext) -> tuple[BuiltCluster, ...]:
    """Returns the Kubernetes clusters that are built in an environment."""
    return tuple(asked_for_all(lambda planner: planner.clusters, env))


def prometheus_of(env: EnvironmentContext) -> tuple[PrometheusSource, ...]:
    """Returns the clusters of an environment whose metrics are in managed Prometheus."""
    return tuple(asked_for_all(lambda planner: planner.prometheus, env))


def principals_of(env: EnvironmentContext) -> dict[Who, dict[str, PrincipalSpec]]:
    """Returns the principals of the table of grants that capabilities add in an environment, by their part of logical
    names.
    """
    by_who: dict[Who, dict[str, PrincipalSpec]] = {}
    for _, principals in collected(lambda planner: planner.principals, env):
        for who, by_label in principals.items():
            by_who.setdefault(who, {}).update(by_label)
    return by_who


def shared_roles_of(env: EnvironmentContext) -> tuple[RoleAssignmentSpec, ...]:
    """Returns the roles of an environment on what capabilities build once in a landing zone."""
    return tuple(asked_for_all(lambda planner: planner.shared_roles, env))


def datastores_of(env: EnvironmentContext, workspace: WorkspaceSpec) -> tuple[DatastoreSpec, ...]:
    """Returns the datastores that capabilities add to a workspace."""
    return tuple(asked_for_all(lambda planner: planner.datastores, env, workspace))


def outbound_rules(env: EnvironmentContext, workspace: str) -> Iterator[OutboundRuleSpec]:
    """Returns the rules that capabilities add to a managed network. `workspace`: its id."""
    return asked_for_all(lambda planner: planner.outbound, env, workspace)


def endpoint_rules_of(environment: EnvironmentConfig, endpoints: str) -> Iterator[NsgRuleSpec]:
    """Returns the security rules that capabilities add to a subnet of private endpoints (its range)."""
    return asked_for_all(lambda planner: planner.endpoint_rules, environment, endpoints)


def compute_rules_of(context: Context, owner: EnvironmentKey, computes: str) -> Iterator[NsgRuleSpec]:
    """Returns the security rules that capabilities add to a subnet of clusters and instances (its range)."""
    return asked_for_all(lambda planner: planner.compute_rules, context, owner, computes)


def shared_subnet(context: Context, block: AddressBlock) -> SharedSubnet:
    """Returns the subnet of a block that environments share. Words of two owners may be alike, ranges are not."""
    assert not isinstance(block.owner, EnvironmentKey)
    return _shared_subnets(context).by_range[block.owner, block.cidr]


def nodes_of(context: Context, owner: EnvironmentKey) -> tuple[str, ...]:
    """Returns the ranges in which capabilities have nodes of an environment that read the lake."""
    return _shared_subnets(context).nodes.get(owner, ())


def _shared_subnets(context: Context) -> SharedSubnets:
    if not context.shared_subnets:
        every = asked_for_all(lambda planner: planner.shared_endpoints, context.config)
        subnets = [shared.subnet for shared in every if shared.subnet is not None]
        nodes: dict[EnvironmentKey, tuple[str, ...]] = {}
        for subnet in subnets:
            for user in subnet.users if subnet.role != "endpoints" else ():
                nodes[user] = (*nodes.get(user, ()), subnet.cidr)
        by_range = {(subnet.owner, subnet.cidr): subnet for subnet in subnets}
        context.shared_subnets.append(SharedSubnets(by_range, nodes))
    return context.shared_subnets[0]


def subnet_rules_of(context: Context, subnet: SharedSubnet) -> tuple[NsgRuleSpec, ...]:
    """Returns the security rules of a capability's own subnet in a spoke."""
    return tuple(asked_for_all(lambda planner: planner.subnet_rules, context, subnet))


def rights_of(context: Context) -> Iterator[tuple[str, DeployerGrant]]:
    """Returns the roles that the deployer needs for capabilities, each with its subscription."""
    for name, subscriptions in collected(lambda planner: planner.rights, context):
        for grant in capabilities()[name].facts.deployer:
            if grant.when in subscriptions:
                yield subscriptions[grant.when], grant


def computes_of_capabilities(environment: EnvironmentConfig) -> tuple[Path, ...]:
    """Returns the paths of compute targets that capabilities add to an environment, within it."""
    return tuple(asked_for_all(lambda planner: planner.computes, environment))


def firewall_rules_of(context: Context) -> tuple[RuleGroupSpec, ...]:
    """Returns the rules that capabilities add to the firewall."""
    return tuple(asked_for_all(lambda planner: planner.firewall, context))


def outside_of(context: Context) -> Iterator[str]:
    """Returns the ids of resources that exist already and that capabilities refer to."""
    return asked_for_all(lambda planner: planner.outside, context)


def trusted_of(config: LandingZoneConfig) -> tuple[str, ...]:
    """Returns the ids of resources outside of the network that the data lake lets in."""
    return tuple(asked_for_all(lambda planner: planner.trusted, config))


def environment_parts(env: EnvironmentContext, planned: EnvironmentParts) -> tuple[PlannedPart, ...]:
    """Returns what capabilities build in an environment."""
    return _parts(collected(lambda planner: planner.environment, env, planned))


def amended(spec: ProjectEnvironmentSpec) -> ProjectEnvironmentSpec:
    """Returns an environment with what capabilities change in its other parts."""
    for name, planner in planners().items():
        if planner.amend is not Planner().amend:
            with blamed(name):
                spec = planner.amend(spec)
    return spec


def hub_parts(context: Context) -> tuple[PlannedPart, ...]:
    """Returns what capabilities build in a hub."""
    return _parts(collected(lambda planner: planner.hub, context))


def hub_rules(context: Context) -> dict[str, tuple[NsgRuleSpec, ...]]:
    """Returns the security rules of subnets of the hub that capabilities need, by role."""
    by_capability = collected(lambda planner: planner.hub_rules, context)
    return {role: rules for _, by_role in by_capability for role, rules in by_role.items()}


def hub_links(context: Context) -> HubLinks:
    """Returns the ids of resources in the hub that networks refer to."""
    linkses = [links for _, links in collected(lambda planner: planner.links, context)]
    return HubLinks(
        next((links.nat_gateway for links in linkses if links.nat_gateway is not None), None),
        next((links.gateway for links in linkses if links.gateway is not None), None),
        next((links.second_dns_server for links in linkses if links.second_dns_server is not None), None),
    )


def shared_parts(context: Context) -> tuple[PlannedPart, ...]:
    """Returns what capabilities build once in a landing zone, decided before its environments."""
    return _parts(collected(lambda planner: planner.shared, context))


def landing_zone_parts(context: Context) -> tuple[PlannedPart, ...]:
    """Returns what capabilities build once in a landing zone."""
    return _parts(collected(lambda planner: planner.landing_zone, context))


def _parts(answers: Iterable[tuple[str, Part | None]]) -> tuple[PlannedPart, ...]:
    known = capabilities()
    return tuple(
        PlannedPart(name, known[name].logical or name, known[name].component, part, known[name].output)
        for name, part in answers
        if part is not None
    )
