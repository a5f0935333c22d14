"""The program with the hub of another stack: it refers to that one, and builds nothing where that has changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from amlz.app.preview import program_of
from amlz.simulator.monitor import Program, ProgramFailed, RecordingMonitor, register
from amlz.stackfile.load import load
from tests.conftest import ROOT

NAME = "contoso/aml-landing-zone/hub"


def program(**live: Any) -> Program:
    """The example's landing zone, where the other stack gives `live` instead of the content of its file."""
    result = program_of(load(str(ROOT / "examples" / "hub-stack" / "Pulumi.landing-zone.yaml")))
    return replace(result, stacks={NAME: {"hub": {**result.stacks[NAME]["hub"], **live}}})


def test_where_the_other_stack_has_changed_nothing_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even a provider: the program ends with the sentence and no traceback, which Pulumi shows as it is."""
    built: list[str] = []
    kept = RecordingMonitor.RegisterResource

    def noted(self: RecordingMonitor, request: Any) -> Any:
        built.extend([request.type] if request.custom else [])
        return kept(self, request)

    monkeypatch.setattr(RecordingMonitor, "RegisterResource", noted)

    with pytest.raises(ProgramFailed) as caught:
        register(program(firewallAddress="10.90.0.5"))

    assert (built, type(caught.value.original).__name__, str(caught.value)) == (
        [],
        "RunError",
        f"The hub of stack {NAME} is not the one that this landing zone was planned with: "
        '`firewallAddress` is "10.90.0.5" there and "10.90.0.4" here. Nothing was changed. '
        f"Write its outputs again (`pulumi stack output --stack {NAME} --json`), look "
        "at the preview, and run this again.",
    )


def test_a_stack_that_is_not_known_is_not_made_up() -> None:
    """Nothing is assumed of its outputs."""
    with pytest.raises(ProgramFailed, match=f"the program reads the outputs of stack {NAME}, which are not known here"):
        register(replace(program(), stacks={}))


def test_the_hub_is_told_to_other_stacks() -> None:
    """As the example's file has it, but for the address that only Azure knows."""
    hub, beside = (
        program_of(load(str(ROOT / "examples" / "hub-stack" / f"Pulumi.{name}.yaml")))
        for name in ("hub", "landing-zone")
    )

    result = register(hub).outputs["hub"]

    assert result == {**beside.stacks[NAME]["hub"], "firewallAddress": {"$unknown": "an output"}}
