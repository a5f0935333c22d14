"""The JSON Schema as editors show it: titles, names of keys, and errors at the key that is wrong."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from amlz.core.facts.names import NAME_RULES
from amlz.stackfile.schema import json_schema
from tests.conftest import ROOT, STACKS

SCHEMA = json_schema()


def errors(landing_zone: dict[str, Any]) -> list[tuple[str, str]]:
    """The path and the keyword of each error of a landing zone."""
    result = Draft202012Validator(SCHEMA).iter_errors({"config": {"amlz:landingZone": landing_zone}})
    return sorted((".".join(map(str, list(error.absolute_path)[2:])), str(error.validator)) for error in result)


def landing_zone(stack: str) -> dict[str, Any]:
    """The landing zone of a shipped stack file."""
    data = yaml.safe_load((ROOT / STACKS[stack]).read_text(encoding="utf-8"))
    value: dict[str, Any] = copy.deepcopy(data["config"]["amlz:landingZone"])
    return value


def test_the_schema_is_valid_and_has_an_id_that_nobody_fetches() -> None:
    """A name with the version of the model."""
    Draft202012Validator.check_schema(SCHEMA)

    assert (SCHEMA["$id"], errors(landing_zone("minimal"))) == ("urn:amlz:landing-zone:1", [])


def test_titles_are_words() -> None:
    """No key in one word, and no name of a class."""
    properties = SCHEMA["properties"]["config"]["properties"]["amlz:landingZone"]["properties"]

    titles = {key: properties[key]["title"] for key in ("schemaVersion", "tenantId", "businessUnit", "projects")}
    assert titles == {
        "schemaVersion": "Schema version",
        "tenantId": "Tenant ID",
        "businessUnit": "Business unit",
        "projects": "Projects",
    }
    every = set(titles_of(SCHEMA))
    assert [title for title in every if title.endswith("Config") or "_" in title] == []
    assert every >= {"Azure DevOps", "Cosmos DB object ID", "Daily cap GB", "SLOs", "TLS inspection", "VPN gateway"}


def titles_of(part: Any) -> Iterator[str]:
    """Every title in a part of the schema."""
    if isinstance(part, dict):
        yield from [part["title"]] if isinstance(part.get("title"), str) else []
        part = list(part.values())
    for inner in part if isinstance(part, list) else ():
        yield from titles_of(inner)


def test_every_property_has_a_description() -> None:
    """Editors show it."""
    properties = [
        (name, key, inner)
        for name, part in SCHEMA["$defs"].items()
        for key, inner in part.get("properties", {}).items()
    ]

    assert len(properties) > 300
    assert [(name, key) for name, key, inner in properties if not inner.get("description")] == []


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("projects.churn.environments.dev.names.keyVault", "keyVault"),
        ("projects.churn.environments.dev.names.workspace", "workspace"),
        ("projects.churn.environments.dev.search.name", "searchService"),
        ("dataLake.name", "storageAccount"),
        ("sharedRegistry.name", "containerRegistry"),
        ("sharedRegistry.resourceGroup", "resourceGroup"),
        ("hub.logAnalytics.name", "logAnalytics"),
        ("hub.names.firewall", "firewall"),
        ("spokes.main.names.routeTable", "routeTable"),
    ],
)
def test_an_own_name_has_the_length_that_azure_takes(path: str, kind: str) -> None:
    """An editor marks one that is longer."""
    value = landing_zone("minimal")
    here: Any = value
    *above, last = path.split(".")
    for key in above:
        here = here.setdefault(key, {})
    most = NAME_RULES[kind].longest

    here[last] = "a" * most
    right = errors(value)
    here[last] = "a" * (most + 1)

    assert [error for error in right if error[0] == path] == []
    assert [error for error in errors(value) if error not in right] == [(path, "maxLength")]


def test_an_error_in_an_existing_hub_points_at_its_key() -> None:
    """Not at the whole object, which is optional."""
    value = landing_zone("existing-hub")
    value["hub"]["existing"]["notAKey"] = 1
    value["hub"]["existing"]["virtualNetwork"] = 7

    assert [path for path, _ in errors(value)] == ["hub.existing", "hub.existing.virtualNetwork"]


@pytest.mark.parametrize("name", ["llm_platform", "Churn", "a-project-name-of-28-letters"])
def test_a_name_of_a_project_that_is_none_is_an_error(name: str) -> None:
    """As `amlz check` reports it."""
    value = landing_zone("minimal")
    value["projects"][name] = value["projects"].pop("churn")

    assert {path for path, _ in errors(value)} >= {"projects"}
