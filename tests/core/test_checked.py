"""Everything that is wrong with a stack file in one run, and nothing that is not."""

from __future__ import annotations

import copy
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from amlz.core.problems import Path as ConfigPath
from amlz.core.problems import StackFileError, dotted
from amlz.stackfile.checked import checked
from amlz.stackfile.load import draft_of
from amlz.stackfile.repair import VARIANTS, repaired, value_at
from tests import layers
from tests.conftest import PREVIEWED, ROOT
from tests.core.stacks import Stack, stack

ROUNDS = int(os.environ.get("AMLZ_FUZZ", "80")) // 10
OWNER = "11111111-aaaa-4bbb-8ccc-000000000009"
OWNED = {"owner": OWNER}
SMALL = {"size": "Standard_D4s_v5", "maxNodes": 1}

#: Mistakes of one environment, each with the key below which it is reported.
MISTAKES: dict[str, tuple[str, Callable[[Stack], Any]]] = {
    "a size that is no size": ("clusters.gpu.size", lambda e: e["clusters"]["gpu"].update(size="D4s_v5")),
    "a number as text": ("clusters.gpu.maxNodes", lambda e: e["clusters"]["gpu"].update(maxNodes="4")),
    "a number out of range": ("growth", lambda e: e.update(growth=4000)),
    "an unknown key": ("colour", lambda e: e.update(colour="blue")),
    "a misspelt key": ("productoin", lambda e: e.update(productoin=True)),
    "a key that is missing": ("clusters.big.maxNodes", lambda e: e["clusters"].update(big={"size": "Standard_D4s_v5"})),
    "a choice that is none": ("registry", lambda e: e.update(registry="sharde")),
    "a name of a cluster that is none": ("clusters.GPU_1", lambda e: e["clusters"].update(GPU_1=dict(SMALL))),
    "a group by name": ("access.readers[0]", lambda e: e.update(access={"readers": ["Readers"]})),
    "a range outside its spoke": ("network", lambda e: e.update(network="10.77.0.0/24")),
    "a spoke that is not there": ("spoke", lambda e: e.update(spoke="nowhere")),
    "a registry that is not there": ("registry", lambda e: e.update(registry="shared")),
    "a lake that is not there": ("lake", lambda e: e.update(lake={"raw": "read"})),
    "a retired size": ("instances.ada.size", lambda e: e.update(instances={"ada": {"size": "Standard_NC6", **OWNED}})),
    "a name that Azure refuses": ("names.keyVault", lambda e: e.update(names={"keyVault": "under_score"})),
    "more nodes at least than at most": ("clusters.cpu.minNodes", lambda e: e["clusters"]["cpu"].update(minNodes=9)),
    "a range that is missing": ("network", lambda e: e.pop("network")),
    "more nodes than the range holds": ("network", lambda e: e["clusters"]["cpu"].update(maxNodes=900)),
    "an unknown size": ("clusters.cpu.size", lambda e: e["clusters"]["cpu"].update(size="Standard_D5s_v5")),
}  # fmt: skip


def good(environments: int) -> Stack:
    """A stack file without mistakes."""
    clusters = {name: {"size": "Standard_D4s_v5", "maxNodes": 1} for name in ("cpu", "gpu")}
    return stack(
        {
            f"project-{chr(97 + i)}/dev": copy.deepcopy(
                {"network": f"10.1.{i}.0/24", "spoke": "main", "clusters": clusters}
            )
            for i in range(environments)
        },
        spokes={"main": {"addressSpace": ["10.1.0.0/16"]}, "other": {"addressSpace": ["10.2.0.0/16"]}},
    )


def reported(folder: Path, value: Stack) -> set[tuple[str, str]]:
    """Path and text of everything that is wrong."""
    path = folder / "Pulumi.case.yaml"
    path.write_text(yaml.safe_dump({"config": {"amlz:landingZone": value}}, allow_unicode=True))
    try:
        checked(str(path))
    except StackFileError as error:
        return {(dotted(problem.path), problem.what) for problem in error.problems}
    return set()


