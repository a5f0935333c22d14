"""Azure policies: which definitions are created, what is assigned where, with which values, and who is exempt."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from amlz.core.addresses import environments
from amlz.core.config.policies import AssignmentConfig, ExemptionConfig
from amlz.core.facts.roles import PRIVILEGED, ROLES
from amlz.core.planning.builtins import GUARDRAIL, library_of
from amlz.core.planning.context import Context
from amlz.core.planning.managed_network import network_mode
from amlz.core.planning.roles import NAMESPACE
from amlz.core.problems import Path, Problem, listed
from amlz.core.specs import (
    InitiativeMemberSpec,
    InitiativeSpec,
    OverrideSpec,
    PoliciesSpec,
    PolicyAssignmentSpec,
    PolicyDefinitionSpec,
    PolicyExemptionSpec,
    PrincipalSpec,
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
class AssignmentTarget:
    """Scope of an assignment. `label` is part of logical names; `values` are parameters that the plan knows.

    `waits`: IDs of what a value names, by parameter.
    """

    scope: str
    label: str
    production: bool
    environment: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    waits: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Asked:
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
    entries: dict[str, Entry] = field(default_factory=dict)

    def add(self, problem: Problem) -> None:
        """Adds a problem, once for all assignments that have it."""
        if problem not in self.problems:
            self.problems.append(problem)

    def need(self, entry: Entry) -> None:
        """Notes that a policy must be created before it is assigned."""
        if entry.builtin:
            return
        self.entries.setdefault(entry.name.lower(), entry)
        for member in entry.declared.members:
            inner = self.library.entry(member.definition_id)
            if inner is not None:
                self.need(inner)


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
    targets = _targets(context, planned)
    assignments = [*_guardrails(work, targets, _others(context, spokes, shared)), *_assignments(work, targets)]
    exemptions = tuple(_exemptions(work, targets, assignments))
    create = context.config.policies.create_definitions
    definitions = [entry for entry in work.entries.values() if not entry.is_initiative] if create else []
    sets = [entry for entry in work.entries.values() if entry.is_initiative] if create else []
    spec = PoliciesSpec(
        tuple(_definition(context, entry) for entry in sorted(definitions, key=lambda e: e.name)),
        tuple(_initiative(work, entry) for entry in sorted(sets, key=lambda e: e.name)),
        tuple(assignments),
        exemptions,
    )
    return spec, tuple(work.problems)


def _targets(context: Context, planned: tuple[ProjectEnvironmentSpec, ...]) -> tuple[AssignmentTarget, ...]:
    settings = {(project, name): environment for project, name, environment in environments(context.config)}
    found = []
    for spec in planned:
        environment = settings[spec.project, spec.environment]
        clusters = spec.computes.clusters
        sizes = {*(c.size for _, c in environment.every_cluster()), *(i.size for i in environment.instances.values())}
        values = {
            "allowedVmSizes": sorted({*sizes, environment.image_build.size}),
            "allowedVmSizePatterns": list(context.config.policies.allowed_sizes),
            "maxNodeCount": max(cluster.max_nodes for cluster in clusters),
            "highestMinNodeCount": max(cluster.min_nodes for cluster in clusters),
            "maxIdleSeconds": max([environment.image_build.idle_seconds, *_idle(environment)]),
            "allowedLocations": [context.config.location],
            "allowedSubnetIds": list(spec.computes.subnets),
            **network_mode(spec.workspace),
            "logAnalyticsWorkspaceId": context.log_analytics,
            # Correcting takes an identity that is Contributor, and compute targets are built with local login off
            # anyway.
            "localLoginCorrection": "Disabled",
        }
        waits = {"allowedSubnetIds": spec.computes.subnets, "logAnalyticsWorkspaceId": (context.log_analytics,)}
        if spec.encryption is not None:
            values["customerManagedKeyEffect"] = "Audit"  # all stores of data have the key, so a change shows
        found.append(AssignmentTarget(spec.group.id, spec.key, spec.production, spec.environment, values, waits))
    return tuple(found)


def _others(
    context: Context, spokes: tuple[SpokeSpec, ...], shared: Sequence[tuple[str, str, bool]]
) -> dict[str, tuple[AssignmentTarget, ...]]:
    """Returns targets outside of project environments, by their guardrail."""
    production = context.any_production
    networks = tuple(AssignmentTarget(spoke.group.id, f"spoke-{spoke.name}", production) for spoke in spokes)
    values = {"allowedLocations": [context.config.location]}
    stores = tuple(AssignmentTarget(group, key, production, "", values) for group, key, production in shared)
    return {"network": (*networks, *stores), "data-and-identity": stores}


def _idle(environment: Any) -> list[int]:
    return [cluster.idle_seconds for _, cluster in environment.every_cluster()]


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
            effect = settings.production_effect if target.production else settings.other_effect
            parameters = _with_effect(entry, effect, {}) | _known(entry, target)
            settled = AssignmentConfig(policy=entry.name)
            yield from _assign(work, entry, target, _Asked(entry.name, parameters, settled, ("policies",)))


def _known(entry: Entry, target: AssignmentTarget) -> dict[str, Any]:
    """Returns the plan's values for an initiative's parameters, by their declared names."""
    declared = _declared(entry)
    return {p.name: target.values[p.name] for p in declared.values() if p.name in target.values}


def _with_effect(entry: Entry, effect: str | None, given: Mapping[str, Any]) -> dict[str, Any]:
    """Returns parameters that set an effect: `effect` of a definition, all denying ones of an initiative."""
    declared = _declared(entry)
    values = dict(given)
    if effect is None:
        return values
    spelled = {name.lower() for name in values}
    if "effect" in declared and "effect" not in spelled:
        return {declared["effect"].name: effect, **values}
    for parameter in declared.values():
        if _denies(parameter) and effect != "Deny" and parameter.name.lower() not in spelled:
            values[parameter.name] = effect
    return values


def _denies(parameter: Parameter) -> bool:
    allowed = parameter.allowed or ()
    return "Deny" in allowed and "Audit" in allowed and parameter.default == "Deny"


def _declared(entry: Entry) -> Parameters:
    return entry.declared.parameters


def _assignments(work: _Job, targets: tuple[AssignmentTarget, ...]) -> Iterator[PolicyAssignmentSpec]:
    context = work.context
    subscription = f"/subscriptions/{context.landing_zone_subscription}"
    group = context.config.policies.management_group
    for name, asked in context.config.policies.assignments.items():
        path: Path = ("policies", "assignments", name)
        entry = work.library.entry(asked.policy)
        if entry is None:
            work.problems.append(
                Problem(
                    (*path, "policy"),
                    f"There is no policy {asked.policy!r} in this repository or in custom/policies/.",
                    "`amlz policy list` names those that there are; add others to custom/policies/.",
                )
            )
            continue
        places: tuple[AssignmentTarget, ...] = targets
        if asked.scope == "landingZone":
            places = (AssignmentTarget(subscription, "landing-zone", context.any_production),)
        elif asked.scope == "managementGroup":
            if not group:
                work.problems.append(
                    Problem((*path, "scope"), "No management group is named.", "Set `policies.managementGroup`.")
                )
                continue
            scope = f"/providers/Microsoft.Management/managementGroups/{group}"
            places = (AssignmentTarget(scope, "management-group", context.any_production),)
        for target in places:
            effect = asked.effects.get(target.environment) or asked.effect
            parameters = _with_effect(entry, effect, asked.parameters)
            known = {k: v for k, v in _known(entry, target).items() if k.lower() not in {p.lower() for p in parameters}}
            yield from _assign(work, entry, target, _Asked(name, parameters | known, asked, path))


def _assign(work: _Job, entry: Entry, target: AssignmentTarget, asked: _Asked) -> Iterator[PolicyAssignmentSpec]:
    settings = asked.settings
    try:
        roles = dict.fromkeys(role.rpartition("/")[2].lower() for role in _checked(work, entry, asked.parameters))
    except PolicyError as error:
        work.add(Problem(asked.path, str(error), f"`amlz policy show {entry.name}` lists its parameters."))
        return
    if privileged := [PRIVILEGED[role_id] for role_id in roles if role_id in PRIVILEGED]:
        work.add(
            Problem(
                asked.path,
                f"The identity of {entry.name} needs {listed(privileged)}, and who has it can assign every role: a "
                "deployer may not assign it.",
                "Name a narrower role in `roleDefinitionIds` of the definition. Or remove the assignment here, and "
                "have an owner of the scope assign the policy.",
            )
        )
        return
    work.need(entry)
    context = work.context
    spec = PolicyAssignmentSpec(
        key=f"{target.label}-{asked.name}",
        name=asked.name,
        title=entry.title,
        scope=target.scope,
        subscription=context.landing_zone_subscription,
        policy_id=_id(context, entry),
        ours=not entry.builtin and context.config.policies.create_definitions,
        parameters=asked.parameters,
        message=settings.message or f"{entry.title}. Ask {context.owner} for a change or an exemption.",
        enforced=settings.enforce,
        location=context.config.location,
        after=tuple(on for name, ids in target.waits.items() if name in asked.parameters for on in ids),
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
            principal=PrincipalSpec("ServicePrincipal", identity=spec.id),
            who=f"policy {spec.name}",
            why="its policies change or deploy what is missing",
        )
        for role_id in role_ids
    )
    return replace(spec, roles=roles)


def _above(spec: PolicyAssignmentSpec) -> str:
    """Returns the prefix of a built-in role's id: nothing, where it is given at a management group."""
    return f"/subscriptions/{spec.subscription}" if spec.scope.startswith("/subscriptions/") else ""


