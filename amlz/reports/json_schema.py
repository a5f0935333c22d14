"""The JSON Schema of the output of `amlz preview --format json`, with and without --against, --engine and --all.

pydantic makes it of the types here and in json_records.py, and of the dataclasses of sections. A new key leaves
`schemaVersion` as it is; a key that is removed, or changes its meaning, raises it.
"""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from amlz.azure.change_rule import Kind
from amlz.checks.finding import Severity
from amlz.reports.custom_sections import CustomSection
from amlz.reports.html.dns import Dns
from amlz.reports.html.egress import Egress
from amlz.reports.html.reachability import ReachSection
from amlz.reports.html.topology import Topology
from amlz.reports.json_cost import CostChange, CostRecord
from amlz.reports.json_record import Record
from amlz.reports.json_records import (
    AcceptedFinding,
    AlertRecord,
    Count,
    FindingRecord,
    LandingZoneRecord,
    NotEvaluated,
    ObjectivesRecord,
    Owned,
    PermissionRecord,
    PlacedRecord,
    Quota,
    ResourceRecord,
    Role,
    SpaceRecord,
    VerdictRecord,
    WiderRole,
)

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


class PreviewRecord(Record):
    """A preview of a stack."""

    schema_version: Literal[1]
    stack: str
    landing_zone: LandingZoneRecord
    topology: Topology
    addresses: list[SpaceRecord]
    egress: Egress
    dns: Dns
    reachability: ReachSection
    resources: list[ResourceRecord]
    verdicts: list[VerdictRecord]
    policies_not_judged: list[NotEvaluated]
    findings: list[FindingRecord]
    accepted_findings: list[AcceptedFinding]
    quota: list[Quota]
    cost: CostRecord | None
    alerts: list[AlertRecord]
    objectives: list[ObjectivesRecord]
    permissions: list[PermissionRecord]
    custom_sections: list[CustomSection]
    not_covered: list[str]


class ShortResource(PlacedRecord):
    """A resource that is created or deleted."""


class ChangedProperty(Record):
    """A changed property, with its effect."""

    path: str
    old: Any
    new: Any
    does: Kind
    why: str
    source: str


class ChangedResource(PlacedRecord):
    """A resource that changes or is replaced."""

    replaced: bool
    properties: list[ChangedProperty]


class LostResource(PlacedRecord):
    """A resource whose data is lost."""

    why: str


class MovedResource(PlacedRecord):
    """A resource that an alias gives another URN."""

    before: Annotated[str, Field(alias="from")]


class ChangedAddress(Record):
    """A changed range."""

    path: str
    old: Any
    new: Any


class Roles(Record):
    """Role assignments of one side alone."""

    new: list[Role]
    gone: list[Role]
    widened: list[WiderRole]


class DecidingRole(Record):
    """A role assignment that decides about an action."""

    role: str
    scope: str


class ChangedPermission(Owned):
    """Actions of a persona that a change allows, or allows no longer. `answer`: the new one."""

    persona: str
    principals: list[str]
    actions: list[str]
    by: list[DecidingRole]
    answer: str


class ActionChange(Record):
    """Actions of personas that are newly allowed, and those that are allowed no longer."""

    new: list[ChangedPermission]
    gone: list[ChangedPermission]


class EgressChange(Record):
    """Outbound traffic of one side alone."""

    new: list[str]
    gone: list[str]


class FindingChange(Record):
    """Findings of one side alone."""

    new: list[FindingRecord]
    gone: list[FindingRecord]


class VerdictChange(Record):
    """Answers of policies of one side alone."""

    new: list[VerdictRecord]
    gone: list[VerdictRecord]


class DifferenceRecord(Record):
    """The difference between two previews, or the steps of the engine."""

    schema_version: Literal[1]
    stack: str
    against: str
    is_new: bool
    created: list[ShortResource]
    deleted: list[ShortResource]
    changed: list[ChangedResource]
    unchanged: Count
    lost: list[LostResource]
    addresses: list[ChangedAddress]
    moved: list[MovedResource]
    roles: Roles
    accepted: list[AcceptedFinding]
    permissions: ActionChange
    egress: EgressChange
    findings: FindingChange
    verdicts: VerdictChange
    guard: list[FindingRecord]
    cost: list[CostChange] | None
    not_told: str


class Failed(Record):
    """A stack that cannot be previewed or compared."""

    stack: str
    why: str


class StackKeyRecord(Record):
    """A key of a stack file, and its line."""

    stack: str
    file: str
    line: int
    path: str


class BetweenStacksRecord(Record):
    """A finding between stacks, with the keys that cause it."""

    id: str
    severity: Severity
    message: str
    remedy: str
    source: str
    keys: list[StackKeyRecord]


class AllStacksRecord(Record):
    """Every stack of a folder."""

    schema_version: Literal[1]
    against: str
    stacks: list[PreviewRecord | DifferenceRecord]
    unchanged: list[str]
    gone: list[str]
    production_ended: list[str]
    between_stacks: list[BetweenStacksRecord]
    failed: list[Failed]


class _Untitled(GenerateJsonSchema):
    """A schema without titles, which would repeat each key."""

    def field_title_should_be_set(self, _schema: Any) -> bool:
        """Returns no."""
        return False


def report_schema() -> dict[str, Any]:
    """Returns the whole: any of the three, each by itself under $defs."""
    every: TypeAdapter[Any] = TypeAdapter(PreviewRecord | DifferenceRecord | AllStacksRecord)
    made = every.json_schema(mode="serialization", schema_generator=_Untitled)
    definitions = {_definition(name): body | _title(body) for name, body in made.pop("$defs").items()}
    definitions = dict(sorted(definitions.items()))
    text = re.sub(r'(?<="#/\$defs/)\w+', lambda name: _definition(name[0]), json.dumps(definitions))
    return {
        "$schema": _DRAFT,
        "title": "Output of amlz preview --format json",
        "description": "A preview, a difference (--against, --engine) or all stacks (--all): "
        "docs/reference/command-line.md.",
        "anyOf": [{"$ref": f"#/$defs/{name}"} for name in ("preview", "difference", "allStacks")],
        "$defs": json.loads(text),
    }


def _title(body: dict[str, Any]) -> dict[str, str]:
    """Returns the title of a type as in the schema's earlier versions."""
    return {"title": body["title"].removesuffix("Record")} if "title" in body else {}


def _definition(name: str) -> str:
    """Returns the name of a type in the schema: `subnet` for SubnetRecord."""
    return f"{name[0].lower()}{name[1:].removesuffix('Record')}"
