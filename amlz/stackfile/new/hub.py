"""The hub of a new stack file: created, none, or one that exists."""

from __future__ import annotations

from collections.abc import Mapping

from amlz.dataclass import dataclass

CREATED, NONE = "created", "none"
VIRTUAL_HUB = "/microsoft.network/virtualhubs/"


@dataclass(frozen=True, slots=True)
class NewHub:
    """Answers about the hub and the network of the spoke. `name`: `created`, `none`, or the ID of one that exists.

    `spoke`: `created`, or the ID of a virtual network. The others are those of a hub that exists.
    """

    name: str = CREATED
    spoke: str = CREATED
    address_range: str | None = None
    firewall_address: str | None = None
    log: str | None = None
    dns_servers: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """`created`, `none`, `virtualWan` or `existing`."""
        return kind_of(self.name)

    @property
    def has_spoke(self) -> bool:
        """True if the network of the spoke exists."""
        return self.spoke != CREATED


def kind_of(name: str) -> str:
    """Returns the kind of a hub by the answer that names it."""
    if name in (CREATED, NONE):
        return name
    return "virtualWan" if VIRTUAL_HUB in name.lower() else "existing"


def hub_of(answers: Mapping[str, str]) -> NewHub:
    """Returns the hub of answers by the names of their questions."""
    return NewHub(
        answers.get("hub", CREATED),
        answers.get("spoke", CREATED),
        answers.get("hub_range"),
        answers.get("firewall_address"),
        answers.get("log"),
        listed_values(answers.get("dns_servers", "")),
    )


def listed_values(text: str) -> tuple[str, ...]:
    """Returns the values of a list that is separated by commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())
