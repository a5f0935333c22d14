"""Shared by tests: the shipped stacks, previewed once each, and paths of facts to check against."""

from __future__ import annotations

import functools
import gc
import hashlib
import json
import os
import pickle
import tempfile
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import yaml

from amlz.app import preview
from amlz.app.preview import preview_stack
from amlz.azure.graph import ResourceGraph
from amlz.core.plan import make_plan
from amlz.diff.difference import Difference
from amlz.paths import PRODUCT
from amlz.reports.formats import as_json
from amlz.reports.formats.registry import Format, Report, write
from amlz.reports.preview import Preview
from amlz.simulator.monitor import Program, Registration, register
from amlz.stackfile.load import StackFile, load
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
    "two-subscriptions": "examples/two-subscriptions/Pulumi.two-subscriptions.yaml",
    "data-platform": "examples/data-platform/Pulumi.data-platform.yaml",
    "own-naming": "examples/own-naming/Pulumi.own-naming.yaml",
    "kubernetes": "examples/kubernetes/Pulumi.kubernetes.yaml",
    "edge": "examples/edge/Pulumi.edge.yaml",
    "feature-store": "examples/feature-store/Pulumi.feature-store.yaml",
    "mesh-aks": "examples/mesh/Pulumi.mesh-aks.yaml",
    "sandbox": "examples/sandbox/Pulumi.sandbox.yaml",
    "virtual-wan": "examples/virtual-wan/Pulumi.virtual-wan.yaml",
    "vended-spoke": "examples/vended-spoke/Pulumi.vended-spoke.yaml",
}


#: The folder that all processes of one run of pytest share: registrations by their input.
RUN_FOLDER = "AMLZ_TEST_RUN"


class _Registered:
    """Runs the program once for the same input, which is its stack and its configuration: most of a preview.

    A worker of pytest reads what another worker has made of the program in this repository.
    """

    def __init__(self) -> None:
        self._made: dict[str, Registration] = {}
        #: The folder of the run, which pytest_configure sets: tests of commands clear the environment.
        self.folder: Path | None = None

    def __call__(self, program: Program) -> Registration:
        key = repr(program)
        if key not in self._made:
            if len(self._made) == 24:  # a landing zone takes some megabytes
                del self._made[next(iter(self._made))]
            self._made[key] = self._of_any_worker(program, key)
        return self._made[key]

    def _of_any_worker(self, program: Program, key: str) -> Registration:
        if self.folder is None or program.main != PRODUCT / "__main__.py":
            return register(program)
        file = self.folder / hashlib.sha256(key.encode()).hexdigest()
        if file.exists():
            shared_registration: Registration = pickle.loads(file.read_bytes())
            return shared_registration
        registration = register(program)
        unfinished = file.with_suffix(f".{os.getpid()}")
        unfinished.write_bytes(pickle.dumps(registration))
        unfinished.replace(file)
        return registration


#: In place of `register` where a test is about the answers of a command, not about the run of the program.
registered_once = _Registered()


def preview_of(file: StackFile, today: str | None = None) -> Preview:
    """A stack file, previewed; of the same configuration, the program runs once."""
    with mock.patch.object(preview, "register", registered_once):
        return preview_stack(file, make_plan(file.config), today)


def graph_once(file: StackFile) -> ResourceGraph:
    """The requests of a stack file; of the same configuration, the program runs once."""
    with mock.patch.object(preview, "register", registered_once):
        return preview.graph_of(file, make_plan(file.config))


@functools.cache
def previewed(stack: str) -> Preview:
    """A shipped stack, previewed. Once for all tests of a process."""
    return preview_of(load(PREVIEWED[stack], ROOT))


@functools.cache
def as_told(stack: str) -> dict[str, Any]:
    """The JSON of a preview: the only input of the independent reading."""
    data: dict[str, Any] = json.loads(as_json.render(previewed(stack)))
    return data


def from_yaml(path: Path) -> Any:
    """The content of a file of cases, read by the parser in C where it is installed: the other takes seconds."""
    return yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def in_format(form: str, shown: Preview, fail_on: str = "error", against: Difference | None = None) -> str:
    """A preview, or a difference, in a format of the registry."""
    return write(
        {output_format.value: output_format for output_format in Format}[form],
        Report(lambda: shown, against, fail_on),
    )


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


def pytest_configure(config: pytest.Config) -> None:
    """Makes the folder that the workers share; they get its name with the environment."""
    if not hasattr(config, "workerinput"):
        folder = tempfile.TemporaryDirectory(prefix="amlz-tests-")
        config.add_cleanup(folder.cleanup)
        os.environ[RUN_FOLDER] = folder.name
    registered_once.folder = Path(os.environ[RUN_FOLDER])


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
