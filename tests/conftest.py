"""Shared by tests: the shipped stacks, previewed once each, and paths of facts to check against."""

from __future__ import annotations

import functools
import gc
import json
import os
from pathlib import Path
from typing import Any

import pytest

from amlz.app.preview import preview_stack
from amlz.core.plan import make_plan
from amlz.diff.difference import Difference
from amlz.reports.formats import as_json
from amlz.reports.formats.registry import Format, Report, write
from amlz.reports.preview import Preview
from amlz.stackfile.load import load
from tests import layers

ROOT = Path(__file__).parent.parent

#: The samples dev and prod of this repository, as tests use them: a fork removes those at the root.
SAMPLES = ROOT / "tests" / "stacks"

#: Every stack file that is shipped, by the name of its tests.
STACKS = {
    "dev": "tests/stacks/Pulumi.dev.yaml",
    "prod": "tests/stacks/Pulumi.prod.yaml",
    "minimal": "examples/minimal/Pulumi.minimal.yaml",
    "recommended": "examples/recommended/Pulumi.recommended.yaml",
    "existing-hub": "examples/existing-hub/Pulumi.existing-hub.yaml",
    "us-government": "examples/us-government/Pulumi.us-government.yaml",
    "hub": "examples/hub-stack/Pulumi.hub.yaml",
    "landing-zone": "examples/hub-stack/Pulumi.landing-zone.yaml",
}

#: The same and the large ones, for tests that need no more than their previews.
PREVIEWED = STACKS | {
    "everything": "examples/everything/Pulumi.everything.yaml",
    "everything-existing": "examples/everything/Pulumi.everything-existing.yaml",
    "recommended-managed": "examples/recommended-managed/Pulumi.recommended-managed.yaml",
}


@functools.cache
def previewed(stack: str) -> Preview:
    """A shipped stack, previewed. Once for all tests of a process."""
    file = load(PREVIEWED[stack], ROOT)
    return preview_stack(file, make_plan(file.config))


@functools.cache
def as_told(stack: str) -> dict[str, Any]:
    """The JSON of a preview: the only input of the independent reading."""
    told: dict[str, Any] = json.loads(as_json.render(previewed(stack)))
    return told


def in_format(form: str, preview: Preview, fail_on: str = "error", against: Difference | None = None) -> str:
    """A preview, or a difference, in a format of the registry."""
    return write({each.value: each for each in Format}[form], Report(lambda: preview, against, fail_on))


def node_package(name: str) -> Path:
    """A package of tests/browser. Tests that need it are skipped, with this reason, where it is not installed."""
    folder = ROOT / "tests" / "browser" / "node_modules" / name
    if not folder.exists():
        pytest.skip(f"{name} is not installed: make browser, which needs npm")
    return folder


def shared() -> Path:
    """The folder of published facts. Tests that need it are skipped, with this reason, where it is not."""
    folder = Path(os.environ.get("AMLZ_SHARED", ROOT.parent / "shared"))
    if not folder.exists():
        pytest.skip(f"published facts are not at {folder}; set AMLZ_SHARED to where they are")
    return folder


def pytest_collection_finish() -> None:
    """Keeps what importing the tests made out of the garbage collector, which would search it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks slow tests before `-m` selects."""
    for item in items:
        if reason := layers.slow_because(item.nodeid):
            item.add_marker(pytest.mark.slow(reason=reason))
