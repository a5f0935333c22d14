"""The record of a stack: facts that a preview does not have. A unit's pipeline writes it next to the report."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from amlz.azure.regular_files import read_regular
from amlz.core.config.shared import Config
from amlz.core.problems import LandingZoneError
from amlz.dataclass import dataclass
from amlz.fleet.config import VersionText

#: Ends the name of a record: `prod.record.json` is next to `prod.json`.
SUFFIX = ".record.json"
SCHEMA_VERSION = 1
#: A record with more events of an objective is damaged.
MOST_EVENTS = 10**15

Commit = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}([0-9a-f]{24})?$")]
#: A day as ISO 8601.
Day = Annotated[date, Field(strict=False)]


class ProgramRecord(Config):
    """The program that previewed or deployed a stack."""

    version: VersionText
    commit: Commit


class DeploymentRecord(ProgramRecord):
    """The last deployment of a stack."""

    day: Day
    result: Literal["succeeded", "failed"]


class DriftRecord(Config):
    """The last search for drift. `resources`: those that differ."""

    day: Day
    resources: Annotated[int, Field(ge=0)]


class MeasuredObjective(Config):
    """Events of a service level objective in the days of its period, of which `day` is the last."""

    environment: Annotated[str, StringConstraints(pattern=r"^[^/\s]{1,64}/[^/\s]{1,64}$")]
    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,24}$")]
    day: Day
    good: Annotated[int, Field(ge=0)]
    total: Annotated[int, Field(ge=0, le=MOST_EVENTS)]

    @model_validator(mode="after")
    def _good_ones_are_some_of_all(self) -> Self:
        if self.good > self.total:
            raise PydanticCustomError("events", "more events are good than there are")
        return self


class StackRecord(Config):
    """Everything that is recorded of a stack. `day`: of its report."""

    schema_version: Literal[1]
    stack: str
    day: Day
    program: ProgramRecord
    deployment: DeploymentRecord | None = None
    drift: DriftRecord | None = None
    objectives: tuple[MeasuredObjective, ...] = ()


@dataclass(frozen=True, slots=True)
class RunResults:
    """Results of one run of a unit's pipeline. `deployed`: of a deployment, None for none.

    `drift`: resources that differ, None where nothing was searched; `measured`: events of objectives.
    """

    deployed: str | None = None
    drift: int | None = None
    measured: tuple[MeasuredObjective, ...] = ()


def read_record(path: Path) -> StackRecord | None:
    """Returns a record, None where there is no such file. Raises LandingZoneError, with a sentence for its reader."""
    try:
        content = read_regular(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LandingZoneError(f"It cannot be read: {(error.strerror or str(error)).lower()}.") from None
    value = parsed(content)
    version = value.get("schemaVersion")
    if version != SCHEMA_VERSION:
        raise LandingZoneError(other_version(version))
    try:
        return StackRecord.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        raise LandingZoneError(f"It is no record: {place}: {first['msg'].rstrip('.').lower()}.") from None


def parsed(content: bytes) -> dict[str, Any]:
    """Returns the JSON object of a file. Raises LandingZoneError, with a sentence."""
    try:
        value = json.loads(content, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        why = "it is nested too deeply" if isinstance(error, RecursionError) else "it is cut off or damaged"
        raise LandingZoneError(f"It is not JSON: {why}.") from None
    if not isinstance(value, dict):
        raise LandingZoneError("It is JSON, but no object.")
    return value


def other_version(version: object) -> str:
    """Returns the sentence for a file whose version this program does not read."""
    if isinstance(version, int) and not isinstance(version, bool):
        relation = "A newer program wrote it" if version > SCHEMA_VERSION else "It is of no published program"
        return f"Its schemaVersion is {version}, and this program reads {SCHEMA_VERSION}. {relation}."
    return "It has no schemaVersion, so it is no report of amlz."


def _refused(name: str) -> None:
    raise ValueError(name)


def dumped(record: StackRecord) -> dict[str, Any]:
    """Returns a record as JSON has it."""
    return record.model_dump(mode="json", by_alias=True)


def recorded(
    before: StackRecord | None, stack: str, day: date, program: ProgramRecord, results: RunResults
) -> StackRecord:
    """Returns the record after a preview, and other results of the same day."""
    deployment, search = (before.deployment, before.drift) if before else (None, None)
    if results.deployed:
        deployment = DeploymentRecord.model_validate({**program.model_dump(), "day": day, "result": results.deployed})
        search = None  # of the same day, perhaps, but from before the deployment
    if results.drift is not None:
        search = DriftRecord(day=day, resources=results.drift)
    objectives = {
        (one.environment, one.name): one for one in (*(before.objectives if before else ()), *results.measured)
    }
    return StackRecord(
        schemaVersion=1,
        stack=stack,
        day=day,
        program=program,
        deployment=deployment,
        drift=search,
        objectives=tuple(objectives[key] for key in sorted(objectives)),
    )
