"""Rules of Kuma between fields, in CEL as Kubernetes evaluates it: tests/mesh/cel_rules.yaml."""

from __future__ import annotations

import functools
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from amlz.mesh.files import files
from amlz.mesh.model import AbortSpec, DelaySpec, MeshFaultsSpec, MeshSpec
from tests.conftest import ROOT, from_yaml
from tests.mesh.kinds import SPECS
from tests.mesh.samples import example

celpy: Any = pytest.importorskip("celpy", reason="cel-python is not installed: run `make setup`")
RULES: list[dict[str, Any]] = from_yaml(ROOT / "tests" / "mesh" / "cel_rules.yaml")
#: Kinds without a rule, by the reason.
WITHOUT = {
    "Mesh": "its definition has no fields below `spec`, and the control plane's rules were not read",
    "MeshTrafficPermission": "the rules for `rules`, in place of `from`, were not found in a published file",
}


def meshes() -> tuple[MeshSpec, ...]:
    """The example; the same for 2.14, outside of production; each with faults in some endpoints."""
    faults = MeshFaultsSpec(AbortSpec(503, 10), DelaySpec(1500, 25))
    endpoints = tuple(
        replace(item, faults=faults if item.name in ("fraud-graph", "fraud-scoring") else None)
        for item in example().endpoints
    )
    old = tuple(replace(item, shadow=None) for item in endpoints)
    identity = replace(example().identity, authority="generated")
    former = replace(example(), version="2.14", production=False, endpoints=old, identity=identity)
    return replace(example(), endpoints=endpoints), former


@functools.cache
def specs(kind: str) -> tuple[dict[str, Any], ...]:
    """The rendered specs of a kind."""
    rendered = (document for mesh in meshes() for file in files([mesh]) for document in file.documents)
    return tuple(document["spec"] for document in rendered if document.get("kind") == kind)


@functools.cache
def program(rule: str) -> Any:
    """A rule, ready to be evaluated."""
    environment = celpy.Environment()
    return environment.program(environment.compile(rule))


def holds(rule: str, spec: dict[str, Any]) -> bool:
    """The answer for a spec. As in Kubernetes, an error is no answer that accepts it."""
    try:
        return bool(program(rule).evaluate({"self": celpy.json_to_cel(spec)}))
    except celpy.CELEvalError:
        return False


def changed(spec: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with another value at a path; without the key for None."""
    result = deepcopy(spec)
    *above, last = path.split(".")
    holder: Any = result
    for key in above:
        holder = holder[int(key) if isinstance(holder, list) else key]
    if value is None:
        del holder[last]
    elif isinstance(holder, list):
        holder[int(last)] = value
    else:
        holder[last] = value
    return result


@pytest.mark.parametrize("row", RULES, ids=lambda row: f"{row['kind']}-{next(iter(row['wrong']))}")
def test_a_rule_holds_for_what_is_rendered_and_not_for_its_mistake(row: dict[str, Any]) -> None:
    """Both versions of Kuma, both kinds of certificate authorities."""
    rendered = specs(row["kind"])
    ((path, value),) = row["wrong"].items()

    assert rendered
    assert [spec for spec in rendered if not holds(row["rule"], spec)] == []
    assert not holds(row["rule"], changed(rendered[0], path, value))


def test_every_kind_has_a_rule_or_a_reason_and_every_rule_a_commit() -> None:
    """A source is a file at a commit."""
    kinds = {row["kind"] for row in RULES}

    assert kinds | set(WITHOUT) == set(SPECS)
    assert kinds & set(WITHOUT) == set()
    assert [row for row in RULES if len(row["source"].partition("@")[2]) != 8] == []
