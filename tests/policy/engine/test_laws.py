"""Laws that hold for any condition and any resource: negation, De Morgan, casing, order, values not known yet."""

from __future__ import annotations

from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from amlz.policy.engine.judge import APPLIES, DOES_NOT_APPLY, UNDECIDED
from tests.layers import MUCH
from tests.policy.engine.common import TYPE, resource, short, verdict_of

LAW = settings(derandomize=True, max_examples=300 if MUCH else 15, deadline=None, database=None)

_TEXTS = st.sampled_from(["", "a", "A", "ab", "B1", "1", "a?", "*", "true", "10"])
_SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-2, 12), _TEXTS)
_MEMBERS = st.one_of(_SCALARS, st.fixed_dictionaries({}, optional={"p": _SCALARS, "b": st.lists(_SCALARS, max_size=2)}))
_ANY = st.one_of(_SCALARS, st.lists(_SCALARS, max_size=3), st.dictionaries(_TEXTS, _SCALARS, max_size=2))
_PROPERTIES = st.fixed_dictionaries(
    {}, optional={"p": _ANY, "q": _ANY, "a": st.one_of(st.lists(_MEMBERS, max_size=3), _SCALARS)}
)
_FIELDS = st.sampled_from([f"{TYPE}/{name}" for name in ("p", "q", "a", "a[*]", "a[*].p", "a[*].b[*]")])
_OPERANDS = st.one_of(st.booleans(), st.integers(-2, 12), _TEXTS)
_PAIRS = ("equals", "contains", "like", "match", "matchInsensitively", "containsKey")
#: Conditions that cannot fail, for any resource.
_SAFE = st.one_of(
    st.builds(lambda f, o, v: {"field": f, o: v}, _FIELDS, st.sampled_from(_PAIRS), _OPERANDS),
    st.builds(lambda f, o, v: {"field": f, _negated(o): v}, _FIELDS, st.sampled_from(_PAIRS), _OPERANDS),
    st.builds(
        lambda f, o, v: {"field": f, o: v},
        _FIELDS,
        st.sampled_from(["in", "notIn"]),
        st.lists(_OPERANDS, max_size=3),
    ),
    st.builds(lambda f, v: {"field": f, "exists": v}, _FIELDS, st.booleans()),
    st.builds(
        lambda o, n, w, v: {"count": {"field": f"{TYPE}/a[*]", "where": {"field": f"{TYPE}/a[*].p", w: v}}, o: n},
        st.sampled_from(["equals", "notEquals", "less", "lessOrEquals", "greater", "greaterOrEquals"]),
        st.integers(0, 3),
        st.sampled_from(_PAIRS),
        _OPERANDS,
    ),
)
#: Conditions that may.
_RISKY = st.one_of(
    st.builds(
        lambda f, o, v: {"field": f, o: v},
        _FIELDS,
        st.sampled_from(["less", "lessOrEquals", "greater", "greaterOrEquals"]),
        st.one_of(st.integers(-2, 12), _TEXTS),
    ),
    st.builds(lambda f: {"value": f"[length(field('{f}'))]", "greater": 1}, _FIELDS),
    st.builds(lambda f, v: {"value": f"[first(field('{f}'))]", "equals": v}, _FIELDS, _TEXTS),
)


def _grown(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds(lambda c: {"not": c}, inner),
            st.builds(lambda c: {"allOf": c}, st.lists(inner, max_size=3)),
            st.builds(lambda c: {"anyOf": c}, st.lists(inner, max_size=3)),
        ),
        max_leaves=5,
    )


_CONDITIONS = _grown(st.one_of(_SAFE, _RISKY))


def _negated(operator: str) -> str:
    return f"not{operator[0].upper()}{operator[1:]}"


def _opposite(outcome: str) -> str:
    return {APPLIES: DOES_NOT_APPLY, DOES_NOT_APPLY: APPLIES}.get(outcome, outcome)


@LAW
@given(_CONDITIONS, _PROPERTIES)
def test_not_not_is_nothing(condition: Any, properties: dict[str, Any]) -> None:
    """And not turns the answer around, errors and contested rows aside, which stay."""
    of = resource(properties)

    values = [short(verdict_of(item, of)) for item in (condition, {"not": condition}, {"not": {"not": condition}})]

    assert values == [values[0], _opposite(values[0]), values[0]]


@LAW
@given(st.lists(_CONDITIONS, max_size=3), _PROPERTIES)
def test_de_morgan(parts: list[Any], properties: dict[str, Any]) -> None:
    """Not all is any not; not any is all not."""
    of = resource(properties)
    opposites = [{"not": part} for part in parts]

    assert short(verdict_of({"not": {"allOf": parts}}, of)) == short(verdict_of({"anyOf": opposites}, of))
    assert short(verdict_of({"not": {"anyOf": parts}}, of)) == short(verdict_of({"allOf": opposites}, of))


@LAW
@given(_FIELDS, st.sampled_from(_PAIRS), _OPERANDS, _PROPERTIES)
def test_a_negation_is_not_its_operator(field: str, operator: str, operand: Any, properties: dict[str, Any]) -> None:
    """Of one value; of an array it is not: there both mean every member."""
    assume("[*]" not in field)
    of = resource(properties)

    negation = short(verdict_of({"field": field, _negated(operator): operand}, of))

    assert negation == short(verdict_of({"not": {"field": field, operator: operand}}, of))


