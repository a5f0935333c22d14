"""The effect of a changed property under Pulumi's own engine: its plan, Azure's answer, and what Azure has then."""

from __future__ import annotations

import json
import random
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from amlz.azure.change_rule import Kind
from amlz.azure.shapes import arm_type, id_of
from amlz.checks.guard.change import LossAllowance
from amlz.checks.guard.destructive import IGNORED, IN_USE, REFUSED
from amlz.diff.difference import Difference
from amlz.diff.engine_steps import difference_by_engine
from amlz.rehearsal.engine import EngineStack
from amlz.rehearsal.life import COMMANDS
from amlz.rehearsal.steps import run
from amlz.simulator.existing import inputs_from_the_start
from amlz.simulator.networks import SUBNET
from amlz.simulator.state_store import StateStore
from tests.azure.change_cases import CASES, Case
from tests.azure.test_changes import SUBSCRIPTION, name, sides
from tests.engine.engine import engine
from tests.rehearsal.common import LONG

PROGRAM = f"""
import json, pulumi
hub = pulumi.ProviderResource("azure-native", "hub", {{"subscriptionId": "{SUBSCRIPTION}"}})
for case in json.loads(pulumi.Config().require("cases")):
    opts = pulumi.ResourceOptions(provider=hub, import_=case["import"])
    pulumi.CustomResource(case["token"], case["name"], case["inputs"], opts)
"""
_OF_EACH_KIND = tuple(next(case for case in CASES if case[4] is kind) for kind in Kind)
#: One of each kind, and some of the others: the same in every run.
SAMPLE = _OF_EACH_KIND + tuple(random.Random(7).sample([case for case in CASES if case not in _OF_EACH_KIND], 12))


def written(cases: tuple[Case, ...], side: int) -> dict[str, Any]:
    """The configuration with one side of each case. Names that do not change, parents' too, are of each case alone."""
    values = []
    for number, case in enumerate(cases):
        key = arm_type(f"azure-native:{case[0]}").name_input
        inputs, other = sides(case)[side], sides(case)[1 - side]
        own = {key} | {k for k, value in inputs.items() if k.endswith("Name") and value == other.get(k) == "one"}
        inputs |= dict.fromkeys(own - {case[1]}, f"case{number}")
        token = f"azure-native:{case[0]}"
        at = id_of(token, inputs, SUBSCRIPTION)
        imported = at if at and inputs_from_the_start(at) else None
        values.append({"token": token, "name": f"case{number}", "inputs": inputs, "import": imported})
    return {"small:cases": json.dumps(values)}


def under_the_engine(folder: Path, cases: tuple[Case, ...]) -> tuple[list[Kind], Difference, set[str]]:
    """The result of each case, and the report on the engine's preview before."""
    main = folder / "program" / "__main__.py"
    main.parent.mkdir()
    main.write_text(PROGRAM)
    config = folder / "Pulumi.dev.yaml"
    config.write_text(yaml.safe_dump({"config": written(cases, 0)}))
    stack = engine().stack(folder / "engine", main, "small", config, store=folder / "azure.sqlite")
    stack.do("up")
    stack.configure(written(cases, 1))
    preview = stack.preview()
    plans = {step["urn"].rpartition("::")[2]: step["op"] for step in preview["steps"]}
    up = run(stack, "up", (*COMMANDS["up"], "--continue-on-error"), lambda _: None)
    refused = {refusal.name for refusal in up.refused}
    sent, stored = inputs_in(stack), inputs_of_azure(folder)
    other = {case for case in stored if in_azure(sent.get(case) or {}) != in_azure(stored[case])}
    stack.do("refresh")
    assert inputs_in(stack) == sent
    kinds, not_built_again = [], set()
    for number in range(len(cases)):
        case = f"case{number}"
        # The engine's preview leaves out what stays the same.
        kind = Kind.UPDATES if plans.get(case, "same") in ("update", "same") else Kind.REPLACES
        if kind is Kind.REPLACES and case in refused:
            not_built_again.add(name(cases[number]))
        elif case in refused or case in other:
            kind = Kind.REFUSED if case in refused else Kind.IGNORED
        kinds.append(kind)
    return kinds, difference_by_engine(preview, {"stack": "dev", "resources": []}, LossAllowance()), not_built_again


def inputs_in(stack: EngineStack) -> dict[str, Any]:
    """The engine's state of each resource."""
    return {item["urn"].rpartition("::")[2]: item.get("inputs") for item in stack.state()["resources"]}


def inputs_of_azure(folder: Path) -> dict[str, Any]:
    """Azure's state of each resource, in the form of the engine's, without a network's subnets by themselves."""
    with closing(StateStore(folder / "azure.sqlite")) as store:
        every = [resource for resource in store.all() if resource.type.lower() != SUBNET]
        return {resource.urn.rpartition("::")[2]: resource.inputs for resource in every}


def in_azure(inputs: dict[str, Any]) -> dict[str, Any]:
    """Inputs with the name of a region as Azure returns it, and that of a resource group without regard to case."""
    as_read = {key: inputs[key].lower() for key in ("location", "resourceGroupName") if key in inputs}
    return inputs | {key: text.replace(" ", "") for key, text in as_read.items()}


#: The simulator's effect for unknown changes, and for changes known only of the resource's users.
AS = {Kind.FIXED: Kind.REFUSED, Kind.UNKNOWN: Kind.UPDATES, Kind.IN_USE: Kind.UPDATES}

#: The guard's findings on an update.
MESSAGES = {
    Kind.REFUSED: REFUSED.id,
    Kind.FIXED: REFUSED.id,
    Kind.IGNORED: IGNORED.id,
    Kind.IN_USE: IN_USE.id,
}


@pytest.mark.parametrize("cases", [SAMPLE, pytest.param(CASES, marks=LONG)], ids=["a sample", "every row"])
def test_the_engine_does_what_the_table_says(tmp_path: Path, cases: tuple[Case, ...]) -> None:
    """Plans what azure-native replaces, is refused by Azure, and does not see ignored changes; the guard did."""
    kinds, difference, not_built_again = under_the_engine(tmp_path, cases)

    names = {f"case{number}": case for number, case in enumerate(cases)}
    pairs = {(f.urn.rpartition("::")[2], f.check) for f in difference.guard if f.check in MESSAGES.values()}
    assert pairs == {(item, MESSAGES[case[4]]) for item, case in names.items() if case[4] in MESSAGES}
    assert {c.resource["urn"].rpartition("::")[2] for c in difference.changed if c.replaced} == {
        item for item, case in names.items() if case[4] is Kind.REPLACES
    }
    assert list(zip(map(name, cases), kinds, strict=True)) == [(name(case), AS.get(case[4], case[4])) for case in cases]
    # Azure keeps the name of a deleted vault, so that the second half of its replacement is refused.
    assert not_built_again == {
        name(case) for case in cases if case[:4] == ("keyvault:Vault", "vaultName", "one", "ONE")
    }
