"""A definition or an initiative as ARM takes it: which properties it has, of which JSON type, under which names.

`displayName` and `description` are optional, and so is `mode`, which is Indexed where it is absent. A definition
requires `policyRule`, an initiative `policyDefinitions`: definition.py and initiative.py read those.
https://learn.microsoft.com/azure/templates/microsoft.authorization/policydefinitions and policysetdefinitions;
https://learn.microsoft.com/azure/governance/policy/concepts/definition-structure-basics#mode
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amlz.policy.engine.errors import Invalid
from amlz.policy.engine.values import MISSING, get, kind

_TEXT: tuple[type, ...] = (str,)
_OBJECT: tuple[type, ...] = (dict,)
_ARRAY: tuple[type, ...] = (list,)
_BOOLEAN: tuple[type, ...] = (bool,)
_ANY: tuple[type, ...] = (object,)
_TYPES: dict[tuple[type, ...], str] = {
    _TEXT: "a text",
    _OBJECT: "an object",
    _ARRAY: "an array",
    _BOOLEAN: "true or false",
}

#: Properties of definitions and initiatives, as ARM spells them.
_PROPERTIES: dict[str, tuple[type, ...]] = {
    "displayName": _TEXT,
    "description": _TEXT,
    "policyType": _TEXT,
    "mode": _TEXT,
    "version": _TEXT,
    "metadata": _OBJECT,
    "parameters": _OBJECT,
    "policyRule": _OBJECT,
    "policyDefinitions": _ARRAY,
}
_PARAMETER: dict[str, tuple[type, ...]] = {
    "type": _TEXT,
    "metadata": _OBJECT,
    "allowedValues": _ARRAY,
    "defaultValue": _ANY,
}
_PARAMETER_METADATA: dict[str, tuple[type, ...]] = {
    "displayName": _TEXT,
    "description": _TEXT,
    "strongType": _TEXT,
    "assignPermissions": _BOOLEAN,
}
_MEMBER: dict[str, tuple[type, ...]] = {
    "policyDefinitionId": _TEXT,
    "policyDefinitionReferenceId": _TEXT,
    "definitionVersion": _TEXT,
    "parameters": _OBJECT,
    "groupNames": _ARRAY,
}


def written(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the properties that ARM reads, by their names there, without those that are null.

    Raises Invalid for one of another JSON type, at every level that is not free.
    """
    result = _typed(properties, _PROPERTIES, "")
    if "parameters" in result:
        result["parameters"] = {
            name: _parameter(item, f"parameters.{name}") for name, item in result["parameters"].items()
        }
    if "policyDefinitions" in result:
        result["policyDefinitions"] = [
            _member(item, f"policyDefinitions[{at}]") for at, item in enumerate(result["policyDefinitions"])
        ]
    return result


def _parameter(value: Any, position: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise Invalid(position, kind(value), "a declaration is an object with a type")
    result = _typed(value, _PARAMETER, f"{position}.")
    if "metadata" in result:
        result["metadata"] = _typed(result["metadata"], _PARAMETER_METADATA, f"{position}.metadata.")
    return result


def _member(value: Any, position: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise Invalid(position, kind(value), "a member is an object with a policyDefinitionId")
    return _typed(value, _MEMBER, f"{position}.")


def _typed(data: Mapping[str, Any], types: Mapping[str, tuple[type, ...]], position: str) -> dict[str, Any]:
    result = {}
    for name, accepted in types.items():
        value = get(data, name)
        if value is MISSING or value is None:
            continue
        if not isinstance(value, accepted):
            raise Invalid(f"{position}{name}", kind(value), f"it is {_TYPES[accepted]}")
        result[name] = value
    return result
