"""Effect of a change on a resource: replaced by azure-native, refused by Azure, or left in part as it was.

Everything follows the table of amlz/azure/change_rules.py. A row `fixed` is refused here, the stricter reading, and an
unknown one is accepted. A change that is refused only while something uses the resource is accepted too: uses are not
examined.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from amlz.azure.change_rule import Kind
from amlz.azure.changes import PropertyChange, changes, worst
from amlz.azure.shapes import arm_type, to_body
from amlz.simulator.errors import AzureRefused

Inputs = dict[str, Any]
#: The error code where a service's own code is not known: that of Microsoft.Compute, which comes with status 409 and
#: this text. For other services the code is ours.
_CODE = "PropertyChangeNotAllowed"


def differing(old: Inputs, new: Inputs) -> list[str]:
    """Inputs that differ for azure-native, in order.

    It compares names of resource groups without case, and regions without case and spaces (applyAzureSpecificDiff in
    provider/pkg/provider/diff.go).
    """
    return [key for key in sorted({*old, *new}) if _compared(key, old.get(key)) != _compared(key, new.get(key))]


def _compared(key: str, value: Any) -> Any:
    if not isinstance(value, str) or key not in ("location", "resourceGroupName"):
        return value
    return value.lower().replace(" ", "") if key == "location" else value.lower()


def replacing(token: str, old: Inputs, new: Inputs, keys: Iterable[str]) -> tuple[str, ...]:
    """Those of the changed inputs for which azure-native replaces the resource: its path, and what is create-only."""
    path = arm_type(token, new).path
    return tuple(key for key in keys if key in path or worst(_alone(token, old, new, key)) is Kind.REPLACES)


def refuse(resource_id: str, token: str, old: Inputs, new: Inputs, *, from_absent: bool = True) -> None:
    """Raises AzureRefused where Azure refuses a change of a resource.

    `from_absent`: false where an absent old value is one that only Azure knows, so that setting it may be no change.
    """
    for change in _changes(token, old, new):
        if change.row.old is None and not from_absent:
            continue
        if change.kind in (Kind.REFUSED, Kind.FIXED):
            code = change.rule.code or _CODE
            why = f": {change.rule.why}" if change.rule.why else ""
            message = f"Changing property '{change.row.path}' is not allowed{why}."
            raise AzureRefused(409, code, message, resource_id)


def kept(token: str, old: Inputs, new: Inputs) -> Inputs:
    """The inputs as Azure has them after an update: what it ignores stays as it was."""
    if not any(change.kind is Kind.IGNORED for change in _changes(token, old, new)):
        return new
    return _Blend(token, old).of(new, ())


def _changes(token: str, old: Inputs, new: Inputs) -> tuple[PropertyChange, ...]:
    kind = arm_type(token, new)
    return changes(kind.arm_type, to_body(token, old), to_body(token, new), kind.api_version)


def _alone(token: str, old: Inputs, new: Inputs, key: str) -> tuple[PropertyChange, ...]:
    """Returns the effect of one input, were it the only one that changes."""
    return _changes(token, old, _with(old, (key,), new.get(key)))


class _Blend:
    """Takes the new inputs over the old ones, but for what is ignored."""

    def __init__(self, token: str, old: Inputs) -> None:
        self.token, self.old = token, old

    def of(self, new: Inputs, path: tuple[str, ...]) -> Inputs:
        """The object at a path as Azure has it."""
        before = _at(self.old, path)
        inputs: Inputs = {}
        for key in dict.fromkeys([*before, *new]):
            was, now = before.get(key), new.get(key)
            if isinstance(was, dict) and isinstance(now, dict):
                inputs[key] = self.of(now, (*path, key))
            elif was == now or not self._ignored((*path, key), now):
                inputs[key] = now
            else:
                inputs[key] = was
        return {key: value for key, value in inputs.items() if value is not None}

    def _ignored(self, path: tuple[str, ...], value: Any) -> bool:
        alone = _changes(self.token, self.old, _with(self.old, path, value))
        return bool(alone) and all(change.kind is Kind.IGNORED for change in alone)


def _at(value: Any, path: tuple[str, ...]) -> Inputs:
    for key in path:
        value = value[key]
    inputs: Inputs = value
    return inputs


def _with(inputs: Inputs, path: tuple[str, ...], value: Any) -> Inputs:
    """A copy with another value at a path; None takes it out."""
    key, *rest = path
    if rest:
        return {**inputs, key: _with(inputs[key], tuple(rest), value)}
    return {entry: item for entry, item in {**inputs, key: value}.items() if item is not None}
