"""Assignments and exemptions: which definitions, with which values and effect, look at a resource.

https://learn.microsoft.com/azure/governance/policy/concepts/assignment-structure and exemption-structure
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from amlz.dataclass import dataclass
from amlz.policy.engine.definition import EFFECTS, Definition
from amlz.policy.engine.errors import Invalid
from amlz.policy.engine.initiative import Initiative, values_of
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

    def holds(self, subject: Subject, reference: str | None) -> bool | None:
        """Returns whether a resource is selected, as a member of an initiative evaluates it; None: not known."""
        located = get(subject.body, "location")
        if self.kind == "resourceWithoutLocation":
            return located is MISSING or located is None
        if self.kind == "policyDefinitionReferenceId":
            text = reference or ""
        elif self.kind == "resourceType":
            text = subject.type
        elif isinstance(located, Unknown):
            return None
        else:
            text = located.replace(" ", "") if isinstance(located, str) else ""
        return (text.lower() in self.values) is self.inside


@dataclass(frozen=True, slots=True)
class Override:
    """Another effect for some members or some scopes."""

    effect: str
    selectors: tuple[Selector, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """One definition under an assignment, with its values. `reference` is None where no initiative is between."""

    definition: Definition
    definition_id: str
    values: Mapping[str, Any]
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A definition under an assignment that cannot be evaluated here, and why."""

    definition_id: str
    reference: str | None
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
        values = [_all(parts, subject, None) for parts in self.selectors]
        return True if True in values else None if None in values else False

    def effect(self, policy: Policy, subject: Subject) -> str | None:
        """The effect that an override gives; None where none does."""
        for override in self.overrides:
            if _all(override.selectors, subject, policy.reference):
                return override.effect
        return None

    def unsure(self, policy: Policy, subject: Subject) -> bool:
        """Returns whether it is known only at deployment which override is the first that holds."""
        values = [_all(override.selectors, subject, policy.reference) for override in self.overrides]
        return None in values[: values.index(True) if True in values else len(values)]

    def message(self, reference: str | None) -> str:
        """Returns the text for users whose requests are refused: of a member of its initiative, or of the whole."""
        messages = self.messages or {}
        own = messages.get(reference.lower()) if reference else None
        return own or messages.get("", "")


def _all(parts: tuple[Selector, ...], subject: Subject, reference: str | None) -> bool | None:
    values = [part.holds(subject, reference) for part in parts]
    return False if False in values else None if None in values else True


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
        return not self.references or (policy.reference or "").lower() in self.references

    def expired(self, now: str) -> bool:
        """Returns whether it has ended at a time (ISO 8601, UTC)."""
        return bool(self.expires) and self.expires[:19] <= now[:19]


Find = Callable[[str], Definition | Initiative | None]


def assignment(data: Mapping[str, Any], find: Find) -> Assignment:
    """An assignment from Azure's JSON. `find` gives a definition or initiative by id. Raises Invalid."""
    properties = _properties(data)
    position = str(_text(data, "name") or "assignment")
    target = _text(properties, "policyDefinitionId")
    if not target:
        raise Invalid(f"{position}.policyDefinitionId", "nothing", "an assignment names a definition or an initiative")
    own_id = _text(data, "id")
    scope = _text(properties, "scope") or _above(own_id)
    given = whole_numbers(get(properties, "parameters"))
    given = given if isinstance(given, Mapping) else {}
    policies, unjudged = _policies(target, find, given)
    mode = _text(properties, "enforcementMode") or "Default"
    return Assignment(
        id=own_id,
        name=_text(data, "name"),
        scope=scope,
        policies=tuple(policies),
        unjudged=tuple(unjudged),
        not_scopes=tuple(str(item) for item in _list(properties, "notScopes")),
        enforced=mode.lower() != "donotenforce",
        selectors=_selectors(properties, f"{position}.resourceSelectors"),
        overrides=tuple(_override(item, f"{position}.overrides") for item in _list(properties, "overrides")),
        messages={
            str(_text(item, "policyDefinitionReferenceId")).lower(): _text(item, "message")
            for item in _list(properties, "nonComplianceMessages")
        },
    )


def unreadable(data: Mapping[str, Any], why: str) -> Assignment:
    """An assignment of a tenant that cannot be evaluated here, and why."""
    properties = _properties(data)
    own_id, target = _text(data, "id"), _text(properties, "policyDefinitionId")
    return Assignment(
        id=own_id,
        name=_text(data, "name"),
        scope=_text(properties, "scope") or _above(own_id),
        policies=(),
        unjudged=(Unjudged(target, None, why.rstrip(".")),),
    )


