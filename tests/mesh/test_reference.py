"""docs/reference/mesh.md: each requirement names a test that exists."""

from __future__ import annotations

import ast
import re

import pytest

from tests.conftest import ROOT
from tests.mesh.kinds import SPECS

PAGE = (ROOT / "docs" / "reference" / "mesh.md").read_text(encoding="utf-8")
#: Each requirement of a mesh over endpoints, in words of the page.
ASKED = (
    "authenticated by the identity of the workload", "by a federated identity", "storage is reached by identity",
    "permissions follow identity, not addresses", "certificates are checked before forwarding", "automatic retries",
    "failures are routed to a shadow", "live validation in a shadow environment", "stay inside the mesh until",
    "credentials rotate often", "least privilege", "tracing in one location", "spans clusters",
)  # fmt: skip


def rows() -> dict[str, tuple[str, str]]:
    """Resource and test by requirement."""
    table = PAGE.split("| requirement | resource | test |")[1].split("\n\n")[0]
    lines = [line.strip("| ").split(" | ") for line in table.splitlines()[2:]]
    return {line[0]: (line[1], line[2]) for line in lines}


@pytest.mark.parametrize("asked", ASKED)
def test_a_requirement_has_one_row(asked: str) -> None:
    """None is left out."""
    assert len([requirement for requirement in rows() if asked in requirement]) == 1


@pytest.mark.parametrize("requirement", sorted(rows()))
def test_a_row_names_a_test_that_exists(requirement: str) -> None:
    """By its file and function."""
    ((path, name),) = re.findall(r"^`(tests/[\w/]+\.py)::(\w+)`$", rows()[requirement][1])
    functions = ast.parse((ROOT / path).read_text(encoding="utf-8")).body

    assert name in {node.name for node in functions if isinstance(node, ast.FunctionDef)}


def test_every_kind_that_is_rendered_is_in_the_table_of_documents() -> None:
    """With those of Kubernetes."""
    table = PAGE.split("## Documents")[1].split("## Versions")[0]
    kinds = {*SPECS, "Service", "Deployment", "NetworkPolicy", "ConfigMap", "HelmRelease", "ServiceAccount"}

    assert [kind for kind in sorted(kinds) if not re.search(rf"\b{kind}\b", table)] == []
