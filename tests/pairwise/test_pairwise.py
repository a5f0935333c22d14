"""Options in combination: valid combinations preview without a fault, others are refused in a sentence."""

from __future__ import annotations

import functools
import gzip
import importlib.util
import itertools
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from amlz.checks.finding import Severity
from amlz.core.problems import StackFileError
from amlz.reports.formats import as_arm, as_json
from amlz.reports.preview import Preview
from amlz.stackfile.load import load
from amlz.stackfile.stack_file import KEY
from tests import invariants, layers
from tests.conftest import ROOT, preview_of, shared
from tests.pairwise.files import CONFLICTS, TRIPLES, Chosen, default, files, in_conflict, text_of, that_exclude
from tests.pairwise.options import OPTIONS, OUTPUTS, stack_file

#: Findings of the reading of private parts where the stack file sets less, without the names.
ASKED_FOR = {
    "nothing": set(),
    "public": {"publicNetworkAccess is Enabled"},
    "keys": {"allowSharedKeyAccess is True", "systemDatastoresAuthMode is AccessKey"},
}


def described(chosen: Chosen) -> str:
    """Settings of a stack file that differ from the default."""
    return ", ".join(f"{option} {choice}" for option, choice in chosen.items() if default()[option] != choice)


@functools.cache
def published() -> tuple[Any, dict[str, Any]]:
    """The checker of bodies, as a module, and the published types by name."""
    spec = importlib.util.spec_from_file_location("check_arm", shared() / "tools" / "check_arm.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with gzip.open(shared() / "azure-types" / "types.json.gz", "rt") as file:
        return module, {name.lower(): shape for name, shape in json.load(file).items()}


def problems_of(bodies: list[dict[str, Any]]) -> list[str]:
    """Values that the published types do not allow, or do not know."""
    module, types = published()
    values = []
    for entry in bodies:
        shape = types.get(f"{entry['type']}@{entry['apiVersion']}".lower())
        if shape is None:
            values.append(f"{entry['type']}@{entry['apiVersion']} is unknown")
        else:
            checker = module.Checker(shape["nodes"])
            values += [
                f"{entry['id']}: {problem}" for problem in checker.check(shape["root"], entry["body"], "", top=True)
            ]
    return values


def previewed(chosen: Chosen, folder: Path) -> Preview:
    """A stack file of these choices, previewed."""
    path = folder / "Pulumi.pairs.yaml"
    shutil.copy(ROOT / "examples" / "hub-stack" / OUTPUTS, folder)
    path.write_text(yaml.safe_dump({"config": {KEY: stack_file(chosen)}}), encoding="utf-8")
    file = load(str(path))
    return preview_of(file)


@pytest.mark.parametrize("chosen", layers.sampled(files(), 90), ids=described)
def test_what_goes_together_previews(chosen: Chosen, tmp_path: Path) -> None:
    """Bodies that ARM publishes, every reading holds, and everything wrong or denied was configured."""
    preview = previewed(chosen, tmp_path)
    resources = json.loads(as_json.render(preview))["resources"]

    wrong = {reading.__name__: reading(resources) for reading in invariants.ALL}
    endpoints = {r["id"] for r in resources if r["armType"] == "Microsoft.Network/privateEndpoints"}
    unzoned = {text.split(": ")[0] for text in wrong.pop("endpoints_write_to_exactly_the_zones_of_their_group")}
    open_parts = {text.split(": ")[1] for text in wrong.pop("parts_of_workspaces_are_private")}
    wanted = chosen["relaxed"] != "nothing" or chosen["isolation"].startswith("managed, internet")
    assert {
        "published types": problems_of(json.loads(as_arm.render(preview))),
        "readings": {name: item for name, item in wrong.items() if item},
        "without zones": unzoned,
        "open": open_parts,
        "errors": [f.message for f in preview.findings if f.severity is Severity.ERROR and not wanted],
        "denied": [answer.subject.name for answer in preview.verdicts.denied if not wanted],
    } == {
        "published types": [],
        "readings": {},
        "without zones": endpoints if chosen["dns"] == "policy" else set(),
        "open": ASKED_FOR[chosen["relaxed"]],
        "errors": [],
        "denied": [],
    }


@pytest.mark.parametrize("chosen", that_exclude(), ids=described)
def test_what_excludes_itself_is_refused(chosen: Chosen, tmp_path: Path) -> None:
    """In sentences that name both options."""
    (pair,) = in_conflict(chosen)

    with pytest.raises(StackFileError) as refused:
        previewed(chosen, tmp_path)

    sentence = re.sub(r"\s+", " ", str(refused.value))
    assert [words for words in CONFLICTS[pair] if words not in sentence] == []


def test_data_platforms_and_clusters_are_in_a_hundred_files_with_every_network_mode() -> None:
    """Each of them with each mode. A mode that excludes one is in CONFLICTS."""
    platforms = {
        ("databricks", "some"), ("dataFactory", "some"), ("lake", "with Synapse"),
        ("kubernetes", "attached"), ("kubernetes", "built"),
        ("fabric", "capacity"), ("fabric", "datastore"), ("purview", "created"), ("purview", "existing"),
    }  # fmt: skip
    modes = {(option, choice) for option in ("hub", "isolation", "dns", "spoke") for choice in OPTIONS[option]}
    chosen = [set(file.items()) for file in files()]

    assert platforms <= {(option, choice) for option, choices in OPTIONS.items() for choice in choices}
    assert sum(not platforms.isdisjoint(file) for file in chosen) >= 100
    pairs = {frozenset(pair) for pair in itertools.product(platforms, modes)}
    assert {pair for pair in pairs if not any(pair <= file for file in chosen)} == pairs & CONFLICTS.keys()


def test_every_three_choices_are_in_a_file() -> None:
    """Of at least 400: every three of different options that go together."""
    assert TRIPLES.read_text(encoding="utf-8").startswith(text_of([])), "run: python -m tests.pairwise.write"
    names = list(OPTIONS)
    wanted = {
        frozenset(zip(three, choices, strict=True))
        for three in itertools.combinations(names, 3)
        for choices in itertools.product(*(OPTIONS[name] for name in three))
    }
    refused = {item for item in wanted for pair in itertools.combinations(item, 2) if frozenset(pair) in CONFLICTS}

    held = {frozenset(three) for chosen in files() for three in itertools.combinations(chosen.items(), 3)}
    assert (wanted - refused - held, held & refused) == (set(), set())
    assert len(files()) + len(that_exclude()) >= 400
