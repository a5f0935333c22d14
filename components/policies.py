"""Azure policies: definitions, then initiatives, then what is assigned, then who is exempt."""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi_azure_native import authorization

from amlz.core.specs import (
    ExistingPolicySpec,
    InitiativeMemberSpec,
    InitiativeSpec,
    OwnPolicySpec,
    PoliciesSpec,
    PolicyAssignmentSpec,
    PolicyDefinitionSpec,
    PolicyExemptionSpec,
)
from components.resource_registry import ResourceRegistry
from components.role_assignment import role_assignment


class Policies(pulumi.ComponentResource):
    """Azure Policy of the landing zone."""

    resource_ids: dict[str, pulumi.Output[str]]

    def __init__(
        self, name: str, args: PoliciesSpec, resources: ResourceRegistry, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("amlz:policy:Policies", name, None, opts)
        for definition in args.definitions:
            resources.register(definition.id, self._definition(definition, resources))
        for initiative in args.initiatives:
            resources.register(initiative.id, self._initiative(initiative, resources))
        self.resource_ids = {}
        for assignment in args.assignments:
            built = self._assignment(assignment, resources)
            resources.register(assignment.id, built)
            self.resource_ids[assignment.key] = built.id
            for role in assignment.roles:
                role_assignment(self, assignment.key, role, resources)
        for exemption in args.exemptions:
            self._exemption(exemption, resources)
        self.register_outputs({"resource_ids": self.resource_ids})

    def _definition(self, args: PolicyDefinitionSpec, resources: ResourceRegistry) -> pulumi.Resource:
        result = {
            **self._described(args, resources),
            "policy_definition_name": args.name,
            "mode": args.properties.get("mode"),  # the SDK sends Indexed where it is absent, as ARM reads it
            "policy_rule": args.properties["policyRule"],
        }
        built: pulumi.Resource
        if args.management_group:
            group = args.management_group
            built = authorization.PolicyDefinitionAtManagementGroup(args.key, management_group_id=group, **result)
        else:
            built = authorization.PolicyDefinition(args.key, **result)
        return built

    def _initiative(self, args: InitiativeSpec, resources: ResourceRegistry) -> pulumi.Resource:
        result = {
            **self._described(args, resources),
            "policy_set_definition_name": args.name,
            "policy_definitions": [_member(member, resources) for member in args.members],
        }
        built: pulumi.Resource
        if args.management_group:
            group = args.management_group
            built = authorization.PolicySetDefinitionAtManagementGroup(args.key, management_group_id=group, **result)
        else:
            built = authorization.PolicySetDefinition(args.key, **result)
        return built

    def _described(self, args: PolicyDefinitionSpec | InitiativeSpec, resources: ResourceRegistry) -> dict[str, Any]:
        """Returns the common properties of definitions and initiatives."""
        properties = args.properties
        return {
            "display_name": properties.get("displayName"),
            "description": properties.get("description"),
            "policy_type": authorization.PolicyType.CUSTOM,
            "metadata": properties.get("metadata"),
            "parameters": _declared(properties.get("parameters")),
            "opts": resources.options(self, args.subscription),
        }

    def _assignment(self, args: PolicyAssignmentSpec, resources: ResourceRegistry) -> authorization.PolicyAssignment:
        mode = authorization.EnforcementMode
        after = (*args.after, *(scope for scope in args.not_scopes if resources.exists(scope)))
        messages = [authorization.NonComplianceMessageArgs(message=args.message)] if args.message else None
        return authorization.PolicyAssignment(
            args.key,
            policy_assignment_name=args.name,
            scope=resources.scope(args.scope),
            display_name=args.title,
            description=args.description,
            metadata={"assignedBy": args.assigned_by},
            policy_definition_id=_reference(args.policy, resources),
            parameters={name: authorization.ParameterValuesValueArgs(value=v) for name, v in args.parameters.items()},
            enforcement_mode=mode.DEFAULT if args.enforced else mode.DO_NOT_ENFORCE,
            non_compliance_messages=messages,
            not_scopes=list(args.not_scopes) or None,
            resource_selectors=_selectors(args),
            overrides=_overrides(args),
            identity=authorization.IdentityArgs(type=authorization.ResourceIdentityType.SYSTEM_ASSIGNED)
            if args.roles
            else None,
            location=args.location if args.roles else None,
            opts=resources.options(self, args.subscription, after),
        )

    def _exemption(self, args: PolicyExemptionSpec, resources: ResourceRegistry) -> None:
        authorization.PolicyExemption(
            f"{args.scope.rpartition('/')[2]}-{args.name}",
            policy_exemption_name=args.name,
            scope=resources.ref(args.scope),
            policy_assignment_id=resources.ref(args.assignment_id),
            policy_definition_reference_ids=list(args.references) or None,
            exemption_category=authorization.ExemptionCategory(args.category),
            description=args.reason,
            expires_on=args.expires_on,
            metadata={"ticket": args.ticket},
            opts=resources.options(self, args.subscription),
        )


def _declared(value: Any) -> dict[str, authorization.ParameterDefinitionsValueArgs] | None:
    """Declared parameters of a definition or an initiative."""
    return {
        name: authorization.ParameterDefinitionsValueArgs(
            type=entry["type"],
            metadata=_metadata(entry.get("metadata")),
            allowed_values=entry.get("allowedValues"),
            default_value=entry.get("defaultValue"),
        )
        for name, entry in (value or {}).items()
    } or None


def _metadata(value: Any) -> authorization.ParameterDefinitionsValueMetadataArgs | None:
    if not value:
        return None
    return authorization.ParameterDefinitionsValueMetadataArgs(
        display_name=value.get("displayName"),
        description=value.get("description"),
        strong_type=value.get("strongType"),
        assign_permissions=value.get("assignPermissions"),
    )


def _member(args: InitiativeMemberSpec, resources: ResourceRegistry) -> authorization.PolicyDefinitionReferenceArgs:
    return authorization.PolicyDefinitionReferenceArgs(
        policy_definition_reference_id=args.reference,
        policy_definition_id=_reference(args.definition, resources),
        definition_version=args.version or None,
        parameters={name: authorization.ParameterValuesValueArgs(value=v) for name, v in args.parameters.items()}
        or None,
    )


def _reference(policy: OwnPolicySpec | ExistingPolicySpec, resources: ResourceRegistry) -> pulumi.Input[str]:
    return resources.ref(policy.id) if isinstance(policy, OwnPolicySpec) else policy.id


def _selectors(args: PolicyAssignmentSpec) -> list[authorization.ResourceSelectorArgs] | None:
    """One resource selector of several parts: within one, all parts must hold."""
    parts = [
        authorization.SelectorArgs(
            kind=selector.kind,
            in_=None if selector.exclude else list(selector.values),
            not_in=list(selector.values) if selector.exclude else None,
        )
        for selector in args.selectors
    ]
    return [authorization.ResourceSelectorArgs(name="only", selectors=parts)] if parts else None


def _overrides(args: PolicyAssignmentSpec) -> list[authorization.OverrideArgs] | None:
    return [
        authorization.OverrideArgs(
            kind=authorization.OverrideKind.POLICY_EFFECT,
            value=override.effect,
            selectors=[
                authorization.SelectorArgs(
                    kind=authorization.SelectorKind.POLICY_DEFINITION_REFERENCE_ID, in_=list(override.references)
                )
            ],
        )
        for override in args.overrides
    ] or None
