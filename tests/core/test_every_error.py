"""Mistakes of the shape of a stack file do not hide each other, wherever in the model they are."""

from __future__ import annotations

import typing
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
import yaml

from amlz.core.config import LandingZoneConfig
from amlz.core.problems import Path, StackFileError, dotted
from amlz.stackfile.allowed import example_at, field_at, fields_of, inner, is_part
from amlz.stackfile.load import from_object
from tests.core.stacks import Stack, stack

#: A value that no type of the model takes: the second entry is wrong in every list.
WRONG: list[Any] = ["x", {"y": []}]


def _marks(hint: Any, given: Iterable[Any]) -> Iterator[Any]:
    """Metadata of a type, through Annotated, None and Field."""
    yield from given
    while inner(hint) is not hint:
        for mark in typing.get_args(hint)[1:] if typing.get_origin(hint) is typing.Annotated else ():
            yield from getattr(mark, "metadata", (mark,))
        hint = next(get_arg for get_arg in typing.get_args(hint) if get_arg is not type(None))


def _walk(hint: Any, at: Path = (), given: Iterable[Any] = ()) -> Iterator[tuple[Path, Any, list[Any]]]:
    """Every type of the model: a path to it, the type and its metadata."""
    marks, hint = list(_marks(hint, given)), inner(hint)
    yield at, hint, marks
    if is_part(hint):
        for key, field in fields_of(hint).items():
            yield from _walk(field.annotation, (*at, key), field.metadata)
    elif typing.get_origin(hint) is dict:
        yield from _walk(typing.get_args(hint)[1], (*at, "aaa"))
    elif typing.get_origin(hint) is tuple:
        yield from _walk(typing.get_args(hint)[0], (*at, 0))


MODEL = list(_walk(LandingZoneConfig))
LONG = {
    dotted(at): (at, hint, most)
    for at, hint, marks in MODEL
    for most in (getattr(mark, "max_length", None) for mark in marks)
    if most is not None and typing.get_origin(hint) in (dict, tuple)
}
PARTS = {dotted(at): (at, hint) for at, hint, _ in MODEL if is_part(hint)}


def _with(at: Path, value: Any) -> Stack:
    """A landing zone with a value at a path, and the parts above it."""
    zone: Any = stack()
    if not at:
        return typing.cast("Stack", zone | value)
    parent, missing = zone, object()
    for key, following in zip(at, (*at[1:], missing), strict=True):
        below = value if following is missing else [] if isinstance(following, int) else {}
        if isinstance(parent, list):
            parent.append(below)
        elif following is missing or not isinstance(parent.get(key), type(below)):
            parent[key] = below
        parent = parent[key]
    return typing.cast("Stack", zone)


def _reported(zone: Stack) -> set[str]:
    with pytest.raises(StackFileError) as raised:
        from_object(zone)
    return {dotted(problem.path) for problem in raised.value.problems}


def _entry(at: Path) -> Any:
    """An entry of a list that is an example of the model's, or a text."""
    line = example_at(LandingZoneConfig, at) if field_at(LandingZoneConfig, at) else ""
    result = yaml.safe_load(line)[at[-1]] if line else None
    return result[0] if isinstance(result, list) and result else "text"


@pytest.mark.parametrize("where", sorted(LONG))
@pytest.mark.parametrize("first", [True, False])
def test_a_wrong_entry_of_a_list_or_mapping_that_is_too_long_is_reported(where: str, first: bool) -> None:
    """Both are, whether the wrong entry is before the limit or after it."""
    at, hint, most = LONG[where]
    good = _entry(at)
    entries: Any = [WRONG, *[good] * most] if first else [*[good] * most, WRONG]
    wrong = dotted((*at, 0 if first else most))
    if typing.get_origin(hint) is dict:
        entries = {f"name{index}": entry for index, entry in enumerate(entries)}
        wrong = dotted((*at, f"name{0 if first else most}"))

    values = _reported(_with(at, entries))

    assert where in values
    assert any(path.startswith(wrong) for path in values)


@pytest.mark.parametrize("where", sorted(PARTS))
def test_no_wrong_value_of_a_part_hides_another(where: str) -> None:
    """Every key of a part has a wrong value, and one key is unknown: all are reported."""
    at, part = PARTS[where]
    wrong = dict.fromkeys((*fields_of(part), "zzzzzz"), WRONG)

    values = _reported(_with(at, wrong))

    unreported = {key for key in wrong if not any(path.startswith(dotted((*at, key))) for path in values)}
    assert unreported == set()


