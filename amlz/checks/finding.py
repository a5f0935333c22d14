"""A finding: a record with a path. Printing it is someone else's job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from amlz.azure.graph import UNKNOWN_KEY, Resource, is_unknown
from amlz.checks.labels import label

#: Replaces, in keys of the stack file, a name that the graph does not have, as in docs/reference/configuration.md.
ANY = "<name>"


class Severity(Enum):
    """Severity: an error must not be deployed, a warning needs a decision, a note is for information."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    def at_least(self, other: Severity) -> bool:
        """Returns whether this is as bad as another, or worse."""
        order = list(Severity)
        return order.index(self) <= order.index(other)


@dataclass(frozen=True, slots=True)
class StackFileEntry:
    """An entry of a list of the stack file: the list's key, and the entry as a YAML mapping in one line."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: by which check, at which resource, where in its body, what was expected and what is there.

    `place`: its path in the stack file, where the check knows it; () where it follows from the resource. `label`: the
    resource in words, where its name is a GUID; else None. `named`: the message names the resource. `allowed_by`: an
    entry of the stack file that allows it.
    """

    check: str
    severity: Severity
    urn: str
    name: str
    resource_id: str
    project: str | None
    environment: str | None
    path: str
    expected: Any
    actual: Any
    message: str
    remedy: str
    source: str
    place: tuple[str | int, ...] = ()
    label: str | None = None
    named: bool = False
    allowed_by: StackFileEntry | None = None

    @property
    def called(self) -> str:
        """The resource as messages name it."""
        return self.label or self.name

    @property
    def general_remedy(self) -> str:
        """The remedy with `<name>` for its project and environment: one text for the same finding in several."""
        if not self.project or not self.environment:
            return self.remedy
        general = self.remedy.replace(
            f"projects.{self.project}.environments.{self.environment}", f"projects.{ANY}.environments.{ANY}"
        )
        general = general.replace(f"projects.{self.project}.", f"projects.{ANY}.")
        return general.replace(f" {self.environment} of {self.project} ", " the environment ")


#: The remedy where one property decides. The stack file has no setting for it: only a changed component can show it.
SET = "In the component, set `{path}` to `{expected}`."


#: The remedy of everything that is known only at deployment.
UNDECIDED = "Check it in Azure after the deployment. No stack file can show it before."


@dataclass(frozen=True, slots=True)
class Check:
    """A check: `says` is the sentence with {words} for what differs; `why` is for `amlz explain`.

    Remedies are claims, which tests/remedies carries out. They begin with an imperative, have the keys of the stack
    file in full, and keys and values between backticks. `otherwise`: remedies of other circumstances, for
    `FindingLocation.remedy`. Every remedy has the words {name}, {project}, {environment}, {path} and {expected}.
    """

    id: str
    severity: Severity
    says: str
    remedy: str
    why: str
    source: str
    otherwise: tuple[str, ...] = ()

    @property
    def remedies(self) -> tuple[str, ...]:
        """Every remedy of it, the usual one first."""
        return (self.remedy, *self.otherwise)

    def names(self, called: str, words: Mapping[str, object]) -> bool:
        """Returns whether the message with these words names a resource that is called so."""
        return "{name}" in self.says or any(called in str(value) for value in words.values())

    def finding(self, resource: Resource, at: FindingLocation | None = None, **words: object) -> Finding:
        """Returns a finding of this check on a resource."""
        place = at or FindingLocation()
        called = label(resource.arm_type, resource.id, resource.name, resource.properties)
        return Finding(
            check=self.id,
            severity=place.severity or self.severity,
            urn=resource.urn,
            name=resource.name,
            resource_id=resource.id,
            project=resource.project,
            environment=resource.environment,
            path=place.path,
            expected=place.expected,
            actual=place.actual,
            message=self.says.format(name=called, **words),
            remedy=(place.remedy or self.remedy).format(**(_given(resource, place) | {"name": called} | words)),
            source=self.source,
            label=called if called != resource.name else None,
            named=self.names(called, words),
        )

    def undecided(self, resource: Resource, path: str, unknown: object) -> Finding:
        """Returns a note that this check cannot decide: the deciding value is not known before the deployment. Never
        the same as fine.
        """
        whose = unknown[UNKNOWN_KEY] if isinstance(unknown, dict) and is_unknown(unknown) else unknown
        known = Check(
            id=self.id,
            severity=Severity.NOTE,
            says="Undecided: {path} of {name} is known only at deployment ({whose}).",
            remedy=UNDECIDED,
            why=self.why,
            source=self.source,
        )
        return known.finding(resource, FindingLocation(path, None, unknown), path=path or "something", whose=whose)


@dataclass(frozen=True, slots=True)
class FindingLocation:
    """A position in a body, the expected and the actual value. `severity` and `remedy` override the check's own."""

    path: str = ""
    expected: Any = None
    actual: Any = None
    severity: Severity | None = None
    remedy: str | None = None


def _given(resource: Resource, place: FindingLocation) -> dict[str, object]:
    """The words that every remedy has."""
    expected = str(place.expected).lower() if isinstance(place.expected, bool) else place.expected
    return {
        "project": resource.project or ANY,
        "environment": resource.environment or ANY,
        "path": place.path,
        "expected": expected,
    }
