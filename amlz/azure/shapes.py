"""From Pulumi's inputs to the body of an ARM request.

azure-native flattens ARM's `properties` into their parents, at several depths and differently for each type, and
renames a few. The mapping is in data/*.json (see amlz/azure/table.py), derived by tools/derive_shapes.py. A key without
a row is an error: it would be a guess.
"""

from __future__ import annotations

import re
from typing import Any

from amlz.azure import table
from amlz.azure.graph import is_unknown
from amlz.azure.ids import extension_id, resource_group_id, resource_id, subscription_id
from amlz.azure.table import UnmappedInput as UnmappedInput
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class TokenMapping:
    """ARM's view of a Pulumi token. `path`: inputs that form the id, in its order.

    `scope`: resourceGroup (the resource group is first in `path`), extension (the scope is), managementGroup (its name
    is), cluster (resource group, provider, type and name of a Kubernetes cluster are), subscription (the provider's)
    or tenant. A part of `path` in braces is no input: `{subscription}` is the
    provider's subscription, `{=default}` always that word.
    """

    arm_type: str
    api_version: str
    scope: str
    path: tuple[str, ...]

    @property
    def name_input(self) -> str:
        """The input that names the resource; "" where none does."""
        return "" if self.path[-1].startswith("{") else self.path[-1]


def arm_type(token: str, inputs: dict[str, Any] | None = None) -> TokenMapping:
    """The ARM type of a token. Raises UnmappedInput for one that the table does not have.

    Of a record set, the type depends on `inputs`; without them, its last segment is `{recordType}`.
    """
    entry = table.entry(token)
    return TokenMapping(_decided(entry["arm"], inputs or {}), entry["api"], entry["scope"], tuple(entry["path"]))


def to_body(token: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """Returns the body of an ARM PUT. `inputs` are as the provider gets them, in camelCase.

    Values known only at deployment pass through. Raises UnmappedInput for a key that the table does not have.
    """
    entry = table.entry(token)
    left_out = {*entry["path"], *entry["beside"]}
    body = {key: value for key, value in inputs.items() if key not in left_out}
    converted: dict[str, Any] = _Converter(token, table.shapes(token)).convert(body, entry["shape"], "")
    return converted


def id_of(token: str, inputs: dict[str, Any], subscription: str) -> str | None:
    """Returns the URL's id; None where a part of the id is known only at deployment."""
    kind = arm_type(token, inputs)
    parts = [_part(name, inputs, subscription) for name in kind.path]
    needs_subscription = kind.scope in ("resourceGroup", "subscription", "cluster")
    if None in parts or "{" in kind.arm_type or (needs_subscription and not subscription):
        return None
    names = [str(part) for part in parts]
    if kind.scope == "tenant":
        return extension_id("", kind.arm_type, *names)
    if kind.scope == "subscription":
        return extension_id(subscription_id(subscription), kind.arm_type, *names)
    if kind.scope == "managementGroup":
        group = extension_id("", "Microsoft.Management/managementGroups", names[0])
        return extension_id(group, kind.arm_type, *names[1:])
    if kind.scope == "extension":
        scope = "/" + names[0].lstrip("/")  # some are documented with the slash, some without
        return extension_id(scope, kind.arm_type, *names[1:])
    if kind.scope == "cluster":
        cluster = resource_id(subscription, names[0], f"{names[1]}/{names[2]}", names[3])
        return extension_id(cluster, kind.arm_type, *names[4:])
    if len(names) == 1:
        return resource_group_id(subscription, names[0])
    return resource_id(subscription, names[0], kind.arm_type, *names[1:])


def _decided(kind: str, inputs: dict[str, Any]) -> str:
    """A type whose segments in braces are the values of inputs, as far as these are given."""

    def value(match: re.Match[str]) -> str:
        result = inputs.get(match.group(1))
        return result if isinstance(result, str) else match.group(0)

    return re.sub(r"\{(\w+)\}", value, kind)


def _part(name: str, inputs: dict[str, Any], subscription: str) -> str | None:
    if name == "{subscription}":
        return subscription or None
    if name.startswith("{="):
        return name[2:-1]
    value = inputs.get(name)
    return value if isinstance(value, str) and value else None


class _Converter:
    """Converts the inputs of one resource."""

    def __init__(self, token: str, shapes: list[dict[str, Any]]) -> None:
        self.token, self.shapes = token, shapes

    def convert(self, value: Any, shape: int, path: str) -> Any:
        """A value of a shape; lists are converted item by item."""
        if isinstance(value, list):
            return [self.convert(item, shape, f"{path}[{index}]") for index, item in enumerate(value)]
        if not isinstance(value, dict) or is_unknown(value):
            return plain(value)
        same, others = self.shapes[shape]["same"], self.shapes[shape]["as"]
        body: dict[str, Any] = {}
        for key, item in value.items():
            inner_path = f"{path}.{key}" if path else key
            if key in same:
                body[key] = plain(item)
                continue
            if key not in others:
                raise UnmappedInput(
                    f"{self.token}: {inner_path} is not a property of the ARM body{table.near(key, [*same, *others])}"
                )
            rule = others[key]
            if isinstance(rule, str):
                _put(body, rule, plain(item))
            else:
                _put(body, rule[0], self._below(item, rule[1], inner_path))
        return body

    def _below(self, value: Any, child: dict[str, Any], path: str) -> Any:
        if is_unknown(value) or not isinstance(value, dict | list):
            return plain(value)
        if "map" in child and isinstance(value, dict):
            one = {k: v for k, v in child.items() if k != "map"}
            return {key: self._below(item, one, f"{path}.{key}") for key, item in value.items()}
        if "keys" in child:
            return _keyed(value)
        if isinstance(value, list):
            return [self._below(item, child, f"{path}[{index}]") for index, item in enumerate(value)]
        if "is" in child:
            return self.convert(value, child["is"], path)
        case = value.get(child["by"])
        if case not in child["cases"]:
            known = ", ".join(child["cases"])
            raise UnmappedInput(f"{self.token}: {path}.{child['by']} is {case!r}; the table knows {known}")
        return self.convert(value, child["cases"][case], path)


def _keyed(value: Any) -> Any:
    """A list of ids as ARM's object with these keys; unknown as a whole where one of them is."""
    if isinstance(value, dict):
        return plain(value)
    undecided = [item for item in value if not isinstance(item, str)]
    return undecided[0] if undecided else {key: {} for key in value}


def plain(value: Any) -> Any:
    """A value as ARM writes it: whole numbers arrive from Pulumi as doubles."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def _put(body: dict[str, Any], path: str, value: Any) -> None:
    *above, last = path.split("/")
    for part in above:
        body = body.setdefault(part, {})
    body[last] = value
