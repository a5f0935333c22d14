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
    "all by position": lambda item: item("a", {}, 3, [1], "n"),
    "defaults": lambda item: item(name="a", tags={"b": "c"}),
    "missing argument": lambda item: item("a"),
    "unknown argument": lambda item: item("a", {}, size=1),
    "field that is no parameter": lambda item: item("a", {}, seen=[1]),
    "own list each": lambda item: (item("a", {}).parts is item("a", {}).parts, item("a", {}).seen),
    "equal": lambda item: (
        item("a", {}) == item("a", {}, note="x"),
        item("a", {}) == item("b", {}),
        item("a", {}) == 1,
    ),
    "hash": lambda item: hash(item("a", (), parts=())) == hash(item("a", (), parts=(), note="x")),
    "no hash of a dict": lambda item: hash(item("a", {})),
    "set": lambda item: setattr(item("a", {}), "name", "b"),
    "delete": lambda item: delattr(item("a", {}), "name"),
    "replace": lambda item: dataclasses.replace(item("a", {}), days=9),
    "asdict": lambda item: dataclasses.asdict(item("a", {"b": "c"})),
    "fields": lambda item: [field.name for field in dataclasses.fields(item)],
    "copy": lambda item: copy.deepcopy(item("a", {"b": "c"}, note="x")).note,
    "slots": lambda item: (hasattr(item("a", {}), "__dict__"), item.__slots__, item.__match_args__),
}


@pytest.mark.parametrize("call", CALLS)
def test_both_answer_the_same(call: str) -> None:
    """Values and errors, word for word."""
    assert outcome(lambda: CALLS[call](made(ours))) == outcome(lambda: CALLS[call](made(dataclasses.dataclass)))


def test_an_init_is_compiled_when_the_first_object_is_created() -> None:
    """Then it replaces the first one, so that later objects cost the same as those of the standard library."""
    result = made(ours)
    before = result.__init__

    result("a", {})

    compiled = result.__init__
    result("b", {})
    assert before is not compiled
    assert result.__init__ is compiled


def test_other_options_are_left_to_the_standard_library() -> None:
    """A class whose objects can change."""

    @ours(slots=True)
    class Changing:
        name: str

    result = Changing("a")
    result.name = "b"

    assert result == Changing("b")


def test_an_object_can_be_pickled() -> None:
    """Frozen classes with slots need their own methods for it."""
    rule = NameRule("kv", 3, 24, "[a-z]+", "letters", "azure")

    assert pickle.loads(pickle.dumps(rule)) == rule
