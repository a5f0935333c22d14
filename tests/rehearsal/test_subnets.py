"""Subnets in the life of a landing zone: deployed stacks import them, and all their content can be removed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import yaml

from amlz.app.preview import PROGRAM
from amlz.rehearsal import recovery, subnet_import
from amlz.rehearsal.edits import Written, copied
from amlz.rehearsal.kills import kill_an_edit
from amlz.rehearsal.life import StackUnderTest, plain_config, resources_of, stack_under_test
from amlz.stackfile.load import StackFile, load
from amlz.stackfile.stack_file import KEY
from tests.rehearsal.common import LONG, minimal, stage

#: The program of revisions whose networks listed their subnets.
INLINE = Path(__file__).parent / "inline" / "__main__.py"
IMPORT = ("--yes", "--protect=false", "--generate-code=false", "--skip-preview")


def import_subnets(here: StackUnderTest, config: Written) -> int:
    """Follows docs/how-to/subnets-migration.md. Returns how many subnets were imported."""
    written = here.stack.folder / "Pulumi.yaml"
    project = yaml.safe_load(written.read_text())
    written.write_text(yaml.safe_dump({**project, "main": str(PROGRAM.parent)}))
    resources = here.write(config)
    exported = recovery.read(here.stack.run("stack", "export", "--stack", here.stack.name))
    result = subnet_import.import_file(resources, exported)
    file = here.stack.folder / "subnets.json"
    file.write_text(json.dumps(result))
    here.stack.run("import", "--stack", here.stack.name, "--file", str(file), *IMPORT)
    return len(result["resources"])


@LONG
def test_a_stack_that_listed_its_subnets_imports_them_and_nothing_is_made_again(tmp_path: Path) -> None:
    """The next `up` writes the networks without their list; then nothing changes, and the environment can go."""
    file = minimal()
    config = plain_config(file)
    with stack_under_test(replace(stage(tmp_path), program=INLINE), file.stack, config) as here:
        first = here.step("up", "up")
        before = {resource.id for resource in here.store.all() if "/subnets/" in resource.id}
        here = replace(here, stage=stage(tmp_path))
        imported = import_subnets(here, config)
        begun = len(here.store.journal())
        then, again = here.step("up", "up"), here.step("up again", "up")
        written = {(done.verb, done.id.rpartition("/")[2]) for done in here.store.journal()[begun:]}
        after = {resource.id for resource in here.store.all() if "/subnets/" in resource.id}
        here.write({**config, KEY: without_projects(config[KEY])})
        removed = here.step("remove", "up")
        left = [resource.id for resource in here.store.all() if "/subnets/snet-" in resource.id]

    assert (first.refused, then.refused, removed.refused) == ((), (), ())
    assert (imported, before, again.changed, left) == (4, after, False, [])
    networks = {("update", "vnet-retail-hub"), ("update", "vnet-retail-spoke-main")}
    assert written == {*networks, ("create", "to-central-log")}  # diagnostics, which the old program here leaves out


def without_projects(written: Written) -> Written:
    """The landing zone with no project, and the loss allowed."""
    allowed = [{"resource": "churn/dev", "reason": "The project has ended."}]
    return {**copied(written), "projects": {}, "allowDelete": allowed}


def two_spokes(folder: Path) -> StackFile:
    """The smallest shipped stack and a second spoke with a project."""
    config = plain_config(minimal())
    written = config[KEY]
    written["spokes"]["second"] = {"addressSpace": ["10.20.32.0/20"]}
    written["projects"]["churn"]["environments"]["dev"]["spoke"] = "main"
    extra = {"dev": {"spoke": "second", "network": "10.20.32.0/25"}}
    written["projects"]["extra"] = {"environments": extra}
    path = folder / "Pulumi.two.yaml"
    path.write_text(yaml.safe_dump({"config": config}))
    return load(str(path), folder)


@LONG
def test_killed_while_a_spoke_with_its_last_environment_is_removed_the_next_up_converges(tmp_path: Path) -> None:
    """Killed at the deletion of an endpoint, a compute, a subnet, a peering and the network."""
    file = two_spokes(tmp_path)
    then = copied(plain_config(file)[KEY])
    del then["projects"]["extra"], then["spokes"]["second"]
    place = stage(tmp_path)
    kept = {resource.id for resource in resources_of(place, file.stack, {**plain_config(file), KEY: then})}
    every = [resource for resource in resources_of(place, file.stack, plain_config(file)) if resource.id not in kept]
    struck = [
        next(resource.id for resource in every if resource.arm_type == f"Microsoft.{kind}")
        for kind in (
            "Network/privateEndpoints",
            "MachineLearningServices/workspaces/computes",
            "Network/virtualNetworks/subnets",
            "Network/virtualNetworks/virtualNetworkPeerings",
            "Network/virtualNetworks",
        )
    ]

    killed = kill_an_edit(place, file, then, struck)

    assert (killed.last.refused, killed.differences) == ((), ())
    assert killed.kills >= 2
