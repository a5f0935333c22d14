"""The questions of `amlz init`: what each answer must be, and a default where one is sensible."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, ValidationError

from amlz.core.config import LandingZoneConfig
from amlz.core.config.existing import Address, LogAnalyticsId, NetworkId, VirtualHubId
from amlz.core.config.shared import Config, EnvironmentName, Guid, Location, Network, Word, camel
from amlz.core.notices.places import region_doubt
from amlz.dataclass import dataclass
from amlz.stackfile.messages import problem, shown
from amlz.stackfile.new.hub import CREATED, NONE, kind_of, listed_values


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
    virtual_network: NetworkId
    """The ID of a virtual network that exists"""
    virtual_hub: VirtualHubId
    """The ID of a virtual hub of Virtual WAN"""
    hub_range: Network
    """The range of the hub that exists"""
    firewall_address: Address
    """The private address of the firewall in the hub"""
    log: LogAnalyticsId
    """The ID of the central Log Analytics workspace"""
    dns_servers: Annotated[tuple[Address, ...], Field(min_length=1)]
    """DNS servers of the spokes, separated by commas"""
    network: Network
    """The IPv4 range for the hub and the projects, such as 10.20.0.0/16"""
    project: Word
    """The name of the first project"""
    environments: Annotated[tuple[EnvironmentName, ...], Field(min_length=1)]
    """Its environments, separated by commas"""


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `name`: of the field in Answers. `default` is None where an answer is required.

    `optional`: a script may leave it out, and gets the default; without a default, no terminal is asked either.
    """

    name: str
    text: str
    default: str | None = None
    optional: bool = False

    @property
    def option(self) -> str:
        """The option of the command line that answers it."""
        return f"--{self.name.replace('_', '-')}"


NETWORK = Question("network", "IPv4 range for the hub and all projects (CIDR)", "10.20.0.0/16")
_OF_PROJECTS = Question("network", "IPv4 range for all projects (CIDR)", "10.20.0.0/16")
_BEFORE = (
    Question("organisation", "Name of the organisation"),
    Question("business_unit", "Short name of the business unit (2 to 10 lower-case letters or digits)"),
    Question("tenant", "ID of the Microsoft Entra tenant"),
    Question("subscription", "ID of the Azure subscription"),
    Question("location", "Azure region", "westeurope"),
    Question("hub", "Hub: created, none, or the ID of a virtual network or virtual hub that exists", CREATED, True),
)
_SPOKE = Question("spoke", "Network of the projects: created, or the ID of one that exists", CREATED, True)
_FIREWALL = Question("firewall_address", "Private address of the firewall in the hub")
_HUB_THAT_EXISTS = (
    Question("hub_range", "IPv4 range of the hub (CIDR)"),
    Question("log", "ID of the central Log Analytics workspace"),
    Question("dns_servers", "DNS servers of the spokes, separated by commas", None, True),
)
#: Questions about the hub, by its kind.
OF_HUB: dict[str, tuple[Question, ...]] = {
    CREATED: (),
    NONE: (_SPOKE,),
    "existing": (_SPOKE, _FIREWALL, *_HUB_THAT_EXISTS),
    "virtualWan": (_SPOKE, *_HUB_THAT_EXISTS),
}
_AFTER = (
    Question("project", "Name of the first project"),
    Question("environments", "Its environments, separated by commas", "dev,prod"),
)
#: Names of questions whose answer is a list.
_LISTS = ("environments", "dns_servers")


def questions(hub: str) -> tuple[Question, ...]:
    """Returns the questions, in the order in which they are asked, for a hub: the answer that names it."""
    kind = kind_of(hub)
    return (*_BEFORE, *OF_HUB[kind], NETWORK if kind == CREATED else _OF_PROJECTS, *_AFTER)


#: Each question once, for any hub.
EVERY = (*_BEFORE, _SPOKE, _FIREWALL, *_HUB_THAT_EXISTS, NETWORK, *_AFTER)


def problem_of(question: Question, answer: str) -> str | None:
    """Returns what is wrong with an answer and what to write instead; None where it is valid."""
    if question.name in ("hub", "spoke"):
        return _problem_of_network(question, answer)
    value = listed_values(answer) if question.name in _LISTS else answer
    if isinstance(value, tuple) and (twice := next((name for name in value if value.count(name) > 1), None)):
        return f"{twice!r} is there twice. Name each {question.name.replace('_', ' ').removesuffix('s')} once."
    return _problem(camel(question.name), value)


def _problem_of_network(question: Question, answer: str) -> str | None:
    if answer == CREATED or (question.name == "hub" and answer == NONE):
        return None
    if "/" not in answer:
        words = f"{CREATED}, {NONE}" if question.name == "hub" else CREATED
        return f"{shown(answer)} is not known here. Write {words} or the ID of one that exists."
    hub = question.name == "hub" and kind_of(answer) == "virtualWan"
    return _problem("virtualHub" if hub else "virtualNetwork", answer)


def _problem(key: str, value: object) -> str | None:
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
