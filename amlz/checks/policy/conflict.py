"""policy/conflict: a policy demands what the landing zone does not do, or cannot.

The message names both sides: the assignment and policy with its demand, and the landing zone with its need; then the
options.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from amlz.azure.facts import takes_tags
from amlz.azure.graph import Resource, ResourceGraph
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.known_conflicts import KNOWN, KnownConflict
from amlz.checks.names.settings import name_setting
from amlz.checks.policy.connections import is_connection
from amlz.checks.policy.demand import PolicyDemand, demands, joined, places, shown
from amlz.checks.policy.ways_out import PolicyRefusal, ways_out
from amlz.checks.reading import above, is_managed, same, value
from amlz.policy.engine.requests import REFUSED, PolicyAnswer

CHECK = Check(
    id="policy/conflict",
    severity=Severity.ERROR,
    says='{assignment} {refuses} {name}: "{policy}" demands {expected} for {path}, and it is {actual}. {needs}',
    remedy="Change the setting in the stack file, or the assignment's parameter or effect; or exempt these "
    "resources for a time, with a ticket. Each finding names the available options, with their keys.",
    why="A policy refuses what the landing zone would build. An error is what Azure would refuse; a warning is "
    "what an assignment that is not enforced would, or a known conflict that an imported assignment only "
    "audits so far. Evaluated are the stack's own assignments and imported ones, and connections of private "
    "endpoints as Azure would create them.",
    source="https://learn.microsoft.com/azure/governance/policy/concepts/effect-basics",
)

BROKEN = '{assignment} {refuses} {name}: "{policy}" cannot be evaluated, which counts as a refusal: {why}. {needs}'
CHANGES = '{assignment} {refuses} {name}: "{policy}" changes what is sent, and here cannot: {why}. {needs}'
NOT_KNOWN = "This is no known conflict: ask what the policy is for before choosing."


@dataclass(frozen=True, slots=True)
class _Case:
    """An answer that refuses or objects: the resource that reports it, and the deciding path in it.

    `of`: the evaluated resource, None for a connection, which is reported at its target.
    """

    answer: PolicyAnswer
    told_at: Resource
    of: Resource | None
    demands: tuple[PolicyDemand, ...]
    conflict: KnownConflict | None

    @property
    def first(self) -> PolicyDemand | None:
        """Returns the first demand at the path; None where the policy decided on nothing that can be named."""
        return self.demands[0] if self.demands else None

    @property
    def path(self) -> str:
        """Returns the path in the body. Of what the rule does not see as a property, where it would be; "" where not
        known.
        """
        own = self.first.path if self.first else ""
        return own or (self.conflict.paths[0] if self.conflict else "")

    @property
    def title(self) -> str:
        """The policy's title."""
        return self.answer.policy.definition.title if self.answer.policy else self.answer.assignment.name


def find(graph: ResourceGraph, answers: Iterable[PolicyAnswer]) -> Iterator[Finding]:
    """Returns refusals by assignments, and known conflicts that imported ones audit. Connections may be among the
    answers.

    An audit by the stack's own assignments is no conflict: the stack file sets both.
    """
    for answer in answers:
        of = graph.by_id(answer.subject.id)
        told_at = of or graph.by_id(above(answer.subject.id, "privateEndpointConnections"))
        if told_at is None:
            continue
        if answer.word in REFUSED or answer.word == "audit":
            case = _case(answer, told_at, of, graph)
            if answer.word != "audit" or (case.conflict is not None and graph.by_id(answer.assignment.id) is None):
                yield _finding(case, graph)
        elif answer.word == "undecided" and is_connection(answer.subject.type):
            yield CHECK.undecided(told_at, "the connection", _undecided(answer))


