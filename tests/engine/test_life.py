"""A stack under Pulumi's own engine, over the simulated Azure: built, unchanged, changed, deleted."""

from __future__ import annotations

from pathlib import Path

from amlz.app.preview import PROGRAM, PROJECT
from amlz.simulator.monitor import Program, register
from amlz.stackfile.load import load
from tests.conftest import ROOT, STACKS
from tests.engine.engine import EngineStack, engine
from tests.simulator.programs import HEAD, NARROW

#: A resource group that changes, a network that is renamed, a zone that is deleted, and a workspace with identities.
BEFORE = (
    NARROW
    + HEAD
    + (
        "group = azure.resources.ResourceGroup('group', resource_group_name='rg', tags={'a': '1'}, opts=opts)\n"
        "net = azure.network.VirtualNetwork('net', resource_group_name='rg', virtual_network_name='vnet',\n"
        "    opts=pulumi.ResourceOptions(provider=hub, depends_on=[group]))\n"
        "azure.privatedns.PrivateZone('zone', resource_group_name=group.name, private_zone_name='a.b', opts=opts)\n"
        "azure.machinelearningservices.Workspace('ws', resource_group_name=group.name, workspace_name='ws',\n"
        "    identity={'type': 'UserAssigned', 'user_assigned_identities': [group.id]}, opts=opts)\n"
        "pulumi.export('network', net.id)\n"
    )
)
AFTER = (
    BEFORE.replace("tags={'a': '1'}", "tags={'a': '2'}")
    .replace("'vnet'", "'vnet-2'")
    .replace("azure.privatedns", "0 and azure.privatedns")
)


def changes(stack: EngineStack) -> dict[str, str]:
    """The engine's steps, by logical name."""
    result: dict[str, str] = {}
    for step in stack.preview()["steps"]:
        if step["op"] != "same":
            result.setdefault(step["urn"].rpartition("::")[2], step["op"])
    return result


def test_a_stack_is_built_unchanged_changed_and_gone(tmp_path: Path) -> None:
    """Another tag changes a resource, another name replaces it."""
    main, config = tmp_path / "__main__.py", tmp_path / "Pulumi.dev.yaml"
    main.write_text(BEFORE)
    config.write_text("config: {}\n")
    stack = engine().stack(tmp_path / "engine", main, "small", config)

    assert changes(stack) == dict.fromkeys(("small-dev", "hub", "group", "net", "zone", "ws"), "create")
    stack.do("up")
    assert changes(stack) == {}
    stack.do("refresh")
    assert changes(stack) == {}

    main.write_text(AFTER)
    assert changes(stack) == {"group": "update", "net": "replace", "zone": "delete"}
    stack.do("up")
    assert changes(stack) == {}

    stack.do("destroy")
    assert stack.urns() == []


def test_the_smallest_shipped_stack_is_built_unchanged_and_gone(tmp_path: Path) -> None:
    """A second preview has nothing to change: what is computed in Azure is the same in every run."""
    file = load(STACKS["minimal"], ROOT)
    stack = engine().stack(tmp_path / "engine", PROGRAM, PROJECT, file.path)

    stack.do("up")
    assert changes(stack) == {}
    planned = register(Program(PROGRAM, PROJECT, file.stack, file.pulumi_config))
    assert sorted(stack.urns()) == sorted(resource.urn for resource in planned.resources)

    stack.do("destroy")
    assert stack.urns() == []
