"""Parameters of definitions and initiatives: declared, given, and what becomes of both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amlz.dataclass import dataclass
from amlz.policy.engine.errors import Invalid
from amlz.policy.engine.values import MISSING, get, has_unknown, kind, lifted, same

#: https://learn.microsoft.com/azure/governance/policy/concepts/definition-structure-parameters
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "array": (list,),
    "object": (dict,),
    "boolean": (bool,),
    "integer": (int,),
    "float": (float, int),
    "datetime": (str,),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A declared parameter. `default` is MISSING where there is none, `allowed` is None where all values are."""

    name: str
    type: str
    default: Any = MISSING
    allowed: tuple[Any, ...] | None = None

    def check(self, value: Any, position: str) -> None:
        """Raises Invalid where Azure would refuse the value: comparison is case-sensitive."""
        if has_unknown(value):
            return  # it can only be checked where it is known
        accepts = _TYPES[self.type]
        if not isinstance(value, accepts) or (isinstance(value, bool) and bool not in accepts):
            raise Invalid(position, kind(value), f"the parameter is of type {self.type}")
        if self.allowed is None:
            return
        for item in value if isinstance(value, list) and self.type == "array" else [value]:
            if not any(same(item, allowed) for allowed in self.allowed):
                shown = ", ".join(str(allowed) for allowed in self.allowed)
                raise Invalid(position, repr(item), f"allowed are {shown}", "Case counts")


Parameters = dict[str, Parameter]


def declared(value: Any, position: str = "parameters") -> Parameters:
    """Declared parameters by lower-case name. Raises Invalid."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise Invalid(position, kind(value), "parameters are an object of declarations by name")
    parameters: Parameters = {}
    for name, entry in value.items():
        at = f"{position}.{name}"
        if not isinstance(entry, Mapping):
            raise Invalid(at, kind(entry), "a declaration is an object with a type")
        type_ = str(get(entry, "type")).lower()
        if type_ not in _TYPES:
            found_type = "no type" if get(entry, "type") is MISSING else repr(get(entry, "type"))
            raise Invalid(f"{at}.type", found_type, f"known types are {', '.join(sorted(_TYPES))}")
        allowed = get(entry, "allowedValues")
        if allowed is not MISSING and not isinstance(allowed, list):
            raise Invalid(f"{at}.allowedValues", kind(allowed), "allowed values are an array")
        if name.lower() in parameters:
            raise Invalid(at, name, "the parameter is declared twice; case does not matter")
        default = get(entry, "defaultValue")
        parameter = Parameter(name, type_, default, tuple(allowed) if isinstance(allowed, list) else None)
        if default is not MISSING and default is not None:  # Azure CLI prints null where there is none
            parameter.check(lifted(default), f"{at}.defaultValue")
        parameters[name.lower()] = parameter
    return parameters


def bound(parameters: Parameters, given: Mapping[str, Any] | None, position: str = "parameters") -> dict[str, Any]:
    """The value of each parameter: the given one, else its default. Raises Invalid for what Azure would refuse.

    A parameter with neither is left out: Azure refuses the assignment, and reading it is an error. Values may be
    written plainly or, as assignments do, as `{"value": …}`.
    """
    values = {name: p.default for name, p in parameters.items() if p.default is not MISSING}
    for name, item in (given or {}).items():
        parameter = parameters.get(name.lower())
        if parameter is None:
            known = ", ".join(p.name for p in parameters.values()) or "none"
            raise Invalid(f"{position}.{name}", "a value", f"there is no such parameter; declared: {known}")
        plain = isinstance(item, Mapping) and list(item) == ["value"]
        value = item["value"] if plain and parameter.type != "object" else item
        if plain and parameter.type == "object" and isinstance(item["value"], Mapping):
            value = item["value"]
        value = lifted(value)
        parameter.check(value, f"{position}.{name}")
        values[name.lower()] = value
    return values
