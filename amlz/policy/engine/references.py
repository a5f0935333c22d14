"""Functions that refer to something: parameters, field, current, the request, the scope, the time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from amlz.policy.engine.aliases import STAR
from amlz.policy.engine.errors import Disputed, EvaluationError
from amlz.policy.engine.fields import select
from amlz.policy.engine.functions.members import selected
from amlz.policy.engine.functions.ranges import stamped
from amlz.policy.engine.functions.table import wants
from amlz.policy.engine.runtime import Runtime
from amlz.policy.engine.values import MISSING, Unknown, get

Reference = Callable[..., Any]

#: Properties of every resource group and subscription: if the caller did not set one, it is unknown, not missing.
_ALWAYS = frozenset({"id", "name", "location", "type", "subscriptionid", "tenantid", "displayname", "apiversion"})


class Blank(dict[str, Any]):
    """A scope of which a missing property reads as the empty text instead of failing. `whose`: for messages."""

    def __init__(self, data: Mapping[str, Any], whose: str) -> None:
        super().__init__(data)
        self.whose = whose

    def property(self, name: str) -> Any:
        """A property by name."""
        value = get(self, name)
        if name.lower() == "tags" and (value is MISSING or value is None):
            return Blank({}, f"{self.whose}.tags")
        if value is MISSING:
            if self.whose.endswith(".tags") or name.lower() not in _ALWAYS:
                return ""
            return Unknown(f"{self.whose}.{name}, which was not given")
        return Blank(value, f"{self.whose}.{name}") if isinstance(value, dict) else value


def pick(value: Any, key: Any) -> Any:
    """`value.key` or `value[key]`, unknown where either is. Raises EvaluationError where there is none."""
    if isinstance(value, Unknown) or isinstance(key, Unknown):
        return Unknown(value.what if isinstance(value, Unknown) else key.what)
    if isinstance(value, Blank) and isinstance(key, str):
        return value.property(key)
    return selected(value, key)


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise wants(name, "text", value)
    return value


def _parameters(rt: Runtime, name: Any) -> Any:
    wanted = _text("parameters", name)
    value = get(rt.parameters, wanted)
    if value is MISSING:
        raise EvaluationError(f"parameter {wanted!r} was not given and has no default")
    return value


def _field(rt: Runtime, name: Any) -> Any:
    if isinstance(name, Unknown):
        return name
    selection = select(rt, rt.origin, _text("field", name))
    if selection.many:
        return Unknown(f"members of {name}") if selection.open else _listed(selection.values)
    value = selection.single
    return "" if value is None or value is MISSING else value


def _listed(values: tuple[Any, ...]) -> list[Any]:
    """Returns the values that [*] selects, as an array: a member without the property is null."""
    return [None if value is MISSING else value for value in values]


def _current(rt: Runtime, name: Any = None) -> Any:
    if not rt.steps:
        raise EvaluationError("current() is outside of any count")
    if isinstance(name, Unknown):
        return name
    if name is None:
        if len(rt.steps) > 1:
            raise Disputed("current-nested", "current() needs a name inside nested counts", rt.steps[-1].value)
        return rt.steps[-1].value
    wanted = _text("current", name)
    lower = wanted.lower()
    for step in reversed(rt.steps):
        if not step.of_field and step.name.lower() == lower:
            return step.value
        if step.of_field and lower.startswith(step.name.lower()):
            if lower == step.name.lower():
                return step.value
            selection = select(rt, rt.subject, wanted)
            if STAR in lower[len(step.name) :]:
                return Unknown(f"members of {wanted}") if selection.open else _listed(selection.values)
            value = selection.values[0] if selection.values else None
            return None if value is MISSING else value
    names = ", ".join(step.name for step in rt.steps)
    raise EvaluationError(f"current({wanted!r}) names no count around it; those are: {names}")


def _scope(name: str) -> Reference:
    def evaluate(rt: Runtime) -> Any:
        value = get(rt.context, name)
        if value is MISSING or value is None:
            return Unknown(f"{name}(), which was not given")
        return Blank(value, f"{name}()") if isinstance(value, dict) else value

    return evaluate


def _request_context(rt: Runtime) -> Any:
    value = get(rt.context, "requestContext")
    given = dict(value) if isinstance(value, dict) else {}
    if get(given, "apiVersion") is MISSING:
        version = rt.origin.api_version
        given["apiVersion"] = version or Unknown("the API version of the request")
    if get(given, "identity") is MISSING:
        given["identity"] = Unknown("who makes the request")
    return given


def _policy(rt: Runtime) -> Any:
    value = get(rt.context, "policy")
    if not isinstance(value, dict):
        return Unknown("policy(), which was not given")
    return {**dict.fromkeys(("assignmentId", "definitionId", "setDefinitionId", "definitionReferenceId"), ""), **value}


def _claims(rt: Runtime) -> Any:
    value = get(rt.context, "claims")
    return Unknown("claims(), which only an external evaluation has") if value is MISSING else value


def _utc_now(rt: Runtime) -> Any:
    value = get(rt.context, "now")
    if not isinstance(value, str):
        return Unknown("utcNow(), which was not given as now")
    return stamped(value) or Unknown(f"utcNow(): {value!r} is no date")


#: Name (lower case) to what it does and how many arguments it takes.
REFERENCES: dict[str, tuple[Reference, int, int]] = {
    "parameters": (_parameters, 1, 1),
    "field": (_field, 1, 1),
    "current": (_current, 0, 1),
    "subscription": (_scope("subscription"), 0, 0),
    "resourcegroup": (_scope("resourceGroup"), 0, 0),
    "requestcontext": (_request_context, 0, 0),
    "policy": (_policy, 0, 0),
    "claims": (_claims, 0, 0),
    "utcnow": (_utc_now, 0, 0),
}
#: Those whose name has capitals, as the documentation writes them.
SPELLED = {name.lower(): name for name in ("resourceGroup", "requestContext", "utcNow")}
