"""egress/too-wide: a rule that lets compute targets reach more than it is for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from amlz.azure.graph import Resource, ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import above, dig, items, same, value
from amlz.core.config.destinations import ServiceTag
from amlz.core.discovery import capability_facts
from amlz.core.facts.egress import REQUIRED, SHARED_DOMAINS

CHECK = Check(
    id="egress/too-wide",
    severity=Severity.ERROR,
    says="Rule {rule} of {where} opens {what}.",
    remedy="In the component, set `{path}` to {instead}.",
    why="Data can leave to every destination that compute targets may reach. Rules of Azure Firewall and of "
    "managed networks are compared with what Azure ML needs and with the scenarios of the stack file. Your "
    "own hosts and destinations are accepted, unless anybody can register names below them. A warning is a tag or a "
    "port that is in no row of the table.",
    source="https://learn.microsoft.com/azure/machine-learning/how-to-prevent-data-loss-exfiltration",
)

_ROWS = (*REQUIRED, *(row for facts in capability_facts() for row in facts.tags))
#: Replacement for a destination that is too wide.
_TAG = "a service tag of docs/reference/egress.md with its region, or a range"
_PORTS = "the ports that docs/reference/egress.md has for the tag"
_HOSTS = "host names, each in full"
_EVERYWHERE = ("*", "internet", "0.0.0.0/0", "any")


@dataclass(frozen=True, slots=True)
class _Opening:
    """Traffic that a rule opens, in words, and the value that its path should have instead."""

    text: str
    instead: str
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class _TagRule:
    """A network rule to a service tag."""

    name: Any
    tag: str
    ports: Sequence[str]


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Returns rules that allow every source, every port, every destination, or hosts under which anybody can register a
    name.
    """
    for group in graph.of_type("Microsoft.Network/firewallPolicies/ruleCollectionGroups"):
        for index, collection in enumerate(items(value(group, "properties.ruleCollections"))):
            if same(dig(collection, "action.type"), "Deny"):
                continue
            for number, rule in enumerate(items(dig(collection, "rules"))):
                path = f"properties.ruleCollections[{index}].rules[{number}]"
                yield from _judge(group, path, rule)
    for rule in graph.of_type("Microsoft.MachineLearningServices/workspaces/outboundRules"):
        destination = value(rule, "properties.destination")
        if is_unknown(destination):
            yield CHECK.undecided(rule, "properties.destination", destination)
        elif isinstance(destination, str):
            yield from _hosts(rule, "properties.destination", rule.name, [destination])
        elif isinstance(dig(destination, "serviceTag"), str):
            ports = [part.strip() for part in str(dig(destination, "portRanges")).split(",")]
            as_rule = {
                "destinationAddresses": [dig(destination, "serviceTag")],
                "destinationPorts": ports,
                "name": rule.name,
            }
            yield from _network(rule, "properties.destination", as_rule)


def _judge(group: Resource, path: str, rule: Any) -> Iterator[Finding]:
    if is_unknown(rule):
        yield CHECK.undecided(group, path, rule)
        return
    for source in items(dig(rule, "sourceAddresses")):
        if str(source).lower() in _EVERYWHERE:
            opening = _Opening("it for every network that the firewall serves", "the ranges of the spokes")
            yield _finding(group, f"{path}.sourceAddresses", rule.get("name"), opening)
    yield from _network(group, path, rule)
    yield from _hosts(group, f"{path}.targetFqdns", rule.get("name"), items(dig(rule, "targetFqdns")))
    yield from _hosts(group, f"{path}.destinationFqdns", rule.get("name"), items(dig(rule, "destinationFqdns")))


def _network(resource: Resource, path: str, rule: Any) -> Iterator[Finding]:
    """Returns findings on destinations and ports of a network rule."""
    name, ports = rule.get("name"), [str(port) for port in items(dig(rule, "destinationPorts"))]
    for place in items(dig(rule, "destinationAddresses")):
        if is_unknown(place):
            yield CHECK.undecided(resource, f"{path}.destinationAddresses", place)
        elif str(place).lower() in _EVERYWHERE:
            yield _finding(resource, f"{path}.destinationAddresses", name, _Opening("every address", _TAG))
        elif not str(place)[:1].isdigit():
            yield from _tag(resource, path, _TagRule(name, str(place), ports))


def _tag(resource: Resource, path: str, rule: _TagRule) -> Iterator[Finding]:
    """A service tag: as a row of the table has it, in one region where the row has one."""
    tag = rule.tag
    rows = [row for row in _ROWS if _base(row.tag) == _base(tag)]
    addresses, at_ports = f"{path}.destinationAddresses", f"{path}.destinationPorts"
    if any(port in ("*", "0-65535", "1-65535") for port in rule.ports):
        yield _finding(resource, at_ports, rule.name, _Opening(f"every port of {tag}", _PORTS))
    elif tag.partition(".")[0] in get_args(ServiceTag) and "." in tag:
        return  # by choice: relaxations name it
    elif not rows:
        opening = _Opening(f"{tag}, which no row of the table has", _TAG, Severity.WARNING)
        yield _finding(resource, addresses, rule.name, opening)
    else:
        if any("{region}" in row.tag for row in rows) and "." not in tag:
            instead = f"`{tag}` with the region, such as `{tag}.WestEurope`"
            opening = _Opening(f"{tag} in every region, where its own is enough", instead)
            yield _finding(resource, addresses, rule.name, opening)
        extra = ", ".join(port for port in rule.ports if not any(port in row.ports for row in rows))
        if extra:
            opening = _Opening(f"port {extra} of {tag}, which no row of the table has", _PORTS, Severity.WARNING)
            yield _finding(resource, at_ports, rule.name, opening)


def _base(tag: str) -> str:
    """A tag without its region; Front Door's tags have a name of two words."""
    return tag.lower() if tag.lower().startswith("azurefrontdoor") else tag.lower().split(".")[0]


def _hosts(resource: Resource, path: str, name: Any, hosts: list[Any]) -> Iterator[Finding]:
    for host in hosts:
        if is_unknown(host):
            yield CHECK.undecided(resource, path, host)
            continue
        text = str(host).lower()
        below = text.removeprefix("*").removeprefix(".")
        if text in _EVERYWHERE or not below:
            yield _finding(resource, path, name, _Opening("every host", _HOSTS))
        elif text.startswith("*") and ("." not in below or not text.startswith("*.")):
            opening = _Opening(f"{host}: every name with this ending, of any owner", _HOSTS)
            yield _finding(resource, path, name, opening)
        elif text.startswith("*.") and any(
            shared_domain == below or shared_domain.endswith(f".{below}") for shared_domain in SHARED_DOMAINS
        ):
            yield _finding(resource, path, name, _Opening(f"{host}, below which anyone can register a name", _HOSTS))


def _finding(resource: Resource, path: str, rule: Any, opening: _Opening) -> Finding:
    """The finding of a rule, by its name."""
    own = resource.arm_type.lower().endswith("/outboundrules")
    where = above(resource.id, "outboundRules").rsplit("/", 1)[-1] if own else resource.name
    place = FindingLocation(path, None, opening.text, opening.severity)
    words = {"rule": rule or "without a name", "where": where, "what": opening.text, "instead": opening.instead}
    return CHECK.finding(resource, place, **words)
