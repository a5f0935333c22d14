"""The pack under Pulumi's own engine, over the simulated Azure. Started as a program, since the host here is older."""

from __future__ import annotations

from pathlib import Path

import pytest

from amlz.app.preview import PROGRAM, PROJECT
from amlz.stackfile.load import load
from tests.conftest import ROOT, STACKS
from tests.engine.engine import EngineFailed, EngineStack, engine
from tests.integrations.policy_pack.test_pack import PROGRAM as SMALL

PACK = str(ROOT / "amlz" / "integrations" / "policy_pack" / "pack")


def small(folder: Path) -> tuple[Path, EngineStack]:
    """The small program and a new stack of it."""
    main, config = folder / "__main__.py", folder / "Pulumi.dev.yaml"
    main.write_text(SMALL)
    config.write_text("config: {}\n")
    return main, engine().stack(folder / "engine", main, "small", config)


def previewed(stack: EngineStack) -> str:
    """Output of `pulumi preview` about policies, with single spaces."""
    shown = stack.run("preview", "--stack", stack.name, "--suppress-outputs", "--policy-pack", PACK)
    return " ".join(shown.partition("Policies:")[2].partition("Resources:")[0].split())


REFUSED = (
    "[mandatory] azure-policy-denied (azure-native:storage:StorageAccount: account) "
    "deny blobs: Blobs stay private properties.allowBlobPublicAccess is true."
)


def test_a_refusal_stops_preview_and_up_until_the_input_is_right(tmp_path: Path) -> None:
    """It is reported at its resource, and nothing is built."""
    main, stack = small(tmp_path)

    for command in (["preview"], ["up", "--yes"]):
        with pytest.raises(EngineFailed) as failed:
            stack.run(*command, "--stack", stack.name, "--policy-pack", PACK)
        assert REFUSED in " ".join(str(failed.value).split())
    assert stack.urns() == []

    main.write_text(SMALL.replace("allow_blob_public_access=True", "allow_blob_public_access=False"))
    assert "azure-policy" not in previewed(stack)


def test_what_stands_is_judged_too(tmp_path: Path) -> None:
    """`pulumi policy analyze` sends the state to the pack; it contains the requested values."""
    _, stack = small(tmp_path)
    stack.do("up")

    with pytest.raises(EngineFailed) as failed:
        stack.run("policy", "analyze", "--stack", stack.name, "--policy-pack", PACK)

    assert "one or more mandatory policy violations" in str(failed.value)


def test_a_shipped_stack_is_told_what_its_preview_is_told(tmp_path: Path) -> None:
    """Also where the engine knows no id of a new resource: names are decided, and so the pack knows them."""
    file = load(STACKS["minimal"], ROOT)
    stack = engine().stack(tmp_path / "engine", PROGRAM, PROJECT, file.path, as_azure_native=True)

    text = previewed(stack)

    assert text.partition(" - ")[2] == (
        "[advisory] azure-policy-undecided (pulumi:pulumi:Stack: aml-landing-zone-minimal) "
        "not evaluated guardrails-compute: Compute instances: current system image "
        "The policy reads a property that only Azure sets, and the plan does not show it. "
        "Azure Machine Learning landing zone: computes. "
        "Ask the platform team of Contoso (landing zone retail) for a change or an exemption. "
        "At cpu and image-build."
    )
