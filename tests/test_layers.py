"""The layers of tests: every row of the table names tests, and the longest beginning decides."""

from __future__ import annotations

import pytest

from tests import layers
from tests.conftest import ROOT


@pytest.mark.parametrize("begin", [*layers.SLOW, *layers.DRAWN])
def test_every_row_names_tests(begin: str) -> None:
    """A file or folder that exists, and a function of that file."""
    path, _, name = begin.partition("::")
    function = name.partition("[")[0]

    assert (ROOT / path).exists()
    assert not function or f"def {function}" in (ROOT / path).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("tests/engine/test_life.py::test_a_stack", layers.ENGINE),
        ("tests/engine/test_provider.py::test_a_preview", None),
        ("tests/integrations/pipelines/test_drift.py::test_x", "runs the steps of pipelines, each in a process"),
        ("tests/integrations/pipelines/test_matrix.py::test_x", None),
        ("tests/test_house.py::test_x", None),
    ],
)
def test_the_longest_beginning_decides(test: str, expected: str | None) -> None:
    """A test that no row names is fast."""
    assert layers.slow_because(test) == expected


def test_of_a_sample_the_first_of_each_so_many_is_fast() -> None:
    """The others are slow, and none is lost."""
    sample = layers.sampled(range(7), 3)

    assert [case.values[0] for case in sample] == [0, 1, 2, 3, 4, 5, 6]
    assert [case.values[0] for case in sample if not case.marks] == [0, 3, 6]
    assert {mark.name for case in sample for mark in case.marks} == {"slow"}


def test_of_a_choice_the_named_ones_are_fast() -> None:
    """The others are slow, and a case of several values gives each to its argument."""
    choice = layers.chosen([("a", 1), ("b", 2), ("c", 3)], [("b", 2)])

    assert [case.values for case in choice] == [("a", 1), ("b", 2), ("c", 3)]
    assert [case.values[0] for case in choice if not case.marks] == ["b"]
