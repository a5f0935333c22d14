"""Facts about resource types that policy modes depend on.

policies/types.json has the types that the project builds or that published policies name, each row with its source.
policies/published_types.json has more types, derived from published request bodies (tools/derive_types.py).
"""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

EMBEDDED = Path(__file__).parent.parent / "types.json"
DERIVED = EMBEDDED.with_name("published_types.json")

#: Keys of published_types.json that decide. Types under other keys are undecided.
_DECIDED = {"evaluated": True, "notEvaluated": False}


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
    """The facts that come with the policy evaluator. Rows of types.json take precedence over derived ones."""
    told = json.loads(EMBEDDED.read_text(encoding="utf-8"))
    rows = {name.lower(): entry["indexed"] for name, entry in told["indexed"].items()}
    return TypeFacts(
        {**_derived(), **rows},
        tuple(pattern.lower() for pattern in told["neverEvaluated"]["patterns"]),
        frozenset(name.lower() for name in told["neverEvaluated"]["except"]),
    )


def _derived() -> dict[str, bool | None]:
    """The derived types in lower case; None where the published bodies cannot tell."""
    lists = json.loads(DERIVED.read_text(encoding="utf-8"))
    return {name.lower(): _DECIDED.get(key) for key, names in lists.items() if key != "about" for name in names}