@LAW
@given(_FIELDS, _OPERANDS, _PROPERTIES)
def test_in_a_list_of_one_is_equals(field: str, operand: Any, properties: dict[str, Any]) -> None:
    """But for the empty text, where sources differ on `in`."""
    assume(operand != "")
    of = resource(properties)

    assert short(verdict_of({"field": field, "in": [operand]}, of)) == short(
        verdict_of({"field": field, "equals": operand}, of)
    )
    assert short(verdict_of({"field": field, "notIn": [operand]}, of)) == short(
        verdict_of({"field": field, "notEquals": operand}, of)
    )


@LAW
@given(st.sampled_from(_PAIRS), _OPERANDS, st.lists(_MEMBERS, min_size=1, max_size=4))
def test_a_count_of_one_or_more_is_some_member(operator: str, operand: Any, members: list[Any]) -> None:
    """`count where c >= 1` is `not {[*] not c}`, and `count where c = length` is `[*] c`."""
    of = resource({"a": members})
    field = f"{TYPE}/a[*].p"
    counted = {"field": f"{TYPE}/a[*]", "where": {"field": field, operator: operand}}

    some = short(verdict_of({"count": counted, "greaterOrEquals": 1}, of))
    every = short(verdict_of({"count": counted, "equals": len(members)}, of))

    assert some == short(verdict_of({"not": {"field": field, _negated(operator): operand}}, of))
    assert every == short(verdict_of({"field": field, operator: operand}, of))


@LAW
@given(_CONDITIONS, _PROPERTIES, st.randoms(use_true_random=False))
def test_casing_and_order_of_keys_and_other_properties_do_not_matter(
    condition: Any, properties: dict[str, Any], chance: Any
) -> None:
    """Of the rule's keys, its field names, and the names of properties."""
    wanted = short(verdict_of(condition, resource(properties)))

    upper = short(verdict_of(_upper(condition), resource(properties)))
    keys = [(key.upper(), value) for key, value in properties.items()] + [("unread", {"p": [1]})]
    chance.shuffle(keys)
    body = list({**resource(dict(keys)), "tags": {"z": "y"}}.items())
    chance.shuffle(body)

    assert [upper, short(verdict_of(condition, dict(body)))] == [wanted, wanted]


def _upper(actual: Any) -> Any:
    """A condition with its keys and fields in capitals; operands stay, since `match` compares letters exactly."""
    if isinstance(actual, list):
        return [_upper(member) for member in actual]
    if not isinstance(actual, dict):
        return actual
    result: dict[str, Any] = {}
    for key, value in actual.items():
        plain = key == "field" and isinstance(value, str)
        result[key.upper()] = value.upper() if plain else value if key == "value" else _upper(value)
    return result


_CONCRETE: tuple[Any, ...] = (
    "a",
    "",
    "B1",
    "10",
    5,
    0,
    True,
    False,
    [],
    ["a"],
    [{"p": "a"}, {}],
    {"p": "a"},
    {"a": 1},
    {},
)
_UNKNOWN = {"$unknown": "later"}


@settings(LAW, max_examples=1000 if MUCH else 60)
@given(_grown(_SAFE), _PROPERTIES, st.sampled_from(["p", "q", "a", "a[0]", "a[0].p", "a[0].b"]))
def test_what_is_decided_without_a_value_is_so_with_any(condition: Any, properties: dict[str, Any], place: str) -> None:
    """Conditions that cannot fail: the answer is the same for every value."""
    unknown = verdict_of(condition, resource(_placed(properties, place, _UNKNOWN)))
    assume(unknown.outcome != UNDECIDED)

    values = {short(verdict_of(condition, resource(_placed(properties, place, value)))) for value in _CONCRETE}

    assert values == {unknown.outcome}


@settings(LAW, max_examples=1000 if MUCH else 60)
@given(_CONDITIONS, _PROPERTIES, st.sampled_from(["p", "q", "a", "a[0]", "a[0].p"]))
def test_what_is_decided_without_a_value_is_so_with_any_that_fits(
    condition: Any, properties: dict[str, Any], place: str
) -> None:
    """Conditions that may fail: so with every value with which they do not, as with one of the property's type."""
    unknown = verdict_of(condition, resource(_placed(properties, place, _UNKNOWN)))
    assume(unknown.outcome in (APPLIES, DOES_NOT_APPLY))

    values = {verdict_of(condition, resource(_placed(properties, place, value))).outcome for value in _CONCRETE}

    assert values - {"error", UNDECIDED} <= {unknown.outcome}


@settings(LAW, max_examples=300 if MUCH else 15)
@given(_grown(_SAFE), _PROPERTIES, st.sampled_from(["p", "a", "a[0].p"]))
def test_what_is_undecided_is_so_for_a_reason(condition: Any, properties: dict[str, Any], place: str) -> None:
    """The same resource without anything unknown is decided, or a contested row is named."""
    verdict = verdict_of(condition, resource(_placed(properties, place, "a")))

    assert verdict.outcome != UNDECIDED or verdict.rows


def _placed(properties: dict[str, Any], place: str, value: Any) -> dict[str, Any]:
    """Properties with a value at a path, which creates the array around it."""
    if not place.startswith("a["):
        return {**properties, place: value}
    old = properties.get("a")
    members = list(old) if isinstance(old, list) else []
    first = members[0] if members and isinstance(members[0], dict) else {}
    return {**properties, "a": [value if place == "a[0]" else {**first, place.rpartition(".")[2]: value}, *members[1:]]}
