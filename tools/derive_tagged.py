"""Derives amlz/policy/data/tagged_types.json: what mode Indexed evaluates, of types that
amlz/policy/data/tag_table.json lists.

    python -m tools.derive_tagged [--check]

amlz/policy/data/tag_table.json has the rows of Microsoft's table of tag support. No table of location support is
published. The
installed azure-native SDK shows whether the body of a type takes tags and a location. Both sources together decide:
mode Indexed evaluates a type with tags and a location, and no type without tags. Where they disagree, or where the SDK
has no class that fits, the type is undecided. Types of amlz/policy/data/types.json and
amlz/policy/data/published_types.json are left out: those have newer sources.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tools.derive_types import EVALUATED, NOT_EVALUATED, POLICIES, known_rows, written

TABLE, TARGET = POLICIES / "tag_table.json", POLICIES / "tagged_types.json"
PUBLISHED = POLICIES / "published_types.json"

UNKNOWN_LOCATION, DISAGREE = "locationUnknown", "sourcesDisagree"

ABOUT = {
    "source": "amlz/policy/data/tag_table.json and resource classes of the azure-native SDK 3.29.0 "
    "(tools/derive_tagged.py)",
    "limits": "Nothing here was checked against a live service. Classes are found by name. Types of types.json and "
    "published_types.json are left out.",
    EVALUATED: "The table lists tags, and the class takes tags and a location: mode Indexed evaluates the type.",
    NOT_EVALUATED: "The table lists no tags, and no class takes both: mode Indexed does not evaluate the type.",
    UNKNOWN_LOCATION: "Undecided: the table lists tags, and the SDK shows no class of this name.",
    DISAGREE: "Undecided: the table and the class differ. The table is older, so a type may have got tags since.",
}

#: SDK classes that the name of a type does not lead to: type and `module/class`, in lower case. Matched by hand.
CLASSES = {
    "microsoft.analysisservices/servers": "analysisservices/serverdetails",
    "microsoft.apimanagement/service": "apimanagement/apimanagementservice",
    "microsoft.appplatform/spring": "appplatform/service",
    "microsoft.botservice/botservices": "botservice/bot",
    "microsoft.cache/redis": "redis/redis",
    "microsoft.cache/redisenterprise": "redisenterprise/redisenterprise",
    "microsoft.cdn/cdnwebapplicationfirewallpolicies": "cdn/policy",
    "microsoft.certificateregistration/certificateorders": "certificateregistration/appservicecertificateorder",
    "microsoft.compute/hostgroups": "compute/dedicatedhostgroup",
    "microsoft.compute/hostgroups/hosts": "compute/dedicatedhost",
    "microsoft.compute/virtualmachines/extensions": "compute/virtualmachineextension",
    "microsoft.compute/virtualmachines/runcommands": "compute/virtualmachineruncommandbyvirtualmachine",
    "microsoft.customproviders/resourceproviders": "customproviders/customresourceprovider",
    "microsoft.databoxedge/databoxedgedevices": "databoxedge/device",
    "microsoft.dbformysql/flexibleservers": "dbformysql/server",
    "microsoft.dbformysql/servers": "dbformysql/singleserver",
    "microsoft.dbforpostgresql/flexibleservers": "dbforpostgresql/server",
    "microsoft.dbforpostgresql/servergroupsv2": "dbforpostgresql/servergroupcluster",
    "microsoft.dbforpostgresql/servers": "dbforpostgresql/singleserver",
    "microsoft.digitaltwins/digitaltwinsinstances": "digitaltwins/digitaltwin",
    "microsoft.documentdb/cassandraclusters": "cosmosdb/cassandracluster",
    "microsoft.documentdb/databaseaccounts": "cosmosdb/databaseaccount",
    "microsoft.healthbot/healthbots": "healthbot/bot",
    "microsoft.iotcentral/iotapps": "iotcentral/app",
    "microsoft.netapp/netappaccounts": "netapp/account",
    "microsoft.netapp/netappaccounts/capacitypools": "netapp/capacitypool",
    "microsoft.netapp/netappaccounts/capacitypools/volumes": "netapp/capacitypoolvolume",
    "microsoft.powerbidedicated/capacities": "powerbidedicated/capacitydetails",
    "microsoft.resourcegraph/queries": "resourcegraph/graphquery",
    "microsoft.signalrservice/webpubsub": "webpubsub/webpubsub",
    "microsoft.storagecache/caches": "storagecache/cache",
    "microsoft.virtualmachineimages/imagetemplates": "virtualmachineimages/virtualmachineimagetemplate",
    "microsoft.web/hostingenvironments": "web/appserviceenvironment",
    "microsoft.web/serverfarms": "web/appserviceplan",
    "microsoft.web/sites": "web/webapp",
    "microsoft.web/sites/premieraddons": "web/webapppremieraddon",
    "microsoft.web/sites/slots": "web/webappslot",
}

_BOTH = frozenset({"tags", "location"})

#: The parameters of a resource's arguments in a file of the SDK.
_ARGUMENTS = re.compile(r"^class (\w+)Args:\n    def __init__\(__self__, \*,\n(.*?)\):\n", re.MULTILINE | re.DOTALL)
_PARAMETER = re.compile(r"^ +(\w+): pulumi\.Input", re.MULTILINE)


def derive(table: Iterable[tuple[str, bool]], left_out: Iterable[str]) -> dict[str, Any]:
    """Returns the content of the file. `table`: types with their tag support."""
    known = {name.lower() for name in left_out}
    lists: dict[str, list[str]] = {key: [] for key in (EVALUATED, NOT_EVALUATED, UNKNOWN_LOCATION, DISAGREE)}
    for name, tags in table:
        if name.lower() not in known:
            lists[_answer(tags, takes_both(name))].append(name)
    return {"about": ABOUT, **{key: sorted(names, key=str.lower) for key, names in lists.items()}}


def rows() -> Iterator[tuple[str, bool]]:
    """The rows of the tag table: type, and whether it supports tags."""
    for space, lists in json.loads(TABLE.read_text(encoding="utf-8"))["namespaces"].items():
        for key, tags in (("yes", True), ("no", False)):
            yield from ((f"{space}/{name}", tags) for name in lists.get(key, "").split())


def takes_both(resource_type: str) -> bool | None:
    """Returns whether the SDK class of a type takes tags and a location; None where no class fits its name."""
    named = CLASSES.get(resource_type.lower())
    if named is not None:
        module, _, name = named.partition("/")
        return _classes(module)[name] >= _BOTH
    space, *path = resource_type.split("/")
    words = [_singular(segment).lower() for segment in path]
    classes = _classes(space.lower().removeprefix("microsoft."))
    for length in range(len(words), 0, -1):
        parameters = classes.get("".join(words[-length:]))
        if parameters is not None and all(_names(word, parameters) for word in words[:-1]):
            return parameters >= _BOTH
    return None


def _answer(tags: bool, both: bool | None) -> str:
    if tags:
        return {True: EVALUATED, False: DISAGREE, None: UNKNOWN_LOCATION}[both]
    return DISAGREE if both else NOT_EVALUATED


def _names(parent: str, parameters: Iterable[str]) -> bool:
    """Returns whether one of the parameters is the name of a parent resource."""
    return any(name.replace("_", "") in {f"{parent}name", f"{parent}id", parent} for name in parameters)


def _singular(segment: str) -> str:
    for end, instead in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("s", "")):
        if segment.lower().endswith(end) and not segment.lower().endswith(("ss", "dis", "redis")):
            return segment[: -len(end)] + instead
    return segment


@cache
def _classes(module: str) -> dict[str, frozenset[str]]:
    """The parameters of each resource class of an SDK module, by the name of the class in lower case."""
    spec = find_spec("pulumi_azure_native")
    if spec is None or spec.origin is None:
        raise SystemExit("The package pulumi_azure_native is not installed: run make setup.")
    classes = {}
    for path in sorted((Path(spec.origin).parent / module).glob("*.py")):
        if path.name.startswith(("_", "get_", "list_")) or path.name == "outputs.py":
            continue
        match = _ARGUMENTS.search(path.read_text(encoding="utf-8"))
        if match:
            classes[match[1].removesuffix("Init").lower()] = frozenset(_PARAMETER.findall(match[2]))
    return classes


def main() -> None:
    """Writes the data, or with --check compares it with the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where the file differs")
    options = parser.parse_args()
    data = derive(rows(), newer_sources())
    differs = not TARGET.exists() or TARGET.read_text(encoding="utf-8") != written(data)
    if not options.check:
        TARGET.write_text(written(data), encoding="utf-8")
    for key, names in data.items():
        if key != "about":
            sys.stderr.write(f"{key}: {len(names)} types\n")
    sys.exit(int(options.check and differs))


def newer_sources() -> list[str]:
    """The types that types.json and published_types.json have."""
    lists = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    return [*known_rows(), *(name for key, names in lists.items() if key != "about" for name in names)]


if __name__ == "__main__":
    main()
