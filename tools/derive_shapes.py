"""Derives amlz/azure/data/*.json: how the SDK's inputs become ARM request bodies.

    python -m tools.derive_shapes --types TYPES.json.gz [--check]

Each resource's Args class is held against the published type of its API version. A key is found in the ARM object by
name, at its own level or in the `properties` below it, as often as azure-native flattened them; RENAMES lists the
renamed keys. A key that is not found is not in the data, and using it is then an error.
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import inspect
import json
import re
import sys
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pulumi import _types

from tools.tokens import TOKENS

DATA = Path(__file__).parents[1] / "amlz" / "azure" / "data"
REQUIRED, READ_ONLY = 1, 2
#: Keys that the URL carries, with or without a row in the published type.
ENVELOPE = frozenset({"id", "name", "type", "apiVersion"})

#: Names that differ between azure-native and ARM, by Args class; only where the words differ, not their spelling. From
#: x-ms-client-name in the specifications that azure-native is made of (Azure/azure-rest-api-specs).
RENAMES: dict[str, dict[str, list[str]]] = {
    "StorageAccountArgs": {
        "enableHttpsTrafficOnly": ["properties", "supportsHttpsTrafficOnly"],
        "enableNfsV3": ["properties", "isNfsV3Enabled"],
        "networkRuleSet": ["properties", "networkAcls"],
    },
    "EncryptionArgs@storage": {"encryptionIdentity": ["identity"]},
    "EncryptionIdentityArgs@storage": {
        "encryptionFederatedIdentityClientId": ["federatedIdentityClientId"],
        "encryptionUserAssignedIdentity": ["userAssignedIdentity"],
    },
    "IPRuleArgs@containerregistry": {"iPAddressOrRange": ["value"]},
    "IPRuleArgs@storage": {"iPAddressOrRange": ["value"]},
    "VirtualNetworkRuleArgs@storage": {"virtualNetworkResourceId": ["id"]},
    "RoleDefinitionArgs": {"roleType": ["properties", "type"]},
    "KeyAttributesArgs@keyvault": {"expires": ["exp"], "notBefore": ["nbf"]},
    "SecretAttributesArgs@keyvault": {"expires": ["exp"], "notBefore": ["nbf"]},
    "IpamPoolPrefixAllocationArgs@network": {"id": ["pool", "id"]},  # x-ms-client-flatten of `pool`
}

#: Values that are passed on as they are, although the published type knows only some of their cases.
#: Dashboard parts: https://learn.microsoft.com/azure/azure-portal/azure-portal-dashboards-structure
OPEN = frozenset({"DashboardPartsArgs.metadata"})

Node = dict[str, Any]
Child = dict[str, Any]


class Deriver:
    """Derives the shapes of one resource type. There is one for each pair of Args class and ARM object."""

    def __init__(self, module: str, nodes: list[Node]) -> None:
        self.module, self.nodes = module, nodes
        self.shapes: list[dict[str, Any]] = []
        self.unmapped: list[str] = []
        self._known: dict[tuple[str, int], int] = {}
        self._merged: dict[tuple[int, str], int] = {}

    def shape(self, args: type, node: int, left_out: frozenset[str] = frozenset()) -> int:
        """The index of the shape by which values of an Args class become an ARM object."""
        key = (args.__name__, node)
        if key in self._known:
            return self._known[key]
        index = self._known[key] = len(self.shapes)
        same: list[str] = []
        renamed: dict[str, Any] = {}
        needs = sorted(self._needs(node, top=index == 0))
        self.shapes.append({"same": same, "as": renamed, **({"needs": needs} if needs else {})})
        renames = RENAMES.get(args.__name__, RENAMES.get(f"{args.__name__}@{self.module}", {}))
        for wire, hint in sorted(_types.input_type_types(args).items()):
            if wire in left_out:
                continue
            result = self._renamed(node, renames[wire]) if wire in renames else self._find(node, wire)
            free = f"{args.__name__}.{wire}" in OPEN
            below = {} if free else self._child(hint, result[1], f"{args.__name__}.{wire}") if result else None
            if result is None or below is None:
                self.unmapped.append(f"{args.__name__}.{wire}")
            elif result[0] == [wire] and not below:
                same.append(wire)
            else:
                target = "/".join(result[0])
                renamed[wire] = [target, below] if below else target
        return index

    def read_only(self, node: int) -> list[str]:
        """Returns the keys that only Azure writes: read-only keys of an object and of the `properties` below it."""
        values = []
        for name, (child, flags) in self.nodes[node].get("p", {}).items():
            if name in ENVELOPE:
                continue
            if flags & READ_ONLY:
                values.append(name)
            elif name == "properties":
                values += [f"{name}/{below}" for below in self.read_only(child)]
        return sorted(values)

    def _needs(self, node: int, top: bool = False) -> list[str]:
        """Required keys of an ARM object and of the `properties` below it, each where what encloses it is there."""
        needs = []
        for name, (child, flags) in self.nodes[node].get("p", {}).items():
            if flags & READ_ONLY or (top and name in ENVELOPE):
                continue
            if flags & REQUIRED:
                needs.append(name)
            if name == "properties" and self.nodes[child]["k"] == "object":
                needs += [f"{name}/{below}" for below in self._needs(child)]
        return needs

    def _renamed(self, node: int, path: list[str]) -> tuple[list[str], int]:
        for part in path:
            node = self.nodes[node]["p"][part][0]
        return path, node

    def _find(self, node: int, wire: str) -> tuple[list[str], int] | None:
        """Returns the path of a key: exact spelling first, then letters and digits alone; writable only."""
        for spelt in (str, _letters):
            result = self._look(node, wire, spelt)
            if result is not None:
                return result
        return None

    def _look(self, node: int, wire: str, spelt: typing.Callable[[str], str]) -> tuple[list[str], int] | None:
        properties = self.nodes[node].get("p", {})
        for name, (child, flags) in properties.items():
            if spelt(name) == spelt(wire) and not flags & READ_ONLY:
                return [name], child
        if "properties" in properties:
            below = self._look(properties["properties"][0], wire, spelt)
            if below is not None:
                return ["properties", *below[0]], below[1]
        return None

    def _child(self, hint: Any, node: int, where: str) -> Child | None:
        """The conversion of the value below a key: empty for not at all, else as an Args class or by a discriminator.

        None where the SDK and the published type do not agree on what it is.
        """
        options = _options(hint)
        result = self.nodes[node]
        for option in options:
            origin, inner = typing.get_origin(option), typing.get_args(option)
            if origin in (list, Sequence) and result["k"] == "array":
                return self._child(inner[0], result["i"], where)
            if origin in (list, Sequence) and result["k"] == "object":
                return {"keys": 1}  # a list of ids here, an object with these keys there
            if origin in (dict, Mapping) and result["k"] == "object" and "a" in result:
                below = self._child(inner[1], result["a"], where)
                return {"map": 1, **below} if below else below
        classes = [option for option in options if inspect.isclass(option) and _types.is_input_type(option)]
        if result["k"] == "disc" and classes:
            return self._cases(classes, node, where)
        if result["k"] == "object" and len(classes) == 1:
            return {"is": self.shape(classes[0], node)}
        return None if _args_in(hint) else {}

    def _cases(self, classes: list[type], node: int, where: str) -> Child:
        tag = self.nodes[node]["d"]
        cases: dict[str, int] = {}
        for args in classes:
            case = _constant(args, tag)
            if case in self.nodes[node]["e"]:
                cases[case] = self.shape(args, self._case(node, case))
            else:
                self.unmapped.append(f"{where}: {args.__name__} is no case of {tag}")
        wire = next(name for name in _types.input_type_types(classes[0]) if _letters(name) == _letters(tag))
        return {"by": wire, "tag": tag, "cases": dict(sorted(cases.items()))}

    def _case(self, node: int, case: str) -> int:
        """The node of one case: what all cases share, and its own."""
        if (node, case) not in self._merged:
            base = self.nodes[node]
            own = self.nodes[base["e"][case]]
            self.nodes.append({**own, "k": "object", "p": {**base["p"], **own.get("p", {})}})
            self._merged[node, case] = len(self.nodes) - 1
        return self._merged[node, case]


def _letters(name: str) -> str:
    """A name without what azure-native changes in it: case, dots, underscores, at-signs."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _options(hint: Any) -> list[Any]:
    """The alternatives of a hint, without None and without what Pulumi wraps around inputs."""
    if typing.get_origin(hint) is typing.Union:
        return [option for inner in typing.get_args(hint) for option in _options(inner)]
    wrapper = str(typing.get_origin(hint) or hint)
    return [] if hint is type(None) or "Awaitable" in wrapper or "pulumi.output" in wrapper else [hint]