@pytest.mark.parametrize("seed", layers.sampled(range(ROUNDS), 4))
def test_every_mistake_is_reported_in_one_run_and_nothing_else(seed: int, tmp_path: Path) -> None:
    """Several of them, each in a separate environment: the same reports as one at a time."""
    rng = random.Random(seed)
    chosen = rng.sample(sorted(MISTAKES), rng.randint(2, 6))
    value, alone = good(len(chosen)), set()
    for index, kind in enumerate(chosen):
        key, mistake = MISTAKES[kind]
        owner = f"project-{chr(97 + index)}"
        single = good(len(chosen))
        for item in (value, single):
            mistake(item["projects"][owner]["environments"]["dev"])
        only = reported(tmp_path, single)
        if kind != "an unknown size":
            assert {path for path, _ in only} == {f"projects.{owner}.environments.dev.{key}"}
            alone |= only

    pairs = reported(tmp_path, value)

    assert {row for row in pairs if "is in no list of sizes" not in row[1]} == alone
    if "an unknown size" in chosen and len(chosen) > 1:
        assert any("is in no list of sizes" in item for _, item in pairs)


#: Some of all pairs.
PAIRS = random.Random(3).sample([(a, b) for i, a in enumerate(MISTAKES) for b in list(MISTAKES)[i + 1 :]], 3 * ROUNDS)


@pytest.mark.parametrize(("first", "second"), layers.sampled(PAIRS, 3))
def test_two_mistakes_in_one_environment_do_not_hide_each_other(first: str, second: str, tmp_path: Path) -> None:
    """Unless both are of one key, or one cannot be checked without the other."""
    value = good(1)
    environment = value["projects"]["project-a"]["environments"]["dev"]
    keys = [MISTAKES[kind][0] for kind in (first, second)]
    for kind in (first, second):
        MISTAKES[kind][1](environment)
    paths = {path for path, _ in reported(tmp_path, value)}

    missing = {f"projects.project-a.environments.dev.{key}" for key in keys} - paths
    assert {path.rpartition("dev.")[2] for path in missing} <= _UNDECIDED.get(frozenset((first, second)), set())


#: Mistakes that cannot be reported before the other one is corrected.
_UNDECIDED = {
    frozenset(("a range outside its spoke", "a spoke that is not there")): {"network"},
    **{
        frozenset((counted, "more nodes than the range holds")): {"network"}
        for counted in ("a number out of range", "a number as text", "a key that is missing")
    },
    frozenset(("more nodes at least than at most", "more nodes than the range holds")): {"clusters.cpu.minNodes"},
}


