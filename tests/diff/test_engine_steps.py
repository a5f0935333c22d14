"""Steps of Pulumi's engine, reported and guarded from its own preview."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from amlz.checks.guard.change import LossAllowance
from amlz.core.config.allowed_loss import AllowedLossConfig
from amlz.core.problems import LandingZoneError
from amlz.diff.engine_steps import difference_by_engine, read
from amlz.reports import difference_as, difference_markdown
from tests.cli.in_process import amlz_here

STACK = "urn:pulumi:dev::aml-landing-zone::"
GROUP = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg"
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv"
#: Our own preview, as far as it is read.
OURS: dict[str, Any] = {"stack": "dev", "resources": []}


def state(token: str, name: str, inputs: dict[str, Any], resource_id: str = "") -> dict[str, Any]:
    """A state as the engine writes it."""
    urn = f"{STACK}azure-native:{token}::{name}"
    return {"urn": urn, "type": f"azure-native:{token}", "id": resource_id, "custom": True, "inputs": inputs}


def step(op: str, old: dict[str, Any] | None, new: dict[str, Any] | None) -> dict[str, Any]:
    """A step as the engine writes it."""
    states = {key: value for key, value in (("oldState", old), ("newState", new)) if value}
    return {"op": op, "urn": (new or old or {})["urn"], **states}


def vault(**properties: Any) -> dict[str, Any]:
    """The state of a vault."""
    inputs = {"resourceGroupName": "rg", "vaultName": "kv", "azureApiVersion": "2024-11-01", "properties": properties}
    return state("keyvault:Vault", "vault", inputs, VAULT)


ACCOUNT = state(
    "storage/v20230101:StorageAccount",
    "store",
    {"resourceGroupName": "rg", "accountName": "st", "isHnsEnabled": False, "tags": {"project": "churn"}},
    f"{GROUP}/providers/Microsoft.Storage/storageAccounts/st",
)
HNS = {**ACCOUNT, "inputs": {**ACCOUNT["inputs"], "isHnsEnabled": True}}
RG = state("resources:ResourceGroup", "group", {"resourceGroupName": "rg", "location": "westeurope"}, GROUP)
MOVED = {**RG, "inputs": {**RG["inputs"], "location": "northeurope"}}
NOTHING = step("same", RG, RG)
PROVIDER = {"urn": f"{STACK}pulumi:providers:azure-native::hub", "type": "pulumi:providers:azure-native"}

CASES: dict[str, tuple[list[dict[str, Any]], tuple[int, int, int, int], list[tuple[str, str]]]] = {
    "nothing": ([NOTHING, step("same", PROVIDER, PROVIDER)], (0, 0, 0, 1), []),
    "a new group": ([step("create", None, {**RG, "id": ""})], (1, 0, 0, 0), []),
    "a vault that loses its protection": (
        [step("update", vault(enablePurgeProtection=True), vault(enablePurgeProtection=False))],
        (0, 1, 0, 0),
        [("guard/refused-by-azure", "vault")],
    ),
    "an account that gets a hierarchy": (
        [step(op, ACCOUNT, HNS) for op in ("create-replacement", "replace")] + [step("delete-replaced", ACCOUNT, None)],
        (0, 1, 0, 0),
        [("guard/replace-not-allowed", "store")],
    ),
    "an account that goes": ([step("delete", ACCOUNT, None)], (0, 0, 1, 0), [("guard/delete-not-allowed", "store")]),
    "a group that moves, with what is in it": (
        [step("replace", RG, MOVED), step("same", ACCOUNT, ACCOUNT)],
        (0, 1, 0, 1),
        [("guard/replace-not-allowed", "store")],
    ),
    "what no table has": (
        [step("delete", state("quantum:Thing", "thing", {"a": 1}, f"{GROUP}/providers/Q.T/x/y"), None)],
        (0, 0, 1, 0),
        [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_steps_of_the_engine_are_told_and_guarded(case: str) -> None:
    """How much is created, changed, deleted and left alone, and the guard's findings by resource."""
    steps, counts, pairs = CASES[case]

    difference = difference_by_engine({"steps": steps}, OURS, LossAllowance())

    assert (len(difference.created), len(difference.changed), len(difference.deleted), difference.unchanged) == counts
    assert [(finding.check, finding.urn.rpartition("::")[2]) for finding in difference.guard] == pairs
    assert difference.fails("error") == bool(pairs)


@pytest.mark.parametrize("name", ["st", "ST", "store", ACCOUNT["id"]])
def test_what_is_allowed_is_not_said(name: str) -> None:
    """By its name in Azure, its name in the program, or its id."""
    entry = AllowedLossConfig(resource=name, reason="Nothing is in it yet.")

    difference = difference_by_engine({"steps": [step("delete", ACCOUNT, None)]}, OURS, LossAllowance(delete=(entry,)))

    assert difference.guard == ()


