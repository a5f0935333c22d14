"""`amlz.dataclass.dataclass` behaves as the standard library's, and compiles methods at their first call."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from amlz.core.capability_facts import NameRule
from amlz.dataclass import dataclass as ours


class Body:
    """Fields of every kind that the program uses."""

    name: str
    tags: dict[str, str]
    days: int = 7
    parts: list[int] = dataclasses.field(default_factory=list)
    note: str = dataclasses.field(default="", repr=False, compare=False)
    seen: list[int] = dataclasses.field(default_factory=list, init=False, repr=False, compare=False)


def made(decorator: Callable[..., Any]) -> Any:
    """Returns the class as one of the two decorators makes it."""
    body = {key: value for key, value in vars(Body).items() if key not in {"__dict__", "__weakref__"}}
    return decorator(frozen=True, slots=True)(type("Body", (), body))


def outcome(call: Callable[[], object]) -> str:
    """Returns what a call gives, or the error that it raises."""
    try:
        return repr(call())
    except (TypeError, AttributeError) as error:
        return f"{type(error).__name__}: {error}"


CALLS: dict[str, Callable[[Any], object]] = {
    "all by position": lambda each: each("a", {}, 3, [1], "n"),
    "defaults": lambda each: each(name="a", tags={"b": "c"}),
    "missing argument": lambda each: each("a"),
    "unknown argument": lambda each: each("a", {}, size=1),
    "field that is no parameter": lambda each: each("a", {}, seen=[1]),
    "own list each": lambda each: (each("a", {}).parts is each("a", {}).parts, each("a", {}).seen),
    "equal": lambda each: (
        each("a", {}) == each("a", {}, note="x"),
        each("a", {}) == each("b", {}),
        each("a", {}) == 1,
    ),
    "hash": lambda each: hash(each("a", (), parts=())) == hash(each("a", (), parts=(), note="x")),
    "no hash of a dict": lambda each: hash(each("a", {})),
    "set": lambda each: setattr(each("a", {}), "name", "b"),
    "delete": lambda each: delattr(each("a", {}), "name"),
    "replace": lambda each: dataclasses.replace(each("a", {}), days=9),
    "asdict": lambda each: dataclasses.asdict(each("a", {"b": "c"})),
    "fields": lambda each: [field.name for field in dataclasses.fields(each)],
    "copy": lambda each: copy.deepcopy(each("a", {"b": "c"}, note="x")).note,
    "slots": lambda each: (hasattr(each("a", {}), "__dict__"), each.__slots__, each.__match_args__),
}


@pytest.mark.parametrize("call", CALLS)
def test_both_answer_the_same(call: str) -> None:
    """Values and errors, word for word."""
    assert outcome(lambda: CALLS[call](made(ours))) == outcome(lambda: CALLS[call](made(dataclasses.dataclass)))


def test_an_init_is_compiled_when_the_first_object_is_created() -> None:
    """Then it replaces the first one, so that later objects cost the same as those of the standard library."""
    each = made(ours)
    before = each.__init__

    each("a", {})

    compiled = each.__init__
    each("b", {})
    assert before is not compiled
    assert each.__init__ is compiled


def test_other_options_are_left_to_the_standard_library() -> None:
    """A class whose objects can change."""

    @ours(slots=True)
    class Changing:
        name: str

    each = Changing("a")
    each.name = "b"

    assert each == Changing("b")


def test_an_object_can_be_pickled() -> None:
    """Frozen classes with slots need their own methods for it."""
    rule = NameRule("kv", 3, 24, "[a-z]+", "letters", "azure")

    assert pickle.loads(pickle.dumps(rule)) == rule
