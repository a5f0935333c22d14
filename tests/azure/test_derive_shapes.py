"""The table holds against Microsoft's published types, and is what its script derives."""

from __future__ import annotations

import gzip
import importlib.util
import json
import os
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from amlz.azure import table
from amlz.azure.shapes import arm_type

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("AMLZ_SHARED", ROOT.parent / "shared"))
TYPES = SHARED / "azure-types" / "types.json.gz"
BODIES = sorted((Path(__file__).parent / "bodies").glob("*.json"))
READ_ONLY = 2

published = pytest.mark.skipif(not TYPES.exists(), reason=f"the published types are not here ({TYPES})")
derivable = pytest.mark.skipif(
    not TYPES.exists() or importlib.util.find_spec("pulumi_azure_native") is None,
    reason=f"the SDK or the published types are not here ({TYPES})",
)

#: Inputs of the SDK that are read-only or absent in ARM at that version, with their number. Nothing else is left out.
LEFT_OUT = {
    "BigDataPoolArgs.force": 1,
    "DelegationArgs.actions": 3,
    "DelegationArgs.etag": 3,
    "NetworkSecurityGroupArgs.defaultSecurityRules": 3,
    "NetworkSecurityGroupArgs.etag": 3,
    "NetworkSecurityGroupArgs.provisioningState": 3,
    "NetworkSecurityGroupArgs.resourceGuid": 3,
    "RouteArgs.etag": 4,
    "RouteArgs.provisioningState": 4,
    "RouteTableArgs.etag": 3,
    "RouteTableArgs.provisioningState": 3,
    "SecurityRuleArgs.etag": 4,
    "SecurityRuleArgs.provisioningState": 4,
    "ServiceEndpointPolicyArgs.etag": 3,
    "ServiceEndpointPolicyDefinitionArgs.etag": 4,
    "ServiceEndpointPropertiesFormatArgs.provisioningState": 3,
    "StaticRoutesConfigArgs.propagateStaticRoutes": 1,
    "SubnetArgs.etag": 2,
    "SubnetArgs.provisioningState": 2,
    "SubnetArgs.resourceNavigationLinks": 2,
    "SubnetArgs.serviceAssociationLinks": 2,
    "SubnetArgs.serviceGateway": 2,
    "id of the resource itself": 21,
    "type of the resource itself": 4,
}


@cache
def _types() -> dict[str, Any]:
    with gzip.open(TYPES, "rt") as file:
        return {name.lower(): shape for name, shape in json.load(file).items()}


@published
@pytest.mark.parametrize("token", table.tokens())
def test_every_key_leads_to_a_place_that_azure_lets_us_write(token: str) -> None:
    """Walked through the published type of the token's API version, apart from the script that derived the table."""
    kind = arm_type(token, {"recordType": "A"})
    result = _types()[f"{kind.arm_type}@{kind.api_version}".lower()]

    wrong = list(
        _ShapeWalk(table.shapes(token), result["nodes"]).shape(table.entry(token)["shape"], result["root"], token)
    )

    assert wrong == []


class _ShapeWalk:
    """Follows a shape and an ARM node side by side."""

    def __init__(self, shapes: list[dict[str, Any]], nodes: list[dict[str, Any]]) -> None:
        self.shapes, self.nodes = shapes, nodes
        self.seen: set[tuple[int, int, str]] = set()

    def shape(self, shape: int, node: int, path: str, case: str = "") -> Iterator[str]:
        """Errors of a shape for an object; `case`: the case of a union."""
        if (shape, node, case) in self.seen:
            return
        self.seen.add((shape, node, case))
        rules = {key: key for key in self.shapes[shape]["same"]} | self.shapes[shape]["as"]
        targets = Counter(rule if isinstance(rule, str) else rule[0] for rule in rules.values())
        yield from (f"{path}: two keys stand at {target}" for target, count in targets.items() if count > 1)
        for key, rule in rules.items():
            target, child = (rule, None) if isinstance(rule, str) else rule
            end = self._end(node, target.split("/"), case)
            if end is None:
                yield f"{path}.{key}: no writable {target}"
            elif child:
                yield from self._below(child, end, f"{path}.{key}")

    def _end(self, node: int, target: list[str], case: str) -> int | None:
        for part in target:
            result = self.nodes[node]
            properties = dict(result.get("p", {}))
            if case and result["k"] == "disc":
                properties |= self.nodes[result["e"][case]].get("p", {})
            if part not in properties or properties[part][1] & READ_ONLY:
                return None
            node, case = properties[part][0], ""
        return node

    def _below(self, child: dict[str, Any], node: int, path: str) -> Iterator[str]:
        result = self.nodes[node]
        if result["k"] == "array":
            yield from self._below(child, result["i"], path)
        elif "map" in child:
            yield from self._below({k: v for k, v in child.items() if k != "map"}, result["a"], path)
        elif "is" in child:
            yield from self.shape(child["is"], node, path)
        elif "by" in child:
            if result["k"] != "disc" or result["d"] != child["tag"]:
                yield f"{path}: not chosen by {child['tag']}"
            for case, shape in child["cases"].items():
                yield from self.shape(shape, node, f"{path}({case})", case)
        elif result["k"] != "object":
            yield f"{path}: {result['k']}, not an object with keys"


@published
@pytest.mark.parametrize("case", BODIES, ids=lambda path: path.stem)
def test_the_documented_bodies_fit_the_published_types(case: Path) -> None:
    """Validated by the checker that is published with the types."""
    spec = importlib.util.spec_from_file_location("check_arm", SHARED / "tools" / "check_arm.py")
    assert spec is not None
    assert spec.loader is not None
    checker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(checker)
    report = json.loads(case.read_text(encoding="utf-8"))
    kind = arm_type(report["token"], report["inputs"])
    shape = _types()[f"{kind.arm_type}@{kind.api_version}".lower()]

    problems = list(checker.Checker(shape["nodes"]).check(shape["root"], report["body"], "", top=True))

    assert problems == []


@derivable
def test_the_table_is_what_the_script_derives_and_nothing_else_is_left_out() -> None:
    """An update of the SDK runs the script again; a new name among those left out needs a decision."""
    from tools.derive_shapes import DATA, derive, written
    from tools.tokens import TOKENS

    derived, left_out = {}, []
    for module in sorted({token.module for token in TOKENS}):
        data, unmapped = derive(module, _types())
        derived[f"{module}.json"] = written(data)
        left_out += unmapped

    assert {path.name: path.read_text(encoding="utf-8") for path in DATA.glob("*.json")} == derived
    assert dict(Counter(_short(name) for name in left_out)) == LEFT_OUT


def _short(name: str) -> str:
    """`Route: RouteInitArgs.id` is the resource's own id; `Route: X.etag` that of something inside."""
    resource, _, key = name.partition(": ")
    args, _, wire = key.partition(".")
    own = args in (f"{resource}Args", f"{resource}InitArgs")
    return f"{wire} of the resource itself" if own and wire in ("id", "type") else key
