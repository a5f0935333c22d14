"""Azure policies: which definitions are created, what is assigned where, with which values, and who is exempt."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from amlz.azure.ids import parse, subscription_id
from amlz.core.config.policies import AssignmentConfig
from amlz.core.facts.roles import PRIVILEGED, ROLES
from amlz.core.planning.builtins import GUARDRAIL, library_of
from amlz.core.planning.context import Context
from amlz.core.planning.exemptions import plan_exemptions
from amlz.core.planning.policy_targets import AssignmentTarget, environment_targets, other_targets, softened
from amlz.core.planning.roles import NAMESPACE
from amlz.core.problems import Path, Problem, listed
from amlz.core.specs import (
    ExistingPolicySpec,
    IdentityPrincipalSpec,
    InitiativeMemberSpec,
    InitiativeSpec,
    OverrideSpec,
    OwnPolicySpec,
    PoliciesSpec,
    PolicyAssignmentSpec,
    PolicyDefinitionSpec,
    ProjectEnvironmentSpec,
    RoleAssignmentSpec,
    SelectorSpec,
    SpokeSpec,
)
from amlz.dataclass import dataclass
from amlz.policy.engine.errors import PolicyError
from amlz.policy.engine.parameters import Parameter, Parameters, bound
from amlz.policy.engine.values import get
from amlz.policy.library import Entry, Library

BUILTIN = "/providers/Microsoft.Authorization/policyDefinitions/"
BUILTIN_SET = "/providers/Microsoft.Authorization/policySetDefinitions/"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """An assignment: its name, its values, and its settings in the stack file at `path`."""

    name: str
    parameters: dict[str, Any]
    settings: AssignmentConfig
    path: Path


@dataclass
class _Job:
    context: Context
    library: Library
    problems: list[Problem] = field(default_factory=list)
    entries: dict[tuple[str, str], Entry] = field(default_factory=dict)
    """Policies to create, by subscription and name: a definition is assigned within its own subscription alone."""

    def add(self, problem: Problem) -> None:
        """Adds a problem, once for all assignments that have it."""
        if problem not in self.problems:
            self.problems.append(problem)

    def need(self, entry: Entry, subscription: str) -> None:
        """Notes that a policy must be created in a subscription before it is assigned there."""
        if entry.builtin:
            return
        self.entries.setdefault((subscription, entry.name.lower()), entry)
        for member in entry.declared.members:
            inner = self.library.entry(member.definition_id)
            if inner is not None and inner.is_initiative:
                text = f"The initiative {entry.name} has the initiative {inner.name} as a member, which Azure refuses."
                self.add(Problem(("policies",), text, "List its definitions as members instead."))
            elif inner is not None:
                self.need(inner, subscription)


def plan_policies(
    context: Context,
    planned: tuple[ProjectEnvironmentSpec, ...],
    spokes: tuple[SpokeSpec, ...],
    shared: Sequence[tuple[str, str, bool]],
) -> tuple[PoliciesSpec, tuple[Problem, ...]]:
    """Returns everything of Azure Policy, and every problem of its settings.

    `shared`: resource groups that environments share: id, key, and whether there is production data.
    """
    try:
        work = _Job(context, library_of(context.config))
    except PolicyError as error:
        return PoliciesSpec((), (), (), ()), (Problem(("policies",), str(error)),)
    targets = environment_targets(context, planned)
    others = other_targets(context, targets, spokes, shared)
    assignments = [*_guardrails(work, targets, others), *_assignments(work, targets)]
    exemptions, problems = plan_exemptions(
        context.config.policies, work.library, {target.label: target.scope for target in targets}, assignments
    )
    work.problems += problems
    create = context.config.policies.create_definitions
    order = {subscription: index for index, subscription in enumerate(context.landing_zone_subscriptions)}
    wanted = sorted(
        ((entry, subscription) for (subscription, _), entry in work.entries.items()) if create else (),
        key=lambda one: (order[one[1]], one[0].name),
    )
    spec = PoliciesSpec(
        tuple(_definition(context, *one) for one in wanted if not one[0].is_initiative),
        tuple(_initiative(work, *one) for one in wanted if one[0].is_initiative),
        tuple(assignments),
        exemptions,
    )
    return spec, tuple(work.problems)


def _guardrails(
    work: _Job, targets: tuple[AssignmentTarget, ...], others: Mapping[str, tuple[AssignmentTarget, ...]]
) -> Iterator[PolicyAssignmentSpec]:
    """Returns every guardrail on every project environment, and the further targets of each by its name."""
    settings = work.context.config.policies
    for short in settings.guardrails:
        entry = work.library.entry(f"{GUARDRAIL}{short}")
        if entry is None:  # its cloud is not known to have any of it
            continue
        for target in (*targets, *others.get(short, ())):
            effect = target.effect or settings.guardrail_effect(target.environment, production=target.production)
            parameters = _with_effect(entry, effect, {}) | _known(entry, target)
            more = {"not_scopes": target.not_scopes, "overrides": softened(entry, target)}
            settled = AssignmentConfig(policy=entry.name).model_copy(update=more)
            yield from _assign(work, entry, target, _Wanted(entry.name, parameters, settled, ("policies",)))


def _known(entry: Entry, target: AssignmentTarget) -> dict[str, Any]:
    """Returns the plan's values for an initiative's parameters, by their declared names."""
    declared = _declared(entry)
    return {p.name: target.values[p.name] for p in declared.values() if p.name in target.values}


def _with_effect(entry: Entry, effect: str | None, given: Mapping[str, Any]) -> dict[str, Any]:
    """Returns parameters that set an effect: `effect` of a definition, all denying ones of an initiative."""
    declared = _declared(entry)
    parameters = dict(given)
    if effect is None:
        return parameters
    spelled = {name.lower() for name in parameters}
    if "effect" in declared and "effect" not in spelled:
        return {declared["effect"].name: effect, **parameters}
    for parameter in declared.values():
        if _denies(parameter) and effect != "Deny" and parameter.name.lower() not in spelled:
            parameters[parameter.name] = effect
    return parameters


def _denies(parameter: Parameter) -> bool:
    allowed = parameter.allowed or ()
    return "Deny" in allowed and "Audit" in allowed and parameter.default == "Deny"


def _declared(entry: Entry) -> Parameters:
    return entry.declared.parameters


def _assignments(work: _Job, targets: tuple[AssignmentTarget, ...]) -> Iterator[PolicyAssignmentSpec]:
    context = work.context
    group = context.config.policies.management_group
    for name, assignment in context.config.policies.assignments.items():
        path: Path = ("policies", "assignments", name)
        entry = work.library.entry(assignment.policy)
        if entry is None:
            work.problems.append(
                Problem(
                    (*path, "policy"),
                    f"There is no policy {assignment.policy!r} in this repository or in custom/policies/.",
                    "`amlz policy list` names those that there are; add others to custom/policies/.",
                )
            )
            continue
        places: tuple[AssignmentTarget, ...] = targets
        if assignment.scope == "landingZone":
            places = _subscriptions(context)
        elif assignment.scope == "managementGroup":
            if not group:
                work.problems.append(
                    Problem((*path, "scope"), "No management group is named.", "Set `policies.managementGroup`.")
                )
                continue
            scope = f"/providers/Microsoft.Management/managementGroups/{group}"
            places = (AssignmentTarget(scope, "management-group", context.any_production),)
        for target in places:
            own = assignment.effects.get(target.environment) if target.environment else None
            effect = own or assignment.effect
            parameters = _with_effect(entry, effect, assignment.parameters)
            known = {k: v for k, v in _known(entry, target).items() if k.lower() not in {p.lower() for p in parameters}}
            yield from _assign(work, entry, target, _Wanted(name, parameters | known, assignment, path))


def _subscriptions(context: Context) -> tuple[AssignmentTarget, ...]:
    """Returns the subscriptions of the landing zone as targets."""
    common, *own = context.landing_zone_subscriptions
    labels = {common: "landing-zone", **{subscription: f"landing-zone-{subscription}" for subscription in own}}
    return tuple(
        AssignmentTarget(subscription_id(subscription), label, context.any_production)
        for subscription, label in labels.items()
    )


def _home(context: Context, scope: str) -> str:
    """Returns the subscription of what is assigned at a scope; of a management group's, the common one."""
    return parse(scope).subscription if scope.startswith("/subscriptions/") else context.landing_zone_subscription


