"""Derives arm/data/*.json: how the SDK's inputs become ARM request bodies.

    python -m tools.derive_shapes --types TYPES.json.gz [--check]

Each resource's Args class is held against the published type of its API version. A key is found in the ARM object by
name, at its own level or in the `properties` below it, as often as azure-native flattened them; what was renamed stands
in RENAMES. A key that is not found is not in the data, and using it is then an error.
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
from pathlib import Path
from typing import Any

from pulumi import _types

from tools.tokens import TOKENS, Token

DATA = Path(__file__).parent.parent / "arm" / "data"
READ_ONLY = 2

#: What azure-native calls otherwise than ARM, by Args class. From the specifications' x-ms-client-name.
RENAMES: dict[str, dict[str, list[str]]] = {
    "StorageAccountArgs": {
        "enableHttpsTrafficOnly": ["properties", "supportsHttpsTrafficOnly"],
        "enableNfsV3": ["properties", "isNfsV3Enabled"],
        "networkRuleSet": ["properties", "networkAcls"],
    },
    "EncryptionArgs@storage": {"encryptionIdentity": ["identity"]},
    "IPRuleArgs@containerregistry": {"iPAddressOrRange": ["value"]},
    "IPRuleArgs@storage": {"iPAddressOrRange": ["value"]},
    "VirtualNetworkRuleArgs@storage": {"virtualNetworkResourceId": ["id"]},
    "ComponentArgs": {
        "applicationType": ["properties", "Application_Type"],
        "flowType": ["properties", "Flow_Type"],
        "requestSource": ["properties", "Request_Source"],
    },
}

Node = dict[str, Any]


class Deriver:
    """Derives the shapes of one module. Shapes are shared: one for each pair of Args class and ARM object."""

    def __init__(self, module: str, nodes: list[Node]) -> None:
        self.module, self.nodes = module, nodes
        self.shapes: list[dict[str, Any]] = []
        self.unmapped: list[str] = []
        self._known: dict[tuple[str, int], int] = {}

    def shape(self, args: type, node: int, left_out: frozenset[str] = frozenset()) -> int:
        """The index of the shape by which values of an Args class become an ARM object."""
        key = (args.__name__, node)
        if key in self._known:
            return self._known[key]
        index = self._known[key] = len(self.shapes)
        same: list[str] = []
        shape: dict[str, Any] = {"same": same}
        self.shapes.append(shape)
        renames = RENAMES.get(args.__name__, RENAMES.get(f"{args.__name__}@{self.module}", {}))
        for wire, hint in _types.input_type_types(args).items():
            if wire in left_out:
                continue
            found = self._renamed(node, renames[wire]) if wire in renames else self._find(node, wire)
            if found is None:
                self.unmapped.append(f"{args.__name__}.{wire}")
                continue
            path, child = found
            below = self._child(hint, child)
            if path == [wire] and below is None:
                same.append(wire)
            else:
                shape[wire] = "/".join(path) if below is None else ["/".join(path), below]
        same.sort()
        return index

    def _renamed(self, node: int, path: list[str]) -> tuple[list[str], int]:
        for part in path:
            node = self._properties(node)[part][0]
        return path, node

    def _find(self, node: int, wire: str) -> tuple[list[str], int] | None:
        """Where a key stands: at this level, or in `properties` below; exactly spelt first; writable only."""
        properties = self._properties(node)
        for spelt in (str, str.lower):
            for name, (child, flags) in properties.items():
                if spelt(name) == spelt(wire) and not flags & READ_ONLY:
                    return [name], child
        if "properties" in properties:
            below = self._find(properties["properties"][0], wire)
            if below is not None:
                return ["properties", *below[0]], below[1]
        return None

    def _properties(self, node: int) -> dict[str, tuple[int, int]]:
        found = self.nodes[node]
        return {name: (child, flags) for name, (child, flags) in found.get("p", {}).items()}

    def _child(self, hint: Any, node: int) -> Any:
        """How the value below a key is converted: not at all, as an Args class, or by a discriminator."""
        classes = [c for c in _args_in(hint) if _types.is_input_type(c)]
        if not classes:
            ids = "Sequence" in str(hint) and self.nodes[node]["k"] == "object"
            return {"keys": 1} if ids else None  # a list of ids here, an object with these keys there
        node, container = self._unwrap(node)
        found = self.nodes[node]
        if found["k"] == "disc":
            cases = {case: self._case(cls, node, case) for cls in classes if (case := _case_of(cls, found["d"]))}
            return {"by": found["d"], "cases": dict(sorted(cases.items())), **container}
        if found["k"] != "object":
            return None  # the SDK knows more of it than the published type: it passes as it is
        return {"is": self.shape(classes[0], node), **container}

    def _case(self, args: type, node: int, case: str) -> int:
        """The shape of one case: what all cases share, and its own."""
        base = self.nodes[node]
        own = base["e"].get(case)
        merged = {"k": "object", "p": {**base["p"], **(self.nodes[own].get("p", {}) if own is not None else {})}}
        self.nodes.append(merged)
        return self.shape(args, len(self.nodes) - 1)

    def _unwrap(self, node: int) -> tuple[int, dict[str, Any]]:
        found = self.nodes[node]
        if found["k"] == "array":
            return self._unwrap(found["i"])[0], {}
        if found["k"] == "object" and "a" in found and not found.get("p"):
            return self._unwrap(found["a"])[0], {"map": 1}
        return node, {}


def _args_in(hint: Any) -> list[type]:
    """Every class in a type hint, however it is wrapped."""
    if inspect.isclass(hint):
        return [hint]
    return [found for inner in typing.get_args(hint) for found in _args_in(inner)]


def _case_of(args: type, discriminator: str) -> str | None:
    """The discriminator's value that the SDK's constructor writes."""
    names = {wire: py for py, wire in _types.input_type_py_to_pulumi_names(args).items()}
    py = names.get(discriminator)
    match = re.search(rf"""pulumi\.set\(__self__, "{py}", '([^']+)'\)""", inspect.getsource(args)) if py else None
    return match.group(1) if match else None


