"""The in-process preview records every resource as Pulumi's own engine does."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from amlz.app.preview import PROGRAM, PROJECT
from amlz.core.capability import setting
from amlz.simulator.monitor import Program, ProgramFailed, Registration, register
from amlz.stackfile.load import load
from tests.conftest import ROOT, STACKS
from tests.engine.agreement import ComparedResource, by_engine, differences, in_process
from tests.engine.engine import EngineFailed, engine
from tests.simulator.programs import HEAD, IDENTITY, NARROW

#: Features that the shipped program does not use: dependencies on ids and on components, protected children.
UNLIKE_OURS = HEAD + (
    "class Box(pulumi.ComponentResource):\n"
    "    def __init__(self, name, opts=None):\n"
    "        super().__init__('lz:index:Box', name, None, opts)\n"
    "        below = pulumi.ResourceOptions(parent=self)\n"
    "        self.rg = azure.resources.ResourceGroup(f'{name}-rg', resource_group_name=name, opts=below)\n"
    "spoke = azure.Provider('spoke', subscription_id='s', opts=pulumi.ResourceOptions(depends_on=[hub]))\n"
    "first = Box('first', pulumi.ResourceOptions(providers=[hub, spoke], protect=True))\n"
    "Box('second', pulumi.ResourceOptions(provider=spoke, depends_on=[first], parent=first.rg))\n"
    f"uai = {IDENTITY}\n"
    "told = {'id': first.rg.id, 'name': first.rg.name, 'part': pulumi.Output.concat(first.rg.id, '/x'), 'none': None,\n"
    "    'who': uai.client_id, 'whom': pulumi.Output.concat('x-', uai.client_id), 'made': uai.tags}\n"
    "net = azure.network.VirtualNetwork('net', resource_group_name=first.rg.name, virtual_network_name='net',\n"
    "    flow_timeout_in_minutes=4.0, subnets=[], tags=told, opts=pulumi.ResourceOptions(parent=first.rg))\n"
    "azure.network.Subnet('sub', resource_group_name='g', virtual_network_name=net.name, subnet_name='sub',\n"
    "    opts=pulumi.ResourceOptions(parent=net, depends_on=[uai], protect=False))\n"
    "azure.resources.ResourceGroup('a::b \\u00e9', opts=opts)\n"
    "azure.resources.ResourceGroup('defaults', resource_group_name='d', location=first.rg.location)\n"
)


def written(folder: Path, text: str) -> Path:
    """A program of these lines."""
    main = folder / "__main__.py"
    main.write_text(text)
    return main


def here(main: Path) -> dict[str, ComparedResource]:
    """Registrations of a small program in process."""
    return in_process(register(Program(main, "small", "dev")))


def there(main: Path) -> dict[str, ComparedResource]:
    """The engine's record of a small program."""
    config = main.with_name("Pulumi.dev.yaml")
    config.write_text("config: {}\n")
    main.write_text(NARROW + main.read_text())
    return by_engine(engine().stack(main.parent / "engine", main, "small", config).preview())


def registered(stack: str) -> Registration:
    """A shipped stack, registered in process."""
    file = load(STACKS[stack], ROOT)
    return register(Program(PROGRAM, PROJECT, file.stack, file.pulumi_config))


#: Those that need no other stack.
ALONE = [stack for stack in STACKS if stack != "landing-zone"]


@pytest.mark.parametrize("stack", ALONE)
def test_a_shipped_stack_is_the_same_in_the_engine(tmp_path: Path, stack: str) -> None:
    """Though azure-native gives no id in a preview: nothing that is sent depends on one."""
    file = load(STACKS[stack], ROOT)
    result = engine().stack(tmp_path / "engine", PROGRAM, PROJECT, file.path, as_azure_native=True).preview()

    ours = in_process(registered(stack))
    assert differences(ours, by_engine(result)) == []
    plans = len(setting(file.config, "defender", tuple) or ())
    imported = {"import": plans, "update": plans} if plans else {}
    assert result["changeSummary"] == {"create": len(ours) + 1 - plans, **imported}  # the stack itself is the one more
    assert "diagnostics" not in result


