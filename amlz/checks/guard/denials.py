"""Denials of a policy assignment: effects that refuse a request, from its parameters or the defaults of its policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from amlz.checks.guard.change import ExistingResource

_ASSIGNMENTS = "microsoft.authorization/policyassignments"
_POLICIES = ("microsoft.authorization/policydefinitions", "microsoft.authorization/policysetdefinitions")
#: Key of an effect that no parameter sets.
_FIXED = ""


def policies_of(resources: Iterable[ExistingResource]) -> dict[str, ExistingResource]:
    """Returns definitions and initiatives by ID in lower case."""
    return {resource.id.lower(): resource for resource in resources if resource.type.lower() in _POLICIES}


def denials(assignment: ExistingResource, policies: Mapping[str, ExistingResource]) -> frozenset[str]:
    """Returns the parameters of an enforced assignment that deny, "" for an effect that no parameter sets.

    `policies`: those that the stack builds. Another one is taken to deny, unless a parameter sets its effect.
    """
    if assignment.type.lower() != _ASSIGNMENTS:
        return frozenset()
    if str(assignment.properties.get("enforcementMode", "Default")).lower() != "default":
        return frozenset()
    given = {name.lower(): _value(item, "value") for name, item in _parameters(assignment).items()}
    policy = policies.get(str(assignment.properties.get("policyDefinitionId", "")).lower())
    if policy is None:
        effects = {name: effect for name, effect in given.items() if "effect" in name or effect == "deny"}
        return (
            frozenset(name for name, effect in effects.items() if effect == "deny") if effects else frozenset({_FIXED})
        )
    defaults = {name.lower(): _value(item, "defaultValue") for name, item in _parameters(policy).items()}
    denying = {name for name, effect in (defaults | given).items() if effect == "deny"}
    rule = policy.properties.get("policyRule")
    then = rule.get("then") if isinstance(rule, dict) else None
    fixed = isinstance(then, dict) and _value(then, "effect") == "deny"
    return frozenset(denying | ({_FIXED} if fixed else set()))


def _parameters(resource: ExistingResource) -> Mapping[str, Any]:
    parameters = resource.properties.get("parameters")
    return parameters if isinstance(parameters, dict) else {}


def _value(item: Any, key: str) -> str:
    return str(item.get(key, "")).lower() if isinstance(item, dict) else ""
