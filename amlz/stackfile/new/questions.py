"""The questions of `amlz init`: what each answer must be, and a default where one is sensible."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, ValidationError

from amlz.core.config import LandingZoneConfig
from amlz.core.config.shared import Config, EnvironmentName, Guid, Location, Network, Word, camel
from amlz.core.notices.places import region_doubt
from amlz.dataclass import dataclass
from amlz.stackfile.messages import problem


class Answers(Config):
    """Answers, as text. The types are those of the stack file's keys."""

    organisation: Annotated[str, *LandingZoneConfig.model_fields["organisation"].metadata]
    """The name of the organisation"""
    business_unit: Annotated[str, *LandingZoneConfig.model_fields["business_unit"].metadata]
    """The short name of the business unit: 2 to 10 lower-case letters or digits"""
    tenant: Guid
    """The ID of the Microsoft Entra tenant"""
    subscription: Guid
    """The ID of the Azure subscription"""
    location: Location
    """The Azure region"""
    network: Network
    """The IPv4 range for the hub and the projects, such as 10.20.0.0/16"""
    project: Word
    """The name of the first project"""
    environments: Annotated[tuple[EnvironmentName, ...], Field(min_length=1)]
    """Its environments, separated by commas"""


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `name`: of the field in Answers. `default` is None where an answer is required."""

    name: str
    text: str
    default: str | None = None

    @property
    def option(self) -> str:
        """The option of the command line that answers it."""
        return f"--{self.name.replace('_', '-')}"


NETWORK = Question("network", "IPv4 range for the hub and all projects (CIDR)", "10.20.0.0/16")
#: In the order in which they are asked.
QUESTIONS = (
    Question("organisation", "Name of the organisation"),
    Question("business_unit", "Short name of the business unit (2 to 10 lower-case letters or digits)"),
    Question("tenant", "ID of the Microsoft Entra tenant"),
    Question("subscription", "ID of the Azure subscription"),
    Question("location", "Azure region", "westeurope"),
    NETWORK,
    Question("project", "Name of the first project"),
    Question("environments", "Its environments, separated by commas", "dev,prod"),
)


def problem_of(question: Question, answer: str) -> str | None:
    """Returns what is wrong with an answer and what to write instead; None where it is valid."""
    value = listed_environments(answer) if question.name == "environments" else answer
    if isinstance(value, tuple) and (twice := next((name for name in value if value.count(name) > 1), None)):
        return f"{twice!r} is there twice. Name each environment once."
    key = camel(question.name)
    try:
        Answers.model_validate({key: value})
    except ValidationError as error:
        for item in error.errors():
            if item["loc"][:1] == (key,):
                wrong = problem(item, Answers)
                return f"{wrong.what} {wrong.remedy or ''}".strip()
    return None


def doubt_of(question: Question, answer: str) -> str | None:
    """Returns what may be wrong with a valid answer: a region that no list has. None where nothing is."""
    return region_doubt(answer, "public") if question.name == "location" else None


def listed_environments(text: str) -> tuple[str, ...]:
    """The names in a list that is separated by commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())
