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
    version: str = ""

    @property
    def data_plane(self) -> bool:
        """Returns whether a resource provider evaluates it, on the content of resources."""
        return self.mode.lower() not in ("all", "indexed")


def definition(told: Mapping[str, Any]) -> Definition:
    """A definition from Azure's JSON, with `properties` or without. Raises Invalid.

    A bare rule, `{"if", "then"}`, is taken too; it may use parameters that nobody declared, and looks at every type.
    """
    if not isinstance(told, Mapping):
        raise Invalid("definition", kind(told), "a definition is an object")
    inner = get(told, "properties")
    properties: Mapping[str, Any] = inner if isinstance(inner, Mapping) else told
    bare = get(properties, "policyRule") is MISSING and get(properties, "if") is not MISSING
    rule = properties if bare else get(properties, "policyRule")
    if not isinstance(rule, Mapping):
        raise Invalid("policyRule", kind(rule), "a definition has a rule with `if` and `then`")
    parameters = {} if bare else declared(_or_none(get(properties, "parameters")))
    compiler = Compiler(None if bare else frozenset(parameters))
    found, effect, details = _rule(compiler, rule)
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
        name=str(_or_none(get(told, "name")) or ""),
        title=str(_or_none(get(properties, "displayName")) or _or_none(get(told, "name")) or ""),
        mode=str(mode),
        parameters=parameters,
        condition=found,
        effect=effect,
        details=details,
        types=found.types(),
        version="" if version is MISSING else str(version),
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
    found = condition(compiler, test, "policyRule.if")
    run = compiler.value(effect, "policyRule.then.effect")
    return found, run, _details(compiler, effect, _or_none(get(then, "details")))


def _details(compiler: Compiler, effect: str, told: Any) -> Existence | ChangeEffect | None:
    where = "policyRule.then.details"
    needs = effect.lower()
    if isinstance(told, list):
        return ChangeEffect(tuple(_appended(compiler, entry, f"{where}[{at}]") for at, entry in enumerate(told)))
    if isinstance(told, Mapping):
        if get(told, "operations") is not MISSING:
            return _modify(compiler, told, where)
        if get(told, "type") is not MISSING and needs not in ("enforcesetting", "enforceregopolicy", "mutate"):
            return _existence(compiler, told, where)
    if needs in ("auditifnotexists", "deployifnotexists"):
        raise Invalid(where, kind(told), f"{EFFECTS[needs]} needs details with the type of what has to exist")
    if needs == "modify":
        raise Invalid(where, kind(told), "modify needs details with operations")
    if needs == "append":
        raise Invalid(where, kind(told), "append needs details with fields and values")
    return None


def _appended(compiler: Compiler, told: Any, where: str) -> ModifyOperation:
    if not isinstance(told, Mapping) or get(told, "field") is MISSING or get(told, "value") is MISSING:
        raise Invalid(where, kind(told), "append takes objects with field and value")
    field, value = get(told, "field"), get(told, "value")
    return ModifyOperation("append", compiler.value(field, f"{where}.field"), compiler.value(value, f"{where}.value"))


def _modify(compiler: Compiler, told: Mapping[str, Any], where: str) -> ChangeEffect:
    operations = get(told, "operations")
    if not isinstance(operations, list) or not operations:
        raise Invalid(f"{where}.operations", kind(operations), "modify takes an array of operations")
    found = tuple(_operation(compiler, entry, f"{where}.operations[{at}]") for at, entry in enumerate(operations))
    conflict = get(told, "conflictEffect")
    run = None if conflict is MISSING else compiler.value(conflict, f"{where}.conflictEffect")
    return ChangeEffect(found, run, _roles(told))


def _operation(compiler: Compiler, told: Any, where: str) -> ModifyOperation:
    if not isinstance(told, Mapping):
        raise Invalid(where, kind(told), "an operation is an object")
    does = {"add": "add", "addorreplace": "addOrReplace", "remove": "remove"}.get(str(get(told, "operation")).lower())
    if does is None:
        raise Invalid(f"{where}.operation", repr(_or_none(get(told, "operation"))), "use add, addOrReplace or remove")
    field, value, test = get(told, "field"), get(told, "value"), get(told, "condition")
    if not isinstance(field, str):
        raise Invalid(f"{where}.field", kind(field), "a field is named by a text")
    if does != "remove" and value is MISSING:
        raise Invalid(where, "no value", f"{does} needs a value")
    return ModifyOperation(
        does,
        compiler.value(field, f"{where}.field"),
        None if value is MISSING else compiler.value(value, f"{where}.value"),
        None if test is MISSING else compiler.value(test, f"{where}.condition"),
    )


def _existence(compiler: Compiler, told: Mapping[str, Any], where: str) -> Existence:
    type_ = get(told, "type")
    if not isinstance(type_, str):
        raise Invalid(f"{where}.type", kind(type_), "the type of what has to exist is a text")
    parts: dict[str, Run | None] = {}
    for key in ("name", "resourceGroupName"):
        value = get(told, key)
        parts[key] = None if value is MISSING else compiler.value(value, f"{where}.{key}")
    test = get(told, "existenceCondition")
    inner = Compiler(compiler.parameters)
    found = None
    if test is not MISSING:
        found = condition(inner, test, f"{where}.existenceCondition", limits.EXISTENCE_CONDITIONS)
    scope = str(_or_none(get(told, "existenceScope")) or "resourceGroup").lower()
    return Existence(
        type_.lower(), parts["name"], parts["resourceGroupName"], scope == "subscription", found, _roles(told),
        _or_none(get(told, "deployment")),
    )  # fmt: skip


def _roles(told: Mapping[str, Any]) -> tuple[str, ...]:
    roles = get(told, "roleDefinitionIds")
    return tuple(str(role) for role in roles) if isinstance(roles, list) else ()
