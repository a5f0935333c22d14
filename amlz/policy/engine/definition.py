"""A policy definition, compiled: what it looks at, when it holds, and what then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amlz.dataclass import dataclass
from amlz.policy.engine import grammar, limits
from amlz.policy.engine.conditions import Condition
from amlz.policy.engine.errors import Invalid
from amlz.policy.engine.expressions import Compiler, Run
from amlz.policy.engine.parameters import Parameters, declared
from amlz.policy.engine.rule import condition
from amlz.policy.engine.values import MISSING, get, kind

#: Effects by lower-case name, as the documentation spells them:
#: https://learn.microsoft.com/azure/governance/policy/concepts/effect-basics
EFFECTS = {
    name.lower(): name
    for name in [
        *("addToNetworkGroup", "append", "audit", "auditAction", "auditIfNotExists", "deny", "denyAction"),
        *("deployIfNotExists", "disabled", "enforceRegoPolicy", "enforceSetting", "manual", "modify", "mutate"),
    ]
}
EXISTENCE = frozenset({"auditIfNotExists", "deployIfNotExists"})


@dataclass(frozen=True, slots=True)
class Existence:
    """The existence condition of auditIfNotExists and deployIfNotExists. `everywhere`: in the whole subscription.

    `deployment`: what deployIfNotExists deploys, as written (template.py reads it); None where there is none.
    """

    type: str
    name: Run | None = None
    resource_group: Run | None = None
    everywhere: bool = False
    condition: Condition | None = None
    roles: tuple[str, ...] = ()
    deployment: Any = None


@dataclass(frozen=True, slots=True)
class ModifyOperation:
    """One thing that append and modify do. `does`: append, add, addOrReplace or remove."""

    does: str
    field: Run
    value: Run | None = None
    condition: Run | None = None


@dataclass(frozen=True, slots=True)
class ChangeEffect:
    """A change by append and modify. `conflict` is the conflictEffect: audit, deny or disabled."""

    operations: tuple[ModifyOperation, ...]
    conflict: Run | None = None
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition, ready for evaluation. `types`: the resource types (lower case) it can hold for; None: any."""

    name: str
    title: str
    mode: str
    parameters: Parameters
    condition: Condition
    effect: Run
    details: Existence | ChangeEffect | None
    types: frozenset[str] | None
    version: str | None = None

    @property
    def data_plane(self) -> bool:
        """Returns whether a resource provider evaluates it, on the content of resources."""
        return self.mode.lower() not in ("all", "indexed")


def definition(data: Mapping[str, Any]) -> Definition:
    """A definition from Azure's JSON, with `properties` or without. Raises Invalid.

    A bare rule, `{"if", "then"}`, is taken too; it may use parameters that nobody declared, and looks at every type.
    """
    if not isinstance(data, Mapping):
        raise Invalid("definition", kind(data), "a definition is an object")
    inner = get(data, "properties")
    properties: Mapping[str, Any] = inner if isinstance(inner, Mapping) else data
    bare = get(properties, "policyRule") is MISSING and get(properties, "if") is not MISSING
    rule = properties if bare else get(properties, "policyRule")
    if not isinstance(rule, Mapping):
        raise Invalid("policyRule", kind(rule), "a definition has a rule with `if` and `then`")
    parameters = {} if bare else declared(_or_none(get(properties, "parameters")))
    compiler = Compiler(None if bare else frozenset(parameters))
    result, effect, details = _rule(compiler, rule)
    mode = get(properties, "mode")
    if bare:
        mode = "All"
    elif mode is MISSING or mode is None:
        mode = "Indexed"  # https://learn.microsoft.com/azure/governance/policy/concepts/definition-structure-basics
    elif not isinstance(mode, str) or not (mode.lower() in ("all", "indexed") or mode.lower().endswith(".data")):
        shown = repr(mode) if isinstance(mode, str) else kind(mode)
        raise Invalid("mode", shown, "modes are All, Indexed and those of resource providers, which end in .Data")
    version = get(properties, "version")
    return Definition(
        name=str(_or_none(get(data, "name")) or ""),
        title=str(_or_none(get(properties, "displayName")) or _or_none(get(data, "name")) or ""),
        mode=str(mode),
        parameters=parameters,
        condition=result,
        effect=effect,
        details=details,
        types=result.types(),
        version=None if version is MISSING else str(version),
    )


def _or_none(value: Any) -> Any:
    return None if value is MISSING else value


