"""Secrets, hidden where a report is written. Plans, bodies, checks and policies work on real values."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any, TypeVar

from amlz.azure.credentials import hideable, of_environment
from amlz.azure.graph import Resource, ResourceGraph
from amlz.azure.secrets import HIDDEN, Hider, secret_texts
from amlz.checks.accepted.finding import Accepted
from amlz.checks.finding import Finding
from amlz.policy.engine.assignment import Assignment, Policy
from amlz.policy.engine.hiding import Marked, hidden_verdict
from amlz.policy.engine.requests import PolicyAnswer
from amlz.policy.verdicts import Verdicts


def hider_of(graph: ResourceGraph, stack_file: Any = None) -> Hider:
    """Knows the credentials of the environment and the secrets of a graph, to find them in sentences too."""
    return hidden_graph(graph, stack_file)[0]


def hidden_graph(graph: ResourceGraph, stack_file: Any = None) -> tuple[Hider, ResourceGraph]:
    """Returns the object that hides the secrets of a graph, and the graph as it is written: the same one where nothing
    is hidden.

    `stack_file`: its values. Text that it holds, and ids, names and keys of the graph, are not hidden by value.
    """

    def plain() -> Iterator[str]:
        yield from texts_of(stack_file)
        for resource in graph:
            yield from _structure(resource)

    first = Hider(of_environment(os.environ, plain()))
    shown = tuple(_resource(resource, first) for resource in graph)
    both = tuple(zip(graph.resources, shown, strict=True))
    secrets = {text for old, new in both for text in secret_texts(old.body, new.body)}
    hider = Hider(hideable({*first.secrets, *secrets}, plain()))
    if hider != first:
        shown = tuple(_resource(resource, hider) for resource in graph)
    if all(new is old for old, new in both):
        return hider, graph
    return hider, replace(graph, resources=shown)


def texts_of(value: Any) -> Iterator[str]:
    """Every key and value of a document, as text."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield str(key)
            yield from texts_of(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts_of(item)
    else:
        yield str(value)


def _structure(resource: Resource) -> Iterator[str]:
    """Texts without which a resource cannot be named or sent."""
    yield from (resource.id, resource.urn, resource.name, resource.location, resource.subscription)
    yield from (resource.arm_type, resource.resource_group, resource.provider or "", resource.source or "")
    yield from _keys(resource.body)


def _keys(value: Any) -> Iterator[str]:
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _keys(item)
    if isinstance(value, dict):
        yield from value


def _resource(resource: Resource, hider: Hider) -> Resource:
    body = hider.body(resource.arm_type, resource.body, resource.marked)
    if body is resource.body:
        return resource
    return replace(resource, body=body, location=HIDDEN if body.get("location") == HIDDEN else resource.location)


Record = TypeVar("Record")


def hidden_record(value: Record) -> Record:
    """A record of dataclasses and tuples as it is written. Names and ids, texts without spaces, keep their values."""
    names = (text for text in _texts(value) if not any(map(str.isspace, text)))
    shown: Record = hidden_texts(value, Hider(of_environment(os.environ, names)))
    return shown


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _texts(item)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _texts(getattr(value, field.name))


def hidden_texts(value: Any, hider: Hider) -> Any:
    """A value of dataclasses and tuples with every text in it without secrets."""
    if isinstance(value, str) and not isinstance(value, Enum):
        return hider.text(value)
    if isinstance(value, tuple):
        return tuple(hidden_texts(item, hider) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        parts = {field.name: hidden_texts(getattr(value, field.name), hider) for field in fields(value)}
        return replace(value, **parts)
    return value


def hidden_finding(finding: Finding, hider: Hider) -> Finding:
    """A finding as it is written."""
    return replace(
        finding,
        message=hider.text(finding.message),
        remedy=hider.text(finding.remedy),
        expected=hider.value(finding.expected),
        actual=hider.at(finding.path, finding.actual),
    )


def hidden_accepted(accepted: Accepted, hider: Hider) -> Accepted:
    """An accepted finding as it is written."""
    return replace(accepted, finding=hidden_finding(accepted.finding, hider))


def hidden_verdicts(verdicts: Verdicts, graph: ResourceGraph, hider: Hider) -> Verdicts:
    """Verdicts of Azure Policy as they are written."""
    marked = {resource.id.lower(): resource.marked for resource in graph if resource.marked}
    names = _Names(verdicts.assignments, hider)
    answers = tuple(
        _answer(answer, names, hider, marked.get(answer.subject.id.lower(), ())) for answer in verdicts.answers
    )
    return replace(verdicts, answers=answers, assignments=tuple(map(names.assignment, verdicts.assignments)))


def _answer(answer: PolicyAnswer, names: _Names, hider: Hider, marked: Marked) -> PolicyAnswer:
    verdict, why = hidden_verdict(answer.verdict, hider, marked), hider.text(answer.why) if answer.why else None
    assignment, policy = names.assignment(answer.assignment), names.policy(answer.policy)
    same = verdict is answer.verdict and assignment is answer.assignment and policy is answer.policy
    if same and why == answer.why:
        return answer
    return replace(answer, verdict=verdict, why=why, assignment=assignment, policy=policy)


class _Names:
    """Assignments and their policies with titles and messages as they are written; most stay the same object."""

    def __init__(self, assignments: Iterable[Assignment], hider: Hider) -> None:
        self._hider = hider
        self._policies: dict[int, Policy] = {}
        self._assignments = {id(one): self._hidden(one) for one in assignments}

    def assignment(self, assignment: Assignment) -> Assignment:
        return self._assignments.get(id(assignment)) or self._hidden(assignment)

    def policy(self, policy: Policy | None) -> Policy | None:
        return None if policy is None else self._policies.get(id(policy)) or self._titled(policy)

    def _hidden(self, assignment: Assignment) -> Assignment:
        self._policies |= {id(policy): self._titled(policy) for policy in assignment.policies}
        policies = tuple(self._policies[id(policy)] for policy in assignment.policies)
        messages = {key: self._hider.text(text) for key, text in (assignment.messages or {}).items()}
        if messages == (assignment.messages or {}) and all(
            a is b for a, b in zip(policies, assignment.policies, strict=True)
        ):
            return assignment
        return replace(assignment, policies=policies, messages=messages)

    def _titled(self, policy: Policy) -> Policy:
        title = self._hider.text(policy.definition.title)
        same = title == policy.definition.title
        return policy if same else replace(policy, definition=replace(policy.definition, title=title))