def test_a_program_that_does_other_things_is_the_same_in_the_engine(tmp_path: Path) -> None:
    """Both have ids, names and known properties from the same simulated Azure."""
    main = written(tmp_path, UNLIKE_OURS)

    ours = here(main)
    assert len(ours) == 11
    assert differences(ours, there(main)) == []


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("azure.authorization.get_client_config()\n", "the program asks Azure for azure-native:authorization:"),
        (
            "pulumi.CustomResource('azure-native:quantum:Thing', 'q', {}, opts)\n",
            "azure-native:quantum:Thing is not in",
        ),
        ("raise ValueError('the moon')\n", "the moon"),
    ],
    ids=["asks Azure", "unknown type", "raises"],
)
def test_what_fails_in_process_fails_in_the_engine(tmp_path: Path, lines: str, reason: str) -> None:
    """For the same reason."""
    main = written(tmp_path, HEAD + lines)

    with pytest.raises(ProgramFailed, match=reason):
        here(main)
    with pytest.raises(EngineFailed, match=reason):
        there(main)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("tags={'a': '1'}", "tags={'a': '2'}", "a: inputs.tags.a: '1', in the engine '2'"),
        ("tags={'a': '1'}", "tags={}", "a: inputs.tags.a: '1', in the engine nothing"),
        ("depends_on=[b]", "depends_on=[]", "a: dependencies: ('{b}',), in the engine ()"),
        ("protect=True", "protect=False", "a: protect: True, in the engine False"),
        ("Group('a'", "Group('c'", "a: only in process"),
    ],
)
def test_a_program_that_is_not_the_same_is_noticed(tmp_path: Path, before: str, after: str, expected: str) -> None:
    """Of two programs that differ at one path, that path is reported."""
    group = "azure.resources.Resource"
    text = HEAD + (
        f"b = {group}Group('b', resource_group_name='b', opts=opts)\n"
        f"{group}Group('a', resource_group_name='a', tags={{'a': '1'}},\n"
        "    opts=pulumi.ResourceOptions(provider=hub, protect=True, depends_on=[b]))\n"
    )
    ours = here(written(tmp_path, text))
    engines = there(written(tmp_path, text.replace(before, after)))

    urn = "urn:pulumi:dev::small::azure-native:resources:ResourceGroup::"
    assert differences(ours, engines)[0] == urn + expected.format(b=f"{urn}b")


def test_each_field_that_differs_is_told() -> None:
    """And nothing else."""
    one = ComparedResource("t", True, "p", "q", False, ("d",), {"k": ("d",)}, {"n": 1, "l": [{"x": True}, 2]})
    changes: dict[str, Any] = {
        "token": "u",
        "custom": False,
        "parent": "",
        "provider": "",
        "protect": True,
        "dependencies": (),
        "property_dependencies": {},
        "inputs": {"n": True, "l": [{"x": 1}, 2]},
    }
    assert set(changes) == {field.name for field in fields(ComparedResource)}

    values = [differences({"r": one}, {"r": replace(one, **{field: value})}) for field, value in changes.items()]
    assert values == [
        ["r: token: 't', in the engine 'u'"],
        ["r: custom: True, in the engine False"],
        ["r: parent: 'p', in the engine ''"],
        ["r: provider: 'q', in the engine ''"],
        ["r: protect: False, in the engine True"],
        ["r: dependencies: ('d',), in the engine ()"],
        ["r: property_dependencies.k: ('d',), in the engine nothing"],
        ["r: inputs.l[0].x: True, in the engine 1", "r: inputs.n: 1, in the engine True"],
    ]
    assert differences({"r": one}, {"r": one}) == []
    assert differences({"r": one}, {"s": one}) == ["r: only in process", "s: only in the engine"]
