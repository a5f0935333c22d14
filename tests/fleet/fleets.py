"""Small fleets in a folder: reports with the keys that a fleet reads, and reports of shipped stacks."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from amlz.fleet.config import load_fleet
from amlz.fleet.folder import FleetReports, read_reports
from tests.conftest import as_told

SUBSCRIPTION = "/subscriptions/a1b2c3d4-1111-4222-8333-444455556666"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def network_id(name: str) -> str:
    """Returns the ID of a virtual network."""
    return f"{SUBSCRIPTION}/resourceGroups/rg-{name}/providers/Microsoft.Network/virtualNetworks/vnet-{name}"


def resource(identity: str, arm_type: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a resource of a report."""
    keys = ("urn", "token", "apiVersion", "name", "resourceGroup")
    empty: dict[str, Any] = dict.fromkeys(keys, identity.rpartition("/")[2])
    place = {"location": "westeurope", "subscription": SUBSCRIPTION.rpartition("/")[2]}
    return {**empty, **place, "armType": arm_type, "id": identity, "body": {"properties": dict(properties)}}


def report(stack: str, ranges: tuple[str, ...] = (), hub: str = "", production: bool = False) -> dict[str, Any]:
    """Returns a report of a stack that builds a separate network, peered with the network `hub` where there is one.

    Each range is a separate network.
    """
    network = "Microsoft.Network/virtualNetworks"
    parts = [stack, *(f"{stack}-{number}" for number in range(1, len(ranges)))]
    spaces = [(part, cidr) for part, cidr in zip(parts, ranges, strict=False)]
    built = [resource(network_id(part), network, {"addressSpace": {"addressPrefixes": [c]}}) for part, c in spaces]
    if not built:
        built = [resource(network_id(stack), network, {})]
    if hub:
        peering = f"{network_id(stack)}/virtualNetworkPeerings/peer-hub"
        remote = {"remoteVirtualNetwork": {"id": network_id(hub)}}
        built.append(resource(peering, f"{network}/virtualNetworkPeerings", remote))
    return {
        "schemaVersion": 1,
        "stack": stack,
        "landingZone": {"existingHub": None},
        "topology": {"spokes": [{"environments": [{"production": production}]}]},
        "addresses": [
            {"network": part, "ranges": [cidr], "free": [], "exists": False, "blocks": []} for part, cidr in spaces
        ],
        "resources": built,
        "verdicts": [],
        "policiesNotJudged": [],
        "findings": [],
        "acceptedFindings": [],
        "quota": [],
    }


def record(stack: str, version: str, result: str = "succeeded", day: str = "2027-03-01", drift: int | None = 0) -> Any:
    """Returns the record of a stack that was deployed on a day."""
    program = {"version": version, "commit": COMMIT}
    deployment = {**program, "day": day, "result": result}
    search = None if drift is None else {"day": day, "resources": drift}
    return {
        "schemaVersion": 1,
        "stack": stack,
        "day": day,
        "program": program,
        "deployment": deployment,
        "drift": search,
    }


def write_fleet(folder: Path, files: Mapping[str, Any], rest: str = "", units: Mapping[str, str] | None = None) -> Path:
    """Writes a fleet file and files of units: `retail/dev.json` by its content, JSON or text.

    `rest`: further lines of the fleet file; `units`: further keys of a unit, by its name.
    """
    names = {name.partition("/")[0] for name in files} | set(units or {})
    lines = ["schemaVersion: 1", "spaces: [emea, apac]", *rest.splitlines(), "units:"]
    for unit in sorted(names):
        more = (units or {}).get(unit, "space: emea")
        lines.append(f"  {unit}: {{reports: reports/{unit}, {more}}}")
    for name, content in files.items():
        path = folder / "reports" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    (folder / "fleet.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / "fleet.yaml"


def read(folder: Path, files: Mapping[str, Any], today: str = "", **more: Any) -> FleetReports:
    """Returns a fleet, written and read."""
    return read_reports(load_fleet(write_fleet(folder, files, **more)), today)


@functools.cache
def shipped(stack: str) -> str:
    """Returns the report of a shipped stack, as `amlz preview --format json` writes it."""
    return json.dumps(as_told(stack))
