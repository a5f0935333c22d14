"""Versions that are made by patching the program: the class of each, and the words that the report has for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from amlz.diff.difference import Difference, difference
from amlz.diff.upgrade_class import UpgradeClass, class_of
from amlz.diff.version_bump import CLOSED, DENIED, RENAMED, effects_on_stack
from amlz.reports.fleet.upgrade_preview import page
from tests.conftest import ROOT, STACKS, as_told
from tests.program_copy import copy_of_the_program, run_the_copy

MERGE: dict[str, Any] = {"tag": "v9.0.0", "head": "a", "base": "b", "conflicts": (), "kept": ()}


def version(folder: Path, stack: str, file: str, old: str, new: str) -> Difference:
    """Returns the effect of a version on a stack. It differs from this one in a text of a file."""
    copy_of_the_program(folder)
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    ran = run_the_copy(folder, stack, "--format", "json", "--fail-on", "none")
    assert ran.returncode == 0, ran.stderr
    return difference("HEAD", as_told(stack), json.loads(ran.stdout))


def stops(effect: Difference) -> list[str]:
    """Returns the reasons for which the report stops the upgrade."""
    return [row["why"] for row in page(MERGE, [("dev", effect, "")], False).record["stacks"][0]["stops"]]  # type: ignore[index]


def test_a_renamed_component_without_alias_loses_data(tmp_path: Path) -> None:
    """The report names the vault and the alias that keeps it."""
    effect = version(tmp_path, "minimal", "components/key_vault.py", 'f"{name}-vault"', 'f"{name}-store"')

    assert class_of(effect) is UpgradeClass.LOSES_DATA
    assert RENAMED in set(effects_on_stack(effect))
    remedies = [finding.remedy for finding in effect.guard if "pulumi.Alias" in finding.remedy]
    assert any("churn-dev-vault-vault" in remedy for remedy in remedies)
    assert stops(effect) != []


def test_a_closed_egress_rule_is_breaking_and_stops_nothing(tmp_path: Path) -> None:
    """The firewall changes in place. The version number shows it."""
    effect = version(tmp_path, "dev", "amlz/core/facts/egress.py", "pypi.org", "packages.example.com")

    assert class_of(effect) in (UpgradeClass.GROWS, UpgradeClass.IN_PLACE)
    assert CLOSED in set(effects_on_stack(effect))
    assert stops(effect) == []


def test_a_new_deny_stops_the_upgrade(tmp_path: Path) -> None:
    """A guardrail that refuses the workspace: no resource is lost, and the report names the request."""
    definition = "policies/definitions/Deny-MachineLearning-PublicAccessWhenBehindVnet.json"
    effect = version(tmp_path, "prod", definition, '"notEquals": "Disabled"', '"notEquals": "Closed"')

    assert class_of(effect) is UpgradeClass.POLICY
    assert DENIED in set(effects_on_stack(effect))
    refused = [why for why in stops(effect) if why.startswith("Azure Policy would refuse ")]
    assert any("/workspaces/" in why for why in refused)


def test_a_removed_key_is_refused_with_its_line(tmp_path: Path) -> None:
    """The new program cannot read the file: the upgrade preview has no effect of it, with this reason."""
    copy_of_the_program(tmp_path)
    root = tmp_path / "amlz" / "core" / "config" / "root.py"
    text = root.read_text(encoding="utf-8")
    key = "    storage_read_logs: bool = False\n"
    assert key in text
    root.write_text(text.replace(key, '    storage_read_logs: bool = Field(False, alias="reads")\n'), encoding="utf-8")
    file = tmp_path / "Pulumi.dev.yaml"
    minimal = (ROOT / STACKS["minimal"]).read_text(encoding="utf-8")
    file.write_text(minimal.replace("    schemaVersion: 1\n", "    schemaVersion: 1\n    storageReadLogs: true\n"))

    ran = subprocess.run(
        [sys.executable, "-m", "amlz", "check", "Pulumi.dev.yaml"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 2
    assert "storageReadLogs" in ran.stderr.splitlines()[0]
    row = page(MERGE, [("dev", None, ran.stderr)], False).record["stacks"][0]  # type: ignore[index]
    assert (row["effect"], "storageReadLogs" in row["stops"][0]["why"]) == ("cannot tell", True)
