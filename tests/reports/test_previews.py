"""Small stack files, one or more a feature: each previews without an error, in bodies that ARM publishes."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import pytest

from amlz.checks.finding import Severity
from amlz.reports.formats import as_arm, as_markdown, as_text
from amlz.reports.markdown_text import LONGEST
from amlz.reports.preview import Preview
from amlz.stackfile.load import load
from tests import layers
from tests.conftest import ROOT, preview_of
from tests.reports.test_arm_witness import witness

CASES = sorted((ROOT / "tests" / "cases" / "previews").glob("*.yaml"))


@functools.cache
def case(path: Path) -> Preview:
    """A stack file of the folder, previewed. Once for all tests of a process."""
    file = load(str(path))
    return preview_of(file)


pytestmark = pytest.mark.parametrize("path", layers.sampled(CASES, 6), ids=lambda path: path.stem)


def test_nothing_is_wrong_or_refused(path: Path) -> None:
    """No finding that is an error, and no request that Azure Policy denies."""
    preview = case(path)

    errors = [(f.check, f.message) for f in preview.findings if f.severity is Severity.ERROR]
    assert (errors, preview.verdicts.denied) == ([], ())


def test_every_body_is_what_arm_publishes(path: Path, tmp_path: Path) -> None:
    """No problem and no unknown type."""
    bodies = as_arm.render(case(path))

    code, last = witness(bodies, tmp_path)

    count = len(json.loads(bodies))
    assert (code, last.rsplit(", ", 1)[0]) == (0, f"{count} bodies, 0 problems, 0 of unknown type")


def test_it_fits_into_a_terminal_and_a_comment(path: Path) -> None:
    """80 columns in the one, but for an address, which stays whole; GitHub's limit in the other."""
    text, comment = as_text.render(case(path)), as_markdown.render(case(path))

    assert [line for line in text.splitlines() if len(line) > 80 and " " in line.strip()] == []
    assert len(comment) <= LONGEST
