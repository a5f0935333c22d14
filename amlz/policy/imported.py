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
    told = {name: _stored(place / f"{name}.json") for name in FILES}
    extra = place / "aliases.json"
    catalogue = None
    if extra.exists():
        found = aliases.read(_mapping(read_json(extra), extra))
        embedded = aliases.embedded()
        catalogue = Catalogue({**embedded.aliases, **found.aliases}, embedded.by_type)
    return Imported(
        definitions=(*told["definitions"], *told["initiatives"]),
        assignments=told["assignments"],
        exemptions=told["exemptions"],
        catalogue=catalogue,
    )


def take(files: Iterable[Path]) -> tuple[dict[str, list[Mapping[str, Any]]], ImportResult]:
    """Reads what the Azure CLI printed. Raises BadInput, and then nothing is taken."""
    found: dict[str, list[Mapping[str, Any]]] = {name: [] for name in FILES}
    problems: list[str] = []
    for file in files:
        told = read_json(file)
        for at, each in enumerate(told if isinstance(told, list) else [told]):
            where = f"{shown(file)}[{at}]"
            name = _kind(each, where)
            try:
                _tried(name, each)
            except Invalid as problem:
                problems.append(f"{_label(each) or where}: {problem}")
            found[name].append(each)
    return found, ImportResult({name: len(things) for name, things in found.items()}, tuple(problems))


def merged(found: Mapping[str, list[Mapping[str, Any]]], place: Path = PLACE) -> dict[Path, str]:
    """Returns the files to write, by path: the present entries, and the new ones, which replace or follow them."""
    written = {}
    for name, things in found.items():
        path = place / f"{name}.json"
        by_id = {_id(each).lower(): each for each in (*_stored(path), *things)}
        if things:
            written[path] = json.dumps([by_id[key] for key in sorted(by_id)], indent=2, ensure_ascii=False) + "\n"
    return written


def take_aliases(file: Path) -> dict[str, dict[str, Any]]:
    """Aliases by name from `az provider list --expand resourceTypes/aliases`. Raises BadInput."""
    told = read_json(file)
    found: dict[str, dict[str, Any]] = {}
    for provider in told if isinstance(told, list) else [told]:
        types = provider.get("resourceTypes") if isinstance(provider, Mapping) else None
        if not isinstance(types, list) or not all(isinstance(each, Mapping) for each in types):
            raise BadInput(
                f"{shown(file)}: expected resource providers with resourceTypes. "
                "Print them with `az provider list --expand resourceTypes/aliases`."
            )
        for resource_type in types:
            for alias in _items(resource_type, "aliases", shown(file)):
                name = alias.get("name")
                if not isinstance(name, str) or not name:
                    raise BadInput(f"{shown(file)}: aliases.name: {kind(name)}; an alias has a name, which is a text.")
                found[name] = _alias(alias, f"{shown(file)}: {name}")
    if not found:
        raise BadInput(f"{shown(file)}: no alias in it. Print them with `--expand resourceTypes/aliases`.")
    return dict(sorted(found.items()))


def _alias(told: Mapping[str, Any], where: str) -> dict[str, Any]:
    paths = _items(told, "paths", where)
    default = told.get("defaultPath") or next((path.get("path") for path in paths), "")
    if not isinstance(default, str):
        raise BadInput(f"{where}: its defaultPath is {kind(default)}; a path is a text.")
    versions: dict[str, str] = {}
    for path in paths:
        text, listed = path.get("path"), path.get("apiVersions") or ()
        if not isinstance(text, str | None) or not isinstance(listed, list | tuple):
            raise BadInput(
                f"{where}: paths: {kind(text)} and {kind(listed)}; expected a text path and an apiVersions array."
            )
        versions |= {str(version): text or "" for version in listed if text != default}
    entry: dict[str, Any] = {"path": default}
    if versions:
        entry["versions"] = versions
    metadata = told.get("defaultMetadata")
    attributes = metadata.get("attributes") if isinstance(metadata, Mapping) else None
    if attributes is not None:
        entry["modifiable"] = "Modifiable" in str(attributes)
    return entry


def _items(told: Mapping[str, Any], key: str, where: str) -> list[Mapping[str, Any]]:
    """An array of objects, which may be absent. Raises BadInput for anything else."""
    found = told.get(key) or []
    if not isinstance(found, list) or not all(isinstance(each, Mapping) for each in found):
        raise BadInput(f"{where}: {key}: {kind(found)}; expected an array of objects.")
    return found


def _stored(path: Path) -> tuple[Mapping[str, Any], ...]:
    if not path.exists():
        return ()
    told = read_json(path)
    if not isinstance(told, list) or not all(isinstance(each, Mapping) for each in told):
        raise BadInput(f"{shown(path)}: expected a list. Delete the file and import again.")
    return tuple(told)


def _mapping(told: Any, path: Path) -> Mapping[str, Any]:
    if not isinstance(told, Mapping):
        raise BadInput(f"{shown(path)}: expected an object. Delete the file and import again.")
    return told


_UNCHANGED = "Import the output of `az policy … list`, unchanged."
_CUSTOM = (
    "A definition or initiative that comes from a file and not from a tenant belongs into custom/policies/, with a "
    "`name`: policies.assignments then assigns it, and the landing zone creates it."
)


def _kind(told: Any, where: str) -> str:
    """The file that keeps it. Raises BadInput for what Azure does not list."""
    if isinstance(told, Mapping):
        inner = get(told, "properties")
        properties = inner if isinstance(inner, Mapping) else told
        name = next((name for mark, name in _MARKS if get(properties, mark) is not MISSING), "")
        bare = get(properties, "if") is not MISSING and get(properties, "then") is not MISSING
        if name and _id(told):
            return name
        if name or bare:
            hint = "" if name in ("assignments", "exemptions") else f" {_CUSTOM}"
            raise BadInput(f"{where}: it has no id. {_UNCHANGED}{hint}")
    raise BadInput(
        f"{where}: {kind(told)} that is no definition, initiative, assignment or exemption. "
        "Import the output of `az policy definition|set-definition|assignment|exemption list`."
    )


def _tried(name: str, told: Mapping[str, Any]) -> None:
    """Raises Invalid for entries that the evaluator could not use."""
    if name == "definitions":
        definition(told)
    elif name == "initiatives":
        initiative(told)
    elif name == "assignments":
        assignment(told, lambda _: None)
    else:
        exemption(told)


def _id(told: Mapping[str, Any]) -> str:
    found = get(told, "id")
    return found if isinstance(found, str) else ""


def _label(told: Mapping[str, Any]) -> str:
    found = get(told, "name")
    return found if isinstance(found, str) else ""
