"""A hub stack and a landing-zone stack that refers to it: the unmodified program, plain commands, one backend."""

from __future__ import annotations

import dataclasses
import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from amlz.app.preview import PROGRAM, PROJECT
from amlz.simulator.state_store import StateStore
from tests.conftest import ROOT
from tests.engine.engine import EngineFailed, EngineStack, engine
from tests.rehearsal.common import LONG

EXAMPLE = ROOT / "examples" / "hub-stack"
HUB = "organization/aml-landing-zone/hub"
REFUSAL = (
    f"The hub of stack {HUB} is not the one that this landing zone was planned with: `serves` is "
    '["10.91.0.0/16", "10.92.0.0/16"] there and ["10.91.0.0/16"] here. Nothing was changed. Write its outputs again '
    f"(`pulumi stack output --stack {HUB} --json`), look at the preview, and run this again."
)


def configured(name: str) -> dict[str, Any]:
    """The configuration of a stack file of the example."""
    config: dict[str, Any] = yaml.safe_load((EXAMPLE / f"Pulumi.{name}.yaml").read_text(encoding="utf-8"))["config"]
    return config


def begun(folder: Path) -> tuple[EngineStack, EngineStack]:
    """The hub and the landing zone in one project folder and one backend, over one Azure that remembers."""
    hub = engine().stack(
        folder / "engine", PROGRAM, PROJECT, EXAMPLE / "Pulumi.hub.yaml", store=folder / "azure.sqlite"
    )
    shutil.copy(PROGRAM, hub.folder)  # the program next to the stack files, as in a user's project
    file = hub.folder / "Pulumi.yaml"
    project = yaml.safe_load(file.read_text(encoding="utf-8"))
    file.write_text(yaml.safe_dump({key: value for key, value in project.items() if key != "main"}), encoding="utf-8")
    hub.configure(configured("hub"))

    landing_zone = dataclasses.replace(hub, name="landing-zone")
    landing_zone.run("stack", "init", landing_zone.name)
    config = configured("landing-zone")
    config["amlz:landingZone"]["hub"]["stack"]["name"] = HUB
    (hub.folder / "Pulumi.landing-zone.yaml").write_text(yaml.safe_dump({"config": config}), encoding="utf-8")
    return hub, landing_zone


def standing(folder: Path) -> list[str]:
    """Ids of the resources in Azure, in order."""
    with closing(StateStore(folder / "azure.sqlite")) as store:
        return sorted(resource.id.lower() for resource in store.all())


def build_hub(hub: EngineStack, serves: list[str]) -> None:
    """Builds the hub, with rules for these ranges."""
    config = yaml.safe_load((hub.folder / "Pulumi.hub.yaml").read_text(encoding="utf-8"))["config"]
    config["amlz:landingZone"]["hub"]["serves"] = serves
    hub.configure(config)
    hub.do("up")


def write_outputs(hub: EngineStack) -> None:
    """The steps of docs/explanation/hub.md after the hub is built."""
    written = hub.run("stack", "output", "--stack", HUB, "--json")
    (hub.folder / "hub.outputs.json").write_text(written, encoding="utf-8")


def assert_refused(landing_zone: EngineStack) -> None:
    """`up` ends in the one sentence."""
    with pytest.raises(EngineFailed) as refused:
        landing_zone.do("up")
    assert f"error: {REFUSAL}\n" in str(refused.value)
    assert "Traceback" not in str(refused.value)


def destroy(*stacks: EngineStack) -> None:
    """One after the other, what is protected too."""
    for stack in stacks:
        stack.run("state", "unprotect", "--all", "--yes", "--stack", stack.name)
        stack.do("destroy")


def test_a_landing_zone_is_previewed_on_the_hub_of_another_stack_and_refused_where_it_changed(tmp_path: Path) -> None:
    """The preview makes nothing, and neither does the `up` after the hub has become another."""
    hub, landing_zone = begun(tmp_path)
    build_hub(hub, ["10.91.0.0/16"])
    write_outputs(hub)
    hubs = standing(tmp_path)
    landing_zone.run("preview", "--stack", landing_zone.name)
    assert standing(tmp_path) == hubs

    build_hub(hub, ["10.91.0.0/16", "10.92.0.0/16"])
    hubs = standing(tmp_path)
    assert_refused(landing_zone)
    assert standing(tmp_path) == hubs


@LONG
def test_a_landing_zone_is_built_on_the_hub_of_another_stack_and_both_are_destroyed(tmp_path: Path) -> None:
    """A second `up` changes nothing, another hub is refused without a change; nothing is left at the end."""
    hub, landing_zone = begun(tmp_path)
    build_hub(hub, ["10.91.0.0/16"])
    write_outputs(hub)
    hubs = standing(tmp_path)
    landing_zone.do("up")
    built, state = standing(tmp_path), landing_zone.urns()
    outputs = landing_zone.run("stack", "output", "--stack", landing_zone.name, "--json")
    landing_zone.run("up", "--stack", landing_zone.name, "--yes", "--skip-preview", "--expect-no-changes")
    assert (standing(tmp_path), set(hubs) < set(built)) == (built, True)
    peerings = [item for item in built if "/virtualnetworkpeerings/" in item]
    assert sorted("/vnet-platform-hub/" in peering for peering in peerings) == [False, True]

    build_hub(hub, ["10.91.0.0/16", "10.92.0.0/16"])
    changed = standing(tmp_path)
    assert_refused(landing_zone)
    assert (standing(tmp_path), set(landing_zone.urns())) == (changed, set(state))
    assert landing_zone.run("stack", "output", "--stack", landing_zone.name, "--json") == outputs

    destroy(landing_zone, hub)
    assert (standing(tmp_path), landing_zone.urns(), hub.urns()) == ([], [], [])
