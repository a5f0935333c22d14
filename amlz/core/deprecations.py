"""Deprecated keys of the stack file, as a table: since when, until when, and their replacement."""

from __future__ import annotations

from typing import Final

from amlz.core.codemods import Codemod, RemoveKey
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class DeprecatedKey:
    """A deprecated key. `codemod`: its path, and how `amlz upgrade migrate` changes it.

    `since`, `day`: the version that deprecated it, and its day; `removed`: the major version that removes it, not
    before `not_before`. `finding`: the finding that reports it.
    """

    codemod: Codemod
    since: str
    day: str
    removed: str
    not_before: str
    finding: str

    def __str__(self) -> str:
        """Returns a sentence for a finding."""
        return (
            f"The key is deprecated since version {self.since} ({self.day}): version {self.removed} removes it, not "
            f"before {self.not_before}."
        )


SCORING_NODES: Final = DeprecatedKey(
    RemoveKey(
        ("projects", "*", "environments", "*", "scoringNodes"),
        values=(0,),
        otherwise="Without the key, the scoring subnet is not built. Remove the key; to keep the subnet for servers "
        "that you deploy there, set `scoringSubnet: true` instead.",
    ),
    since="0.2.0",
    day="2026-11-29",
    removed="1.0",
    not_before="2027-06-01",
    finding="network/scoring-subnet-unusable",
)
#: A key lives for at least one minor version and six months after its deprecation, and only a major version removes it.
DEPRECATED: Final[tuple[DeprecatedKey, ...]] = (SCORING_NODES,)
