"""Where rehearsals of tests take place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from landingzone.load import StackFile, load
from preview import PROGRAM, PROJECT
from rehearsal.life import Stage
from tests.conftest import ROOT, STACKS
from tests.engine.engine import engine

#: What runs the engine for minutes.
LONG = pytest.mark.skipif(
    os.environ.get("AMLZ_FAULTS") != "all", reason="takes minutes: `make test-faults` runs it, with every kind of fault"
)


def stage(folder: Path) -> Stage:
    """A stage that nobody watches."""
    return Stage(engine(), PROGRAM, PROJECT, folder, lambda _: None)


def minimal() -> StackFile:
    """The smallest shipped stack."""
    return load(STACKS["minimal"], ROOT)
