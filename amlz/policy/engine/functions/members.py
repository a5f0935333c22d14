"""Functions of arrays and objects, and those that take arrays and text alike."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from amlz.policy.engine.errors import Disputed, EvaluationError
from amlz.policy.engine.functions.table import Function, Sees, int_of, is_text, text_of, wants
from amlz.policy.engine.values import MISSING, Unknown, get, has_unknown, is_number, same


def _length(value: Any) -> int:
    if value is None:
        return 0
    if isinstance(value, str | list | dict):
        return len(value)
    raise wants("length", "text, an array or an object", value)


def _empty(value: Any) -> bool:
    if value is None:
        return True
    if isinstance(value, str | list | dict):
        return not value
    says = str(wants("empty", "text, an array, an object or null", value))
    raise Disputed("strict-functions", says, False) if is_number(value) else EvaluationError(says)


def _end(name: str, position: int) -> Callable[..., Any]:
    def evaluate(value: Any) -> Any:
        if value is None or value == "" or value == []:
            return "" if value == "" else None
        if isinstance(value, str | list):
            return value[position]
        raise wants(name, "text or an array", value)

    return evaluate


def _part(name: str, cut: Callable[[Any, int], Any]) -> Callable[..., Any]:
    def evaluate(value: Any, number: Any) -> Any:
        count = max(int_of(name, number), 0)
        if value is None:
            return None
        if isinstance(value, str | list):
            return cut(value, count)
        raise wants(name, "text or an array", value)

    return evaluate


def _contains(container: Any, item: Any) -> Any:
    if isinstance(container, dict):
        if not is_text(item):
            raise wants("contains", "the name of a property", item)
        return get(container, text_of("contains", item)) is not MISSING
    if isinstance(container, list):
        if any(same(member, item) for member in container):
            return True
        open_ = has_unknown(container) or has_unknown(item)
        return Unknown("whether an array holds a value that is not known yet") if open_ else False
    if isinstance(container, str) and is_text(item):
        return text_of("contains", item).lower() in container.lower()
    raise wants("contains", "an object, an array or text, and what to look for", container, item)


def _index(name: str, last: bool) -> Callable[..., Any]:
    def evaluate(container: Any, item: Any) -> int:
        if container is None:
            return -1
        if isinstance(container, list):
            places = [place for place, member in enumerate(container) if same(member, item)]
            return -1 if not places else places[-1 if last else 0]
        if isinstance(container, str) and is_text(item):
            lower, wanted = container.lower(), text_of(name, item).lower()
            return lower.rfind(wanted) if last else lower.find(wanted)
        raise wants(name, "text or an array, and what to look for", container, item)

    return evaluate


def _distinct(values: list[Any]) -> list[Any]:
    result: list[Any] = []
    for value in values:
        if not any(same(value, other) for other in result):
            result.append(value)
    return result


def _kind_of_all(name: str, values: tuple[Any, ...]) -> type:
    for wanted in (list, dict):
        if all(isinstance(value, wanted) for value in values):
            return wanted
    raise wants(name, "arrays only or objects only", *values)


def _intersection(*values: Any) -> Any:
    if _kind_of_all("intersection", values) is list:
        return [m for m in _distinct(values[0]) if all(any(same(m, o) for o in other) for other in values[1:])]
    return {
        key: member for key, member in values[0].items() if all(same(get(other, key), member) for other in values[1:])
    }


def _union(*values: Any) -> Any:
    if _kind_of_all("union", values) is list:
        return _distinct([member for value in values for member in value])
    merged: dict[str, Any] = {}
    for value in values:
        merged = _merged(merged, value)
    return merged


def _merged(into: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    result = dict(into)
    names = {name.lower(): name for name in into}
    for key, value in patch.items():
        name = names.get(key.lower(), key)
        old = result.get(name)
        result[name] = _merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return result


def _try_get(root: Any, key: Any, *keys: Any) -> Any:
    result = None
    if isinstance(root, dict) and isinstance(key, str):
        result = get(root, key)
        result = None if result is MISSING else result
    elif isinstance(root, list) and is_number(key) and isinstance(key, int) and 0 <= key < len(root):
        result = root[key]
    for further in keys:
        if result is None or isinstance(result, Unknown):
            return result
        result = selected(result, further)
    return result


def selected(value: Any, key: Any) -> Any:
    """`value.key` or `value[key]`. Raises EvaluationError where there is no such property or element."""
    if isinstance(value, dict) and isinstance(key, str):
        result = get(value, key)
        if result is not MISSING:
            return result
        raise EvaluationError(f"there is no property {key!r}; there are: {', '.join(sorted(value)) or 'none'}")
    if isinstance(value, list) and isinstance(key, int) and not isinstance(key, bool):
        if 0 <= key < len(value):
            return value[key]
        raise EvaluationError(f"there is no element {key} in an array of {len(value)}")
    raise wants(f"[{key!r}]", "an object or array", value)


def _array(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _create_object(*values: Any) -> dict[str, Any]:
    if len(values) % 2:
        raise EvaluationError(f"createObject() takes names and values in pairs, not {len(values)} arguments")
    result: dict[str, Any] = {}
    for name, value in zip(values[::2], values[1::2], strict=True):
        key = text_of("createObject", name)
        if key in result:
            raise EvaluationError(f"createObject() is given the property {key!r} twice")
        result[key] = value
    return result


def _items(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, dict):
        raise wants("items", "an object", value)
    return [{"key": key, "value": value[key]} for key in sorted(value, key=str.lower)]


def _json(value: Any) -> Any:
    if value is None:
        return {}
    return parsed("json", text_of("json", value))


def parsed(name: str, source: str) -> Any:
    """JSON text as a value. Raises EvaluationError."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if len(result) < len(pairs):
            raise EvaluationError(f"{name}() is given an object with a property twice")
        return result

    def never(word: str) -> None:
        raise ValueError(f"{word} is no JSON value")

    try:
        return json.loads(source, object_pairs_hook=once, parse_constant=never)
    except ValueError as problem:
        raise EvaluationError(f"{name}() cannot read JSON: {problem}") from None


FUNCTIONS = (
    Function("length", _length, 1, 1, Sees.SHAPE),
    Function("empty", _empty, 1, 1, Sees.SHAPE),
    Function("first", _end("first", 0), 1, 1, Sees.SHAPE),
    Function("last", _end("last", -1), 1, 1, Sees.SHAPE),
    Function("take", _part("take", lambda value, count: value[:count]), 2, 2, Sees.SHAPE),
    Function("skip", _part("skip", lambda value, count: value[count:]), 2, 2, Sees.SHAPE),
    Function("contains", _contains, 2, 2, Sees.SHAPE),
    Function("indexOf", _index("indexOf", last=False), 2, 2),
    Function("lastIndexOf", _index("lastIndexOf", last=True), 2, 2),
    Function("intersection", _intersection, 2, None),
    Function("union", _union, 2, None),
    Function("tryGet", _try_get, 2, None, Sees.SHAPE),
    Function("array", _array, 1, 1, Sees.ALL),
    Function("createArray", lambda *values: list(values), 0, None, Sees.ALL),
    Function("createObject", _create_object, 0, None, Sees.SHAPE),
    Function("items", _items, 1, 1, Sees.SHAPE),
    Function("json", _json, 1, 1),
)
