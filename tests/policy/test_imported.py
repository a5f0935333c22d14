"""Policies of a real tenant: imported as the Azure CLI prints them, and evaluated like the landing zone's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from amlz.azure.graph import ResourceGraph
from amlz.policy.engine.errors import BadInput
from amlz.policy.imported import imported, merged, take, take_aliases
from amlz.policy.library import library
from amlz.policy.verdicts import PolicySources, verdicts
from tests.conftest import previewed

GROUP = "/providers/Microsoft.Management/managementGroups/contoso"
DEFINITION = {
    "id": f"{GROUP}/providers/Microsoft.Authorization/policyDefinitions/no-premium",
    "name": "no-premium",
    "displayName": "Registries are not Premium",
    "mode": "All",
    "policyType": "Custom",
    "parameters": {"effect": {"type": "String", "defaultValue": "Deny", "allowedValues": ["Deny", "Audit"]}},
    "policyRule": {
        "if": {
            "allOf": [
                {"field": "type", "equals": "Microsoft.ContainerRegistry/registries"},
                {"field": "Microsoft.ContainerRegistry/registries/sku.name", "equals": "Premium"},
            ]
        },
        "then": {"effect": "[parameters('effect')]"},
    },
}
INITIATIVE = {
    "id": f"{GROUP}/providers/Microsoft.Authorization/policySetDefinitions/thrift",
    "name": "thrift",
    "policyDefinitions": [{"policyDefinitionId": DEFINITION["id"], "policyDefinitionReferenceId": "sku"}],
}
ASSIGNMENT = {
    "id": f"{GROUP}/providers/Microsoft.Authorization/policyAssignments/thrift",
    "name": "thrift",
    "scope": GROUP,
    "policyDefinitionId": INITIATIVE["id"],
    "nonComplianceMessages": [{"message": "Ask the cost council."}],
}
EXEMPTION = {
    "id": "/subscriptions/a1b2c3d4-1111-4222-8333-444455556666/resourceGroups/rg-retail-churn-dev-westeurope"
    "/providers/Microsoft.Authorization/policyExemptions/need-it",
    "name": "need-it",
    "policyAssignmentId": ASSIGNMENT["id"],
    "exemptionCategory": "Waiver",
    "expiresOn": "2027-01-01T00:00:00Z",
}
REGISTRY = "crretailchurndevuftlz"


def files(folder: Path, *values: Any) -> list[Path]:
    """Output of the Azure CLI: a list in each file."""
    paths = []
    for at, item in enumerate(values):
        path = folder / f"printed-{at}.json"
        path.write_text(json.dumps([item]))
        paths.append(path)
    return paths


def answers_of(place: Path, above: tuple[str, ...] = ("contoso",), today: str = "") -> list[tuple[str, str, str, bool]]:
    """Answers of the tenant's policies to the minimal stack: word, resource, message, whether it is refused."""
    graph: ResourceGraph = previewed("minimal").graph
    result = verdicts(graph, PolicySources(library(), imported(place), above, today))
    return [
        (answer.word, answer.subject.name, answer.assignment.message("sku"), answer.blocks)
        for answer in result.answers
        if answer.assignment.name == "thrift"
    ]


def store(place: Path, paths: list[Path]) -> None:
    """Imports them."""
    result, _ = take(paths)
    for path, text in merged(result, place).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_an_assignment_above_the_subscription_is_judged(tmp_path: Path) -> None:
    """By way of its initiative and definition, all imported, with the message that people would read."""
    store(tmp_path / "in", files(tmp_path, DEFINITION, INITIATIVE, ASSIGNMENT))

    assert answers_of(tmp_path / "in") == [("deny", REGISTRY, "Ask the cost council.", True)]
    assert answers_of(tmp_path / "in", above=("fabrikam",)) == []


def test_an_exemption_holds_until_its_day(tmp_path: Path) -> None:
    """On that day it no longer does; without a day it does."""
    store(tmp_path / "in", files(tmp_path, DEFINITION, INITIATIVE, ASSIGNMENT, EXEMPTION))

    assert [answers_of(tmp_path / "in", today=day)[0][0] for day in ("", "2026-12-31", "2027-01-01")] == [
        "exempt",
        "exempt",
        "deny",
    ]


