"""A program that runs here leaves nothing behind, and its failures are reported once."""

from __future__ import annotations

import gc
import inspect
import logging
import os
import sys
import threading
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks, settings, stack

from amlz.simulator.monitor import Program, ProgramFailed, register
from tests.simulator.programs import HEAD, run

GROUP_LINE = "rg = azure.resources.ResourceGroup('rg', resource_group_name='rg', opts=opts)\n"

#: Actions of a program, and their results.
FAILURES = {
    "its own error": ("raise ValueError('no such region')\n", ValueError, "no such region"),
    "a RunError": (GROUP_LINE + "raise pulumi.RunError('not today')\n", pulumi.RunError, "not today"),
    "an exit": (GROUP_LINE + "raise SystemExit(3)\n", SystemExit, "3"),
    "in an apply": (
        GROUP_LINE + "rg.id.apply(lambda _: [][1])\n",
        IndexError,
        "list index out of range",
    ),
    "in an apply that others wait for": (
        GROUP_LINE
        + "b = azure.resources.ResourceGroup('b', resource_group_name=rg.id.apply(lambda _: [][1]), opts=opts)\n"
        + "azure.resources.ResourceGroup('c', resource_group_name=b.name, opts=opts)\n",
        IndexError,
        "list index out of range",
    ),
    "an invoke": (
        "azure.authorization.get_client_config()\n",
        LookupError,
        "the program asks Azure for azure-native:authorization:getClientConfig; without a cloud there is no answer",
    ),
    "an invoke for an output": (
        "pulumi.export('who', azure.authorization.get_client_config_output().tenant_id)\n",
        LookupError,
        "the program asks Azure for azure-native:authorization:getClientConfig; without a cloud there is no answer",
    ),
    "a stack reference": (
        "pulumi.export('hub', pulumi.StackReference('organization/hub/dev').get_output('id'))\n",
        LookupError,
        "the program reads the outputs of stack organization/hub/dev, which are not known here",
    ),
}


@pytest.fixture(scope="module", autouse=True)
def without_garbage() -> None:
    """Keeps objects of other tests out of the search for garbage, which each test here starts."""
    gc.freeze()


def state() -> dict[str, Any]:
    """Everything of this process that a program might change."""
    return {
        "argv": list(sys.argv),
        "path": list(sys.path),
        "folder": os.getcwd(),
        "environment": dict(os.environ),
        "main": sys.modules["__main__"],
        "threads": threading.active_count(),
        "loggers": set(logging.root.manager.loggerDict),
        "root handlers": list(logging.root.handlers),
        "stack": settings.get_root_resource(),
        "project": settings.get_project(),
        "dry run": settings.is_dry_run(),
        "config": pulumi.Config("lz").get("size"),
    }


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failure_is_the_programs_own_exception(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], failure: str
) -> None:
    """Nothing is printed: neither a traceback nor asyncio's message on tasks that nobody waited for."""
    lines, kind, message = FAILURES[failure]
    before = state()

    with pytest.raises(ProgramFailed) as raised:
        run(tmp_path, HEAD + lines)

    assert (type(raised.value.original), str(raised.value)) == (kind, message)
    gc.collect()
    assert capfd.readouterr() == ("", "")
    assert state() == before


@pytest.mark.parametrize(
    ("lines", "where"),
    [
        ("pulumi.runtime.register_resource_transform(lambda _: None)\n" + GROUP_LINE, "the stack"),
        ("pulumi.runtime.register_invoke_transform(lambda _: None)\n", "the stack"),
        (
            GROUP_LINE.replace("opts=opts", "opts=pulumi.ResourceOptions(provider=hub, transforms=[lambda _: None])"),
            "urn:pulumi:dev::small::azure-native:resources:ResourceGroup::rg",
        ),
    ],
    ids=["of all resources", "of invokes", "of one resource"],
)
def test_a_transform_is_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str], lines: str, where: str) -> None:
    """Only the engine runs these: a preview without them would show another plan."""
    with pytest.raises(ProgramFailed) as raised:
        run(tmp_path, HEAD + lines)

    expected = f"a transform on {where}: only Pulumi's engine runs those; a transformation runs here too"
    assert str(raised.value) == expected
    assert capfd.readouterr() == ("", "")


