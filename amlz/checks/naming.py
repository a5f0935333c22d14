"""Names of resources in reports: with project and environment, and no two of a list the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from amlz.azure.graph import Resource
from amlz.azure.ids import ResourceId, parse
from amlz.checks.finding import Finding
from amlz.checks.labels import label
from amlz.core.problems import listed
from amlz.core.words import short_noun
from amlz.policy.engine.requests import PolicyAnswer

#: Longer names are no words.
_WORD = 14


@dataclass(frozen=True, slots=True)
class Named:
    """One resource. `owner`: `churn, dev`, None where it has none. `id`: "" where it is not decided.

    `qualified`: another resource has the same name, so the label has more than that.
    """

    id: str
    label: str
    owner: str | None = None
    urn: str | None = None
    qualified: bool = False

    @property
    def key(self) -> str:
        """Returns a key that is the same for the same resource."""
        return (self.id or self.urn or "").lower() or self.full

    @property
    def full(self) -> str:
        """`churn, dev: gpu`."""
        return f"{self.owner}: {self.label}" if self.owner else self.label


def owner(project: str | None, environment: str | None) -> str | None:
    """Project and environment in words; None for none."""
    return f"{project}, {environment}" if project and environment else None


class Names:
    """The resources of a landing zone. Resources of one environment with the same name differ by their parents."""

    def __init__(self, resources: Iterable[Named] = ()) -> None:
        known = distinct(tuple(resources))
        self._by_id = {item.id.lower(): item for item in known if item.id}
        self._by_urn = {item.urn: item for item in known if item.urn}

    @property
    def labels(self) -> frozenset[str]:
        """Names that no word of a sentence is: long ones, and those with a digit or a hyphen."""
        labels = {item.label for item in (*self._by_id.values(), *self._by_urn.values())}
        return frozenset(name for name in labels if len(name) > _WORD or re.search(r"[\d-]", name))

    def of_urn(self, urn: str, name: str) -> Named:
        """A resource by its URN."""
        return self._by_urn.get(urn) or Named("", name, urn=urn)

    def of_id(self, resource_id: str, name: str) -> Named:
        """A resource by its id; what no resource is, such as a connection of an endpoint, is named by its parent."""
        value = self._by_id.get(resource_id.lower())
        if value or not resource_id:
            return value or Named("", name)
        above = next((a for a in map(self._by_id.get, _above(resource_id.lower())) if a), None)
        return Named(resource_id, f"{name} of {above.label}" if above else name, above.owner if above else None)

    def of_finding(self, finding: Finding) -> Named:
        """The resource of a finding."""
        known = self._by_id.get(finding.resource_id.lower()) if finding.resource_id else None
        whose = owner(finding.project, finding.environment)
        return (
            known
            or self._by_urn.get(finding.urn)
            or Named(finding.resource_id, finding.called, whose, finding.urn or None)
        )

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
    nameds = list({(resource.key, resource.full): resource for resource in resources}.values())
    level = 0
    while level < _DEEPEST:
        counts = Counter(item.full for item in nameds)
        if len(counts) == len(nameds):
            return tuple(nameds)
        nameds = [_qualified(item, level) if counts[item.full] > 1 else item for item in nameds]
        level += 1
    counts = Counter(item.full for item in nameds)
    return tuple(
        _with_label(item, f"{item.label} ({item.id or item.urn or ''})") if counts[item.full] > 1 else item
        for item in nameds
    )


#: Maximum of parents whose names distinguish two resources, before types, resource groups and subscriptions.
_PARENTS = 4
_DEEPEST = _PARENTS + 3


def _qualified(resource: Named, level: int) -> Named:
    try:
        resource_id = parse(resource.id)
    except ValueError:
        return resource
    more = (
        _parents(resource_id)[level : level + 1]
        if level < _PARENTS
        else _beside(resource_id)[level - _PARENTS : level + 1]
    )
    return _with_label(resource, f"{resource.label} {more[0]}") if more and more[0] else resource


def _with_label(resource: Named, label: str) -> Named:
    return replace(resource, label=label, qualified=True)


def _parents(resource_id: ResourceId) -> tuple[str, ...]:
    """Returns the parents or targets of a resource, the nearest first."""
    names = [*_labels(resource_id)[:-1][::-1], *(_labels(parse(resource_id.scope))[::-1] if resource_id.scope else ())]
    return tuple(f"of {name}" for name in dict.fromkeys(names))


def _beside(resource_id: ResourceId) -> tuple[str, ...]:
    """Returns further distinguishing words: type, resource group, subscription."""
    group = f"of {resource_id.resource_group}" if resource_id.resource_group else ""
    subscription = f"of subscription {resource_id.subscription}" if resource_id.subscription else ""
    return f"({short_noun(resource_id.type).one})", group, subscription


def _labels(resource_id: ResourceId) -> list[str]:
    kinds = resource_id.type.split("/")[1:]
    return [label(kind, "", name, {}) for kind, name in zip(kinds, resource_id.names, strict=False)]


def _above(resource_id: str) -> Iterator[str]:
    """Ids of what a resource may be in, the nearest first."""
    parts = resource_id.split("/")
    yield from ("/".join(parts[:end]) for end in range(len(parts) - 2, 2, -2))


def before(resource: Named, finding: Finding) -> str:
    """Returns the prefix of a message: project and environment, and the resource where the message does not name it."""
    of = resource.owner if finding.named and not resource.qualified else resource.full
    return f"{of}:" if of else ""


def by_owner(resources: Iterable[Named]) -> tuple[tuple[str | None, tuple[str, ...]], ...]:
    """Labels by owner; those without one first."""
    labels_of: dict[str | None, list[str]] = {None: []}
    for resource in resources:
        labels_of.setdefault(resource.owner, []).append(resource.label)
    return tuple((owner, tuple(labels)) for owner, labels in labels_of.items() if labels)


def in_words(resources: Iterable[Named]) -> str:
    """All in one sentence: `afw-retail-hub; churn, dev: cpu and gpu; fraud, dev: gpu`."""
    return "; ".join(f"{who}: {listed(names)}" if who else listed(names) for who, names in by_owner(resources))