def _rule(compiler: Compiler, rule: Mapping[str, Any]) -> tuple[Condition, Run, Existence | ChangeEffect | None]:
    unknown = [key for key in rule if key.lower() not in ("if", "then")]
    if unknown and "policyRule" not in unknown:
        unknown = [key for key in unknown if key.lower() not in ("mode", "parameters", "metadata", "name")]
    if unknown:
        raise Invalid("policyRule", ", ".join(unknown), "a rule has `if` and `then`")
    test, then = get(rule, "if"), get(rule, "then")
    if test is MISSING:
        raise Invalid("policyRule", "no `if`", "a rule has `if` and `then`")
    if not isinstance(then, Mapping):
        raise Invalid("policyRule.then", kind(then), "`then` is an object with an effect")
    effect = get(then, "effect")
    if not isinstance(effect, str):
        raise Invalid("policyRule.then.effect", kind(effect), "an effect is a text")
    if not grammar.is_expression(effect) and effect.lower() not in EFFECTS:
        known = ", ".join(EFFECTS.values())
        raise Invalid("policyRule.then.effect", repr(effect), f"there is no such effect; known are {known}")
    result = condition(compiler, test, "policyRule.if")
    run = compiler.value(effect, "policyRule.then.effect")
    return result, run, _details(compiler, effect, _or_none(get(then, "details")))


def _details(compiler: Compiler, effect: str, details: Any) -> Existence | ChangeEffect | None:
    position = "policyRule.then.details"
    needs = effect.lower()
    if isinstance(details, list):
        return ChangeEffect(tuple(_appended(compiler, entry, f"{position}[{at}]") for at, entry in enumerate(details)))
    if isinstance(details, Mapping):
        if get(details, "operations") is not MISSING:
            return _modify(compiler, details, position)
        if get(details, "type") is not MISSING and needs not in ("enforcesetting", "enforceregopolicy", "mutate"):
            return _existence(compiler, details, position)
    if needs in ("auditifnotexists", "deployifnotexists"):
        raise Invalid(position, kind(details), f"{EFFECTS[needs]} needs details with the type of what has to exist")
    if needs == "modify":
        raise Invalid(position, kind(details), "modify needs details with operations")
    if needs == "append":
        raise Invalid(position, kind(details), "append needs details with fields and values")
    return None


def _appended(compiler: Compiler, actual: Any, position: str) -> ModifyOperation:
    if not isinstance(actual, Mapping) or get(actual, "field") is MISSING or get(actual, "value") is MISSING:
        raise Invalid(position, kind(actual), "append takes objects with field and value")
    field, value = get(actual, "field"), get(actual, "value")
    return ModifyOperation(
        "append", compiler.value(field, f"{position}.field"), compiler.value(value, f"{position}.value")
    )


def _modify(compiler: Compiler, data: Mapping[str, Any], position: str) -> ChangeEffect:
    operations = get(data, "operations")
    if not isinstance(operations, list) or not operations:
        raise Invalid(f"{position}.operations", kind(operations), "modify takes an array of operations")
    result = tuple(_operation(compiler, entry, f"{position}.operations[{at}]") for at, entry in enumerate(operations))
    conflict = get(data, "conflictEffect")
    run = None if conflict is MISSING else compiler.value(conflict, f"{position}.conflictEffect")
    return ChangeEffect(result, run, _roles(data))


def _operation(compiler: Compiler, actual: Any, position: str) -> ModifyOperation:
    if not isinstance(actual, Mapping):
        raise Invalid(position, kind(actual), "an operation is an object")
    does = {"add": "add", "addorreplace": "addOrReplace", "remove": "remove"}.get(str(get(actual, "operation")).lower())
    if does is None:
        raise Invalid(
            f"{position}.operation", repr(_or_none(get(actual, "operation"))), "use add, addOrReplace or remove"
        )
    field, value, test = get(actual, "field"), get(actual, "value"), get(actual, "condition")
    if not isinstance(field, str):
        raise Invalid(f"{position}.field", kind(field), "a field is named by a text")
    if does != "remove" and value is MISSING:
        raise Invalid(position, "no value", f"{does} needs a value")
    return ModifyOperation(
        does,
        compiler.value(field, f"{position}.field"),
        None if value is MISSING else compiler.value(value, f"{position}.value"),
        None if test is MISSING else compiler.value(test, f"{position}.condition"),
    )


def _existence(compiler: Compiler, data: Mapping[str, Any], position: str) -> Existence:
    type_ = get(data, "type")
    if not isinstance(type_, str):
        raise Invalid(f"{position}.type", kind(type_), "the type of what has to exist is a text")
    parts: dict[str, Run | None] = {}
    for key in ("name", "resourceGroupName"):
        value = get(data, key)
        parts[key] = None if value is MISSING else compiler.value(value, f"{position}.{key}")
    test = get(data, "existenceCondition")
    inner = Compiler(compiler.parameters)
    result = None
    if test is not MISSING:
        result = condition(inner, test, f"{position}.existenceCondition", limits.EXISTENCE_CONDITIONS)
    scope = str(_or_none(get(data, "existenceScope")) or "resourceGroup").lower()
    return Existence(
        type_.lower(), parts["name"], parts["resourceGroupName"], scope == "subscription", result, _roles(data),
        _or_none(get(data, "deployment")),
    )  # fmt: skip


def _roles(data: Mapping[str, Any]) -> tuple[str, ...]:
    roles = get(data, "roleDefinitionIds")
    return tuple(str(role) for role in roles) if isinstance(roles, list) else ()
