"""A state whose engine was killed: what was under way is moved to the resources, with the ids that are decided."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from amlz.cli.main import app
from amlz.rehearsal.engine import EngineStack
from amlz.rehearsal.kills import repeated
from amlz.rehearsal.recovery import NoExport, described, make_readable, read, recover
from amlz.simulator.state_store import LoggedOperation

A, B, C = (f"urn:pulumi:dev::lz::azure-native:resources:ResourceGroup::{name}" for name in "abc")
IDS = {A: "/a", B: "/b"}


def exported(resources: list[Any], pending: list[Any]) -> dict[str, Any]:
    """Output of `pulumi stack export`."""
    return {"version": 3, "deployment": {"manifest": {}, "resources": resources, "pending_operations": pending}}


def test_creations_are_moved_and_the_rest_stays() -> None:
    """Operations without a decided id, or that create nothing, stay pending: `pulumi refresh` settles them."""
    creating, updating = ({"resource": {"urn": urn}, "type": kind} for urn, kind in ((B, "creating"), (A, "updating")))
    unknown = {"resource": {"urn": C}, "type": "creating"}

    recovered = recover(exported([{"urn": A, "id": "/a"}], [creating, updating, unknown]), IDS)

    assert recovered.exported == exported([{"urn": A, "id": "/a"}, {"urn": B, "id": "/b"}], [updating, unknown])
    assert (recovered.moved, recovered.unknown) == ((B,), (C,))
    assert described(recovered) == (
        f"Moved to the resources: 1\n  {B}\n"
        f"Not moved, since the id is known at deployment only: look in Azure whether they exist\n  {C}\n"
        "Import this state, then `pulumi refresh`: what Azure did not make is forgotten. Then `pulumi up`.\n"
    )


def test_without_anything_under_way_a_state_stays_as_it_is() -> None:
    """Nothing pending, nothing moved."""
    state = {"version": 3, "deployment": {"manifest": {}, "resources": [{"urn": A, "id": "/a"}]}}

    recovered = recover(state, IDS)

    assert (recovered.exported, recovered.moved, recovered.unknown) == (state, (), ())
    assert described(recovered) == ""


@pytest.mark.parametrize("text", ["", "nothing", "[]", '{"version": 3}', '{"deployment": null}'])
def test_what_is_no_export_is_told(text: str) -> None:
    """With the command that it comes from."""
    with pytest.raises(NoExport) as wrong:
        read(text)

    assert str(wrong.value) == (
        "standard input\n  This is not what `pulumi stack export` writes.\n"
        "  Give it: pulumi stack export --stack NAME | amlz recover NAME | pulumi stack import --stack NAME"
    )


def test_what_is_an_export_is_read() -> None:
    """As it is."""
    assert read(json.dumps(exported([], []))) == exported([], [])


def test_a_state_that_was_being_written_is_made_readable(tmp_path: Path) -> None:
    """An empty checksum is removed, the others and the state stay."""
    stack = EngineStack(Path("pulumi"), "dev", tmp_path, {"PULUMI_BACKEND_URL": f"file://{tmp_path}"})
    below = tmp_path / ".pulumi" / "stacks"
    below.mkdir(parents=True)
    for name, text in (("a.json", "{}"), ("a.json.attrs", ""), ("b.json", ""), ("b.json.attrs", "{}")):
        (below / name).write_text(text)

    assert make_readable(stack) == (below / "a.json.attrs",)
    assert sorted(path.name for path in below.iterdir()) == ["a.json", "b.json", "b.json.attrs"]


@pytest.mark.parametrize(
    ("stack", "parents", "name", "resource_id"),
    [
        (
            "dev",
            "amlz:index:LandingZone$amlz:hub:Hub",
            "hub-group",
            "a1b2c3d4-1111-4222-8333-444455556666/resourceGroups/rg-retail-hub-westeurope",
        ),
        (
            "examples/hub-stack/Pulumi.landing-zone.yaml",
            "amlz:index:LandingZone$amlz:spoke:Spoke",
            "spoke-main-group",
            "e1e1e1e1-1111-4222-8333-444455556666/resourceGroups/rg-claims-spoke-main-westeurope",
        ),
    ],
)
def test_the_command_takes_an_export_and_gives_one(stack: str, parents: str, name: str, resource_id: str) -> None:
    """With the ids of the stack file's own plan, also with the hub of another stack; the changes are reported."""
    path = Path(stack).name.removeprefix("Pulumi.").removesuffix(".yaml")
    urn = f"urn:pulumi:{path}::aml-landing-zone::{parents}$azure-native:resources:ResourceGroup::{name}"
    state = json.dumps(exported([], [{"resource": {"urn": urn}, "type": "creating"}]))

    ran = CliRunner().invoke(app, ["recover", stack], input=state)

    assert json.loads(ran.stdout)["deployment"]["resources"] == [{"urn": urn, "id": f"/subscriptions/{resource_id}"}]
    assert (ran.exit_code, ran.stderr.splitlines()[:2]) == (0, ["Moved to the resources: 1", f"  {urn}"])


def test_creations_and_deletions_are_repeated_and_updates_are_not() -> None:
    """An update that was under way when the engine was killed has to be sent again; a creation never."""
    verbs = ("create", "update", "update", "delete", "delete", "create", "create")
    ids = ("/a", "/a", "/a", "/b", "/b", "/c", "/d")
    operations = [LoggedOperation(number, *both, "", "") for number, both in enumerate(zip(verbs, ids, strict=True))]

    assert repeated(operations) == ("delete /b",)
    assert repeated([*operations, operations[0]]) == ("create /a", "delete /b")