def _args_in(hint: Any) -> bool:
    """Returns whether a hint names an Args class, at any depth of wrapping."""
    if inspect.isclass(hint):
        return _types.is_input_type(hint)
    return any(_args_in(inner) for inner in typing.get_args(hint))


def _constant(args: type, tag: str) -> str:
    """The discriminator's value that the SDK's constructor writes; "" where it writes none."""
    names = {_letters(wire): py for py, wire in _types.input_type_py_to_pulumi_names(args).items()}
    py = names.get(_letters(tag))
    source = inspect.getsource(vars(args)["__init__"])
    match = re.search(rf"""pulumi\.set\(__self__, "{py}", '([^']+)'\)""", source)
    return match.group(1) if match else ""


def derive(module: str, types: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The data of one module, and what could not be mapped. `types`: published types by lower-case `type@version`."""
    sdk = importlib.import_module(f"pulumi_azure_native.{module}")
    result: dict[str, Any] = {}
    shapes: list[dict[str, Any]] = []
    unmapped: list[str] = []
    for token in (row for row in TOKENS if row.module == module):
        args = getattr(sdk, token.args)
        version = api_version(getattr(sdk, token.name))
        arm = re.sub(r"\{recordType\}", "A", token.arm_type)  # every record type takes the same properties
        published = types[f"{arm}@{version}".lower()]
        deriver = Deriver(module, list(published["nodes"]))
        deriver.shape(args, published["root"], frozenset({*token.path, *token.query, *token.url}))
        inputs = _types.input_type_types(args)
        result[f"azure-native:{module}:{token.name}"] = {
            "arm": token.arm_type,
            "api": version,
            "scope": token.scope,
            "path": list(token.path),
            "beside": sorted({*token.query, *token.url}),
            "tags": "tags" in inputs,
            "location": "location" in inputs,
            "readOnly": deriver.read_only(published["root"]),
            "shape": len(shapes),
        }
        offset = len(shapes)
        shapes += [_moved(shape, range(offset, offset + len(deriver.shapes)).__getitem__) for shape in deriver.shapes]
        unmapped += [f"{token.name}: {name}" for name in deriver.unmapped]
    return shared(result, shapes), unmapped


def api_version(resource: type) -> str:
    """The API version that the SDK's documentation names for a resource."""
    text = Path(inspect.getfile(resource)).read_text(encoding="utf-8")
    match = re.search(r"Azure REST API version:? (\d{4}-\d\d-\d\d(?:-preview)?)", text)
    if match is None:
        raise SystemExit(f"{resource.__name__}: the SDK does not state its API version")
    return match.group(1)


def shared(types: dict[str, Any], shapes: list[dict[str, Any]]) -> dict[str, Any]:
    """Returns the data with equal shapes listed once. They refer to each other in circles: classes are refined until
    stable.
    """
    classes = [0] * len(shapes)
    count = 0
    while True:
        numbers: dict[str, int] = {}
        texts = [json.dumps(_moved(shape, classes.__getitem__), sort_keys=True) for shape in shapes]
        classes = [numbers.setdefault(text, len(numbers)) for text in texts]
        if len(numbers) == count:
            break
        count = len(numbers)
    kept: dict[int, dict[str, Any]] = {}
    for index, shape in enumerate(shapes):
        kept.setdefault(classes[index], _moved(shape, classes.__getitem__))
    entries = {token: {**entry, "shape": classes[entry["shape"]]} for token, entry in types.items()}
    return {"types": entries, "shapes": [kept[index] for index in sorted(kept)]}


def _moved(shape: dict[str, Any], to: typing.Callable[[int], int]) -> dict[str, Any]:
    """A shape whose references to others are renumbered."""

    def child(rule: Any) -> Any:
        if isinstance(rule, str):
            return rule
        below = dict(rule[1])
        if "is" in below:
            below["is"] = to(below["is"])
        if "cases" in below:
            below["cases"] = {case: to(index) for case, index in below["cases"].items()}
        return [rule[0], below]

    return {**shape, "as": {wire: child(rule) for wire, rule in shape["as"].items()}}


def written(data: dict[str, Any]) -> str:
    """The data as the file has it: one line, sorted."""
    return json.dumps(data, separators=(",", ":"), sort_keys=True) + "\n"


def main() -> None:
    """Writes the data, or with --check reports whether the file is current."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--types", type=Path, required=True, help="the published types, reduced to structure")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where the data differs")
    options = parser.parse_args()
    with gzip.open(options.types, "rt") as file:
        types = {name.lower(): shape for name, shape in json.load(file).items()}
    differs = False
    for module in sorted({token.module for token in TOKENS}):
        data, unmapped = derive(module, types)
        text = written(data)
        path = DATA / f"{module}.json"
        if options.check:
            differs |= not path.exists() or path.read_text() != text
        else:
            DATA.mkdir(exist_ok=True)
            path.write_text(text)
        sys.stderr.write(f"{module}: {len(data['types'])} types, {len(data['shapes'])} shapes, {len(text):,} bytes\n")
        for name in unmapped:
            sys.stderr.write(f"  not mapped: {name}\n")
    sys.exit(int(differs))


if __name__ == "__main__":
    main()
