"""Derives amlz/policy/data/aliases.json: where the aliases of policy rules lead in the bodies of resources.

    python -m tools.derive_aliases --shared DIR [--check]

DIR holds azure-policy (a list of aliases with their default paths, published definitions) and azure-types (published
types of many API versions). The data has each alias that a published definition uses, and the aliases of the types that
definitions use, of every type in amlz/azure/data and what is below it, and of Machine Learning, where the default path
still
leads to a property. An alias that is not listed has no path here, so a rule that reads it is undecided, never wrong.

`absent`: API versions whose published type has no such property, so that the alias reads as empty there. `modifiable`:
aliases that a published definition changes with the effect modify, which the service only takes where it is allowed;
what is not listed is not known.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from tools.derived import run

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "amlz" / "policy" / "data" / "aliases.json"
STAR = "[*]"

#: Record types of a private zone: amlz/azure/data has them as one type with a placeholder.
#: https://learn.microsoft.com/azure/dns/private-dns-privatednszone
RECORD_TYPES = ("A", "AAAA", "CNAME", "MX", "PTR", "SOA", "SRV", "TXT")

#: Of this provider every type is kept, since rules of our own are written for it.
WHOLE = "microsoft.machinelearningservices/"

#: Resources that the team of a factory creates in it; the program has none of them.
_OF_FACTORIES = ("dataflows", "datasets", "integrationruntimes", "linkedservices", "pipelines", "triggers")

#: Resources of a Synapse workspace that the program does not build.
_OF_SYNAPSE = (
    *("administrators", "auditingsettings", "azureadonlyauthentications", "dedicatedsqlminimaltlssettings"),
    *("extendedauditingsettings", "firewallrules", "integrationruntimes", "keys", "kustopools"),
    *("managedidentitysqlcontrolsettings", "securityalertpolicies", "sqladministrators", "sqldatabases", "sqlpools"),
    "vulnerabilityassessments",
)

#: Below a kept type, yet left out with what is below them. Schedules repeat the aliases of jobs one level down, and are
#: not deployed here.
LEFT_OUT = (
    frozenset({"microsoft.machinelearningservices/workspaces/schedules"})
    | {f"microsoft.datafactory/factories/{name}" for name in _OF_FACTORIES}
    | {f"microsoft.synapse/workspaces/{name}" for name in _OF_SYNAPSE}
)

_ML = "Microsoft.MachineLearningServices/workspaces"

#: API versions of Machine Learning before 2025-12-01: those that azure-native 3.29 knows.
_ML_VERSIONS = (
    "2018-03-01-preview 2018-11-19 2019-05-01 2019-06-01 2019-11-01 2020-01-01 2020-02-18-preview 2020-03-01 "
    "2020-04-01 2020-05-01-preview 2020-05-15-preview 2020-06-01 2020-08-01 2020-09-01-preview 2021-01-01 "
    "2021-03-01-preview 2021-04-01 2021-07-01 2022-01-01-preview 2022-02-01-preview 2022-05-01 2022-06-01-preview "
    "2022-10-01 2022-10-01-preview 2022-12-01-preview 2023-02-01-preview 2023-04-01 2023-04-01-preview "
    "2023-06-01-preview 2023-08-01-preview 2023-10-01 2024-01-01-preview 2024-04-01 2024-04-01-preview "
    "2024-07-01-preview 2024-10-01 2024-10-01-preview 2025-01-01-preview 2025-04-01 2025-04-01-preview 2025-06-01 "
    "2025-07-01-preview 2025-09-01 2025-10-01-preview"
)


def _stable() -> tuple[str, ...]:
    """The stable versions of Machine Learning before 2025-12-01."""
    return tuple(version for version in _ML_VERSIONS.split() if not version.endswith("-preview"))


def _before(date: str) -> tuple[str, ...]:
    """The versions of Machine Learning older than a date. A preview of that very date may have the property."""
    return tuple(version for version in _ML_VERSIONS.split() if version[:10] < date)


#: API versions without the property that the published types at hand do not include, or are too few to show. From the
#: types in Azure/bicep-types-az @1f896de; where a property came in a preview, only what is older is listed.
STATED: dict[str, tuple[str, ...]] = {
    f"{_ML}/computes/disableLocalAuth": _before("2021-03-01"),
    f"{_ML}/computes/setupScripts.scripts.creationScript.scriptData": _before("2020-09-01"),
    f"{_ML}/computes/setupScripts.scripts.creationScript.scriptSource": _before("2020-09-01"),
    f"{_ML}/computes/idleTimeBeforeShutdown": _stable(),
    f"{_ML}/managedNetwork.isolationMode": _before("2023-04-01"),
    f"{_ML}/publicNetworkAccess": _before("2021-07-01"),
    "Microsoft.ContainerRegistry/registries/anonymousPullEnabled": ("2023-07-01",),
    "Microsoft.ContainerRegistry/registries/policies.azureADAuthenticationAsArmPolicy.status": ("2023-07-01",),
}

#: Sources of the facts; written into the data.
SOURCES = {
    "types": "JanneMattila/azure-policy-evaluator @121837c (2024-05; MIT, (c) 2023 Janne Mattila): default paths",
    f"{_ML}/managedNetwork.isolationMode": "From the published type, which has one such path; in no list of aliases",
    "absent": "Published types of Azure/bicep-types-az (2026-08, @1f896de)",
    "modifiable": "Built-in definitions of Azure/azure-policy @f4a50ba that modify the alias",
}

Aliases = dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class PublishedType:
    """One resource type at one API version, as published. `nodes` refer to each other by index."""

    nodes: list[dict[str, Any]]
    root: int

    def has(self, path: str) -> bool:
        """Returns whether the type has a property at a path, or may have it, being open there."""
        return self._has(path, lenient=False)

    def lacks(self, path: str) -> bool:
        """Returns whether the type has no such property, not even one `properties` level up or down the path."""
        return not self._has(path, lenient=True)

    def _has(self, path: str, lenient: bool) -> bool:
        at = {self.root}
        for step in steps(path):
            if any(self.nodes[index]["k"] == "any" for index in self._options(at)):
                return True
            deeper = set(self._below(at, "properties")) if lenient else set()
            skipped = at if lenient and step == "properties" else set()
            at = {*self._below(at, step), *self._below(deeper, step), *skipped}
        return bool(at)

    def _options(self, at: set[int]) -> Iterator[int]:
        """The nodes themselves, and what a union of them may be."""
        for index in at:
            yield index
            if self.nodes[index]["k"] == "union":
                yield from self._options(set(self.nodes[index]["e"]))

    def _below(self, at: set[int], step: str) -> Iterator[int]:
        """The nodes that one step leads to; of a discriminated type, in any of its cases."""
        for index in self._options(at):
            node = self.nodes[index]
            if step == STAR:
                yield from [node["i"]] if node["k"] == "array" else []
                continue
            cases = [self.nodes[case] for case in node["e"].values()] if node["k"] == "disc" else []
            for part in (node, *cases):
                named = [child for name, (child, _) in part.get("p", {}).items() if name.lower() == step]
                yield from named or ([part["a"]] if "a" in part else [])


@dataclass(frozen=True, slots=True)
class Types:
    """Published types: by lower-case type, then by API version."""

    by_type: Mapping[str, Mapping[str, PublishedType]] = field(default_factory=dict)

    def of(self, resource_type: str) -> Mapping[str, PublishedType]:
        """Every version of a type; none where it is not published."""
        return self.by_type.get(resource_type.lower(), {})

    def newest(self, resource_type: str) -> PublishedType | None:
        """The newest version of a type; None where it is not published."""
        return max(self.of(resource_type).items(), default=("", None))[1]


@dataclass(frozen=True, slots=True)
class Built:
    """A resource type that this project builds: as it is spelt, and the API versions that are used."""

    name: str
    versions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Uses:
    """Use of paths by published definitions, in lower case. `changed`: aliases of modify operations."""

    read: frozenset[str]
    changed: frozenset[str]


def steps(path: str) -> list[str]:
    """The steps of a path in lower case: names, and `[*]` for the members of an array."""
    return [step.lower() for step in path.replace(STAR, f".{STAR}").split(".") if step]


def nesting(path: str) -> int:
    """Returns the number of resources within the resource that a path enters: each has separate `properties`."""
    names = [step for step in steps(path) if step != STAR]
    return sum(here == "properties" != before for before, here in pairwise(names))


def built_types() -> dict[str, Built]:
    """The resource types that this project builds, by lower-case name."""
    versions: dict[str, set[str]] = {}
    for path in sorted((ROOT / "amlz" / "azure" / "data").glob("*.json")):
        for entry in json.loads(path.read_text(encoding="utf-8"))["types"].values():
            arm = entry["arm"]
            for name in [arm.replace("{recordType}", record) for record in RECORD_TYPES] if "{" in arm else [arm]:
                versions.setdefault(name, set()).add(entry["api"])
    return {name.lower(): Built(name, frozenset(at)) for name, at in versions.items()}


def uses(folder: Path) -> Uses:
    """The aliases that the definitions of a folder read in conditions, expressions and operations."""
    read: set[str] = set()
    changed: set[str] = set()
    for path in sorted(folder.glob("*/*.json")):
        for key, value in _texts(json.loads(path.read_text(encoding="utf-8"))):
            read.update(name.lower() for name in _names(key, value) if "/" in name)
            changed.update([value.lower()] if key == "operations.field" else [])
    return Uses(frozenset(read), frozenset(changed))


def _texts(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Each string with its key; templates that a rule deploys are not part of what it reads."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name.lower() not in {"deployment", "metadata", "description"}:
                yield from _texts(inner, "operations.field" if (key, name) == ("operations", "field") else name.lower())
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, key)
    elif isinstance(value, str):
        yield key, value


def _names(key: str, text: str) -> list[str]:
    """The fields that a string names: as a field, or within an expression."""
    is_field = key in {"field", "operations.field"}
    if not text.startswith("[") or text.startswith("[["):
        return [text] if is_field else []
    return re.findall(r"'([^']*)'" if is_field else r"(?:field|current)\('([^']+)'\)", text)


def chosen(known: Aliases, built: Mapping[str, Built], types: Types, read: frozenset[str]) -> Aliases:
    """The aliases to keep, by lower-case type."""
    result: Aliases = {}
    for resource_type, aliases in known.items():
        parts = resource_type.split("/")
        above = {"/".join(parts[:length]) for length in range(2, len(parts) + 1)}
        used = {name for name in aliases if name.lower() in read}
        whole = above & built.keys() or resource_type.startswith(WHOLE) or used
        if not whole or above & LEFT_OUT:
            continue
        newest = types.newest(resource_type)
        kept = {name: path for name, path in aliases.items() if name in used or _fits(path, newest)}
        if kept:
            result[resource_type] = kept
    return result


def _fits(path: str, newest: PublishedType | None) -> bool:
    """Returns whether a path belongs to the resource itself and, as far as a published type shows, is still current.

    A default path that the newest type lacks may have moved, which the list does not show: such an alias is left out.
    Deeper paths belong to a resource that this one only refers to.
    """
    return nesting(path) <= 1 and (newest is None or newest.has(path))


def absent(kept: Aliases, types: Types, built: Mapping[str, Built], read: frozenset[str]) -> dict[str, list[str]]:
    """API versions that lack the property, by alias.

    Of aliases that published definitions read, every version at hand; of all others the versions that are used here.
    """
    result = {name: set(versions) for name, versions in STATED.items()}
    for resource_type, aliases in kept.items():
        used = built[resource_type].versions if resource_type in built else frozenset[str]()
        for name, path in aliases.items():
            collected = {
                version: at
                for version, at in types.of(resource_type).items()
                if name.lower() in read or version in used
            }
            result.setdefault(name, set()).update(version for version, at in collected.items() if at.lacks(path))
    return {name: sorted(versions) for name, versions in sorted(result.items()) if versions}


def packed(kept: Aliases, built: Mapping[str, Built]) -> dict[str, dict[str, str]]:
    """Aliases by type and tail; those that are `properties.<tail>` as one text under ""."""
    result: dict[str, dict[str, str]] = {}
    for resource_type, aliases in kept.items():
        tails: dict[str, str] = {}
        plain: list[str] = []
        for name, path in aliases.items():
            own = name.lower().startswith(f"{resource_type}/")
            tail = name[len(resource_type) + 1 :] if own else name
            if path == f"properties.{tail}" and own:
                plain.append(tail)
            else:
                tails[tail] = path
        result[_spelt(resource_type, aliases, built)] = {**({"": " ".join(sorted(plain))} if plain else {}), **tails}
    return result


def _spelt(resource_type: str, aliases: Mapping[str, str], built: Mapping[str, Built]) -> str:
    """A type as this project spells it, else as most of its aliases do."""
    if resource_type in built:
        return built[resource_type].name
    counts = Counter(name[: len(resource_type)] for name in aliases if name.lower().startswith(resource_type))
    return min(counts, key=lambda name: (-counts[name], name), default=resource_type)


def derive(shared: Path) -> dict[str, Any]:
    """The data, from the folder of published facts."""
    with gzip.open(shared / "azure-policy" / "aliases.json.gz", "rt", encoding="utf-8") as file:
        known: Aliases = json.load(file)
    built, used, types = built_types(), uses(shared / "azure-policy"), published_types(shared)
    kept = chosen(known, built, types, used.read)
    names = {name.lower(): name for aliases in kept.values() for name in aliases}
    return {
        "sources": SOURCES,
        "types": packed(kept, built),
        "absent": absent(kept, types, built, used.read),
        "modifiable": {names[name]: True for name in used.changed if name in names},
    }


def published_types(shared: Path) -> Types:
    """The published types of every version at hand."""
    types: dict[str, dict[str, PublishedType]] = {}
    with gzip.open(shared / "azure-types" / "types.json.gz", "rt", encoding="utf-8") as file:
        for name, shape in json.load(file).items():
            resource_type, version = name.lower().split("@")
            types.setdefault(resource_type, {})[version] = PublishedType(shape["nodes"], shape["root"])
    return Types(types)


def written(data: Mapping[str, Any]) -> str:
    """The data as the file has it: one line, sorted."""
    return json.dumps(data, separators=(",", ":"), sort_keys=True, ensure_ascii=False) + "\n"


def _derived(shared: Path) -> tuple[str, str]:
    """Returns the text of the data file, and a summary."""
    data = derive(shared)
    text = written(data)
    return text, f"{len(data['types'])} types, {len(data['absent'])} with gaps, {len(text):,} bytes"


if __name__ == "__main__":
    run(__doc__, "the folder with azure-policy and azure-types", TARGET, _derived)