def _checked(work: _Job, entry: Entry, parameters: dict[str, Any]) -> Iterator[str]:
    """Returns the role IDs of each policy that acts. Raises PolicyError for values that Azure would refuse."""
    _complete(_declared(entry), parameters)
    if not entry.is_initiative:
        yield from entry.roles(bound(_declared(entry), parameters))
        return
    for member, values in entry.members_given(parameters):
        inner = work.library.entry(member.definition_id)
        if inner is not None and not inner.is_initiative:
            yield from inner.roles(bound(_declared(inner), values))


def _complete(declared: Parameters, given: Mapping[str, Any]) -> None:
    values = bound(declared, given)
    missing = [p.name for name, p in declared.items() if name not in values]
    if missing:
        raise PolicyError(f"No value for {listed(missing)}, which has no default.")


def _exemptions(
    work: _Job, targets: tuple[AssignmentTarget, ...], assignments: list[PolicyAssignmentSpec]
) -> Iterator[PolicyExemptionSpec]:
    by_place = {(assignment.scope, assignment.name): assignment for assignment in assignments}
    scopes = {target.label: target.scope for target in targets}
    for name, asked in work.context.config.policies.exemptions.items():
        path: Path = ("policies", "exemptions", name)
        scope = scopes.get(f"{asked.project}-{asked.environment}")
        if scope is None:
            there = listed(scopes) or "none"
            text = f"There is no environment {asked.environment!r} of {asked.project!r}."
            work.problems.append(Problem((*path, "environment"), text, f"Environments here: {there}.", absent=True))
            continue
        found = next((a for a in assignments if a.name == asked.assignment), None)
        short = {f"{GUARDRAIL}{guardrail}" for guardrail in work.context.config.policies.guardrails}
        chosen = asked.assignment if found else f"{GUARDRAIL}{asked.assignment}"
        if found is None and chosen not in short:
            known = listed(sorted({assignment.name for assignment in assignments})) or "none"
            text = f"There is no assignment {asked.assignment!r}."
            work.problems.append(Problem((*path, "assignment"), text, f"Assignments here: {known}.", absent=True))
            continue
        assignment = by_place.get((scope, chosen)) or next(a for a in assignments if a.name == chosen)
        work.problems += _references(work, asked, assignment, path)
        yield PolicyExemptionSpec(
            name=name,
            scope=scope,
            subscription=assignment.subscription,
            assignment_id=assignment.id,
            references=asked.policies,
            category=asked.category,
            reason=asked.reason,
            ticket=asked.ticket,
            expires_on=f"{asked.expires_on}T00:00:00Z",
        )


