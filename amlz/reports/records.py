"""Dataclasses as JSON."""

from __future__ import annotations

import dataclasses
from typing import Any

from pydantic import ConfigDict
from pydantic.alias_generators import to_camel

from amlz.checks.finding import Finding

#: How pydantic makes the schema of a record: keys in the casing of JSON, all of them required, and no other.
IN_JSON = ConfigDict(alias_generator=to_camel, extra="forbid", json_schema_serialization_defaults_required=True)


def record(value: Any) -> Any:
    """A dataclass as a mapping, its names in the casing of JSON; tuples as lists. `key`, our own, is left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {to_camel(f.name): record(getattr(value, f.name)) for f in dataclasses.fields(value) if f.name != "key"}
    return [record(item) for item in value] if isinstance(value, tuple | list) else value


def finding_record(finding: Finding) -> dict[str, Any]:
    """Returns a finding as JSON has it."""
    return {
        "id": finding.check,
        "severity": finding.severity.value,
        "resource": finding.urn,
        "name": finding.name,
        "project": finding.project or "",
        "environment": finding.environment or "",
        "path": finding.path,
        "expected": finding.expected,
        "actual": finding.actual,
        "message": finding.message,
        "remedy": finding.remedy,
        "source": finding.source,
    }
