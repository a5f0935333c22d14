"""Pulumi's own engine for tests: those that need it are skipped, with the reason, where there is none."""

from __future__ import annotations

import pytest

from amlz.rehearsal.engine import PROVIDER as PROVIDER
from amlz.rehearsal.engine import Engine, NoEngine, find
from amlz.rehearsal.engine import EngineFailed as EngineFailed
from amlz.rehearsal.engine import EngineStack as EngineStack


def engine() -> Engine:
    """The engine that is installed, or built here."""
    try:
        return find()
    except NoEngine as missing:
        pytest.skip(" ".join(str(missing).split()))