def _references(work: _Job, asked: ExemptionConfig, assignment: PolicyAssignmentSpec, path: Path) -> Iterator[Problem]:
    entry = work.library.entry(assignment.policy_id)
    known = {member.reference for member in entry.declared.members} if entry else set()
    for at, reference in enumerate(asked.policies):
        if reference not in known:
            text = f"{assignment.title} has no policy {reference!r}."
            yield Problem((*path, "policies", at), text, f"It has {listed(sorted(known)) or 'no members'}.")


def _id(context: Context, entry: Entry) -> str:
    if entry.builtin:
        return f"{BUILTIN_SET if entry.is_initiative else BUILTIN}{entry.name}"
    spec = _definition(context, entry)
    if not entry.is_initiative:
        return spec.id
    return spec.id.replace("/policyDefinitions/", "/policySetDefinitions/")


def _definition(context: Context, entry: Entry) -> PolicyDefinitionSpec:
    group = context.config.policies.management_group or ""
    return PolicyDefinitionSpec(entry.name, context.landing_zone_subscription, group, entry.written)


def _initiative(work: _Job, entry: Entry) -> InitiativeSpec:
    context = work.context
    members = []
    for told in entry.written["policyDefinitions"]:
        inner = work.library.entry(told["policyDefinitionId"])
        ours = inner is not None and not inner.builtin
        definition_id = _id(context, inner) if inner is not None and ours else told["policyDefinitionId"]
        parameters = {name: get(value, "value") for name, value in told.get("parameters", {}).items()}
        reference = told.get("policyDefinitionReferenceId", definition_id.rpartition("/")[2])
        members.append(
            InitiativeMemberSpec(reference, definition_id, told.get("definitionVersion", ""), parameters, ours)
        )
    group = context.config.policies.management_group or ""
    return InitiativeSpec(entry.name, context.landing_zone_subscription, group, entry.written, tuple(members))
