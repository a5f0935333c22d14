"""Small Pulumi programs, written where a test wants them, and run without a cloud."""

from __future__ import annotations

from pathlib import Path

from amlz.simulator.monitor import Program, Registration, register

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"

#: The beginning of each program, in one line: the program's own first line is line 2.
HEAD = (
    "import pulumi, pulumi_azure_native as azure; "
    f"hub = azure.Provider('hub', subscription_id='{SUBSCRIPTION}'); "
    "opts = pulumi.ResourceOptions(provider=hub)\n"
)

#: Before a program under the engine, in the same line: modules of the SDK import only the files that are used.
NARROW = "import sys; from amlz.simulator.sdk_patches import NarrowFinder; sys.meta_path.insert(0, NarrowFinder()); "

#: An identity: its ids are known to Azure alone.
IDENTITY = (
    "azure.managedidentity.UserAssignedIdentity('i', resource_name_='i', resource_group_name='g', "
    "location='westeurope', opts=opts)"
)


def run(folder: Path, text: str, config: dict[str, str] | None = None) -> Registration:
    """Registers a program of these lines, in stack `dev` of project `small`."""
    main = folder / "__main__.py"
    main.write_text(text)
    return register(Program(main, "small", "dev", config or {}))


def urn(chain: str, name: str) -> str:
    """The URN of a resource of such a program."""
    return f"urn:pulumi:dev::small::{chain}::{name}"


def group_id(name: str) -> str:
    """The id of a resource group in the subscription of `hub`."""
    return f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{name}"


GROUP = "azure-native:resources:ResourceGroup"
HUB = urn("pulumi:providers:azure-native", "hub")
