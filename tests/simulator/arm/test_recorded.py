"""Recorded answers of Azure, transcribed: the simulator gives the same, with made-up values of the same kinds."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from amlz.azure.recorded import DATA, of_type
from amlz.simulator.arm.endpoint import SimulatedArm
from amlz.simulator.arm.messages import Request
from tests.simulator.arm.client import GROUP
from tools.recorded.regional import is_regional

FOLDER = Path(__file__).parent
CASES: list[dict[str, Any]] = json.loads((FOLDER / "recorded.json").read_text(encoding="utf-8"))
_KINDS = ((r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<guid>"), (r"\d{4}-\d\d-\d\dT[\d:.]+Z", "<date>"))
TABLES = sorted(DATA.glob("*.json"))


def kinds(value: Any) -> Any:
    """A value with GUIDs and dates replaced by their kinds."""
    if isinstance(value, dict):
        return {key: kinds(item) for key, item in value.items()}
    if isinstance(value, list):
        return [kinds(item) for item in value]
    for pattern, kind in _KINDS if isinstance(value, str) else ():
        value = re.sub(pattern, kind, value)
    return value


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["path"]))
def test_an_answer_is_the_recorded_one(case: dict[str, Any]) -> None:
    """Status, headers, and every property; endpoints of storage accounts and secrets are left out."""
    arm = SimulatedArm()
    arm.answer(Request("PUT", GROUP, "2021-04-01", {"location": "westus2"}))
    path = f"{GROUP}/providers/{case['path']}"
    answer = arm.answer(Request("PUT", path, case["apiVersion"], case["request"]))
    assert (answer.status, sorted(answer.headers)) == (case["status"], sorted(case["headers"]))
    body = answer.body or arm.answer(Request("GET", path, case["apiVersion"], seconds=3600)).body
    shown = {key: value for key, value in body.items() if key not in ("id", "name")}
    shown["properties"] = {key: value for key, value in shown["properties"].items() if key != "primaryEndpoints"}

    assert kinds(shown) == case["response"]
    assert (body["id"].lower(), body["name"]) == (path.lower(), path.rpartition("/")[2])


@pytest.mark.parametrize("path", TABLES, ids=lambda path: str(path.stem))
def test_every_row_has_its_source_and_what_it_does(path: Path) -> None:
    """A recording; how often it was seen; a value or a form, and conditions that the simulator knows."""
    wrong = []
    for kind, table in json.loads(path.read_text(encoding="utf-8"))["types"].items():
        values = [*table.get("added", ()), *table.get("returned", ()), *table.get("answers", {}).values()]
        wrong += [f"{kind}: {row}" for row in values if not row.get("source")]
        wrong += [
            f"{kind}: {row}"
            for row in table.get("added", ())
            if not ("value" in row or row.get("contradicted")) or "path" not in row
        ]
        wrong += [f"{kind}: {row}" for row in table.get("returned", ()) if "form" not in row]
        words = {condition[1] for row in values for condition in row.get("when", ())}
        wrong += [f"{kind}: {word}" for word in words - {"is", "is not", "set", "from", "before"}]

    assert wrong == []


def test_the_newest_default_of_a_storage_account_is_the_one_that_counts() -> None:
    """Recordings up to 2023 have TLS1_0. New ones contradict each other on `allowBlobPublicAccess`: no value."""
    added = of_type("microsoft.storage/storageaccounts")["added"]

    assert [row["value"] for row in added if row["path"] == "properties.minimumTlsVersion"] == ["TLS1_2"]
    assert ["value" in row for row in added if row["path"] == "properties.allowBlobPublicAccess"] == [False]


@pytest.mark.parametrize("path", TABLES, ids=lambda path: str(path.stem))
def test_no_row_has_a_value_of_the_region_where_it_was_recorded(path: Path) -> None:
    """Such a value is wrong in every other region: names of regions, and numbered DNS zones of static websites."""
    types = json.loads(path.read_text(encoding="utf-8"))["types"]
    rows = [(kind, row) for kind, table in types.items() for row in table.get("added", ()) if "value" in row]

    assert [(kind, row["path"]) for kind, row in rows if is_regional(row["value"])] == []


@pytest.mark.parametrize(
    ("value", "regional"),
    [
        ("centraluseuap", True),
        ("westus2", True),
        ("ml-{name}-{location}-{guid}.westus2.notebooks.azure.net", True),
        ("https://{name}.z4.web.core.windows.net/", True),
        (["Microsoft.Resources/EUAPParticipation"], True),
        ("{location}", False),
        ("https://{location}.api.azureml.ms/discovery", False),
        ("Regional", False),
        ("https://{name}.web.core.windows.net/", False),
    ],
)
def test_a_regional_value_names_a_region_or_a_zone_of_one(value: Any, regional: bool) -> None:
    """`{location}` is the region of the request, so a value that has it holds everywhere."""
    assert is_regional(value) is regional


def test_the_simulator_returns_no_second_region_that_it_cannot_know() -> None:
    """A geo-redundant account has a pair of its region, which no recording of another region shows."""
    arm = SimulatedArm()
    arm.answer(Request("PUT", GROUP, "2021-04-01", {"location": "westeurope"}))
    path = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/geo"
    body = {"location": "westeurope", "kind": "StorageV2", "sku": {"name": "Standard_GRS"}, "properties": {}}
    arm.answer(Request("PUT", path, "2024-01-01", body))
    properties = arm.answer(Request("GET", path, "2024-01-01", seconds=3600)).body["properties"]

    assert properties["primaryLocation"] == "westeurope"
    assert "secondaryLocation" not in properties
    assert "web" not in properties["primaryEndpoints"]
