"""Landing zones of any size, for benchmarks: so many projects of one environment each, over as many spokes as it takes.

    python -m tools.benchmarks.generated RESOURCES FILE

writes a stack file, Pulumi.<stack>.yaml, whose landing zone has about that many Azure resources.
"""

from __future__ import annotations

import argparse
import ipaddress
import json
import sys
from pathlib import Path
from typing import Any

import yaml

from amlz.app.preview import PROGRAM, PROJECT
from amlz.simulator.monitor import Program, Registration, register
from amlz.stackfile.stack_file import KEY

#: Environments of a spoke of the size below: some hundreds of private endpoints, of which Azure takes 1,000 a network.
PER_SPOKE = 100
_SPACE = ipaddress.IPv4Network("10.64.0.0/10")
_SPOKE, _ENVIRONMENT = 16, 25


def landing_zone(projects: int, keep_aliases: bool = False, operated: bool = False) -> dict[str, Any]:
    """Content of the stack file: `projects` (1 to 6,400), each with an environment `dev` of the defaults.

    `keep_aliases`: whether the SDK's aliases are registered too, see docs/decisions/aliases.md. `operated`: with
    operation, and environments of production, which have all alerts of its catalogue.
    """
    spaces = list(_SPACE.subnets(new_prefix=_SPOKE))
    if not 1 <= projects <= len(spaces) * PER_SPOKE:
        raise ValueError(f"{projects} projects; there is room for 1 to {len(spaces) * PER_SPOKE:,}")
    spaces = spaces[: 1 + (projects - 1) // PER_SPOKE]
    settings: dict[str, Any] = {}
    for spoke, space in enumerate(spaces):
        networks = space.subnets(new_prefix=_ENVIRONMENT)
        for number in range(spoke * PER_SPOKE, min(projects, (spoke + 1) * PER_SPOKE)):
            dev: dict[str, Any] = {"spoke": f"spoke{spoke:02}", "network": str(next(networks))}
            dev |= {"production": True} if operated else {}
            settings[f"project{number:04}"] = {"environments": {"dev": dev}}
    receivers = {"page": {"emails": ["page@contoso.com"]}, "ticket": {"emails": ["ticket@contoso.com"]}}
    return {
        "schemaVersion": 1,
        "organisation": "Contoso",
        "businessUnit": "retail",
        "tenantId": "0f0e0d0c-1111-4222-8333-444455556666",
        "location": "westeurope",
        "subscriptions": {"landingZone": "a1b2c3d4-1111-4222-8333-444455556666"},
        "hub": {"addressSpace": "10.20.0.0/24"},
        "spokes": {f"spoke{number:02}": {"addressSpace": [str(space)]} for number, space in enumerate(spaces)},
        "projects": settings,
        "keepApiVersionAliases": keep_aliases,
        **({"operations": receivers} if operated else {}),
    }


def spread(projects: int, subscriptions: int) -> dict[str, Any]:
    """Returns the same landing zone with its projects in so many spokes, each in a separate subscription."""
    written = landing_zone(projects)
    spaces = list(_SPACE.subnets(new_prefix=_SPOKE))[:subscriptions]
    spokes: dict[str, dict[str, Any]] = {}
    for number, space in enumerate(spaces):
        own = {"subscription": f"a1b2c3d4-1111-4222-8333-{number:012}"} if number else {}
        spokes[f"spoke{number:02}"] = {"addressSpace": [str(space)], **own}
    networks = [iter(space.subnets(new_prefix=_ENVIRONMENT)) for space in spaces]
    for number, project in enumerate(written["projects"].values()):
        place = number % subscriptions
        project["environments"]["dev"] = {"spoke": f"spoke{place:02}", "network": str(next(networks[place]))}
    return written | {"spokes": spokes}


def of_size(resources: int, keep_aliases: bool = False, operated: bool = False) -> dict[str, Any]:
    """The landing zone whose number of Azure resources is nearest: with some 60 a project, 115 at the least."""
    first, second = (azure(registered(landing_zone(projects, operated=operated))) for projects in (1, 2))
    return landing_zone(max(1, 1 + round((resources - first) / (second - first))), keep_aliases, operated)


def registered(written: dict[str, Any]) -> Registration:
    """The program, run in process on the landing zone of the stack file."""
    return register(Program(PROGRAM, PROJECT, "generated", {KEY: json.dumps(written)}))


def write(written: dict[str, Any], path: Path) -> None:
    """Writes the stack file."""
    path.write_text(yaml.safe_dump({"config": {KEY: written}}, sort_keys=False), encoding="utf-8")


def azure(registration: Registration) -> int:
    """The number of Azure resources."""
    return sum(resource.token.startswith("azure-native:") for resource in registration.resources)


def main() -> None:
    """Writes a stack file and prints its content in figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("resources", type=int, help="how many, about")
    parser.add_argument("file", type=Path, help="stack file to write")
    options = parser.parse_args()
    written = of_size(options.resources)
    write(written, options.file)
    count = azure(registered(written))
    sys.stdout.write(f"{options.file}: {count:,} resources in {len(written['projects'])} projects\n")


if __name__ == "__main__":
    main()