def _assign(work: _Job, entry: Entry, target: AssignmentTarget, wanted: _Wanted) -> Iterator[PolicyAssignmentSpec]:
    settings = wanted.settings
    try:
        roles = dict.fromkeys(role.rpartition("/")[2].lower() for role in _checked(work, entry, target, wanted))
    except PolicyError as error:
        work.add(Problem(wanted.path, str(error), f"`amlz policy show {entry.name}` lists its parameters."))
        return
    if privileged := [PRIVILEGED[role_id] for role_id in roles if role_id in PRIVILEGED]:
        work.add(
            Problem(
                wanted.path,
                f"The identity of {entry.name} needs {listed(privileged)}, and who has it can assign every role: a "
                "deployer may not assign it.",
                "Name a narrower role in `roleDefinitionIds` of the definition. Or remove the assignment here, and "
                "have an owner of the scope assign the policy.",
            )
        )
        return
    context = work.context
    subscription = _home(context, target.scope)
    defined_in = context.landing_zone_subscription if context.config.policies.management_group else subscription
    work.need(entry, defined_in)
    spec = PolicyAssignmentSpec(
        key=f"{target.label}-{wanted.name}",
        name=wanted.name,
        title=entry.title,
        scope=target.scope,
        subscription=subscription,
        policy=_policy(context, entry, defined_in),
        parameters=wanted.parameters,
        message=settings.message or f"{entry.title}. Ask {context.owner} for a change or an exemption.",
        enforced=settings.enforce,
        location=context.config.location,
        after=tuple(on for name, ids in target.waits.items() if name in wanted.parameters for on in ids),
        not_scopes=settings.not_scopes,
        selectors=tuple(SelectorSpec(s.kind, s.values, s.exclude) for s in settings.selectors),
        overrides=tuple(OverrideSpec(o.effect, o.policies) for o in settings.overrides),
        description=f"{entry.title}. Assigned by the stack file of the landing zone: changes by hand are drift.",
        assigned_by=context.owner,
    )
    yield _with_roles(spec, roles)