def derive(module: str, types: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The data of one module, and what could not be mapped."""
    sdk = importlib.import_module(f"pulumi_azure_native.{module}")
    low = {name.lower(): shape for name, shape in types.items()}
    data: dict[str, Any] = {"types": {}, "shapes": []}
    unmapped: list[str] = []
    for token in (row for row in TOKENS if row.module == module):
        args = getattr(sdk, token.args)
        version = api_version(getattr(sdk, token.name))
        found = low[f"{token.arm_type}@{version}".lower()]
        deriver = Deriver(module, list(found["nodes"]))
        left_out = frozenset(token.path) | frozenset(token.query)
        root = deriver.shape(args, found["root"], left_out)
        offset = len(data["shapes"])
        data["shapes"] += [_shifted(shape, offset) for shape in deriver.shapes]
        data["types"][f"azure-native:{module}:{token.name}"] = _entry(token, version, root + offset)
        unmapped += [f"{token.name}: {name}" for name in deriver.unmapped]
    return data, unmapped


def api_version(resource: type) -> str:
    """The API version that the SDK's documentation names for a resource."""
    match = re.search(r"Azure REST API version:? (\d{4}-\d\d-\d\d(?:-preview)?)", inspect.getsource(resource))
    if match is None:
        raise SystemExit(f"{resource.__name__}: the SDK does not say its API version")
    return match.group(1)


def _entry(token: Token, version: str, shape: int) -> dict[str, Any]:
    return {
        "arm": token.arm_type,
        "api": version,
        "scope": token.scope,
        "path": list(token.path),
        "query": list(token.query),
        "shape": shape,
    }


def _shifted(shape: dict[str, Any], offset: int) -> dict[str, Any]:
    def child(value: Any) -> Any:
        if isinstance(value, list):
            return [value[0], child(value[1])]
        if isinstance(value, dict):
            moved = dict(value)
            if "is" in moved:
                moved["is"] += offset
            if "cases" in moved:
                moved["cases"] = {case: index + offset for case, index in moved["cases"].items()}
            return moved
        return value

    return {key: value if key == "same" else child(value) for key, value in sorted(shape.items())}


def main() -> None:
    """Writes the data, or with --check says whether it is what would be written."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--types", type=Path, required=True, help="the published types, reduced to structure")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where the data differs")
    options = parser.parse_args()
    with gzip.open(options.types, "rt") as file:
        types = json.load(file)
    differs = False
    for module in sorted({token.module for token in TOKENS}):
        data, unmapped = derive(module, types)
        text = json.dumps(data, separators=(",", ":"), sort_keys=True) + "\n"
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
