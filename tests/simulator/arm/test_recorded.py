"""Recorded answers of Azure, transcribed: the simulator gives the same, with made-up values of the same kinds."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from amlz.simulator.arm import rows
from amlz.simulator.arm.endpoint import SimulatedArm
from amlz.simulator.arm.messages import Request
from tests.simulator.arm.client import GROUP

FOLDER = Path(__file__).parent
CASES: list[dict[str, Any]] = json.loads((FOLDER / "recorded.json").read_text(encoding="utf-8"))
_KINDS = ((r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<guid>"), (r"\d{4}-\d\d-\d\dT[\d:.]+Z", "<date>"))
TABLES = sorted((Path(rows.__file__).parent / "data").glob("*.json"))


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
        found = [*table.get("added", ()), *table.get("returned", ()), *table.get("answers", {}).values()]
        wrong += [f"{kind}: {row}" for row in found if not row.get("source")]
        wrong += [f"{kind}: {row}" for row in table.get("added", ()) if "value" not in row or "path" not in row]
        wrong += [f"{kind}: {row}" for row in table.get("returned", ()) if "form" not in row]
        words = {condition[1] for row in found for condition in row.get("when", ())}
        wrong += [f"{kind}: {word}" for word in words - {"is", "is not", "set", "from", "before"}]

    assert wrong == []


def test_the_newest_default_of_a_storage_account_is_the_one_that_counts() -> None:
    """Recordings up to 2023 have TLS1_0. New ones contradict each other on `allowBlobPublicAccess`: no row."""
    added = rows.of_type("microsoft.storage/storageaccounts")["added"]

    assert [row["value"] for row in added if row["path"] == "properties.minimumTlsVersion"] == ["TLS1_2"]
    assert [row["path"] for row in added if "allowBlobPublicAccess" in row["path"]] == []
