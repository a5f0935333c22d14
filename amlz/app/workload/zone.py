"""Rules of the landing zone that pipelines meet: policies with their values, and egress."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from amlz.core.plan import LandingZonePlan
from amlz.core.specs import ApplicationRuleSpec, PolicyAssignmentSpec, ProjectEnvironmentSpec, records
from amlz.core.workload import WorkloadContract

#: Parameters of guardrails that pipelines meet, with the sentence for a value.
_VALUES = {
    "allowedVmSizes": "Clusters and instances have one of the sizes {value}.",
    "allowedVmSizePatterns": "Clusters and instances may also have sizes like {value}.",
    "maxNodeCount": "A cluster has at most {value} nodes.",
    "highestMinNodeCount": "A cluster keeps at most {value} nodes when it is idle.",
    "maxIdleSeconds": "A node is released after at most {value} idle seconds.",
    "allowedSubnetIds": "Clusters and instances are in the subnet {value}.",
    "allowedLocations": "Resources are in {value}.",
}
_EFFECTS = {
    "endpointPublicAccessEffect": "Online endpoints have public network access disabled",
    "deploymentEgressEffect": "Online deployments have public egress disabled",
    "endpointKeyEffect": "Online endpoints accept Entra tokens, not keys",
}
#: Hosts from which `source/conda.yml` of a repository installs.
_PACKAGES = ("pypi.org", "files.pythonhosted.org", "conda.anaconda.org")


@dataclass(frozen=True, slots=True)
class ZoneRules:
    """Rules of one environment. `hosts`: names that compute targets reach; None where another hub decides.

    `unrestricted`: compute targets reach the whole internet.
    """

    policies: tuple[str, ...]
    hosts: tuple[str, ...] | None
    unrestricted: bool

    @property
    def without_packages(self) -> tuple[str, ...]:
        """Hosts of packages that are not among the allowed ones."""
        return tuple(host for host in _PACKAGES if not any(_matches(host, allowed) for allowed in self.hosts or ()))


def _matches(host: str, allowed: str) -> bool:
    """Returns whether an allowed name is a host, or `*.` above it."""
    return host == allowed or (allowed.startswith("*.") and host.endswith(allowed[1:]))


def rules_of(plan: LandingZonePlan, own: WorkloadContract) -> ZoneRules:
    """Returns the rules of an environment."""
    spec = next(one for one in plan.environments if (one.project, one.environment) == (own.project, own.environment))
    network = spec.workspace.managed_network
    unrestricted = network is not None and network.isolation_mode != "AllowOnlyApprovedOutbound"
    return ZoneRules(tuple(_policies(plan, spec)), _hosts(plan, spec), unrestricted)


def _policies(plan: LandingZonePlan, spec: ProjectEnvironmentSpec) -> Iterator[str]:
    """Returns a sentence for each value of an assigned guardrail, and for each effect on endpoints."""
    declared = {entry.id.lower(): entry.properties["parameters"] for entry in plan.policies.initiatives}
    for assignment in plan.policies.assignments:
        if assignment.scope != spec.group.id:
            continue
        for name, sentence in _VALUES.items():
            if value := assignment.parameters.get(name):
                yield sentence.format(value=_shown(value))
        for name, sentence in _EFFECTS.items():
            if effect := _effect(assignment, declared.get(assignment.policy.id.lower(), {}), name):
                yield f"{sentence}: effect {effect}."


def _effect(assignment: PolicyAssignmentSpec, declared: dict[str, Any], name: str) -> str | None:
    """Returns the effect of a parameter; None where the initiative has none, or it does not apply."""
    if name not in declared:
        return None
    if name == "deploymentEgressEffect" and assignment.parameters.get("networkMode") != "Injected":
        return None
    return str(assignment.parameters.get(name, declared[name].get("defaultValue")))


def _shown(value: Any) -> str:
    values = value if isinstance(value, list) else [value]
    return ", ".join(f"`{str(entry).rsplit('/', 1)[-1]}`" for entry in values)


def _hosts(plan: LandingZonePlan, spec: ProjectEnvironmentSpec) -> tuple[str, ...] | None:
    network = spec.workspace.managed_network
    if network is not None:
        return tuple(sorted({rule.to for rule in network.rules if rule.kind == "FQDN"}))
    if plan.hub is None:
        return None
    ranges = {subnet.cidr for subnet in plan.addresses.block(spec.owner).subnets}
    rules = (
        rule for rule in records(plan.hub, ApplicationRuleSpec) if ranges & set(rule.sources) or "*" in rule.sources
    )
    return tuple(sorted({host for rule in rules for host in rule.hosts}))
