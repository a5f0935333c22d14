"""A report of a stack, reduced to what a fleet needs: the report itself, half a megabyte or more, is freed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network
from typing import Any

from amlz.azure.graph import Resource
from amlz.checks.limits.exceeded import COUNTED
from amlz.core.problems import LandingZoneError
from amlz.dataclass import dataclass
from amlz.fleet.objectives import EnvironmentObjectives, objectives_of
from amlz.fleet.record import SCHEMA_VERSION, other_version

_NETWORK = "microsoft.network/virtualnetworks"
_ROWS = {
    kind: [(number, row) for number, row in enumerate(COUNTED) if row.arm_type.lower() == kind]
    for kind in {row.arm_type.lower() for row in COUNTED}
}
#: A report that names more vCPUs of a family is damaged.
MOST_VCPUS = 10**9
#: A report with a larger sum is damaged.
MOST_COST = 10**12
_GROUPS = "/resourcegroups/"


@dataclass(frozen=True, slots=True)
class FleetRange:
    """A range of a network. `network`: name in the stack file; `id`: of the network in lower case, "" for not known.

    `exists`: the network is not built by this stack. `owner`: PROJECT/ENVIRONMENT or `hub` for a block in a network,
    None for a range of the network itself.
    """

    cidr: IPv4Network
    network: str
    id: str
    exists: bool
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class QuotaDemand:
    """vCPUs of a family at full scale."""

    subscription: str
    region: str
    family: str
    dedicated: int
    low_priority: int


@dataclass(frozen=True, slots=True)
class MonthlyCost:
    """The estimate of a month's consumption. `high`: None where only use decides."""

    currency: str
    low: float
    high: float | None


@dataclass(frozen=True, slots=True)
class StackSummary:
    """A report, reduced. IDs are in lower case.

    `built`: IDs of its resources; `needs`: IDs that it refers to and does not build. `counted`: IDs by the row of a
    limit and the scope in which Azure counts them. `accepted`: check and last day of each accepted finding.
    `cost`: None where the stack file names no prices. `objectives`: None where an earlier program wrote none.
    """

    stack: str
    production: bool
    findings: Mapping[str, int]
    denied: int
    not_evaluated: int
    exempt: int
    accepted: tuple[tuple[str, str], ...]
    resources: int
    ranges: tuple[FleetRange, ...]
    quota: tuple[QuotaDemand, ...]
    unknown_sizes: tuple[str, ...]
    built: frozenset[str]
    needs: frozenset[str]
    counted: Mapping[tuple[int, str], tuple[str, ...]]
    hub: str
    cost: MonthlyCost | None
    objectives: tuple[EnvironmentObjectives, ...] | None


def summarised(report: Mapping[str, Any]) -> StackSummary:
    """Returns the summary of a preview. Raises LandingZoneError, with a sentence, where it is not one."""
    if report.get("schemaVersion") != SCHEMA_VERSION:
        raise LandingZoneError(other_version(report.get("schemaVersion")))
    if "against" in report or "stacks" in report:
        raise LandingZoneError(
            "It is a difference or a report of several stacks. Publish that of `amlz preview STACK --format json`."
        )
    try:
        return _summarised(report)
    except RecursionError:
        raise LandingZoneError("It is not a report of `amlz preview`: it is nested too deeply.") from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        missing = f": {error.args[0]} is missing" if isinstance(error, KeyError) else ""
        raise LandingZoneError(f"It is not a whole report of `amlz preview --format json`{missing}.") from None


