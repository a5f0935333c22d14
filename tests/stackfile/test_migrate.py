"""Codemods of stack files: the text keeps every other byte, and a change that the text cannot show is left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from amlz.checks.catalogue import ALL
from amlz.core import codemods
from amlz.core.codemods import RemoveKey, RenameKey, converted
from amlz.core.deprecations import DEPRECATED
from amlz.stackfile.migrate import Migration, migrated
from amlz.stackfile.stack_file import KEY
from tests.cli.in_process import amlz_here
from tests.conftest import ROOT, STACKS

TEXT = """\
# The stack of churn.
config:
  amlz:landingZone:
    schemaVersion: 1   # the first one
    "old": 'kept'      # why
    projects:
      churn:
        environments:
          # A comment of dev.
          dev: {scoringNodes: 0, network: 10.0.0.0/24}
          prod:
            network: 10.1.0.0/24
            scoringNodes: 8  # a comment that stays
            # The last comment.
"""
STEP = (RenameKey(("old",), "new"), RenameKey(("projects", "*", "environments", "*", "network"), "range"))


def migrate(text: str) -> Migration:
    """Returns a migrated text."""
    return migrated(text, Path("Pulumi.dev.yaml"), "Pulumi.dev.yaml")


def landing_zone(text: str) -> Any:
    """Returns the values of a text."""
    return yaml.safe_load(text)["config"][KEY]


@pytest.fixture
def second_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that reads version 2."""
    monkeypatch.setattr(codemods, "CURRENT", 2)
    monkeypatch.setitem(codemods.STEPS, 1, STEP)


def test_a_deprecated_key_without_effect_is_removed_and_another_one_is_left_with_what_to_do() -> None:
    """Every other byte stays."""
    result = migrate(TEXT)

    assert result.text == TEXT.replace("{scoringNodes: 0, network", "{network")
    assert [(row.line, row.path) for row in result.done] == [(10, "projects.churn.environments.dev.scoringNodes")]
    assert [(row.line, row.path) for row in result.left] == [(13, "projects.churn.environments.prod.scoringNodes")]
    assert result.left[0].what == getattr(DEPRECATED[0].codemod, "otherwise", None)


@pytest.mark.usefixtures("second_version")
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_an_earlier_version_becomes_the_current_one(newline: str) -> None:
    """With quotes, comments and line ends as they were; once more, nothing changes."""
    result = migrate(TEXT.replace("\n", newline))

    expected = TEXT.replace("schemaVersion: 1 ", "schemaVersion: 2 ").replace('"old":', '"new":')
    expected = expected.replace("{scoringNodes: 0, network", "{range").replace("network:", "range:")
    assert result.text == expected.replace("\n", newline)
    assert [row.path for row in result.done[:2]] == ["old", "projects.churn.environments.dev.network"]
    assert [(row.line, row.what) for row in result.done if row.path == "schemaVersion"] == [(4, "set to 2")]
    assert migrate(result.text).text == result.text
    assert migrate(result.text).done == ()


@pytest.mark.usefixtures("second_version")
def test_the_loader_reads_an_earlier_version_as_the_migrated_text_is_read() -> None:
    """So an upgrade edits no stack file."""
    text = TEXT.replace("scoringNodes: 0, ", "")

    assert converted(landing_zone(text)) == landing_zone(migrate(text).text)


@pytest.mark.usefixtures("second_version")
def test_a_key_with_both_names_is_left_and_the_version_stays() -> None:
    """A person keeps one of both values."""
    text = TEXT.replace("    projects:", "    new: other\n    projects:")

    result = migrate(text)

    assert landing_zone(result.text)["schemaVersion"] == 1
    assert [(row.path, row.what) for row in result.left] == [
        ("old", "`new` is set as well. Keep one of both values, and remove `old`.")
    ]


@pytest.mark.usefixtures("second_version")
def test_an_anchor_is_changed_where_it_is_and_a_merge_key_is_left() -> None:
    """An alias has the value of its anchor. A program does not decide about a merge key."""
    shared = TEXT.replace("dev: {", "dev: &dev {") + "          lab: *dev\n"
    result = migrate(shared)
    assert landing_zone(result.text)["projects"]["churn"]["environments"]["lab"] == {"range": "10.0.0.0/24"}

    merged = TEXT.replace("dev: {", "dev: &dev {") + "          lab: {<<: *dev, network: 10.2.0.0/24}\n"
    result = migrate(merged.replace("    \"old\": 'kept'      # why\n", ""))
    environments = landing_zone(result.text)["projects"]["churn"]["environments"]
    assert environments["lab"].get("range", environments["lab"].get("network")) == "10.2.0.0/24"


@pytest.mark.parametrize("stack", sorted(STACKS))
def test_a_shipped_stack_file_keeps_every_byte_but_deprecated_keys(stack: str) -> None:
    """Comments, quotes and order."""
    text = (ROOT / STACKS[stack]).read_text(encoding="utf-8")

    result = migrate(text)

    removed = [line for line in text.splitlines() if line not in result.text.splitlines()]
    assert len(removed) == len(result.done)
    assert all("scoringNodes" in line for line in removed)


def test_the_command_writes_the_file_and_fails_for_what_is_left(tmp_path: Path) -> None:
    """Nothing is written by --dry-run, and a file with mistakes in YAML stays as it is."""
    file = tmp_path / "Pulumi.dev.yaml"
    minimal = (ROOT / STACKS["minimal"]).read_bytes()
    text = b"\xef\xbb\xbf" + minimal.replace(b"dev: {", b"dev: {scoringNodes: 0, ")
    file.write_bytes(text)
    assert b"scoringNodes" in text

    tried = amlz_here("upgrade", "migrate", "dev", "--dry-run", folder=tmp_path)
    assert (tried.returncode, file.read_bytes()) == (0, text)
    assert "1 key changed, not written" in tried.stdout
    ran = amlz_here("upgrade", "migrate", "dev", folder=tmp_path)
    assert (ran.returncode, file.read_bytes()) == (0, text.replace(b"scoringNodes: 0, ", b""))
    file.write_bytes(text.replace(b"scoringNodes: 0", b"scoringNodes: 3"))
    ran = amlz_here("upgrade", "migrate", "dev", folder=tmp_path)
    assert (ran.returncode, "1 key to change by hand" in ran.stdout) == (1, True)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("config: [", "It is not YAML at column 1."),
        (f"config:\n  {KEY}: {{schemaVersion: 7}}\n", "Version 7 is newer than this program: update it."),
        (f"config:\n  {KEY}: {{schemaVersion: 1, tags: 1, tags: 2}}\n", "Correct it first: the file was not changed."),
    ],
)
def test_a_file_that_cannot_be_read_stays_as_it_is(text: str, sentence: str, tmp_path: Path) -> None:
    """With a sentence and exit code 2."""
    file = tmp_path / "Pulumi.dev.yaml"
    file.write_text(text, encoding="utf-8")

    ran = amlz_here("upgrade", "migrate", "dev", folder=tmp_path)

    assert (ran.returncode, ran.stdout, file.read_text(encoding="utf-8")) == (2, "", text)
    assert sentence in " ".join(ran.stderr.split())


def test_every_deprecated_key_has_a_finding_dates_and_time() -> None:
    """Six months at least, and only a major version removes it."""
    for row in DEPRECATED:
        assert row.finding in {check.id for check in ALL}
        assert (int(row.not_before[:4]) - int(row.day[:4])) * 12 + int(row.not_before[5:7]) - int(row.day[5:7]) >= 6
        assert row.removed.endswith(".0")
        assert isinstance(row.codemod, RenameKey | RemoveKey)
