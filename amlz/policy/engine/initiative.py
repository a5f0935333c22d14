"""An initiative: member definitions, with their parameters worked out from the initiative's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amlz.dataclass import dataclass
from amlz.policy.engine.aliases import Catalogue
from amlz.policy.engine.errors import EvaluationError, Invalid
from amlz.policy.engine.expressions import Compiler, Run
from amlz.policy.engine.parameters import Parameters, bound, declared
from amlz.policy.engine.runtime import Runtime
from amlz.policy.engine.subject import Subject
from amlz.policy.engine.values import MISSING, Unknown, get, kind

_NOTHING = Subject("", "", "", {}, open=False)


@dataclass(frozen=True, slots=True)
class InitiativeMember:
    """One definition of an initiative. `definition_id` as written; `values`: how each parameter is worked out."""

    reference: str
    definition_id: str
    values: Mapping[str, Run]
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Initiative:
    """A policy set definition."""

    name: str
    title: str
    parameters: Parameters
    members: tuple[InitiativeMember, ...]


def initiative(data: Mapping[str, Any]) -> Initiative:
    """An initiative from Azure's JSON, with `properties` or without. Raises Invalid."""
    inner = get(data, "properties")
    properties: Mapping[str, Any] = inner if isinstance(inner, Mapping) else data
    listed = get(properties, "policyDefinitions")
    if not isinstance(listed, list) or not listed:
        raise Invalid("policyDefinitions", kind(listed), "an initiative is an array of definitions")
    parameters = declared(None if get(properties, "parameters") is MISSING else get(properties, "parameters"))
    compiler = Compiler(frozenset(parameters))
    members = tuple(_member(compiler, entry, f"policyDefinitions[{at}]") for at, entry in enumerate(listed))
    seen: set[str] = set()
    for at, member in enumerate(members):
        if member.reference.lower() in seen:
            position = f"policyDefinitions[{at}].policyDefinitionReferenceId"
            raise Invalid(position, member.reference, "another member has this reference id", "Each needs its own")
        seen.add(member.reference.lower())
    name = get(data, "name")
    title = get(properties, "displayName")
    return Initiative("" if name is MISSING else str(name), "" if title is MISSING else str(title), parameters, members)


_NO_ALIASES = Catalogue({})


def _member(compiler: Compiler, actual: Any, position: str) -> InitiativeMember:
    if not isinstance(actual, Mapping):
        raise Invalid(position, kind(actual), "a member is an object with a policyDefinitionId")
    definition_id = get(actual, "policyDefinitionId")
    if not isinstance(definition_id, str):
        raise Invalid(f"{position}.policyDefinitionId", kind(definition_id), "it is the id of a definition")
    if "/policysetdefinitions/" in definition_id.lower():
        raise Invalid(f"{position}.policyDefinitionId", definition_id, "an initiative cannot hold an initiative")
    reference = get(actual, "policyDefinitionReferenceId")
    given = get(actual, "parameters")
    values: dict[str, Run] = {}
    for name, entry in given.items() if isinstance(given, Mapping) else ():
        value = get(entry, "value") if isinstance(entry, Mapping) else MISSING
        if value is MISSING:
            raise Invalid(f"{position}.parameters.{name}", kind(entry), "it is an object with a value")
        values[name] = compiler.value(value, f"{position}.parameters.{name}")
    version = get(actual, "definitionVersion")
    own = definition_id.rpartition("/")[2] if reference is MISSING else str(reference)
    return InitiativeMember(own, definition_id, values, None if version is MISSING else str(version))


def member_values(value: Initiative, member: InitiativeMember, given: Mapping[str, Any] | None) -> dict[str, Any]:
    """The values that a member's definition is given. Raises Invalid."""
    return values_of(member, bound(value.parameters, given))


def values_of(member: InitiativeMember, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that a member's definition is given. `values`: of the initiative's parameters. Raises Invalid."""
    rt = Runtime(_NOTHING, _NOTHING, _NO_ALIASES, values, {})
    result: dict[str, Any] = {}
    for name, run in member.values.items():
        try:
            result[name] = run(rt)
        except EvaluationError as problem:
            raise Invalid(f"{member.reference}.parameters.{name}", "an expression", str(problem)) from None
        if isinstance(result[name], Unknown):
            raise Invalid(f"{member.reference}.parameters.{name}", "an expression", "it reads more than parameters")
    return result
