"""Names of resources in reports: with project and environment, and no two of a list the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from amlz.azure.graph import Resource
from amlz.azure.ids import ResourceId, parse
from amlz.checks.finding import Finding
from amlz.checks.labels import label
from amlz.core.problems import listed
from amlz.core.words import WORDS
from amlz.policy.engine.requests import PolicyAnswer


@dataclass(frozen=True, slots=True)
class Named:
    """One resource. `owner`: `churn, dev`, "" for what belongs to no environment; `id`: "" where it is not decided."""

    id: str
    label: str
    owner: str = ""
    urn: str = ""

    @property
    def key(self) -> str:
        """Returns a key that is the same for the same resource."""
        return (self.id or self.urn).lower() or self.full

    @property
    def full(self) -> str:
        """`churn, dev: gpu`."""
        return f"{self.owner}: {self.label}" if self.owner else self.label


def owner(project: str, environment: str) -> str:
    """Project and environment in words; "" for none."""
    return f"{project}, {environment}" if project else ""


class Names:
    """The resources of a landing zone. Resources of one environment with the same name differ by their parents."""

    def __init__(self, resources: Iterable[Named] = ()) -> None:
        known = distinct(tuple(resources))
        self._by_id = {each.id.lower(): each for each in known if each.id}
        self._by_urn = {each.urn: each for each in known if each.urn}

    def of_urn(self, urn: str, name: str) -> Named:
        """A resource by its URN."""
        return self._by_urn.get(urn) or Named("", name, urn=urn)

    def of_id(self, resource_id: str, name: str) -> Named:
        """A resource by its id; what no resource is, such as a connection of an endpoint, is named by its parent."""
        found = self._by_id.get(resource_id.lower())
        if found or not resource_id:
            return found or Named("", name)
        above = next((a for a in map(self._by_id.get, _above(resource_id.lower())) if a), None)
        return Named(resource_id, f"{name} of {above.label}" if above else name, above.owner if above else "")

    def of_finding(self, finding: Finding) -> Named:
        """The resource of a finding."""
        known = self._by_id.get(finding.resource_id.lower()) if finding.resource_id else None
        whose = owner(finding.project, finding.environment)
        return known or self._by_urn.get(finding.urn) or Named(finding.resource_id, finding.called, whose, finding.urn)

    def of_answer(self, answer: PolicyAnswer) -> Named:
        """The resource that a policy evaluated."""
        return self.of_id(answer.subject.id, answer.subject.name)


def names_of(resources: Iterable[Resource]) -> Names:
    """The names of a graph."""
    return Names(
        Named(r.id, label(r.arm_type, r.id, r.name, r.properties), owner(r.project, r.environment), r.urn)
        for r in resources
    )


def names_of_records(records: Iterable[Mapping[str, Any]]) -> Names:
    """The names of resources as previews have them in JSON."""
    return Names(map(named_record, records))


def named_record(record: Mapping[str, Any]) -> Named:
    """A resource as previews have it in JSON."""
    properties = record.get("body", {}).get("properties")
    known = properties if isinstance(properties, dict) else {}
    called = label(record["armType"], record["id"], record["name"], known)
    return Named(record["id"], called, owner(record["project"], record["environment"]), record["urn"])


def distinct(resources: Sequence[Named]) -> tuple[Named, ...]:
    """The same resources, each once. Those that read the same are qualified by what they are in, or by their ids."""
    found = list({(resource.key, resource.full): resource for resource in resources}.values())
    level = 0
    while level < _DEEPEST:
        counts = Counter(each.full for each in found)
        if len(counts) == len(found):
            return tuple(found)
        found = [_qualified(each, level) if counts[each.full] > 1 else each for each in found]
        level += 1
    counts = Counter(each.full for each in found)
    return tuple(
        replace(each, label=f"{each.label} ({each.id or each.urn})") if counts[each.full] > 1 else each
        for each in found
    )


#: Maximum of parents whose names distinguish two resources, before types, resource groups and subscriptions.
_PARENTS = 4
_DEEPEST = _PARENTS + 3


def _qualified(resource: Named, level: int) -> Named:
    try:
        found = parse(resource.id)
    except ValueError:
        return resource
    more = _parents(found)[level : level + 1] if level < _PARENTS else _beside(found)[level - _PARENTS : level + 1]
    return replace(resource, label=f"{resource.label} {more[0]}") if more and more[0] else resource


def _parents(resource_id: ResourceId) -> tuple[str, ...]:
    """Returns the parents or targets of a resource, the nearest first."""
    names = [*_labels(resource_id)[:-1][::-1], *(_labels(parse(resource_id.scope))[::-1] if resource_id.scope else ())]
    return tuple(f"of {name}" for name in dict.fromkeys(names))


def _beside(resource_id: ResourceId) -> tuple[str, ...]:
    """Returns further distinguishing words: type, resource group, subscription."""
    group = f"of {resource_id.resource_group}" if resource_id.resource_group else ""
    kind = WORDS.get(resource_id.type.lower(), (resource_id.type.rpartition("/")[2], ""))[0]
    return f"({kind})", group, f"of subscription {resource_id.subscription}" if resource_id.subscription else ""


def _labels(resource_id: ResourceId) -> list[str]:
    kinds = resource_id.type.split("/")[1:]
    return [label(kind, "", name, {}) for kind, name in zip(kinds, resource_id.names, strict=False)]


def _above(resource_id: str) -> Iterator[str]:
    """Ids of what a resource may be in, the nearest first."""
    parts = resource_id.split("/")
    yield from ("/".join(parts[:end]) for end in range(len(parts) - 2, 2, -2))


def before(resource: Named, message: str) -> str:
    """Returns the prefix of a message: project and environment, and the resource where the message does not name it."""
    of = resource.owner if resource.label in message else resource.full
    return f"{of}:" if of else ""


def by_owner(resources: Iterable[Named]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Labels by owner; those without one first."""
    found: dict[str, list[str]] = {"": []}
    for resource in resources:
        found.setdefault(resource.owner, []).append(resource.label)
    return tuple((owner, tuple(labels)) for owner, labels in found.items() if labels)


def in_words(resources: Iterable[Named]) -> str:
    """All in one sentence: `afw-retail-hub; churn, dev: cpu and gpu; fraud, dev: gpu`."""
    return "; ".join(f"{who}: {listed(names)}" if who else listed(names) for who, names in by_owner(resources))
