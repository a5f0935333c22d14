"""Egress that a change opens or closes: of the hub's firewall, of an existing one, of managed networks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from amlz.core.problems import listed

Record = Mapping[str, Any]
#: An outbound rule, and its sources.
Ways = dict[str, set[str]]


def difference_of_egress(old: Record, new: Record) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Returns the opened rules, and the closed ones, a line each.

    A rule that gains sources is opened for those: reported once for all rules that gain the same sources.
    """
    was, now = _ways(old), _ways(new)
    return tuple(_came(was, now)), tuple(_came(now, was))


def _came(was: Ways, now: Ways) -> Iterator[str]:
    yield from sorted(way for way in now if way not in was)
    gained: dict[tuple[str, ...], list[str]] = {}
    for way in sorted(now):
        sources = tuple(sorted(now[way] - was.get(way, now[way])))
        if sources:
            gained.setdefault(sources, []).append(way)
    for sources, ways in gained.items():
        yield f"for {listed(sources)}: {', '.join(ways)}"


def _ways(preview: Record) -> Ways:
    """Returns all egress: its owner, its rule, destination and ports."""
    ways: Ways = {}
    for resource in preview.get("resources", ()):
        if resource["armType"].lower().endswith("/rulecollectiongroups"):
            for collection in (resource["body"].get("properties") or {}).get("ruleCollections") or ():
                if (collection.get("action") or {}).get("type", "Allow") == "Allow":
                    for rule in collection.get("rules") or ():
                        _add(ways, rule["name"], *_of_rule(rule))
    zone = preview.get("landingZone") or {}
    for rule in (zone.get("existingHub") or {}).get("mustAllow") or ():
        how = _how(rule.get("ports") or (), rule.get("protocols") or ())
        _add(ways, f"the existing firewall, {rule['name']}", rule["destinations"], how, rule["sources"])
    for network in zone.get("managedNetworks") or ():
        who = f"{network['project']}, {network['environment']}"
        ways[f"{who}: isolation mode {network['isolationMode']}"] = set()
        for rule in network["outboundRules"]:
            _add(ways, f"{who}, {rule['kind']}", [rule["to"].rpartition("/")[2]], "", ())
    return ways


def _of_rule(rule: Record) -> tuple[list[str], str, list[str]]:
    keys = ("targetFqdns", "fqdnTags", "targetUrls", "destinationFqdns", "destinationIpGroups", "destinationAddresses")
    to = [item for key in keys for item in rule.get(key) or ()]
    spoken = [f"{item['protocolType']}:{item['port']}" for item in rule.get("protocols") or ()]
    how = ", ".join(sorted(spoken)) or _how(rule.get("destinationPorts") or (), rule.get("ipProtocols") or ())
    return to, how, [*(rule.get("sourceAddresses") or ()), *(rule.get("sourceIpGroups") or ())]


def _how(ports: Any, protocols: Any) -> str:
    return " ".join(part for part in ("/".join(map(str, ports)), "/".join(protocols)) if part)


def _add(ways: Ways, rule: str, to: Any, how: str, sources: Any) -> None:
    for item in to:
        ways.setdefault(f"{rule}: {item}{f' {how}' if how else ''}", set()).update(sources)
