"""Assignments and exemptions: which definitions, with which values and effect, look at a resource.

https://learn.microsoft.com/azure/governance/policy/concepts/assignment-structure and exemption-structure
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from amlz.dataclass import dataclass
from amlz.policy.engine.definition import EFFECTS, Definition
from amlz.policy.engine.errors import Invalid
from amlz.policy.engine.initiative import Initiative, member_values
from amlz.policy.engine.parameters import bound
from amlz.policy.engine.subject import Subject
from amlz.policy.engine.values import MISSING, Unknown, get, kind, whole_numbers

_KINDS = ("resourceLocation", "resourceType", "resourceWithoutLocation", "policyDefinitionReferenceId")


@dataclass(frozen=True, slots=True)
class Selector:
    """One condition of a selector: a kind, and a list of values that it must or must not be in (lower case)."""

    kind: str
    values: frozenset[str]
    inside: bool

    def holds(self, subject: Subject, reference: str) -> bool | None:
        """Returns whether a resource is selected, as a member of an initiative evaluates it; None: not known."""
        located = get(subject.body, "location")
        if self.kind == "resourceWithoutLocation":
            return located is MISSING or located is None
        if self.kind == "policyDefinitionReferenceId":
            found = reference
        elif self.kind == "resourceType":
            found = subject.type
        elif isinstance(located, Unknown):
            return None
        else:
            found = located.replace(" ", "") if isinstance(located, str) else ""
        return (found.lower() in self.values) is self.inside


@dataclass(frozen=True, slots=True)
class Override:
    """Another effect for some members or some scopes."""

    effect: str
    selectors: tuple[Selector, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """One definition under an assignment, with its values. `reference` is "" where no initiative is between."""

    definition: Definition
    definition_id: str
    values: Mapping[str, Any]
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A definition under an assignment that cannot be evaluated here, and why."""

    definition_id: str
    reference: str
    why: str


@dataclass(frozen=True, slots=True)
class Assignment:
    """An assignment with its definitions. `selectors`: any of them, each whole; empty: everything."""

    id: str
    name: str
    scope: str
    policies: tuple[Policy, ...]
    unjudged: tuple[Unjudged, ...] = ()
    not_scopes: tuple[str, ...] = ()
    enforced: bool = True
    selectors: tuple[tuple[Selector, ...], ...] = ()
    overrides: tuple[Override, ...] = ()
    messages: Mapping[str, str] | None = None

    def looks_at(self, subject: Subject, above: tuple[str, ...]) -> bool | None:
        """Returns whether a resource is in its scope, outside its notScopes and within its selectors; None: not known,
        as for a resource whose id is known only at deployment.

        `above`: management groups over the resource, by id.
        """
        if not any(within(place, self.scope) for place in (subject.id, *above)):
            return False if subject.id else None
        if any(within(subject.id, scope) for scope in self.not_scopes):
            return False
        if any(within(group, scope) for scope in self.not_scopes for group in above):
            return False
        if not self.selectors:
            return True
        found = [_all(parts, subject, "") for parts in self.selectors]
        return True if True in found else None if None in found else False

    def effect(self, policy: Policy, subject: Subject) -> str:
        """The effect that an override gives; "" where none does."""
        for override in self.overrides:
            if _all(override.selectors, subject, policy.reference):
                return override.effect
        return ""

    def unsure(self, policy: Policy, subject: Subject) -> bool:
        """Returns whether it is known only at deployment which override is the first that holds."""
        found = [_all(override.selectors, subject, policy.reference) for override in self.overrides]
        return None in found[: found.index(True) if True in found else len(found)]

    def message(self, reference: str) -> str:
        """Returns the text for users whose requests are refused."""
        messages = self.messages or {}
        return messages.get(reference.lower()) or messages.get("", "")


def _all(parts: tuple[Selector, ...], subject: Subject, reference: str) -> bool | None:
    found = [part.holds(subject, reference) for part in parts]
    return False if False in found else None if None in found else True


def within(place: str, scope: str) -> bool:
    """Returns whether an id is a scope or is below it."""
    low, high = place.lower().rstrip("/"), scope.lower().rstrip("/")
    return bool(place) and (low == high or low.startswith(f"{high}/"))


@dataclass(frozen=True, slots=True)
class Exemption:
    """An exemption of a scope from an assignment. `expires`: a date and time in UTC as text, "" for never."""

    id: str
    scope: str
    assignment_id: str
    references: frozenset[str]
    category: str
    expires: str
    selectors: tuple[tuple[Selector, ...], ...] = ()

    def frees(self, assignment: Assignment, policy: Policy, subject: Subject) -> bool:
        """Returns whether it names the assignment and the member, and the resource is in its scope."""
        if self.assignment_id.lower() != assignment.id.lower() or not within(subject.id, self.scope):
            return False
        if self.selectors and not any(_all(parts, subject, policy.reference) for parts in self.selectors):
            return False
        return not self.references or policy.reference.lower() in self.references

    def expired(self, now: str) -> bool:
        """Returns whether it has ended at a time (ISO 8601, UTC)."""
        return bool(self.expires) and self.expires[:19] <= now[:19]


Find = Callable[[str], Definition | Initiative | None]