def test_importing_again_replaces_what_was_there(tmp_path: Path) -> None:
    """Each item once by its id, in any letter case; others stay."""
    store(tmp_path / "in", files(tmp_path, DEFINITION, INITIATIVE, ASSIGNMENT))
    again = {**ASSIGNMENT, "id": str(ASSIGNMENT["id"]).upper(), "enforcementMode": "DoNotEnforce"}

    store(tmp_path / "in", files(tmp_path, again))

    assert answers_of(tmp_path / "in") == [("deny", REGISTRY, "Ask the cost council.", False)]


def test_a_definition_that_was_not_imported_is_not_judged(tmp_path: Path) -> None:
    """It is named, and never taken for compliant."""
    store(tmp_path / "in", files(tmp_path, ASSIGNMENT))
    graph = previewed("minimal").graph

    result = verdicts(graph, PolicySources(library(), imported(tmp_path / "in"), ("contoso",)))

    thrift = next(assignment for assignment in result.assignments if assignment.name == "thrift")
    assert [(unjudged.definition_id, unjudged.why) for unjudged in thrift.unjudged] == [
        (INITIATIVE["id"], "the definition is not known here; import it to evaluate it")
    ]


WRONG = [
    # content of the file, message after its name
    ("{", ": this is not JSON"),
    ('[{"name": "x"}]', "[0]: an object that is no definition, initiative, assignment or exemption."),
    ("[1]", "[0]: an integer that is no definition, initiative, assignment or exemption."),
    ('[{"policyRule": {}, "name": "x"}]', "[0]: it has no id."),
]


@pytest.mark.parametrize(("text", "says"), WRONG, ids=[row[1] for row in WRONG])
def test_what_is_no_policy_is_refused_whole(tmp_path: Path, text: str, says: str) -> None:
    """Nothing of the call is taken."""
    good, bad = files(tmp_path, DEFINITION)[0], tmp_path / "bad.json"
    bad.write_text(text)

    with pytest.raises(BadInput) as raised:
        take([good, bad])

    assert str(raised.value).startswith(f"{bad}{says}")


def test_aliases_of_a_cloud_come_before_the_embedded_ones(tmp_path: Path) -> None:
    """With their paths by API version, and whether a policy may change them."""
    printed = tmp_path / "providers.json"
    alias = {
        "name": "Microsoft.ContainerRegistry/registries/sku.name",
        "defaultPath": "properties.elsewhere",
        "defaultMetadata": {"attributes": "Modifiable"},
        "paths": [
            {"path": "sku.name", "apiVersions": ["2019-05-01"]},
            {"path": "properties.elsewhere", "apiVersions": ["2023-07-01"]},
        ],
    }
    provider = {
        "namespace": "Microsoft.ContainerRegistry",
        "resourceTypes": [{"resourceType": "registries", "aliases": [alias]}],
    }
    printed.write_text(json.dumps([provider]))

    result = take_aliases(printed)
    place = tmp_path / "in"
    place.mkdir()
    (place / "aliases.json").write_text(json.dumps(result))
    catalogue = imported(place).catalogue

    assert result == {
        "Microsoft.ContainerRegistry/registries/sku.name": {
            "path": "properties.elsewhere",
            "versions": {"2019-05-01": "sku.name"},
            "modifiable": True,
        }
    }
    assert catalogue is not None
    alias_read = catalogue.find(
        "microsoft.containerregistry/registries", "Microsoft.ContainerRegistry/registries/sku.name"
    )
    assert alias_read is not None
    paths = [alias_read.at(version) for version in ("2019-05-01", "2025-04-01")]
    assert [path.text if path else None for path in paths] == ["sku.name", "properties.elsewhere"]
    assert catalogue.find("microsoft.keyvault/vaults", "Microsoft.KeyVault/vaults/enablePurgeProtection") is not None
