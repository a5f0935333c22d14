"""Folders of rehearsals in tests."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

import pytest

from amlz.app.preview import PROGRAM, PROJECT
from amlz.rehearsal.faults import Undisturbed, undisturbed
from amlz.rehearsal.life import Stage
from amlz.stackfile.load import StackFile, load
from tests.conftest import ROOT, STACKS
from tests.engine.engine import engine

#: Source of random numbers.
SEED = 20261121
#: Mark of a test that runs the engine for minutes: `make test-faults` runs it.
LONG = pytest.mark.long


def stage(folder: Path) -> Stage:
    """A stage that nobody watches."""
    return Stage(engine(), PROGRAM, PROJECT, folder, lambda _: None)


def shipped(stack: str) -> StackFile:
    """A shipped stack file."""
    return load(STACKS[stack], ROOT)


def minimal() -> StackFile:
    """The smallest shipped stack."""
    return shipped("minimal")


@functools.cache
def expected(stack: str = "minimal") -> Undisturbed:
    """Resources after an undisturbed `up`."""
    with tempfile.TemporaryDirectory() as folder:
        return undisturbed(stage(Path(folder)), shipped(stack))
