"""Scopes that guardrails are assigned to: environments, what they share, and the rest of the subscription."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, Literal

from amlz.azure.ids import subscription_id
from amlz.core.addresses import environments
from amlz.core.config.policies import OverrideConfig
from amlz.core.planning.context import Context
from amlz.core.planning.managed_network import network_mode
from amlz.core.planning.registry import shared_place
from amlz.core.specs import ProjectEnvironmentSpec, SpokeSpec
from amlz.core.specs.common import DIAGNOSTICS
from amlz.dataclass import dataclass
from amlz.policy.library import Entry

#: Members of guardrails whose definitions have no effect parameter: they deny in every environment.
#: https://github.com/Azure/azure-policy/tree/master/built-in-policies/policyDefinitions/Network (2026-11)
_ALWAYS_DENY = frozenset({"interface-public-address", "interface-forwarding"})
#: Excluded scopes of an assignment.
#: https://learn.microsoft.com/azure/governance/policy/overview#maximum-count-of-azure-policy-objects (2026-11)
_MOST_NOT_SCOPES = 400
#: Effects on a subscription whose policies refuse what this program builds in a new environment, or what its users
#: deploy. The exclusion of a new resource group takes effect minutes after the
#: assignment is updated, when the environment is built already.
#: https://learn.microsoft.com/azure/governance/policy/concepts/evaluate-impact (a new assignment: 5 to 15 minutes)
_AUDITED_ON_SUBSCRIPTION = {
    "computeNetworkEffect": "Audit",
    "deploymentEgressEffect": "Audit",
    "endpointSubscriptionEffect": "Audit",
}


@dataclass(frozen=True, slots=True)
class AssignmentTarget:
    """Scope of an assignment. `label` is part of logical names; `values` are parameters that the plan knows.

    `waits`: IDs of what a value names, by parameter. `planned`: False for an environment with errors, whose values are
    not known. `effect`: of guardrails, None for that of its environment. `not_scopes`: left out.
    """

    scope: str
    label: str
    production: bool
    environment: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    waits: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    planned: bool = True
    effect: Literal["Audit", "Deny"] | None = None
    not_scopes: tuple[str, ...] = ()


def environment_targets(context: Context, planned: tuple[ProjectEnvironmentSpec, ...]) -> tuple[AssignmentTarget, ...]:
    settings = {(project, name): environment for project, name, environment in environments(context.config)}
    targets = []
    for spec in planned:
        environment = settings[spec.project, spec.environment]
        clusters = spec.computes.clusters
        sizes = {*(c.size for _, c in environment.every_cluster()), *(i.size for i in environment.instances.values())}
        plan_values = {
            "allowedVmSizes": sorted({*sizes, environment.image_build.size}),
            "allowedVmSizePatterns": list(context.config.policies.allowed_sizes),
            "maxNodeCount": max(cluster.max_nodes for cluster in clusters),
            "highestMinNodeCount": max(cluster.min_nodes for cluster in clusters),
            "maxIdleSeconds": max([environment.image_build.idle_seconds, *_idle(environment)]),
            "allowedLocations": [context.config.location, *environment.registry_replicas],
            "allowedSubnetIds": list(spec.computes.subnets),
            **network_mode(spec.workspace),
            "logAnalyticsWorkspaceId": context.log_analytics,
            # Correcting takes an identity that is Contributor, and compute targets are built with local login off
            # anyway.
            "localLoginCorrection": "Disabled",
        }
        if context.diagnostics_name != DIAGNOSTICS:
            plan_values["diagnosticSettingName"] = context.diagnostics_name
        waits = {"allowedSubnetIds": spec.computes.subnets, "logAnalyticsWorkspaceId": (context.log_analytics,)}
        if spec.encryption is not None:
            plan_values["customerManagedKeyEffect"] = "Audit"  # all stores of data have the key, so a change shows
        targets.append(AssignmentTarget(spec.group.id, spec.key, spec.production, spec.environment, plan_values, waits))
        del settings[spec.project, spec.environment]
    for (project, name), environment in settings.items():
        label = f"{project}-{name}"
        targets.append(AssignmentTarget(label, label, bool(environment.production), name, planned=False))
    return tuple(targets)


def other_targets(
    context: Context,
    targets: Sequence[AssignmentTarget],
    spokes: tuple[SpokeSpec, ...],
    shared: Sequence[tuple[str, str, bool]],
) -> dict[str, tuple[AssignmentTarget, ...]]:
    """Returns targets outside of project environments (`targets`), by their guardrail."""
    production = context.any_production
    networks = tuple(AssignmentTarget(spoke.group.id, f"spoke-{spoke.name}", production) for spoke in spokes)
    registry, images = context.config.shared_registry, shared_place(context).group_id
    copies = registry.replicas if registry is not None else ()
    stores = tuple(
        AssignmentTarget(
            group,
            key,
            production,
            None,
            {"allowedLocations": [context.config.location, *(copies if group == images else ())]},
        )
        for group, key, production in shared
    )
    rest = _rest_of_subscriptions(context, (*targets, *networks, *stores))
    return {
        "workspace": rest,
        "network": (*networks, *stores, *rest),
        "data-and-identity": (*stores, *rest),
    }


def _rest_of_subscriptions(context: Context, elsewhere: Sequence[AssignmentTarget]) -> tuple[AssignmentTarget, ...]:
    """Returns the landing zone's subscriptions without the resource groups that have separate assignments."""
    effect = context.config.policies.on_subscription
    if effect == "off" or not elsewhere:
        return ()
    groups = sorted({target.scope for target in elsewhere if target.planned})
    common, targets = context.landing_zone_subscription, []
    for subscription in context.landing_zone_subscriptions:
        scope = subscription_id(subscription)
        inside = tuple(group for group in groups if group.startswith(f"{scope}/"))
        targets.append(
            AssignmentTarget(
                scope,
                "subscription" if subscription == common else f"subscription-{subscription}",
                production=effect == "Deny",
                values={"allowedLocations": [context.config.location], **_AUDITED_ON_SUBSCRIPTION},
                effect=effect,
                not_scopes=inside if len(inside) <= _MOST_NOT_SCOPES else (),
            )
        )
    return tuple(targets)


def softened(entry: Entry, target: AssignmentTarget) -> tuple[OverrideConfig, ...]:
    """Returns overrides that make policies without an effect parameter audit, where a subscription is audited."""
    if target.effect != "Audit":
        return ()
    references = tuple(m.reference for m in entry.declared.members if m.reference in _ALWAYS_DENY)
    return (OverrideConfig(effect="Audit", policies=references),) if references else ()


def _idle(environment: Any) -> list[int]:
    return [cluster.idle_seconds for _, cluster in environment.every_cluster()]