def _with_roles(spec: PolicyAssignmentSpec, role_ids: Iterable[str]) -> PolicyAssignmentSpec:
    """With the roles that its identity needs, where one of its policies changes or deploys something."""
    names = {role_id: name for name, role_id in ROLES.items()}
    roles = tuple(
        RoleAssignmentSpec(
            key=f"policy-{names.get(role_id, role_id).lower().replace(' ', '-')}",
            name=str(uuid.uuid5(NAMESPACE, f"{spec.scope}|{spec.id}|{role_id}".lower())),
            subscription=spec.subscription,
            scope=spec.scope,
            role=names.get(role_id, role_id),
            role_id=f"{_above(spec)}/providers/Microsoft.Authorization/roleDefinitions/{role_id}",
            principal=IdentityPrincipalSpec(spec.id),
            holders=(f"policy {spec.name}",),
            reasons=("its policies change or deploy what is missing",),
        )
        for role_id in role_ids
    )
    return replace(spec, roles=roles)


def _above(spec: PolicyAssignmentSpec) -> str:
    """Returns the prefix of a built-in role's id: nothing, where it is given at a management group."""
    return f"/subscriptions/{spec.subscription}" if spec.scope.startswith("/subscriptions/") else ""


def _checked(work: _Job, entry: Entry, target: AssignmentTarget, wanted: _Wanted) -> Iterator[str]:
    """Returns the role IDs of each policy that acts. Raises PolicyError for values that Azure would refuse."""
    parameters, set_parameters = wanted.parameters, bound(_declared(entry), wanted.parameters)
    if not target.planned:
        return
    missing = [p.name for name, p in _declared(entry).items() if name not in set_parameters]
    if missing:
        raise PolicyError(f"No value for {listed(missing)}, which has no default.")
    if not entry.is_initiative:
        yield from entry.roles(set_parameters)
        return
    for member, given in entry.members_given(parameters):
        inner = work.library.entry(member.definition_id)
        if inner is not None and not inner.is_initiative:
            yield from inner.roles(bound(_declared(inner), given))


def _policy(context: Context, entry: Entry, subscription: str) -> OwnPolicySpec | ExistingPolicySpec:
    if entry.builtin:
        return ExistingPolicySpec(f"{BUILTIN_SET if entry.is_initiative else BUILTIN}{entry.name}")
    policy_id = _definition(context, entry, subscription).id
    if entry.is_initiative:
        policy_id = policy_id.replace("/policyDefinitions/", "/policySetDefinitions/")
    return OwnPolicySpec(policy_id) if context.config.policies.create_definitions else ExistingPolicySpec(policy_id)


def _definition(context: Context, entry: Entry, subscription: str) -> PolicyDefinitionSpec:
    group = context.config.policies.management_group
    return PolicyDefinitionSpec(_key(context, entry, subscription), entry.name, subscription, group, entry.written)


def _key(context: Context, entry: Entry, subscription: str) -> str:
    """Returns the logical name of a definition: its name, and the subscription where that is a spoke's own."""
    return entry.name if subscription == context.landing_zone_subscription else f"{entry.name}-{subscription}"


def _initiative(work: _Job, entry: Entry, subscription: str) -> InitiativeSpec:
    context = work.context
    members = []
    for member in entry.written["policyDefinitions"]:
        inner = work.library.entry(member["policyDefinitionId"])
        definition: OwnPolicySpec | ExistingPolicySpec = ExistingPolicySpec(member["policyDefinitionId"])
        if inner is not None and not inner.builtin:
            definition = _policy(context, inner, subscription)
        parameters = {name: get(parameter, "value") for name, parameter in member.get("parameters", {}).items()}
        reference = member.get("policyDefinitionReferenceId", definition.id.rpartition("/")[2])
        members.append(InitiativeMemberSpec(reference, definition, member.get("definitionVersion", ""), parameters))
    group = context.config.policies.management_group
    key = _key(context, entry, subscription)
    return InitiativeSpec(key, entry.name, subscription, group, entry.written, tuple(members))
