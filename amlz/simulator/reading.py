"""A refresh as azure-native does it: what it makes of old inputs and of what Azure answers now.

Azure answers with properties that the program never set. So azure-native does not compare inputs with the answer: it
compares the answer of the last write with the answer of today, and carries only what differs over to the inputs (Read
in provider/pkg/provider/provider.go and applyDiff in diff.go of pulumi/pulumi-azure-native). Changes that Azure makes
to a request at once, an ignored property or one that a policy changed, are the same in both answers: a refresh does not
show them.
"""

from __future__ import annotations

from typing import Any

from amlz.azure import table

Values = dict[str, Any]


def refreshed(token: str, inputs: Values, old: Values, new: Values) -> Values:
    """Inputs after a refresh. `old`: outputs that the state has; `new`: outputs of today."""
    return _applied(inputs, as_inputs(token, old), as_inputs(token, new, backwards=True))


def as_inputs(token: str, outputs: Values, *, backwards: bool = False) -> Values:
    """The outputs that are inputs, at every depth, in their form: an object that ARM keeps for ids is a list of these.

    `backwards`: in the other order. azure-native makes the list from a Go map, whose order is another each time.
    """
    shapes = table.shapes(token)

    def ids(value: Values) -> list[str]:
        return sorted(value, reverse=backwards)

    def converted(value: Any, shape: int) -> Any:
        same, others = shapes[shape]["same"], shapes[shape]["as"]
        rules = {key: rule[1] for key, rule in others.items() if isinstance(rule, list)}
        inputs = {key: item for key, item in value.items() if key in same or key in others}
        return {key: below(item, rules[key]) if key in rules else item for key, item in inputs.items()}

    def below(value: Any, rule: Any) -> Any:
        if "keys" in rule:
            return ids(value) if isinstance(value, dict) else value
        if isinstance(value, list):
            return [below(item, rule) for item in value]
        if not isinstance(value, dict):
            return value
        if "map" in rule:
            one = {key: item for key, item in rule.items() if key != "map"}
            return {key: below(item, one) for key, item in value.items()}
        shape = rule["is"] if "is" in rule else rule["cases"].get(value.get(rule["by"]))
        return value if shape is None else converted(value, shape)

    values: Values = converted(outputs, table.entry(token)["shape"])
    return values


def _applied(values: Values, old: Values, new: Values) -> Values:
    """Values with what differs between two others: gone, new, or changed in part."""
    result = {key: value for key, value in values.items() if key in new or key not in old}
    for key, value in new.items():
        if key not in old:
            result[key] = value
        elif old[key] != value:
            result[key] = _changed(values[key], old[key], value) if key in values else value
    return result


def _changed(base: Any, old: Any, new: Any) -> Any:
    if isinstance(base, dict) and isinstance(old, dict) and isinstance(new, dict):
        return _applied(base, old, new)
    if isinstance(base, list) and isinstance(old, list) and isinstance(new, list):
        both = min(len(base), len(old))
        return [_changed(base[at], old[at], item) if at < both else item for at, item in enumerate(new)]
    return new
