"""What was taken over from a real tenant, so that its policies are judged too: `amlz policy import`.

Kept in `custom/imported/`, as the Azure CLI prints it, each thing once by its id.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from policies.engine import aliases
from policies.engine.aliases import Catalogue
from policies.engine.assignment import assignment, exemption
from policies.engine.definition import definition
from policies.engine.errors import BadInput, Invalid
from policies.engine.initiative import initiative
from policies.engine.values import MISSING, get, kind
from policies.library import FOLDER, read_json, shown
from policies.verdicts import Imported

PLACE = FOLDER / "custom" / "imported"
#: What a thing is, by the property that only it has, in the order of asking.
_MARKS = (
    ("policyRule", "definitions"),
    ("policyDefinitions", "initiatives"),
    ("policyDefinitionId", "assignments"),
    ("policyAssignmentId", "exemptions"),
)
FILES = tuple(name for _, name in _MARKS)


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import brought: how many of each kind, and what Azure may take and the judge does not."""

    counts: Mapping[str, int]
    not_judged: tuple[str, ...]


def imported(place: Path = PLACE) -> Imported:
    """What was imported so far. Raises BadInput for a file that is not as `take` writes it."""
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


def take(files: Iterable[Path]) -> tuple[dict[str, list[Mapping[str, Any]]], Taken]:
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
    return found, Taken({name: len(things) for name, things in found.items()}, tuple(problems))


def merged(found: Mapping[str, list[Mapping[str, Any]]], place: Path = PLACE) -> dict[Path, str]:
    """The files to write, by path: what was there, and what is new in its place or after it."""
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
        if not isinstance(provider, Mapping) or not isinstance(provider.get("resourceTypes"), list):
            raise BadInput(
                f"{shown(file)}: expected resource providers with resourceTypes. "
                "Print them with `az provider list --expand resourceTypes/aliases`."
            )
        for resource_type in provider["resourceTypes"]:
            for alias in resource_type.get("aliases") or ():
                found[alias["name"]] = _alias(alias, shown(file))
    if not found:
        raise BadInput(f"{shown(file)}: no alias in it. Print them with `--expand resourceTypes/aliases`.")
    return dict(sorted(found.items()))


def _alias(told: Mapping[str, Any], where: str) -> dict[str, Any]:
    default = told.get("defaultPath") or next((path.get("path") for path in told.get("paths") or ()), "")
    if not isinstance(default, str):
        raise BadInput(f"{where}: {told['name']}: its defaultPath is {kind(default)}; a path is a text.")
    versions = {
        version: path.get("path")
        for path in told.get("paths") or ()
        for version in path.get("apiVersions") or ()
        if path.get("path") != default
    }
    entry: dict[str, Any] = {"path": default}
    if versions:
        entry["versions"] = versions
    attributes = (told.get("defaultMetadata") or {}).get("attributes")
    if attributes is not None:
        entry["modifiable"] = "Modifiable" in str(attributes)
    return entry


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


def _kind(told: Any, where: str) -> str:
    if isinstance(told, Mapping):
        inner = get(told, "properties")
        properties = inner if isinstance(inner, Mapping) else told
        for mark, name in _MARKS:
            if get(properties, mark) is not MISSING:
                if not _id(told):
                    raise BadInput(f"{where}: it has no id. Import what `az policy … list` prints, unchanged.")
                return name
    raise BadInput(
        f"{where}: {kind(told)} that is no definition, initiative, assignment or exemption. "
        "Import what `az policy definition|set-definition|assignment|exemption list` prints."
    )


def _tried(name: str, told: Mapping[str, Any]) -> None:
    """Raises Invalid for what the judge could not use."""
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
