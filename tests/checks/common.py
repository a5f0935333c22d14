"""Cases of checks: small graphs as JSON, with everything that is found in them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from amlz.azure.graph import Persona, Resource, ResourceGraph
from amlz.azure.ids import parse
from tests.conftest import ROOT

CASES = ROOT / "tests" / "cases" / "checks"


@dataclass(frozen=True, slots=True)
class CheckCase:
    """One file. `verdict` is the one in its name: the worst severity that is found, or `none`."""

    check: str
    name: str
    verdict: str
    graph: ResourceGraph
    finds: list[dict[str, str]]


def cases(folder: Path = CASES) -> list[Path]:
    """Every case file, in the order of their names."""
    return sorted(folder.glob("*/*.json"))


def read(path: Path) -> CheckCase:
    """A case file. The folder is the check's id with a hyphen for the slash."""
    report = json.loads(path.read_text(encoding="utf-8"))
    name, verdict = path.stem.rsplit("--", 1)
    area, result = path.parent.name.split("-", 1)
    graph = replace(graph_of(report["resources"], report.get("cloud", "public")), today=report.get("today", ""))
    graph = replace(graph, dns=report.get("dns", "created"), personas=tuple(map(_persona, report.get("personas", ()))))
    return CheckCase(f"{area}/{result}", name, verdict, graph, report["finds"])


def _persona(data: Mapping[str, Any]) -> Persona:
    """A persona as case files write it: its lists as tuples."""
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
    return Persona(**values)


def graph_of(resources: list[dict[str, Any]], cloud: str = "public") -> ResourceGraph:
    """A graph of resources as case files write them: what is left out follows from the id."""
    return ResourceGraph(tuple(_resource(resource) for resource in resources), cloud=cloud)


def _resource(data: Mapping[str, Any]) -> Resource:
    """The URN is the id, and the provider that of the id's subscription, unless the case has others."""
    known = {"type", "apiVersion", "id", "urn", "dependsOn", "parent", "provider", "subscription", "protect", "body"}
    assert set(data) <= {*known, "location", "project", "environment"}, f"unknown keys: {sorted(set(data) - known)}"
    parsed = parse(data["id"])
    subscription = data.get("subscription", parsed.subscription)
    return Resource(
        urn=data.get("urn", data["id"]),
        token="",
        arm_type=data["type"],
        api_version=data.get("apiVersion", ""),
        id=data["id"],
        name=parsed.name,
        location=data.get("location", ""),
        subscription=subscription,
        resource_group=parsed.resource_group,
        body=data.get("body", {}),
        project=data.get("project", ""),
        environment=data.get("environment", ""),
        depends_on=tuple(data.get("dependsOn", ())),
        parent=data.get("parent", ""),
        provider=data.get("provider", f"subscription-{subscription}"),
        protect=data.get("protect", False),
    )
