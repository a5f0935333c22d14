"""Policies imported from a tenant, so that previews evaluate them too: `amlz policy import`.

They are kept in `custom/imported/`, as the Azure CLI prints them, each once by its id.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from amlz.dataclass import dataclass
from amlz.paths import ROOT
from amlz.policy.engine import aliases
from amlz.policy.engine.aliases import Catalogue
from amlz.policy.engine.assignment import assignment, exemption
from amlz.policy.engine.definition import definition
from amlz.policy.engine.errors import BadInput, Invalid
from amlz.policy.engine.initiative import initiative
from amlz.policy.engine.values import MISSING, get, kind
from amlz.policy.library import read_json, shown
from amlz.policy.verdicts import Imported

PLACE = ROOT / "custom" / "policies" / "imported"
#: Kind of an entry, by the property that only this kind has, in the order of the tests.
_MARKS = (
    ("policyRule", "definitions"),
    ("policyDefinitions", "initiatives"),
    ("policyDefinitionId", "assignments"),
    ("policyAssignmentId", "exemptions"),
)
FILES = tuple(name for _, name in _MARKS)


@dataclass(frozen=True, slots=True)
class ImportResult:
    """Result of an import: how many of each kind, and what Azure may accept and the evaluator does not."""

    counts: Mapping[str, int]
    not_judged: tuple[str, ...]


def imported(place: Path = PLACE) -> Imported:
    """Returns everything that was imported so far. Raises BadInput for a file that is not as `take` writes it."""
    result = {name: _stored(place / f"{name}.json") for name in FILES}
    extra = place / "aliases.json"
    catalogue = None
    if extra.exists():
        value = aliases.read(_mapping(read_json(extra), extra))
        embedded = aliases.embedded()
        catalogue = Catalogue({**embedded.aliases, **value.aliases}, embedded.by_type)
    return Imported(
        definitions=(*result["definitions"], *result["initiatives"]),
        assignments=result["assignments"],
        exemptions=result["exemptions"],
        catalogue=catalogue,
    )


def take(files: Iterable[Path]) -> tuple[dict[str, list[Mapping[str, Any]]], ImportResult]:
    """Reads what the Azure CLI printed. Raises BadInput, and then nothing is taken."""
    result: dict[str, list[Mapping[str, Any]]] = {name: [] for name in FILES}
    problems: list[str] = []
    for file in files:
        value = read_json(file)
        for at, item in enumerate(value if isinstance(value, list) else [value]):
            position = f"{shown(file)}[{at}]"
            name = _kind(item, position)
            try:
                _tried(name, item)
            except Invalid as problem:
                problems.append(f"{_label(item) or position}: {problem}")
            result[name].append(item)
    return result, ImportResult({name: len(entry) for name, entry in result.items()}, tuple(problems))


def merged(data: Mapping[str, list[Mapping[str, Any]]], place: Path = PLACE) -> dict[Path, str]:
    """Returns the files to write, by path: the present entries, and the new ones, which replace or follow them."""
    written = {}
    for name, entry in data.items():
        path = place / f"{name}.json"
        by_id = {_id(item).lower(): item for item in (*_stored(path), *entry)}
        if entry:
            written[path] = json.dumps([by_id[key] for key in sorted(by_id)], indent=2, ensure_ascii=False) + "\n"
    return written


def take_aliases(file: Path) -> dict[str, dict[str, Any]]:
    """Aliases by name from `az provider list --expand resourceTypes/aliases`. Raises BadInput."""
    result = read_json(file)
    collected: dict[str, dict[str, Any]] = {}
    for provider in result if isinstance(result, list) else [result]:
        types = provider.get("resourceTypes") if isinstance(provider, Mapping) else None
        if not isinstance(types, list) or not all(isinstance(item, Mapping) for item in types):
            raise BadInput(
                f"{shown(file)}: expected resource providers with resourceTypes. "
                "Print them with `az provider list --expand resourceTypes/aliases`."
            )
        for resource_type in types:
            for alias in _items(resource_type, "aliases", shown(file)):
                name = alias.get("name")
                if not isinstance(name, str) or not name:
                    raise BadInput(f"{shown(file)}: aliases.name: {kind(name)}; an alias has a name, which is a text.")
                collected[name] = _alias(alias, f"{shown(file)}: {name}")
    if not collected:
        raise BadInput(f"{shown(file)}: no alias in it. Print them with `--expand resourceTypes/aliases`.")
    return dict(sorted(collected.items()))


def _alias(data: Mapping[str, Any], position: str) -> dict[str, Any]:
    paths = _items(data, "paths", position)
    default = data.get("defaultPath") or next((path.get("path") for path in paths), "")
    if not isinstance(default, str):
        raise BadInput(f"{position}: its defaultPath is {kind(default)}; a path is a text.")
    versions: dict[str, str] = {}
    for path in paths:
        text, listed = path.get("path"), path.get("apiVersions") or ()
        if not isinstance(text, str | None) or not isinstance(listed, list | tuple):
            raise BadInput(
                f"{position}: paths: {kind(text)} and {kind(listed)}; expected a text path and an apiVersions array."
            )
        versions |= {str(version): text or "" for version in listed if text != default}
    entry: dict[str, Any] = {"path": default}
    if versions:
        entry["versions"] = versions
    metadata = data.get("defaultMetadata")
    attributes = metadata.get("attributes") if isinstance(metadata, Mapping) else None
    if attributes is not None:
        entry["modifiable"] = "Modifiable" in str(attributes)
    return entry


def _items(data: Mapping[str, Any], key: str, position: str) -> list[Mapping[str, Any]]:
    """An array of objects, which may be absent. Raises BadInput for anything else."""
    items = data.get(key) or []
    if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
        raise BadInput(f"{position}: {key}: {kind(items)}; expected an array of objects.")
    return items


def _stored(path: Path) -> tuple[Mapping[str, Any], ...]:
    if not path.exists():
        return ()
    result = read_json(path)
    if not isinstance(result, list) or not all(isinstance(item, Mapping) for item in result):
        raise BadInput(f"{shown(path)}: expected a list. Delete the file and import again.")
    return tuple(result)


def _mapping(value: Any, path: Path) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise BadInput(f"{shown(path)}: expected an object. Delete the file and import again.")
    return value


_UNCHANGED = "Import the output of `az policy … list`, unchanged."
_CUSTOM = (
    "A definition or initiative that comes from a file and not from a tenant belongs into custom/policies/, with a "
    "`name`: policies.assignments then assigns it, and the landing zone creates it."
)


def _kind(value: Any, position: str) -> str:
    """The file that keeps it. Raises BadInput for what Azure does not list."""
    if isinstance(value, Mapping):
        inner = get(value, "properties")
        properties = inner if isinstance(inner, Mapping) else value
        name = next((name for mark, name in _MARKS if get(properties, mark) is not MISSING), "")
        bare = get(properties, "if") is not MISSING and get(properties, "then") is not MISSING
        if name and _id(value):
            return name
        if name or bare:
            hint = "" if name in ("assignments", "exemptions") else f" {_CUSTOM}"
            raise BadInput(f"{position}: it has no id. {_UNCHANGED}{hint}")
    raise BadInput(
        f"{position}: {kind(value)} that is no definition, initiative, assignment or exemption. "
        "Import the output of `az policy definition|set-definition|assignment|exemption list`."
    )


def _tried(name: str, data: Mapping[str, Any]) -> None:
    """Raises Invalid for entries that the evaluator could not use."""
    if name == "definitions":
        definition(data)
    elif name == "initiatives":
        initiative(data)
    elif name == "assignments":
        assignment(data, lambda _: None)
    else:
        exemption(data)


def _id(data: Mapping[str, Any]) -> str:
    value = get(data, "id")
    return value if isinstance(value, str) else ""


def _label(data: Mapping[str, Any]) -> str:
    value = get(data, "name")
    return value if isinstance(value, str) else ""
