"""Derives amlz/policy/data/published.json: where the published definitions decide otherwise than those of this
repository.

    python -m tools.derive_published --shared DIR [--check]

DIR holds azure-policy: the published definitions, custom ones as parameter files in caf, built-ins in builtin by GUID.
Every case of policies/cases is put to the published definition of the same name too. It gets the parameters of the case
that it declares, under its own names, and its defaults.

`verdicts`: by definition, the verdict of the published one on each case where it differs. `in_mode_all`: the same, were
the mode of the published one All, for those that are Indexed there and All here: by the documentation Indexed skips
compute targets, which hides all else. `notes`: why a built-in differs, by name; the others decide every case alike.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amlz.policy.case_files import word
from amlz.policy.engine.lines import answer
from amlz.policy.library import library
from tools.derived import run

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "amlz" / "policy" / "data" / "published.json"
CASES = ROOT / "policies" / "cases"

#: Names of parameters in the published definition, where the name was changed.
RENAMED: Mapping[str, Mapping[str, str]] = {
    "Deny-MachineLearningComputeCluster-Scale": {"highestMinNodeCount": "minNodeCount"},
}

#: Definitions of this repository that the Cloud Adoption Framework does not publish: nothing to compare.
OWN = frozenset(
    {
        "Audit-MachineLearningOnlineEndpoint-KeyAuthentication",
        "Deny-MachineLearningOnlineDeployment-EgressPublicNetworkAccess",
        "Deny-MachineLearningOnlineEndpoint-PublicNetworkAccess",
        "Deny-MachineLearningRegistry-PublicNetworkAccess",
    }
)

#: Built-ins that the folder of published definitions does not have: nothing to compare. Their rules are those of the
#: files that `source` names.
NOT_AT_HAND = frozenset(
    {
        "040732e8-d947-40b8-95d6-854c95024bf8",  # AKS clusters: a private API server
        "0a15ec92-a229-4763-bb14-0ea34a568f8d",  # AKS clusters: the Azure Policy add-on
        "993c2fcd-2b29-49d2-9eb0-df2c3a730c32",  # AKS clusters: no local accounts
        "2cc2e023-0dac-4046-875b-178f683929d5",  # AKS clusters: workload identity
        "a1840de2-8088-4ea8-b153-b4c723e9cb01",  # AKS clusters: the sensor of Defender for Containers
        "0e7849de-b939-4c50-ab48-fc6b0f5eeba2",  # Databricks workspaces: no public network access
        "51c1490f-3319-459c-bbbc-7f391bbed753",  # Databricks workspaces: clusters without public addresses
        "9c25c9e4-ee12-4882-afd2-11fb9d87893f",  # Databricks workspaces: in a virtual network
        "2cc2c3b5-c2f8-45aa-a9e6-f90d85ae8352",  # Databricks workspaces: tier premium
        "258823f2-4595-4b52-b333-cc96192710d8",  # Databricks workspaces: private link
        "1cf164be-6819-4a50-b8fa-4bcaa4f98fb6",  # Data factories: no public network access
        "77d40665-3120-4348-b539-3192ec808307",  # Data factories: a Git repository
        "2d9dbfa3-927b-4cf0-9d0f-08747f971650",  # Synapse workspaces: a managed virtual network
        "38d8df46-cf4e-4073-8e03-48c24b29de0d",  # Synapse workspaces: no public network access
        "3484ce98-c0c5-4c83-994b-c5ac24785218",  # Synapse workspaces: data leaves to approved targets only
        "2158ddbe-fefa-408e-b43f-d4faef8ff3b8",  # Synapse workspaces: created with Microsoft Entra ID only
        "72d11df1-dd8a-41f7-8925-b05b960ebafc",  # Synapse workspaces: private link
    }
)

#: Why a built-in decides cases otherwise than the published one, by GUID. None does.
NOTES: Mapping[str, str] = {}

Verdicts = dict[str, str]


@dataclass(frozen=True, slots=True)
class PublishedCase:
    """A case file. `question`: what it asks, without its definition and its reason."""

    stem: str
    expected: str
    question: Mapping[str, Any]


def published(shared: Path) -> dict[str, dict[str, Any]]:
    """The published definitions as Azure's JSON, by name."""
    result: dict[str, dict[str, Any]] = {}
    for path in sorted((shared / "azure-policy" / "caf").glob("*.json")):
        parts = {key: part["value"] for key, part in _read(path)["parameters"].items()}
        properties = {
            "policyType": "Custom",
            "mode": parts["policyMode"],
            "parameters": parts["policyParameters"],
            "policyRule": parts["policyDefinition"],
        }
        result[parts["policyName"]] = {"name": parts["policyName"], "properties": properties}
    for path in sorted((shared / "azure-policy" / "builtin").glob("*.json")):
        result[path.stem] = _read(path)
    return result


def cases(name: str) -> Iterator[PublishedCase]:
    """The cases of a definition, in the order of their names."""
    for path in sorted((CASES / name).glob("*.json")):
        result = _read(path)
        question = {key: value for key, value in result.items() if key not in ("definition", "why")}
        yield PublishedCase(path.stem, path.stem.rpartition("--")[2], question)


def differing(name: str, data: Mapping[str, Any]) -> Verdicts:
    """The verdicts of a published definition on our cases, where they differ, by case."""
    verdicts = ((case, verdict(data, case, RENAMED.get(name, {}))) for case in cases(name))
    return {case.stem: item for case, item in verdicts if item != case.expected}


def verdict(data: Mapping[str, Any], case: PublishedCase, renamed: Mapping[str, str]) -> str:
    """Returns the verdict of a published definition on a case, in one word. Parameters that it does not declare are
    left out.
    """
    declared = {parameter.lower() for parameter in data["properties"].get("parameters", {})}
    given = {renamed.get(key, key): value for key, value in case.question.get("parameters", {}).items()}
    parameters = {key: value for key, value in given.items() if key.lower() in declared}
    return word(answer({**case.question, "definition": data, "parameters": parameters}), data)


def in_mode_all(data: Mapping[str, Any]) -> dict[str, Any]:
    """The same definition in mode All."""
    return {**data, "properties": {**data["properties"], "mode": "All"}}


def derive(shared: Path) -> dict[str, Any]:
    """The data, from the folder of published definitions. Raises KeyError for a definition that is not published."""
    known = published(shared)
    verdicts: dict[str, Verdicts] = {}
    in_all: dict[str, Verdicts] = {}
    for entry in library(ROOT).entries:
        if entry.is_initiative or entry.file.parent.name == "custom" or entry.name in OWN | NOT_AT_HAND:
            continue
        result = known[entry.name]
        verdicts[entry.name] = differing(entry.name, result)
        if (entry.properties["mode"], result["properties"]["mode"]) == ("All", "Indexed"):
            in_all[entry.name] = differing(entry.name, in_mode_all(result))
    return {
        "verdicts": {name: item for name, item in sorted(verdicts.items()) if item},
        "in_mode_all": dict(sorted(in_all.items())),
        "notes": dict(NOTES),
    }


def written(data: Mapping[str, Any]) -> str:
    """The data as the file has it."""
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _derived(shared: Path) -> tuple[str, str]:
    """Returns the text of the data file, and a summary."""
    data = derive(shared)
    count = sum(map(len, data["verdicts"].values()))
    return written(data), f"{count} cases of {len(data['verdicts'])} definitions come out otherwise"


def _read(path: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data


if __name__ == "__main__":
    run(__doc__, "the folder with azure-policy", TARGET, _derived)