def test_a_run_leaves_the_process_as_it_was(tmp_path: Path) -> None:
    """Even a program that changes what it finds; and it finds its own folder, name and configuration."""
    program = (
        "import os, sys, helper, pulumi\n"
        "pulumi.export('folder', os.getcwd())\n"
        "pulumi.export('argv', list(sys.argv))\n"
        "pulumi.export('name', __name__)\n"
        "sys.argv.append('more'); sys.path.append('elsewhere'); os.chdir('/')\n"
        "pulumi.runtime.set_config('lz:size', '3')\n"
    )
    (tmp_path / "helper.py").write_text("")
    before = state()

    registration = run(tmp_path, program)

    assert registration.outputs == {
        "folder": str(tmp_path),
        "argv": [str(tmp_path / "__main__.py")],
        "name": "__main__",
    }
    assert state() == before
    assert "helper" not in sys.modules


def test_the_next_program_has_its_own_modules(tmp_path: Path) -> None:
    """Two programs may both have a module of one name."""
    values = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "helper.py").write_text(f"NAME = '{name}'\n")
        values.append(run(folder, "import helper, pulumi\npulumi.export('name', helper.NAME)\n").outputs)

    assert values == [{"name": "one"}, {"name": "two"}]


def test_the_way_to_the_program_may_be_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And have a space in it: sources are still relative to the program."""
    (tmp_path / "a stack" / "parts").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    main = Path("a stack", "__main__.py")
    main.write_text(HEAD + "import parts.group\nparts.group.build(opts)\n")
    (main.parent / "parts" / "group.py").write_text(
        "import pulumi_azure_native as azure\n\n\ndef build(opts):\n"
        "    azure.resources.ResourceGroup('rg', resource_group_name='rg', opts=opts)\n"
    )

    registration = register(Program(main, "small", "dev"))

    assert {registered.name: registered.source for registered in registration.resources} == {
        "hub": "__main__.py:1",
        "rg": "parts/group.py:5",
    }


def test_a_source_outside_the_program_is_given_in_full(tmp_path: Path) -> None:
    """A folder whose name only starts like the program's is outside."""
    for name in ("lz", "lz-shared"):
        (tmp_path / name).mkdir()
    shared = tmp_path / "lz-shared" / "__main__.py"

    shared.write_text(GROUP_LINE)
    lines = f"import runpy; runpy.run_path({str(shared)!r}, {{'azure': azure, 'opts': opts}})\n"

    registration = run(tmp_path / "lz", HEAD + lines)

    assert [r.source for r in registration.resources if r.name == "rg"] == [f"{shared}:1"]


def test_the_sdk_is_as_this_preview_needs_it() -> None:
    """The monitor depends on parts of the SDK that it does not promise to keep.

    Where this fails after an upgrade, compare amlz/simulator/monitor.py with what the new pulumi/runtime has in
    mocks.py
    (MockMonitor, MockEngine), stack.py (run_in_stack, wait_for_rpcs) and settings.py (Settings, SETTINGS, ROOT), then
    write the new names here.
    """
    overridden = {
        "Call",
        "Invoke",
        "ReadResource",
        "RegisterResource",
        "RegisterResourceOutputs",
        "RegisterStackInvokeTransform",
        "RegisterStackTransform",
        "make_urn",
    }
    offered = {name for name, _ in inspect.getmembers(mocks.MockMonitor, inspect.isfunction) if name != "__init__"}

    assert offered - overridden == {
        "ExistsResource",
        "GetDeploymentInfo",
        "RegisterErrorHook",
        "RegisterPackage",
        "RegisterResourceHook",
        "SignalAndWaitForShutdown",
        "SupportsFeature",
        "get_registered_invoke_transforms",
        "get_registered_resources",
        "get_registered_transforms",
    }
    assert overridden - offered == {"Call"}
    assert list(inspect.signature(stack.run_in_stack).parameters) == ["func"]
    assert list(inspect.signature(settings.Settings).parameters) == [
        "project",
        "stack",
        "monitor",
        "engine",
        "parallel",
        "dry_run",
        "legacy_apply_enabled",
        "organization",
        "root_directory",
    ]
    assert (settings.ROOT.name, type(settings.SETTINGS.outputs), type(settings.SETTINGS.rpc_manager.rpcs)) == (
        "root_resource",
        set,
        list,
    )