def _summarised(report: Mapping[str, Any]) -> StackSummary:
    resources = report["resources"]
    built = frozenset(_id(resource["id"]) for resource in resources)
    zone, verdicts = report["landingZone"], report["verdicts"]
    hub = zone["existingHub"]
    named = [hub["virtualNetwork"], hub["logAnalytics"]] if hub else []
    environments = [e for spoke in report["topology"]["spokes"] for e in spoke["environments"]]
    return StackSummary(
        stack=_text(report["stack"]),
        production=any(bool(environment["production"]) for environment in environments),
        findings=Counter(_text(finding["severity"]) for finding in report["findings"]),
        denied=sum(bool(verdict["blocks"]) for verdict in verdicts),
        not_evaluated=sum(verdict["verdict"] == "undecided" for verdict in verdicts) + len(report["policiesNotJudged"]),
        exempt=sum(verdict["verdict"] == "exempt" for verdict in verdicts),
        accepted=tuple((_text(one["id"]), _text(one["acceptedUntil"])) for one in report["acceptedFindings"]),
        resources=len(resources),
        ranges=tuple(_ranges(report["addresses"], resources, hub)),
        quota=tuple(_quota(report["quota"])),
        unknown_sizes=tuple(_text(m["size"]) for row in report["quota"] for m in row["unknown"]),
        built=built,
        needs=frozenset(_needs(resources, built, named)),
        counted=_counted(resources, built),
        hub=_text(hub["virtualNetwork"]).lower() if hub else "",
        cost=_cost(report.get("cost")),  # programs of 0.1.0 do not write it
        objectives=objectives_of(report["objectives"]) if "objectives" in report else None,  # nor these
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _id(value: Any) -> str:
    identity = _text(value).lower()
    if not identity.startswith("/"):
        raise ValueError(value)
    return identity


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST_VCPUS:
        raise ValueError(value)
    return value


def _cost(cost: Any) -> MonthlyCost | None:
    if cost is None or cost["prices"] is None:
        return None
    low, high = cost["total"]["low"], cost["total"]["high"]
    return MonthlyCost(_text(cost["prices"]["currency"]), _amount(low), None if high is None else _amount(high))


def _amount(value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= MOST_COST:
        raise ValueError(value)
    return float(value)


def _range(value: Any) -> IPv4Network:
    return IPv4Network(_text(value))


def _ranges(spaces: list[Any], resources: list[Any], hub: Any) -> Iterator[FleetRange]:
    """Ranges of networks, each with the ID of its network, and the blocks of environments in them."""
    networks = _network_ids(resources)
    for space in spaces:
        name, exists = _text(space["network"]), bool(space["exists"])
        ranges = [_range(cidr) for cidr in space["ranges"]]
        blocks = [_range(block["range"]) for block in space["blocks"]]
        subnets = [_range(s["range"]) for block in space["blocks"] for s in block["subnets"]]
        known = {networks[network] for network in (*ranges, *blocks, *subnets) if network in networks}
        identity = known.pop() if len(known) == 1 else ""
        if name == "hub" and exists and hub:
            identity = _text(hub["virtualNetwork"]).lower()
        for cidr in ranges:
            yield FleetRange(cidr, name, identity, exists)
        for block, cidr in zip(space["blocks"], blocks, strict=True):
            if block["owner"] != "hub":
                yield FleetRange(cidr, name, identity, exists, _text(block["owner"]))


def _network_ids(resources: list[Any]) -> dict[IPv4Network, str]:
    """IDs of networks, by each range of them and of their subnets."""
    network_ids: dict[IPv4Network, str] = {}
    for resource in resources:
        kind, identity = resource["armType"].lower(), resource["id"].lower()
        properties = resource["body"].get("properties") or {}
        if kind == _NETWORK:
            prefixes = (properties.get("addressSpace") or {}).get("addressPrefixes") or []
        elif kind == f"{_NETWORK}/subnets":
            prefixes = [properties.get("addressPrefix"), *(properties.get("addressPrefixes") or [])]
            identity = identity.rpartition("/subnets/")[0]
        else:
            continue
        network_ids |= {IPv4Network(prefix): identity for prefix in prefixes if isinstance(prefix, str)}
    return network_ids


def _quota(rows: list[Any]) -> Iterator[QuotaDemand]:
    for row in rows:
        for family in row["families"]:
            yield QuotaDemand(
                _text(row["subscription"]).lower(),
                _text(row["region"]).lower(),
                _text(family["family"]),
                _number(family["dedicated"]),
                _number(family["lowPriority"]),
            )


def _needs(resources: list[Any], built: frozenset[str], named: list[Any]) -> Iterator[str]:
    """IDs that the stack refers to and does not build: values of bodies, and parents of its resources."""
    for identity in named:
        if identity and isinstance(identity, str):
            yield identity.lower()
    referred: list[str] = []
    for resource in resources:
        _collect(resource["body"], referred)
    yield from {identity.lower() for identity in referred} - built
    yield from {parent for identity in built for parent in parents(identity) if _GROUPS in parent} - built


def _collect(value: Any, values: list[str]) -> None:
    """Adds the IDs below a resource group in a body; of objects also the keys, where ARM keeps identities."""
    if isinstance(value, str):
        if value[:1] == "/" and _GROUPS in value.lower():
            values.append(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key[:1] == "/":
                _collect(key, values)
            _collect(item, values)
    elif isinstance(value, list):
        for item in value:
            _collect(item, values)


def parents(identity: str) -> Iterator[str]:
    """Returns the IDs of the resources and of the resource group that hold a resource, the nearest one first."""
    parts = identity.strip("/").split("/")
    while len(parts) > 4:
        parts = parts[:-2]
        if parts[-2] == "providers":
            parts = parts[:-2]
        if len(parts) >= 4:
            yield "/" + "/".join(parts)


def _counted(resources: list[Any], built: frozenset[str]) -> Mapping[tuple[int, str], tuple[str, ...]]:
    """Returns IDs by the row of a limit and their scope."""
    same = {identity: identity for identity in built}  # one text for each ID: the others are freed
    result: dict[tuple[int, str], list[str]] = {}
    for raw in resources:
        rows = _ROWS.get(raw["armType"].lower())
        if rows:
            resource = _resource(raw)
            for number, row in rows:
                if scope := row.place(resource).lower():
                    result.setdefault((number, scope), []).append(same[resource.id.lower()])
    return {key: tuple(ids) for key, ids in result.items()}


def _resource(raw: Mapping[str, Any]) -> Resource:
    return Resource(
        urn=raw["urn"],
        token=raw["token"],
        arm_type=raw["armType"],
        api_version=raw["apiVersion"],
        id=raw["id"],
        name=raw["name"],
        location=raw["location"],
        subscription=raw["subscription"],
        resource_group=raw["resourceGroup"],
        body=raw["body"],
    )