def _case(answer: PolicyAnswer, told_at: Resource, of: Resource | None, graph: ResourceGraph) -> _Case:
    """Returns the first known conflict that fits a deciding path. Rules name last what they demand, so the last
    first.
    """
    demanded = tuple(places(demands(answer)))[::-1]
    for conflict in KNOWN:
        for place in demanded:
            if _fits(conflict, place, answer) and (not conflict.when or _holds(conflict, told_at, graph)):
                return _Case(answer, told_at, of, place, conflict)
    return _Case(answer, told_at, of, demanded[0] if demanded else (), None)


def _fits(conflict: KnownConflict, place: tuple[PolicyDemand, ...], answer: PolicyAnswer) -> bool:
    kind, types = answer.subject.type, [item.lower() for item in conflict.types]
    if types and not any(kind == item or (item[0] == "/" and kind.endswith(item)) for item in types):
        return False
    if not any(_at(demand, path.lower()) for demand in place for path in conflict.paths):
        return False
    return not conflict.takes or any(demand.takes(wanted) for demand in place for wanted in conflict.takes)


def _at(demand: PolicyDemand, path: str) -> bool:
    """Returns whether a demand is on a path. Without a path, the alias decides: of the field or in the expression."""
    text = demand.path.lower()
    if text:
        return text.startswith(path) if path.endswith(".") else text == path
    alias = re.escape(path.rpartition("properties.")[2])
    return re.search(rf"(?:^|[/']){alias}(?:'|$)", demand.left.lower()) is not None


def _holds(conflict: KnownConflict, resource: Resource, graph: ResourceGraph) -> bool:
    if conflict.when == "sent":
        return value(resource, conflict.paths[0]) is not None
    if conflict.when == "global":
        return same(value(resource, "location"), "global")
    if conflict.when == "untaggable":
        return bool(resource.token) and not takes_tags(resource.token)
    workspace = graph.by_id(above(resource.id, "computes"))
    return workspace is not None and is_managed(workspace) is (conflict.when == "managed")


def _finding(case: _Case, graph: ResourceGraph) -> Finding:
    words, first, conflict = _words(case), case.first, case.conflict
    severity = Severity.ERROR if case.answer.blocks else Severity.WARNING
    place = FindingLocation(case.path, words["expected"] if first else None, first.actual if first else None, severity)
    needs = conflict.needs.format(**words) if conflict else NOT_KNOWN
    says = CHECK.says if first else BROKEN if case.answer.word == "error" else CHANGES
    check = replace(CHECK, says=says, source=conflict.source if conflict else CHECK.source)
    finding = check.finding(case.told_at, place, **words, needs=needs)
    ways = ways_out(PolicyRefusal(case.answer, case.told_at, first, conflict, words), graph)
    return replace(finding, remedy=f"Options: {ways}")


def _refuses(answer: PolicyAnswer) -> str:
    if answer.word == "audit":
        return "audits"
    return "refuses" if answer.assignment.enforced else "is not enforced, else it would refuse"


def _words(case: _Case) -> dict[str, str]:
    """Returns the words for sentences, here and in the table."""
    first = case.first
    return {
        "assignment": case.answer.assignment.name,
        "refuses": _refuses(case.answer),
        "policy": case.title,
        "why": (case.answer.why or "").rstrip("."),
        "path": case.path or (first.left if first else ""),
        "actual": shown(first.actual) if first else "",
        "expected": joined(case.demands),
        "parameter": first.parameters[0] if first and first.parameters else "",
        "sent": shown(value(case.of, case.path)) if case.of else "",
        "version": case.answer.subject.api_version,
        "type": case.of.arm_type if case.of else case.answer.subject.type,
        "tag": case.path.partition("tags.")[2] or "them",
        "whose_name": _whose_name(case.told_at),
    }


def _whose_name(resource: Resource) -> str:
    setting = name_setting(resource)
    return f"Its name comes from {setting}." if setting else "No setting of the stack file sets this name."


def _undecided(answer: PolicyAnswer) -> str:
    title = answer.policy.definition.title if answer.policy else ""
    return f'{answer.subject.name}, on which {answer.assignment.name} decides by "{title}"'