def _policies(target: str, find: Find, given: Mapping[str, Any]) -> tuple[list[Policy], list[Unjudged]]:
    looked_up = _definition(target, find)
    if isinstance(looked_up, str):
        return [], [Unjudged(target, None, looked_up)]
    if isinstance(looked_up, Definition):
        return [Policy(looked_up, target, bound(looked_up.parameters, given))], []
    policies: list[Policy] = []
    unjudged: list[Unjudged] = []
    own = bound(looked_up.parameters, given) if looked_up.members else {}
    for member in looked_up.members:
        inner = _definition(member.definition_id, find)
        if not isinstance(inner, Definition):
            why = inner if isinstance(inner, str) else "an initiative cannot hold an initiative"
            unjudged.append(Unjudged(member.definition_id, member.reference, why))
            continue
        values = bound(inner.parameters, values_of(member, own), member.reference)
        policies.append(Policy(inner, member.definition_id, values, member.reference))
    return policies, unjudged


def _definition(policy_id: str, find: Find) -> Definition | Initiative | str:
    """A definition or initiative by id, or why it cannot be evaluated."""
    try:
        return find(policy_id) or "the definition is not known here; import it to evaluate it"
    except Invalid as problem:
        return str(problem).rstrip(".")


def exemption(data: Mapping[str, Any]) -> Exemption:
    """An exemption from Azure's JSON. Raises Invalid."""
    properties = _properties(data)
    own_id = _text(data, "id")
    target = _text(properties, "policyAssignmentId")
    if not target:
        raise Invalid("exemption.policyAssignmentId", "nothing", "an exemption names an assignment")
    return Exemption(
        id=own_id,
        scope=_above(own_id),
        assignment_id=target,
        references=frozenset(str(reference).lower() for reference in _list(properties, "policyDefinitionReferenceIds")),
        category=_text(properties, "exemptionCategory"),
        expires=_text(properties, "expiresOn"),
        selectors=_selectors(properties, "exemption.resourceSelectors"),
    )


def _above(own_id: str) -> str:
    """The scope of an extension: its id without its own part."""
    return own_id[: own_id.lower().rfind("/providers/microsoft.authorization/")] if own_id else ""


def _selectors(properties: Mapping[str, Any], position: str) -> tuple[tuple[Selector, ...], ...]:
    return tuple(
        tuple(_selector(part, position) for part in _list(item, "selectors"))
        for item in _list(properties, "resourceSelectors")
    )


def _selector(value: Any, position: str) -> Selector:
    if not isinstance(value, Mapping):
        raise Invalid(position, kind(value), "a selector is an object with kind, in or notIn")
    spelled = {name.lower(): name for name in _KINDS}.get(_text(value, "kind").lower())
    if spelled is None:
        raise Invalid(f"{position}.kind", repr(_text(value, "kind")), f"known kinds are {', '.join(_KINDS)}")
    inside = get(value, "in")
    values = inside if inside is not MISSING and inside is not None else get(value, "notIn")
    listed = values if isinstance(values, list) else []
    places = frozenset(str(selected).lower().replace(" ", "") for selected in listed)
    return Selector(spelled, places, inside is not MISSING and inside is not None)


def _override(value: Any, position: str) -> Override:
    if not isinstance(value, Mapping):
        raise Invalid(position, kind(value), "an override is an object with kind, value and selectors")
    if _text(value, "kind").lower() != "policyeffect":
        raise Invalid(f"{position}.kind", repr(_text(value, "kind")), "only policyEffect is evaluated here")
    effect = EFFECTS.get(_text(value, "value").lower())
    if effect is None:
        raise Invalid(f"{position}.value", repr(_text(value, "value")), "there is no such effect")
    return Override(effect, tuple(_selector(part, f"{position}.selectors") for part in _list(value, "selectors")))


def _properties(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    inner = get(properties, "properties")
    return inner if isinstance(inner, Mapping) else properties


def _text(value: Any, key: str) -> str:
    result = get(value, key) if isinstance(value, Mapping) else MISSING
    return result if isinstance(result, str) else ""


def _list(value: Any, key: str) -> list[Any]:
    result = get(value, key) if isinstance(value, Mapping) else MISSING
    return result if isinstance(result, list) else []
