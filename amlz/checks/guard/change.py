"""A change as the guard sees it: resources deleted, replaced and updated, and what the stack file allows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from amlz.azure.change_rule import Kind
from amlz.azure.changes import PropertyChange, changes, worst
from amlz.azure.graph import Resource
from amlz.checks.finding import Check, Finding
from amlz.checks.labels import label
from amlz.core.config import LandingZoneConfig
from amlz.core.config.allowed_loss import AllowedEndConfig, AllowedLossConfig


@dataclass(frozen=True, slots=True)
class ExistingResource:
    """An existing resource. `logical` is its name in the program; owners are None where it has none."""

    urn: str
    type: str
    id: str
    name: str
    project: str | None = None
    environment: str | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)
    protect: bool = False

    @property
    def logical(self) -> str:
        """Its name in the program, which no change of appearance touches."""
        return self.urn.rpartition("::")[2]

    @property
    def owner(self) -> str | None:
        """PROJECT/ENVIRONMENT, None where it has none."""
        return f"{self.project}/{self.environment}" if self.project and self.environment else None


@dataclass(frozen=True, slots=True)
class ResourceChanges:
    """Changes to existing resources: `deleted`, `replaced` and `updated`, with the properties that differ.

    `existing`: everything there is now. `again`: of the deleted, what would be made with the same id, by which name.
    `owners`: PROJECT/ENVIRONMENT of everything there is afterwards. `created`: ids in lower case of new resources.
    `after`: everything there is afterwards. `of_state`: whether it is a change to the engine's state, not to another
    revision.
    """

    deleted: tuple[ExistingResource, ...] = ()
    replaced: tuple[tuple[ExistingResource, tuple[PropertyChange, ...]], ...] = ()
    updated: tuple[tuple[ExistingResource, tuple[PropertyChange, ...]], ...] = ()
    existing: tuple[ExistingResource, ...] = ()
    again: tuple[tuple[ExistingResource, str], ...] = ()
    owners: frozenset[str] = frozenset()
    created: frozenset[str] = frozenset()
    of_state: bool = False
    after: tuple[ExistingResource, ...] = ()


@dataclass(frozen=True, slots=True)
class LossAllowance:
    """Entries of the stack file that allow changes.

    `today`: ISO 8601, None for not passed; entries with a date then allow nothing.
    """

    replace: tuple[AllowedLossConfig, ...] = ()
    delete: tuple[AllowedLossConfig, ...] = ()
    production: tuple[AllowedEndConfig, ...] = ()
    today: str | None = None

    @classmethod
    def of(cls, config: LandingZoneConfig, today: str | None = None) -> LossAllowance:
        """Returns the entries of a stack file."""
        return cls(config.allow_replace, config.allow_delete, config.allow_production_end, today)


def edit_of(old: Iterable[Resource], new: Iterable[Resource]) -> ResourceChanges:
    """Returns the changes that turn one landing zone into another."""
    was, now = ({resource.urn: resource for resource in side} for side in (old, new))
    for urn, resource in now.items():  # a resource that an alias moved has its new URN
        former = next((a for a in resource.aliases if urn not in was and a in was and a not in now), "")
        if former:
            was[urn] = was.pop(former)
    kept = [(_existing(was[urn]), _changes(was[urn], now[urn])) for urn in was if urn in now]
    deleted = tuple(_existing(resource) for urn, resource in was.items() if urn not in now)
    created = {new.id.lower(): new.urn for urn, new in now.items() if urn not in was and new.id}
    return ResourceChanges(
        deleted=deleted,
        replaced=tuple(item for item in kept if worst(item[1]) is Kind.REPLACES),
        updated=tuple(item for item in kept if item[1] and worst(item[1]) is not Kind.REPLACES),
        existing=tuple(map(_existing, was.values())),
        again=again(deleted, created),
        owners=frozenset(item.owner for item in now.values() if item.owner),
        created=frozenset(created),
        after=tuple(map(_existing, now.values())),
    )


def again(deleted: Iterable[ExistingResource], created: Mapping[str, str]) -> tuple[tuple[ExistingResource, str], ...]:
    """Returns resources that would be created again, with their new names in the program.

    `created`: URNs of what is new, by ids in lower case.
    """
    pairs = ((resource, created.get(resource.id.lower(), "")) for resource in deleted)
    return tuple((resource, urn.rpartition("::")[2]) for resource, urn in pairs if urn)


def _existing(resource: Resource) -> ExistingResource:
    owner = resource.project, resource.environment
    of = resource.urn, resource.arm_type, resource.id, resource.name, *owner
    return ExistingResource(*of, properties_of(resource.body), resource.protect)


def properties_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the properties of a resource, and its identity among them, which ARM keeps next to them."""
    identity = {"identity": body["identity"]} if body.get("identity") else {}
    return {**(body.get("properties") or {}), **identity}


def _changes(was: Resource, now: Resource) -> tuple[PropertyChange, ...]:
    return changes(now.arm_type, {"id": was.id, **was.body}, {"id": now.id, **now.body}, now.api_version)


def about(check: Check, resource: ExistingResource, path: str, words: Mapping[str, str], remedy: str = "") -> Finding:
    """Returns the finding of a check at a resource. `remedy`: a template in place of the usual one."""
    called = label(resource.type, resource.id, resource.name, resource.properties)
    return Finding(
        check=check.id,
        severity=check.severity,
        urn=resource.urn,
        name=resource.name,
        resource_id=resource.id,
        project=resource.project,
        environment=resource.environment,
        path=path,
        expected=None,
        actual=None,
        message=check.says.format(name=called, **words),
        remedy=(remedy or check.remedy).format(name=called, **words),
        source=check.source,
        label=called if called != resource.name else None,
        named=check.names(called, words),
    )
