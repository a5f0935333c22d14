"""What modes need to know about resource types. The data is in policies/types.json, each row with its source."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

EMBEDDED = Path(__file__).parent.parent / "types.json"


@dataclass(frozen=True)
class TypeFacts:
    """`indexed`: whether mode Indexed looks at a type (lower case); None where sources cannot tell.

    `never`: patterns of types that are never evaluated, and `except_` those that are, all in lower case.
    """

    indexed: Mapping[str, bool | None] = field(default_factory=dict)
    never: tuple[str, ...] = ()
    except_: frozenset[str] = frozenset()

    def never_evaluated(self, resource_type: str) -> bool:
        """Whether Azure Policy does not look at requests of this type (lower case) at all."""
        if resource_type in self.except_:
            return False
        return any(fnmatch.fnmatchcase(resource_type, pattern) for pattern in self.never)


@cache
def embedded() -> TypeFacts:
    """The facts that come with the judge."""
    told = json.loads(EMBEDDED.read_text(encoding="utf-8"))
    return TypeFacts(
        {name.lower(): entry["indexed"] for name, entry in told["indexed"].items()},
        tuple(pattern.lower() for pattern in told["neverEvaluated"]["patterns"]),
        frozenset(name.lower() for name in told["neverEvaluated"]["except"]),
    )
