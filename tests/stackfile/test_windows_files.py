"""Files that Windows wrote are read like any other: a byte order mark and CRLF. Paths may have backslashes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from amlz.app.estimate import prices_of
from amlz.app.openslo import imported
from amlz.core.cost import Estimate
from amlz.core.problems import StackFileError
from amlz.diff.engine_steps import read as read_engine
from amlz.fleet.config import load_fleet
from amlz.fleet.record import read_record
from amlz.policy.library import read_json
from amlz.stackfile.load import load
from amlz.stackfile.selfservice import remove
from tests.conftest import ROOT, STACKS

MINIMAL = (ROOT / STACKS["minimal"]).read_text("utf-8")
RECORD = {
    "schemaVersion": 1, "stack": "dev", "day": "2026-11-01",
    "program": {"version": "1.0.0", "commit": "a" * 40},
}  # fmt: skip
PRICES = {"date": "2027-01-31", "currency": "EUR", "prices": {}}
SLO = """apiVersion: openslo/v1
kind: SLO
metadata:
  name: availability
"""


def _prices(path: Path) -> Any:
    return prices_of(load(str(ROOT / STACKS["minimal"])), path, Estimate((), ()))


def _slo(path: Path) -> Any:
    """The error that its content causes: the document was read."""
    with pytest.raises(Exception, match="document 1") as caught:
        imported(path, frozenset())
    return str(caught.value)


#: By kind of file: its name, its text, and what reads it. CSV and YAML of networks: tests/stackfile/new.
READERS: dict[str, tuple[str, str, Callable[[Path], Any]]] = {
    "stack file": ("Pulumi.a.yaml", MINIMAL, lambda path: load(str(path)).config),
    "fleet file": ("fleet.yaml", (ROOT / "examples/fleet/fleet.yaml").read_text("utf-8"), load_fleet),
    "policy": ("policy.json", '{\n  "mode": "All"\n}\n', read_json),
    "prices": ("prices.json", json.dumps(PRICES, indent=1), _prices),
    "OpenSLO": ("slo.yaml", SLO, _slo),
    "engine": ("preview.json", '{\n"steps": [],\n"diagnostics": []\n}\n', lambda path: read_engine(str(path))),
    "record": ("dev.record.json", json.dumps(RECORD, indent=1), read_record),
}


def windows(text: str) -> bytes:
    """The bytes that an editor on Windows writes."""
    return b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()


@pytest.mark.parametrize("kind", READERS)
def test_a_file_with_a_byte_order_mark_and_crlf_reads_as_without(kind: str, tmp_path: Path) -> None:
    """Every kind of file that people write."""
    name, text, reader = READERS[kind]
    path = tmp_path / name

    path.write_text(text, encoding="utf-8")
    plain = reader(path)
    path.write_bytes(windows(text))

    assert reader(path) == plain


def test_mistakes_are_at_the_lines_that_an_editor_shows(tmp_path: Path) -> None:
    """With CRLF and a byte order mark."""
    path = tmp_path / "Pulumi.a.yaml"
    path.write_bytes(windows(MINIMAL.replace("location:", "locaton:")))

    with pytest.raises(StackFileError) as caught:
        load(str(path))

    lines = path.read_text("utf-8-sig").splitlines()
    (misspelt,) = [problem for problem in caught.value.problems if "locaton" in str(problem)]
    assert lines[(misspelt.line or 0) - 1].strip().startswith("locaton:")


def test_an_edit_keeps_the_byte_order_mark_and_crlf(tmp_path: Path) -> None:
    """No line is written with LF alone."""
    path = tmp_path / "Pulumi.a.yaml"
    path.write_bytes(windows((ROOT / STACKS["dev"]).read_text("utf-8")))

    draft = remove(load(str(path)), path.read_bytes(), "pricing")

    assert draft.raw.startswith(b"\xef\xbb\xbf")
    assert draft.raw.count(b"\n") == draft.raw.count(b"\r\n") > 5


@pytest.mark.parametrize("name", [".\\Pulumi.a.yaml", "stacks\\one\\Pulumi.a.yaml", "stacks\\one/Pulumi.a.yaml"])
def test_a_path_may_have_backslashes(name: str, tmp_path: Path) -> None:
    """On every system, if such a file is there."""
    path = tmp_path / name.replace("\\", "/")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(MINIMAL, encoding="utf-8")

    assert load(name, tmp_path).path.resolve() == path.resolve()


def test_a_file_whose_name_has_a_backslash_is_that_file(tmp_path: Path) -> None:
    """Linux has such names: what is there is taken first."""
    path = tmp_path / "a\\Pulumi.b.yaml"
    path.write_text(MINIMAL, encoding="utf-8")

    assert load("a\\Pulumi.b.yaml", tmp_path).path == path