@pytest.mark.parametrize("stack_name", ["everything", "minimal", "recommended", "existing-hub"])
@pytest.mark.parametrize("seed", range(max(2, ROUNDS // 4)))
def test_what_is_reported_beside_an_invalid_part_holds_when_that_is_corrected(
    stack_name: str, seed: int, tmp_path: Path
) -> None:
    """Parts of shipped files, made invalid at random, among mistakes of other kinds: restoring a part removes only "
    "its own."""
    rng = random.Random(f"{stack_name}{seed}")
    whole = yaml.safe_load((ROOT / PREVIEWED[stack_name]).read_text(encoding="utf-8"))["config"]["amlz:landingZone"]
    _without_aliases(whole)
    for _ in range(3):
        _mistake(whole, rng)
    broken, places = copy.deepcopy(whole), []
    for _ in range(rng.randint(1, 3)):
        path = rng.choice(sorted(_places(broken), key=dotted))
        _set(broken, path, rng.choice([{"x": {"y": []}}, 7, "💥", [[]], None]))
        places.append(path)
    after = reported(tmp_path, whole)
    own = {dotted(path) for path in places}

    extra = {row for row in reported(tmp_path, broken) - after if not _of(row[0], own)}

    assert extra == set()


@pytest.mark.parametrize(
    ("wrong", "below"), [(7, ""), ({"readers": 7}, ".readers"), ({"readers": ["Readers"]}, ".readers[0]")]
)
def test_groups_that_are_invalid_are_not_said_to_be_missing(wrong: Any, below: str, tmp_path: Path) -> None:
    """Of a project that shares a workspace: once they are corrected, it names some."""
    value = good(1)
    value["projects"]["project-a"]["environments"]["dev"]["sharedBy"] = {"fraud": {"access": wrong}}

    paths = {path for path, _ in reported(tmp_path, value)}

    assert paths == {f"projects.project-a.environments.dev.sharedBy.fraud.access{below}"}


def _of(path: str, places: set[str]) -> bool:
    return any(path == place or path.startswith((f"{place}.", f"{place}[")) for place in places)


def _without_aliases(value: Any) -> None:
    """Gives every part a separate object."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in list(items):
        value[key] = copy.deepcopy(item)
        _without_aliases(value[key])


def _places(value: Any, path: ConfigPath = ()) -> Iterator[ConfigPath]:
    if path and path != ("schemaVersion",):
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from _places(item, (*path, key))


def _set(value: Any, path: ConfigPath, item: Any) -> None:
    parent = value_at(value, path[:-1])
    parent[path[-1]] = item


def _mistake(value: Stack, rng: random.Random) -> None:
    """A mistake that the shape of a file does not show."""
    projects = [project for project in value.get("projects", {}).values() if isinstance(project, dict)]
    environments = [e for project in projects for e in project["environments"].values() if isinstance(e, dict)]
    if not environments:
        value["onPremises"] = ["10.0.0.0/8"]
        return
    environment = rng.choice(environments)
    mistakes: list[tuple[Stack, Stack]] = [
        (environment, {"spoke": "nowhere"}),
        (environment, {"network": "192.168.0.0/24"}),
        (environment, {"names": {"keyVault": "under_score"}}),
        (environment, {"registry": "shared"}),
        (environment, {"lake": {"nothing": "read"}}),
        (value, {"onPremises": ["10.0.0.0/8"]}),
    ]
    place, mistake = rng.choice(mistakes)
    place.update(mistake)


@pytest.mark.parametrize("stack_name", ["everything", "minimal"])
def test_every_part_of_the_model_has_a_stand_in(stack_name: str) -> None:
    """Of each variant, and no other part is replaced for it."""
    whole = yaml.safe_load((ROOT / PREVIEWED[stack_name]).read_text(encoding="utf-8"))["config"]["amlz:landingZone"]
    _without_aliases(whole)
    wrong = []
    for path in sorted(set(_places(whole)), key=dotted):
        value = copy.deepcopy(whole)
        _set(value, path, "💥" if isinstance(value_at(whole, path), dict) else {"x": {"y": []}})
        for variant in (0, VARIANTS - 1):
            result = repaired(value, (), variant)
            if result is None or any(item[: len(path)] != path for item in result.replaced):
                wrong.append((dotted(path), variant))

    assert wrong == []


def test_the_number_of_mistakes_comes_last(tmp_path: Path) -> None:
    """With the warnings, where there are some; one alone is not counted."""
    value = good(3)
    dev = [value["projects"][f"project-{name}"]["environments"]["dev"] for name in "abc"]
    dev[0]["growth"], dev[1]["spoke"], dev[2]["clusters"]["cpu"]["size"] = 4000, "nowhere", "Standard_D5s_v5"
    path = tmp_path / "Pulumi.case.yaml"
    path.write_text(yaml.safe_dump({"config": {"amlz:landingZone": value}}))

    with pytest.raises(StackFileError) as raised:
        checked(str(path))

    assert str(raised.value).split("\n")[-1] == f"2 mistakes and 1 warning in {path}."


def test_a_version_of_another_program_is_all_that_is_reported(tmp_path: Path) -> None:
    """The rest of such a file is unknown."""
    value = good(1) | {"schemaVersion": 2, "onPremises": ["10.0.0.0/8"]}

    assert {path for path, _ in reported(tmp_path, value)} == {"schemaVersion"}
    assert draft_of(str(tmp_path / "Pulumi.case.yaml")).readable is False
