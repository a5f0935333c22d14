"""Objectives as OpenSLO documents, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from amlz.app.openslo import imported
from amlz.core.problems import LandingZoneError
from amlz.reports.openslo import as_openslo
from tests.capabilities.test_operations import EXAMPLE, operated, operation
from tests.cli.in_process import amlz_here
from tests.core.stacks import planned

KNOWN = frozenset(("churn/prod",))
SLOS: dict[str, Any] = {
    "answers": {"indicator": "availability", "target": 99.95, "period": 28, "minimum": 20, "endpoint": "churn-online"},
    "fast": {"indicator": "latency", "target": 99.0, "period": 30, "limit": 500.0},
}
_NAME = {"type": "string", "maxLength": 63, "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"}
_WORD = {"type": "string", "minLength": 1, "maxLength": 63, "pattern": "^[a-z0-9A-Z][a-z0-9A-Z._-]*[a-z0-9A-Z]*$"}
_SOURCE = {
    "type": "object",
    "required": ["metricSource"],
    "properties": {
        "metricSource": {"type": "object", "required": ["spec"], "properties": {"spec": {"type": "object"}}}
    },
}
#: Transcribed by value from the published schemas, https://github.com/OpenSLO/OpenSLO/tree/main/schemas/v1 (general,
#: metadata, metricsource) and, for what these leave open, from the specification in its README.
SCHEMA = {
    "type": "object",
    "required": ["apiVersion", "kind", "metadata", "spec"],
    "properties": {
        "apiVersion": {"const": "openslo/v1"},
        "kind": {"const": "SLO"},
        "metadata": {
            "type": "object",
            "required": ["name"],
            "properties": {
                "name": _NAME,
                "labels": {"type": "object", "additionalProperties": _WORD},
                "annotations": {"type": "object", "additionalProperties": _WORD},
            },
        },
        "spec": {
            "type": "object",
            "required": ["service", "indicator", "timeWindow", "budgetingMethod", "objectives"],
            "not": {"required": ["indicator", "indicatorRef"]},
            "properties": {
                "description": {"type": "string", "maxLength": 1050},
                "service": _NAME,
                "budgetingMethod": {"enum": ["Occurrences", "Timeslices", "RatioTimeslices"]},
                "timeWindow": {"type": "array", "minItems": 1, "maxItems": 1},
                "objectives": {"items": {"properties": {"target": {"minimum": 0, "exclusiveMaximum": 1}}}},
                "indicator": {
                    "required": ["metadata", "spec"],
                    "properties": {
                        "spec": {
                            "required": ["ratioMetric"],
                            "properties": {
                                "ratioMetric": {
                                    "required": ["counter", "good", "total"],
                                    "properties": {"counter": {"type": "boolean"}, "good": _SOURCE, "total": _SOURCE},
                                }
                            },
                        }
                    },
                },
            },
        },
    },
}


def exported(slos: dict[str, Any]) -> str:
    """Objectives of churn/prod as documents."""
    return as_openslo(operation(planned(operated({"slos": slos}))).slos)


def test_documents_have_the_shape_of_the_format() -> None:
    """One a measured objective; the query of good and total events is its source."""
    documents = list(yaml.safe_load_all(exported(SLOS | {"fresh": {"indicator": "data-freshness"}})))

    assert [document["metadata"]["name"] for document in documents] == ["churn-prod-answers", "churn-prod-fast"]
    for document in documents:
        jsonschema.validate(document, SCHEMA)
    assert documents[0]["spec"]["objectives"][0]["target"] == 0.9995


def test_an_export_comes_back_as_the_same_objectives(tmp_path: Path) -> None:
    """With every setting that the stack file has."""
    (tmp_path / "slos.yaml").write_text(exported(SLOS), encoding="utf-8")

    assert yaml.safe_load(imported(tmp_path / "slos.yaml", KNOWN)) == {
        "slos": {"answers": SLOS["answers"], "fast": SLOS["fast"]}
    }


def test_the_command_line_exports_and_imports(tmp_path: Path) -> None:
    """The import is YAML for the stack file."""
    text = amlz_here("slo", str(EXAMPLE), "--format", "openslo").stdout
    (tmp_path / "slos.yaml").write_text(text, encoding="utf-8")

    ran = amlz_here("slo", str(EXAMPLE), "--import", str(tmp_path / "slos.yaml"))

    assert ran.returncode == 0
    assert ran.stdout.startswith("# churn/prod\nslos:\n")
    assert list(yaml.safe_load(ran.stdout)["slos"]) == ["answers", "fast-answers", "trainings", "nightly"]


def document(**changes: Any) -> dict[str, Any]:
    """A document with other values in its spec or its metadata."""
    (first, _) = yaml.safe_load_all(exported(SLOS))
    result: dict[str, Any] = first
    for part in ("metadata", "spec"):
        result[part] |= changes.pop(part, {})
    return result | changes


#: Changes of a document, made inside of the test: planning takes time.
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "another version": ({"apiVersion": "openslo/v2"}, "It is no document of OpenSLO version 1."),
    "no label": ({"metadata": {"labels": {"project": "churn"}}}, "It has no label `environment`."),
    "another environment": (
        {"metadata": {"labels": {"project": "churn", "environment": "dev", "indicator": "latency"}}},
        "The stack file has no environment churn/dev.",
    ),
    "slices of time": ({"spec": {"budgetingMethod": "Timeslices"}}, "Its budget does not count events."),
    "a week": ({"spec": {"timeWindow": [{"duration": "7d", "isRolling": True}]}}, "not 28 or 30 rolling days"),
    "two objectives": ({"spec": {"objectives": [{"target": 0.9}, {"target": 0.99}]}}, "not exactly one objective"),
    "no target": ({"spec": {"objectives": [{"op": "lte"}]}}, "Its objective has no target."),
    "a target of one": ({"spec": {"objectives": [{"target": 1}]}}, "Input should be less than 100"),
    "a limit that is no number": ({"metadata": {"annotations": {"limit": "fast"}}}, "`limit` is no number"),
    "another kind": ({"kind": "Service"}, "It has no document of kind SLO."),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_document_without_an_equivalent_is_refused(name: str, tmp_path: Path) -> None:
    """With its number, the reason and a remedy; nothing is imported in part."""
    changes, why = WRONG[name]
    file = tmp_path / "slos.yaml"
    file.write_text(yaml.safe_dump(document(**changes)), encoding="utf-8")

    with pytest.raises(LandingZoneError) as raised:
        imported(file, KNOWN)

    assert str(raised.value).startswith(str(file))
    assert why in str(raised.value)
    assert len(str(raised.value).splitlines()) == 3


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("{", "It cannot be read"),
        (None, "It cannot be read"),
        ("a", "It is no document"),
        ("[" * 100_000, "too deeply"),
    ],
)
def test_a_file_that_is_none_is_refused(content: str | None, why: str, tmp_path: Path) -> None:
    """As is one that is missing."""
    file = tmp_path / "slos.yaml"
    if content is not None:
        file.write_text(content, encoding="utf-8")

    with pytest.raises(LandingZoneError, match=why):
        imported(file, KNOWN)