def assignment(told: Mapping[str, Any], find: Find) -> Assignment:
    """An assignment from Azure's JSON. `find` gives a definition or initiative by id. Raises Invalid."""
    properties = _properties(told)
    where = str(_text(told, "name") or "assignment")
    target = _text(properties, "policyDefinitionId")
    if not target:
        raise Invalid(f"{where}.policyDefinitionId", "nothing", "an assignment names a definition or an initiative")
    own_id = _text(told, "id")
    scope = _text(properties, "scope") or _above(own_id)
    given = whole_numbers(get(properties, "parameters"))
    given = given if isinstance(given, Mapping) else {}
    policies, unjudged = _policies(target, find, given)
    mode = _text(properties, "enforcementMode") or "Default"
    return Assignment(
        id=own_id,
        name=_text(told, "name"),
        scope=scope,
        policies=tuple(policies),
        unjudged=tuple(unjudged),
        not_scopes=tuple(str(each) for each in _list(properties, "notScopes")),
        enforced=mode.lower() != "donotenforce",
        selectors=_selectors(properties, f"{where}.resourceSelectors"),
        overrides=tuple(_override(each, f"{where}.overrides") for each in _list(properties, "overrides")),
        messages={
            str(_text(each, "policyDefinitionReferenceId")).lower(): _text(each, "message")
            for each in _list(properties, "nonComplianceMessages")
        },
    )


def unreadable(told: Mapping[str, Any], why: str) -> Assignment:
    """An assignment of a tenant that cannot be evaluated here, and why."""
    properties = _properties(told)
    own_id, target = _text(told, "id"), _text(properties, "policyDefinitionId")
    return Assignment(
        id=own_id,
        name=_text(told, "name"),
        scope=_text(properties, "scope") or _above(own_id),
        policies=(),
        unjudged=(Unjudged(target, "", why.rstrip(".")),),
    )


def _policies(target: str, find: Find, given: Mapping[str, Any]) -> tuple[list[Policy], list[Unjudged]]:
    found = _found(target, find)
    if isinstance(found, str):
        return [], [Unjudged(target, "", found)]
    if isinstance(found, Definition):
        return [Policy(found, target, bound(found.parameters, given))], []
    policies: list[Policy] = []
    unjudged: list[Unjudged] = []
    for member in found.members:
        inner = _found(member.definition_id, find)
        if not isinstance(inner, Definition):
            why = inner if isinstance(inner, str) else "an initiative cannot hold an initiative"
            unjudged.append(Unjudged(member.definition_id, member.reference, why))
            continue
        values = bound(inner.parameters, member_values(found, member, given), member.reference)
        policies.append(Policy(inner, member.definition_id, values, member.reference))
    return policies, unjudged


def _found(policy_id: str, find: Find) -> Definition | Initiative | str:
    """A definition or initiative by id, or why it cannot be evaluated."""
    try:
        return find(policy_id) or "the definition is not known here; import it to evaluate it"
    except Invalid as problem:
        return str(problem).rstrip(".")


def exemption(told: Mapping[str, Any]) -> Exemption:
    """An exemption from Azure's JSON. Raises Invalid."""
    properties = _properties(told)
    own_id = _text(told, "id")
    target = _text(properties, "policyAssignmentId")
    if not target:
        raise Invalid("exemption.policyAssignmentId", "nothing", "an exemption names an assignment")
    return Exemption(
        id=own_id,
        scope=_above(own_id),
        assignment_id=target,
        references=frozenset(str(each).lower() for each in _list(properties, "policyDefinitionReferenceIds")),
        category=_text(properties, "exemptionCategory"),
        expires=_text(properties, "expiresOn"),
        selectors=_selectors(properties, "exemption.resourceSelectors"),
    )


def _above(own_id: str) -> str:
    """The scope of an extension: its id without its own part."""
    return own_id[: own_id.lower().rfind("/providers/microsoft.authorization/")] if own_id else ""


def _selectors(properties: Mapping[str, Any], where: str) -> tuple[tuple[Selector, ...], ...]:
    return tuple(
        tuple(_selector(part, where) for part in _list(each, "selectors"))
        for each in _list(properties, "resourceSelectors")
    )


def _selector(told: Any, where: str) -> Selector:
    if not isinstance(told, Mapping):
        raise Invalid(where, kind(told), "a selector is an object with kind, in or notIn")
    spelled = {name.lower(): name for name in _KINDS}.get(_text(told, "kind").lower())
    if spelled is None:
        raise Invalid(f"{where}.kind", repr(_text(told, "kind")), f"known kinds are {', '.join(_KINDS)}")
    inside = get(told, "in")
    values = inside if inside is not MISSING and inside is not None else get(told, "notIn")
    listed = values if isinstance(values, list) else []
    places = frozenset(str(each).lower().replace(" ", "") for each in listed)
    return Selector(spelled, places, inside is not MISSING and inside is not None)


def _override(told: Any, where: str) -> Override:
    if not isinstance(told, Mapping):
        raise Invalid(where, kind(told), "an override is an object with kind, value and selectors")
    if _text(told, "kind").lower() != "policyeffect":
        raise Invalid(f"{where}.kind", repr(_text(told, "kind")), "only policyEffect is evaluated here")
    effect = EFFECTS.get(_text(told, "value").lower())
    if effect is None:
        raise Invalid(f"{where}.value", repr(_text(told, "value")), "there is no such effect")
    return Override(effect, tuple(_selector(part, f"{where}.selectors") for part in _list(told, "selectors")))


def _properties(told: Mapping[str, Any]) -> Mapping[str, Any]:
    inner = get(told, "properties")
    return inner if isinstance(inner, Mapping) else told


def _text(told: Any, key: str) -> str:
    found = get(told, key) if isinstance(told, Mapping) else MISSING
    return found if isinstance(found, str) else ""


def _list(told: Any, key: str) -> list[Any]:
    found = get(told, key) if isinstance(told, Mapping) else MISSING
    return found if isinstance(found, list) else []
