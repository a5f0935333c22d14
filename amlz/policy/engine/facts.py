"""Facts about resource types that policy modes depend on.

amlz/policy/data/types.json has the types that the project builds or that published policies name, each row with its
source.
amlz/policy/data/published_types.json has more types, derived from published request bodies (tools/derive_types.py).
amlz/policy/data/tagged_types.json has types of other namespaces, derived from Microsoft's table of tag support
(tools/derive_tagged.py).
"""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

EMBEDDED = Path(__file__).parents[1] / "data" / "types.json"
DERIVED = tuple(EMBEDDED.with_name(name) for name in ("tagged_types.json", "published_types.json"))

#: Keys of the derived files that decide. Types under other keys are undecided.
_DECIDED = {"evaluated": True, "notEvaluated": False}


@dataclass(frozen=True)
class TypeFacts:
    """`indexed`: whether mode Indexed evaluates a type (lower case); None where sources disagree.

    `never`: patterns of types that are never evaluated, and `except_` those that are, all in lower case.
    """

    indexed: Mapping[str, bool | None] = field(default_factory=dict)
    never: tuple[str, ...] = ()
    except_: frozenset[str] = frozenset()

    def never_evaluated(self, resource_type: str) -> bool:
        """Returns whether Azure Policy never evaluates requests of this type (lower case)."""
        if resource_type in self.except_:
            return False
        return any(fnmatch.fnmatchcase(resource_type, pattern) for pattern in self.never)


@cache
def embedded() -> TypeFacts:
    """The facts that come with the policy evaluator. Rows of types.json take precedence over derived ones."""
    report = json.loads(EMBEDDED.read_text(encoding="utf-8"))
    rows = {name.lower(): entry["indexed"] for name, entry in report["indexed"].items()}
    return TypeFacts(
        {**_derived(), **rows},
        tuple(pattern.lower() for pattern in report["neverEvaluated"]["patterns"]),
        frozenset(name.lower() for name in report["neverEvaluated"]["except"]),
    )


def _derived() -> dict[str, bool | None]:
    """Returns the derived types in lower case; None where their sources disagree."""
    files = [json.loads(path.read_text(encoding="utf-8")) for path in DERIVED]
    lists = ((key, names) for file in files for key, names in file.items() if key != "about")
    return {name.lower(): _DECIDED.get(key) for key, names in lists for name in names}