def test_an_entry_that_allows_nothing_is_told() -> None:
    """For replacing, it does not allow a deletion."""
    entry = AllowedLossConfig(resource="st", reason="Nothing is in it yet.")

    difference = difference_by_engine({"steps": [step("delete", ACCOUNT, None)]}, OURS, LossAllowance(replace=(entry,)))

    assert [(finding.check, finding.path) for finding in difference.guard] == [
        ("guard/delete-not-allowed", ""),
        ("guard/allows-nothing", "allowReplace[0]"),
    ]


def test_a_secret_of_the_state_is_never_told() -> None:
    """Neither what the engine marks as one nor what its name calls one, in no form of report."""
    marked = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": '"hunter2"'}
    old = {**RG, "inputs": {**RG["inputs"], "managedBy": marked, "tags": {"adminPassword": "hunter3"}}}
    new = {**RG, "inputs": {**RG["inputs"], "managedBy": "me", "tags": {"adminPassword": "hunter4", "a": "b"}}}

    difference = difference_by_engine({"steps": [step("update", old, new)]}, OURS, LossAllowance())

    assert [(row.path, row.old, row.new) for row in difference.changed[0].rows] == [
        ("managedBy", "[secret]", "me"),
        ("tags.a", None, "b"),
    ]
    assert not any(
        "hunter" in form(difference)
        for form in (difference_as.text, difference_as.as_json, difference_markdown.markdown)
    )


WRONG = {
    "": "It is not the JSON of a preview of Pulumi's.",
    "{": "It is not the JSON of a preview of Pulumi's.",
    "[]": "It is not the JSON of a preview of Pulumi's.",
    '{"steps": [{"op": 1}]}': "It is not the JSON of a preview of Pulumi's.",
    '{"steps": [], "diagnostics": [{"severity": "error"}]}': "That preview ended with an error",
    '{"steps": [], "maybeCorrupt": true}': "That preview ended with an error",
    '{"steps": [{"op": "teleport", "urn": "u"}]}': "It has steps of a kind that is not known here: teleport.",
}


@pytest.mark.parametrize("text", WRONG)
def test_a_file_that_is_no_preview_is_told_in_words(tmp_path: Path, text: str) -> None:
    """And so is one that is not whole: half a preview must not pass for all of it."""
    path = tmp_path / "engine.json"
    path.write_text(text)

    with pytest.raises(LandingZoneError) as error:
        read(str(path))

    assert WRONG[text] in str(error.value)


def test_a_preview_of_another_stack_is_told_in_words() -> None:
    """Not compared."""
    with pytest.raises(LandingZoneError) as error:
        difference_by_engine({"steps": [NOTHING]}, {"stack": "prod", "resources": []}, LossAllowance())

    assert "The preview is of stack dev, and the stack file of prod." in str(error.value)


def test_the_command_reads_standard_input(tmp_path: Path) -> None:
    """Exit code 1 where the guard stops it, 2 where there is no such file; the report is on standard output."""

    def ran(*arguments: str, given: str = "") -> tuple[int, str, str]:
        done = amlz_here("preview", "dev", "--engine", *arguments, given=given)
        return done.returncode, done.stdout, done.stderr

    stops = ran("-", "--format", "json", given=json.dumps({"steps": [step("delete", ACCOUNT, None)]}))
    none = ran(str(tmp_path / "none.json"))

    assert (stops[0], [f["id"] for f in json.loads(stops[1])["guard"]], stops[2]) == (
        1,
        ["guard/delete-not-allowed"],
        "",
    )
    assert (none[0], none[1], "It cannot be read: No such file or directory." in none[2]) == (2, "", True)


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Path of a value in a JSON document."""
    yield at
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(item, (*at, key))


def put(value: Any, at: tuple[Any, ...], actual: Any) -> Any:
    """A document with another value at one path."""
    if not at:
        return actual
    copied = value.copy()
    copied[at[0]] = put(value[at[0]], at[1:], actual)
    return copied


def test_a_closed_standard_input_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """As `<&-` leaves it."""
    monkeypatch.setattr(sys, "stdin", None)

    with pytest.raises(LandingZoneError, match="It cannot be read: standard input is closed"):
        read("-")


ODD: tuple[Any, ...] = (None, True, -1, "", "/", [], {}, [1], {"a": None}, "/subscriptions//resourceGroups")


def test_whatever_stands_in_the_file_is_read_or_refused_in_words(tmp_path: Path) -> None:
    """Each path of a preview, with an unexpected value: never a traceback."""
    steps = [NOTHING, step("create", None, {**RG, "id": ""}), step("update", ACCOUNT, HNS), step("replace", RG, MOVED)]
    right = {"steps": steps, "diagnostics": [{"severity": "info", "message": "x"}]}
    file, result = tmp_path / "engine.json", {"read": 0, "refused": 0}

    for at in places(right):
        for odd in ODD:
            file.write_text(json.dumps(put(right, at, odd)))
            try:
                difference_as.as_json(difference_by_engine(read(str(file)), OURS, LossAllowance()))
                result["read"] += 1
            except LandingZoneError as error:
                result["refused"] += str(error).startswith("--engine")
    file.write_text('{"steps":' + "[" * 100_000)
    with pytest.raises(LandingZoneError, match="It is not the JSON of a preview"):
        read(str(file))

    assert sum(result.values()) == len(ODD) * len(list(places(right)))