@pytest.mark.parametrize("where", sorted(name for name, (at, _) in PARTS.items() if at and isinstance(at[-1], str)))
def test_a_misspelt_key_does_not_hide_what_is_below_it(where: str) -> None:
    """Of a part, or of a mapping of parts: the wrong values below are reported with the key as it is written."""
    at, part = PARTS[where]
    key = len(at) - (2 if at[-1] == "aaa" else 1)
    misspelt = (*at[:key], f"{at[key]}x", *at[key + 1 :])
    wrong = dict.fromkeys(fields_of(part), WRONG)
    zone = _with(misspelt, wrong)
    parent: Any = zone
    for name in at[:key]:
        parent = parent[name]
    parent.pop(at[key], None)

    values = _reported(zone)

    assert dotted(misspelt[: key + 1]) in values
    unreported = {name for name in wrong if not any(path.startswith(dotted((*misspelt, name))) for path in values)}
    assert unreported == set()


def test_several_misspelt_keys_on_one_path_are_reported_as_they_are_written() -> None:
    """Each with the key that was meant."""
    zone = stack()
    zone["project"] = {"churn": {"environmnts": {"dev": {"cluster": {"cpu": {"size": "D4", "maxNode": "4"}}}}}}
    del zone["projects"]

    with pytest.raises(StackFileError) as raised:
        from_object(zone)

    above = "project.churn.environmnts"
    assert {dotted(problem.path): problem.what for problem in raised.value.problems} == {
        "project": "There is no 'project' here; did you mean projects?",
        above: "There is no 'environmnts' here; did you mean environments?",
        f"{above}.dev.cluster": "There is no 'cluster' here; did you mean clusters?",
        f"{above}.dev.cluster.cpu.size": "'D4' is not a virtual machine size.",
        f"{above}.dev.cluster.cpu.maxNode": "There is no 'maxNode' here; did you mean maxNodes?",
    }


def test_a_value_is_not_compared_with_that_of_a_key_that_is_a_guess() -> None:
    """Another key may be meant. One that differs in its case alone is no guess."""
    guesses: Stack = {"organisatoin": {"name": "Contoso"}, "tag": "dev", "colour": "blue"}
    zone = stack(**guesses, availability_zones=[4])

    with pytest.raises(StackFileError) as raised:
        from_object(zone)

    assert [(dotted(problem.path), problem.what) for problem in raised.value.problems] == [
        ("availability_zones[0]", "4 is not known here."),
        ("organisatoin", "There is no 'organisatoin' here; did you mean organisation?"),
        ("tag", "There is no 'tag' here; did you mean tags?"),
        ("colour", "There is no 'colour' here; did you mean cloud?"),
        ("availability_zones", "There is no 'availability_zones' here: keys are written in camelCase."),
    ]


@pytest.mark.parametrize(
    ("hub", "missing"),
    [({"serves": ["10.9.0.0/16"]}, set()), ({"serves": []}, {"spokes"}), ({}, {"spokes"})],
)
@pytest.mark.parametrize("spokes", [None, {}])
def test_spokes_are_missing_or_not_with_a_wrong_hub(hub: Stack, missing: set[str], spokes: Stack | None) -> None:
    """They are needed unless the hub serves other stacks, also where something else of the hub is wrong."""
    zone = stack(hub={"addressSpace": "10.0.0.0/24", "generation": 0, **hub}, projects={})
    del zone["spokes"]
    if spokes is not None:
        zone["spokes"] = spokes

    assert _reported(zone) == {"hub.generation", *missing}


@pytest.mark.parametrize(
    ("key", "value", "remedy"),
    [
        ("growth", "20", "Write it without quotes."),
        ("growth", "4000", "Write a whole number from 0 to 400."),
        ("growth", "9" * 5000, "Write a whole number from 0 to 400."),
        ("access", {"readers": "11111111-1111-4111-8111-111111111111"}, "Put it in brackets: "),
        ("access", {"readers": "Readers"}, "Write [one, two], or one `- entry` a line below it."),
    ],
)
def test_a_remedy_for_the_type_is_right_for_the_value(key: str, value: Any, remedy: str) -> None:
    """A value that would still be wrong as a number or in brackets has another one."""
    with pytest.raises(StackFileError) as raised:
        from_object(stack({"churn/dev": {"network": "10.1.0.0/24", key: value}}))

    (problem,) = raised.value.problems
    assert (problem.remedy or "").startswith(remedy)
