"""The program itself: what it would send, whole, and that a slip in it is seen."""

from __future__ import annotations

import json
from pathlib import Path

import pulumi
import pytest

from amlz.app.preview import PROGRAM, PROJECT
from amlz.reports.formats import as_arm
from amlz.simulator.monitor import Program, ProgramFailed, register
from tests.conftest import ROOT, previewed
from tests.program_copy import copy_of_the_program, preview_of_changed, run_the_copy


def test_what_the_minimal_landing_zone_would_send_is_known_to_the_letter() -> None:
    """Every request of the smallest stack: a change here is a change for every user, so read it."""
    golden = (ROOT / "tests" / "golden" / "minimal.arm.json").read_text(encoding="utf-8")

    assert json.loads(as_arm.render(previewed("minimal"))) == json.loads(golden)


def test_a_wrong_stack_file_ends_the_program_in_its_sentences() -> None:
    """Where nobody checked it before `pulumi up`: Pulumi shows a RunError as it is, without a traceback."""
    config = {"amlz:landingZone": '{"schemaVersion": 1, "organisation": "Contoso", "businessUnit": "Retail"}'}

    with pytest.raises(ProgramFailed) as failed:
        register(Program(main=PROGRAM, project=PROJECT, stack="dev", config=config))

    assert isinstance(failed.value.original, pulumi.RunError)
    assert str(failed.value.original).splitlines()[0].endswith("businessUnit")


SLIPS = [
    # file, the present text, its replacement, the report
    ("key_vault.py", "enable_purge_protection=True", "enable_purge_protektion=True", "'enable_purge_protektion'"),
    ("workspace.py", "hbi_workspace=", "hbi_workspaces=", "'hbi_workspaces'"),
    (
        "storage.py",
        "return storage.NetworkRuleSetArgs(",
        "return dict(defaultAktion='Deny') or storage.NetworkRuleSetArgs(",
        "networkRuleSet.defaultAktion is not a property of the ARM body; did you mean defaultAction?",
    ),
]


@pytest.mark.parametrize(("file", "right", "wrong", "says"), SLIPS, ids=[slip[0] for slip in SLIPS])
def test_a_misspelt_input_fails_the_preview(tmp_path: Path, file: str, right: str, wrong: str, says: str) -> None:
    """In an argument class and in a plain mapping: exit code 3, as it is the program's mistake and not the user's."""
    ran = preview_of_changed(tmp_path, file, (right, wrong), "minimal")

    assert (ran.returncode, ran.stdout, says in ran.stderr, "defect of amlz" in ran.stderr) == (3, "", True, True)


def test_a_renamed_resource_with_a_row_in_the_table_of_moved_ones_has_its_earlier_urn_as_alias(tmp_path: Path) -> None:
    """So that the next `pulumi up` keeps the vault."""
    row = 'MOVED: tuple[ResourceAlias, ...] = (ResourceAlias("0.2.0", "azure-native:keyvault:Vault", '
    row += 'r"(.+)-store", r"\\1-vault"),)'
    copy_of_the_program(tmp_path)
    moved = tmp_path / "components" / "moved.py"
    moved.write_text(moved.read_text().replace("MOVED: tuple[ResourceAlias, ...] = ()", row))
    vault = tmp_path / "components" / "key_vault.py"
    vault.write_text(vault.read_text().replace('f"{name}-vault"', 'f"{name}-store"'))

    ran = run_the_copy(tmp_path, "minimal", "--format", "json")

    (resource,) = (r for r in json.loads(ran.stdout)["resources"] if r["armType"] == "Microsoft.KeyVault/vaults")
    assert resource["urn"].endswith("-store")
    assert resource["aliases"] == [f"{resource['urn'].removesuffix('-store')}-vault"]
