"""A protection of a resource, and how a change takes it away: forms of the rows in amlz/azure/protections.py."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from amlz.dataclass import dataclass

Properties = Mapping[str, Any]
#: Returns what is lost between the properties before and after: details for the reader, None for nothing.
Lost = Callable[[Properties, Properties], tuple[str, ...] | None]
#: Returns the parts of a property that can be added or removed.
Parts = Callable[[Properties], frozenset[str]]


@dataclass(frozen=True, slots=True)
class Protection:
    """A protection of an ARM type. `words` state its loss.

    `own`: not of resources that environments share, where every new project changes it.
    """

    arm_type: str
    words: str
    lost: Lost
    own: bool = False


def values_at(value: Any, path: str) -> Iterator[Any]:
    """Yields the values at a dotted path, `*` for every item. A name in another letter case is the same."""
    head, _, rest = path.partition(".")
    if not path:
        yield value
    elif head == "*":
        items = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
        for item in items:
            yield from values_at(item, rest)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if str(key).lower() == head.lower():
                yield from values_at(item, rest)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)


def _one(properties: Properties, path: str) -> str:
    return next((_text(item) for item in values_at(properties, path) if item is not None), "")


def ranked(path: str, *order: str, absent: str = "") -> Lost:
    """Values of a property, the most protected first; `|` between equal ones. Others are not compared.

    `absent`: of a property that is left out. The default is the least protected one.
    """
    places = {value.lower(): place for place, values in enumerate(order) for value in values.split("|")}
    default = (absent or order[-1]).lower()

    def lost(before: Properties, after: Properties) -> tuple[str, ...] | None:
        was, now = (places.get(_one(side, path).lower() or default) for side in (before, after))
        return () if was is not None and now is not None and was < now else None

    return lost


def gone(path: str) -> Lost:
    """A property that is set before, and empty afterwards."""
    empty = ("", "[]", "{}", "null", "false")
    return lambda before, after: () if _one(before, path) not in empty and _one(after, path) in empty else None


def less(path: str, absent: float = 0) -> Lost:
    """A number that gets smaller."""

    def number(properties: Properties) -> float:
        values = [item for item in values_at(properties, path) if isinstance(item, int | float)]
        return float(values[0]) if values and values[0] >= 0 else absent

    return lambda before, after: () if number(after) < number(before) else None


def other(path: str) -> Lost:
    """A property that leads somewhere, and leads elsewhere afterwards or nowhere."""

    def lost(before: Properties, after: Properties) -> tuple[str, ...] | None:
        was, now = (sorted(_text(item) for item in values_at(side, path)) for side in (before, after))
        same = not was or [item.lower() for item in was] == [item.lower() for item in now]
        return None if same else _shown(now)

    return lost


def rerouted(before: Properties, after: Properties) -> tuple[str, ...] | None:
    """Routes to another next hop, and ranges that took one and are not on a default route to it afterwards."""
    was, now = (dict(map(_next_hop, values_at(side, "routes.*.properties"))) for side in (before, after))
    kept = all(now.get(prefix, now.get("0.0.0.0/0")) == hop for prefix, hop in was.items())
    return None if not was or (kept and set(now.values()) <= set(was.values())) else ()


def _next_hop(route: Properties) -> tuple[Any, str]:
    """Returns the prefix of a route, and the rest of it as a text."""
    rest = {key: value for key, value in route.items() if key != "addressPrefix"}
    return route.get("addressPrefix"), _text(rest).lower()


def items(path: str) -> Parts:
    """Items at a path, each as a text."""
    return lambda properties: frozenset(_text(item) for item in values_at(properties, path))


def keys(path: str) -> Parts:
    """Keys of the object at a path."""
    return lambda properties: frozenset(key for item in values_at(properties, path) for key in item)


def _shown(parts: Iterable[str]) -> tuple[str, ...]:
    """Returns parts as details: names in place of IDs, and no objects."""
    named = (part.rpartition("/")[2] if part.startswith("/") else part for part in parts)
    return tuple(sorted({part for part in named if part[:1] not in ("", "{", "[")}))


def _or_none(parts: frozenset[str]) -> tuple[str, ...] | None:
    return _shown(parts) if parts else None


def more(parts: Parts) -> Lost:
    """Parts that are added."""
    return lambda before, after: _or_none(parts(after) - parts(before))


def fewer(parts: Parts) -> Lost:
    """Parts that are removed."""
    return lambda before, after: _or_none(parts(before) - parts(after))


def _listed(rule: Properties, *names: str) -> list[str]:
    """Returns values of a rule that has one of them, or several under another name."""
    values = [rule.get(name) for name in names]
    return [str(item) for value in values for item in (value if isinstance(value, list) else [value]) if item]


def nsg_rules(access: str) -> Parts:
    """Connections that rules of a network security group allow or deny: direction, the other side, ports."""

    def parts(properties: Properties) -> frozenset[str]:
        allowed: set[str] = set()
        for rule in values_at(properties, "securityRules.*.properties"):
            if str(rule.get("access", "")).lower() == access:
                side = "source" if str(rule.get("direction", "")).lower() == "inbound" else "destination"
                remote = _listed(rule, f"{side}AddressPrefix", f"{side}AddressPrefixes")
                ports = _listed(rule, "destinationPortRange", "destinationPortRanges")
                allowed |= {f"{rule.get('direction')} {address}:{port}" for address in remote for port in ports}
        return frozenset(allowed)

    return parts


def _outbound(properties: Properties) -> Iterator[tuple[str, str]]:
    """Yields sources of a firewall's rules with what each reaches."""
    for collection in values_at(properties, "ruleCollections.*"):
        if str((collection.get("action") or {}).get("type", "Allow")).lower() == "deny":
            continue
        for rule in values_at(collection, "rules.*"):
            names = (
                "destinationAddresses",
                "destinationFqdns",
                "targetFqdns",
                "targetUrls",
                "fqdnTags",
                "webCategories",
            )
            ports = ",".join(_listed(rule, "destinationPorts"))
            for source in _listed(rule, "sourceAddresses", "sourceIpGroups"):
                for target in _listed(rule, *names):
                    yield source, f"{target}:{ports}" if ports else target


def reached(before: Properties, after: Properties) -> tuple[str, ...] | None:
    """Destinations that an existing source reaches only afterwards. A new source is a new subnet."""
    was, known = set(_outbound(before)), {source for source, _ in _outbound(before)}
    return tuple(sorted({target for source, target in set(_outbound(after)) - was if source in known})) or None


def per_rule(path: str) -> Lost:
    """Rules of a firewall that lose a value, or have another one."""

    def values(properties: Properties) -> dict[str, str]:
        rules = values_at(properties, "ruleCollections.*.rules.*")
        given = ((str(rule.get("name")), _text(item)) for rule in rules for item in values_at(rule, path) if item)
        return dict(given)

    def lost(before: Properties, after: Properties) -> tuple[str, ...] | None:
        now = values(after)
        return tuple(sorted(name for name, value in values(before).items() if now.get(name) != value)) or None

    return lost
