"""Derives amlz/policy/data/published_types.json: the types that mode Indexed evaluates, read from published request
bodies.

    python -m tools.derive_types --types TYPES.json.gz [--check]

TYPES.json.gz holds the published body of many resource types at the API versions that azure-native 3.29.0 uses. A type
whose body takes tags and a location supports both, so mode Indexed evaluates it. A type whose body takes neither is not
evaluated. Every other type is undecided. A type with a row in amlz/policy/data/types.json is left out: that row has
better sources. The output lists each such row that the bodies contradict.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

POLICIES = Path(__file__).parents[1] / "amlz" / "policy" / "data"
ROWS, TARGET = POLICIES / "types.json", POLICIES / "published_types.json"
READ_ONLY = 2

EVALUATED, NOT_EVALUATED = "evaluated", "notEvaluated"
TAGS_ONLY, LOCATION_ONLY = "tagsWithoutLocation", "locationWithoutTags"
DIFFERS, CONNECTION = "bodiesDiffer", "privateEndpointConnection"

#: Meaning of each list of the file.
ABOUT = {
    "source": "Published types of Azure/bicep-types-az (August 2026), API versions that azure-native 3.29.0 uses",
    "rule": "Derived from request bodies, not from Microsoft's table of tag support. Types in types.json are left out.",
    "limits": "Only namespaces that a landing zone touches. Nothing here was checked against a live service. A "
    "body is no proof: that of workspaces/computes takes tags and location, yet the tag table lists "
    "none (see types.json).",
    EVALUATED: "The body takes tags and a location: mode Indexed evaluates the type.",
    NOT_EVALUATED: "The body takes neither, or only shows them: mode Indexed does not evaluate the type.",
    TAGS_ONLY: "Undecided: the body takes tags and no location.",
    LOCATION_ONLY: "Undecided: the body takes a location and no tags.",
    DIFFERS: "Undecided: API versions or kinds of the type disagree.",
    CONNECTION: "Undecided: the body takes both, as for Machine Learning workspaces (see the row in types.json).",
}

Types = Mapping[str, Mapping[str, Any]]


def derive(types: Types, rows: Iterable[str]) -> dict[str, Any]:
    """The content of the file. `types`: published types by `type@version`; `rows`: types to leave out."""
    left_out = {name.lower() for name in rows}
    lists: dict[str, list[str]] = {key: [] for key in ABOUT if key not in {"source", "rule", "limits"}}
    for name, answer in answers(types).items():
        if name.lower() not in left_out:
            lists[answer].append(name)
    return {"about": ABOUT, **{key: sorted(names, key=str.lower) for key, names in lists.items()}}


def answers(types: Types) -> dict[str, str]:
    """The list that each published type belongs to."""
    spellings: dict[str, str] = {}
    result: dict[str, set[str]] = defaultdict(set)
    for full, published in sorted(types.items()):
        name = full.partition("@")[0]
        spelling = spellings.setdefault(name.lower(), name)
        result[spelling].update(_answer(properties) for properties in _bodies(published))
    return {name: _combined(name, options) for name, options in result.items()}


def contradictions(types: Types, rows: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[bool | None, bool]]:
    """Returns rows of types.json that differ from the bodies: the row first. An undecided body contradicts nothing."""
    decided = {EVALUATED: True, NOT_EVALUATED: False}
    derived = {name.lower(): decided[answer] for name, answer in answers(types).items() if answer in decided}
    return {
        name: (row["indexed"], derived[name.lower()])
        for name, row in rows.items()
        if derived.get(name.lower(), row["indexed"]) is not row["indexed"]
    }


def _bodies(published: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The properties of the body; of a type with several kinds, one body for each kind."""
    nodes = published["nodes"]
    root = nodes[published["root"]]
    kinds = [nodes[index].get("p", {}) for index in root["e"].values()] if root["k"] == "disc" else [{}]
    for kind in kinds:
        yield {**root.get("p", {}), **kind}


def _answer(properties: Mapping[str, Any]) -> str:
    tags, location = (name in properties and not properties[name][1] & READ_ONLY for name in ("tags", "location"))
    if tags and location:
        return EVALUATED
    if tags or location:
        return TAGS_ONLY if tags else LOCATION_ONLY
    return NOT_EVALUATED


def _combined(name: str, options: set[str]) -> str:
    """One answer for all API versions and kinds of a type."""
    if len(options) > 1:
        return DIFFERS
    if options == {EVALUATED} and name.lower().endswith("/privateendpointconnections"):
        return CONNECTION
    return options.pop()


def read(path: Path) -> Types:
    """The published types of a file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        content: Types = json.load(file)
    return content


def known_rows() -> dict[str, dict[str, Any]]:
    """The rows of amlz/policy/data/types.json, by type."""
    rows: dict[str, dict[str, Any]] = json.loads(ROWS.read_text(encoding="utf-8"))["indexed"]
    return rows


def written(data: Mapping[str, Any]) -> str:
    """The text of the file: one key per line."""
    lines = [f"{json.dumps(key)}:{json.dumps(value, separators=(',', ':'))}" for key, value in data.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main() -> None:
    """Writes the data, or with --check compares it with the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--types", type=Path, required=True, help="published types, reduced to structure (JSON, gzip)")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where the file differs")
    options = parser.parse_args()
    types, rows = read(options.types), known_rows()
    data = derive(types, rows)
    text = written(data)
    differs = not TARGET.exists() or TARGET.read_text(encoding="utf-8") != text
    if not options.check:
        TARGET.write_text(text, encoding="utf-8")
    for key, names in data.items():
        if key != "about":
            sys.stderr.write(f"{key}: {len(names)} types\n")
    for name, (row, body) in contradictions(types, rows).items():
        sys.stderr.write(f"types.json keeps {name}: {row}; the body shows {body}\n")
    sys.exit(int(options.check and differs))


if __name__ == "__main__":
    main()
