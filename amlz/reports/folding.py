"""Findings and answers of policies that are the same for several resources: once, with every resource named."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from amlz.checks.finding import Finding
from amlz.checks.naming import Named, Names, by_owner, distinct
from amlz.checks.policy.demand import shown as in_sentence
from amlz.policy.engine.effects import Altered
from amlz.policy.engine.requests import PolicyAnswer
from amlz.policy.engine.values import lowered
from amlz.reports import policy

#: Placeholder for a resource's own name and value where texts are compared.
_OWN = "\0"
#: Shorter texts are not searched in a message; from the second length on they need not be separate words.
_SHORTEST, _UNMISTAKABLE = 2, 12


@dataclass(frozen=True, slots=True)
class FoldedAt:
    """A resource at which the same is found. `values`: its own, in the order of the fold's `columns`."""

    resource: Named
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FoldedFinding:
    """A finding, and the other resources at which the same is found. `columns`: what of them differs."""

    first: Finding
    resource: Named
    others: tuple[FoldedAt, ...]
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FoldedAnswer:
    """An answer of a policy to some requests. `because`: what holds for each; `columns`: what of them differs."""

    first: PolicyAnswer
    at: tuple[FoldedAt, ...]
    because: tuple[str, ...]
    columns: tuple[str, ...] = ()


def folded_findings(findings: Iterable[Finding], names: Names) -> Iterator[FoldedFinding]:
    """Findings that differ in nothing but the resource, its name and the value that it has: once."""
    groups: dict[Hashable, list[Finding]] = {}
    for f in findings:
        groups.setdefault((f.check, f.severity, f.path, _neutral(f), f.general_remedy), []).append(f)
    for alike in groups.values():
        resources = distinguished([names.of_finding(finding) for finding in alike])
        actual_values = [_value(finding) for finding in alike]
        differ = len({_impersonal(value, (), f) for value, f in zip(actual_values, alike, strict=True)}) > 1
        rows = [FoldedAt(r, (v,) if differ else ()) for r, v in zip(resources, actual_values, strict=True)]
        others = tuple(row for row in dict.fromkeys(rows[1:]) if row != rows[0])
        same = len({finding.remedy for finding in alike}) == 1
        first = alike[0] if same else replace(alike[0], remedy=alike[0].general_remedy)
        yield FoldedFinding(first, resources[0], others, (alike[0].path or "value",) if differ else ())


def folded_answers(answers: Iterable[PolicyAnswer], names: Names) -> Iterator[FoldedAnswer]:
    """Answers worth showing that one assignment gives for one reason: once."""
    groups: dict[Hashable, list[PolicyAnswer]] = {}
    for answer in sorted(answers, key=lambda a: policy.ORDER.index(a.word)):
        if answer.word not in policy.QUIET:
            groups.setdefault(_reason(answer), []).append(answer)
    for alike in groups.values():
        yield _folded(alike, names)


def _folded(alike: Sequence[PolicyAnswer], names: Names) -> FoldedAnswer:
    resources = distinguished([names.of_answer(answer) for answer in alike])
    columns: list[tuple[str, list[str]]] = []
    own_name: list[str] = []
    for index, reason in enumerate(alike[0].verdict.reasons):
        actual = [answer.verdict.reasons[index]["actual"] for answer in alike]
        if len({repr(item) for item in actual}) > 1:
            title = reason["path"] or reason["condition"]
            if all(value == answer.subject.name for value, answer in zip(actual, alike, strict=True)):
                own_name.append(title)
            else:
                columns.append((title, [policy.value(item) for item in actual]))
    for index, altered in enumerate(_altered(alike[0])):
        before = [policy.before(_altered(answer)[index]) for answer in alike]
        if len(set(before)) > 1:
            columns.append((f"{altered.path} before", before))
    titles = tuple(title for title, _ in columns)
    rows = [FoldedAt(r, tuple(values[i] for _, values in columns)) for i, r in enumerate(resources)]
    because = policy.because(alike[0], (*titles, *own_name))
    because += [f"Decided by {title}, which is the name of each." for title in own_name]
    return FoldedAnswer(alike[0], tuple(dict.fromkeys(rows)), tuple(because), titles)


def rows(at: Iterable[FoldedAt]) -> tuple[tuple[str | None, tuple[FoldedAt, ...]], ...]:
    """Resources by owner, those without one first."""
    ats: dict[str | None, list[FoldedAt]] = {None: []}
    for folded_at in at:
        ats.setdefault(folded_at.resource.owner, []).append(folded_at)
    return tuple((owner, tuple(members)) for owner, members in ats.items() if members)


def owners(at: Iterable[FoldedAt]) -> tuple[tuple[str | None, tuple[str, ...]], ...]:
    """Names by owner, those without one first."""
    return by_owner(folded_at.resource for folded_at in at)


def distinguished(resources: Sequence[Named]) -> list[Named]:
    """The same list, with names that differ where the resources do."""
    known = {(item.key, item.owner): item for item in distinct(resources)}
    return [known[resource.key, resource.owner] for resource in resources]


def _neutral(finding: Finding) -> str:
    """The message without the resource's own name and value."""
    return _impersonal(finding.message, (in_sentence(finding.actual), str(finding.actual)), finding)


def _impersonal(text: str, values: Iterable[str], finding: Finding) -> str:
    """A text without values, and without the name of a finding's resource."""
    parts = {finding.called, finding.name, *values}
    for part in sorted((item for item in parts if len(item) >= _SHORTEST), key=lambda item: (-len(item), item)):
        text = text.replace(part, _OWN) if len(part) >= _UNMISTAKABLE else _without(text, part)
    return text


def _without(text: str, part: str) -> str:
    """Returns a text in which a part is replaced wherever it is a separate word."""
    at = text.find(part)
    while at >= 0:
        end = at + len(part)
        if _ends(text[at - 1 : at]) and _ends(text[end : end + 1]):
            text, end = text[:at] + _OWN + text[end:], at + len(_OWN)
        at = text.find(part, end)
    return text


def _ends(beside: str) -> bool:
    return not (beside.isalnum() or beside in ("-", "_")) if beside else True


def _value(finding: Finding) -> str:
    return "" if finding.actual is None else policy.value(finding.actual).strip("'")


def _altered(answer: PolicyAnswer) -> tuple[Altered, ...]:
    return answer.verdict.changes.altered if answer.verdict.changes else ()


def _reason(answer: PolicyAnswer) -> Hashable:
    """By what two answers are the same, apart from the resource and its values."""
    reference = answer.policy.reference if answer.policy else None
    return (
        *(answer.word, answer.assignment.name, answer.assignment.enforced, reference),
        answer.policy.definition.name if answer.policy else "",
        *(answer.why, answer.exemption, answer.forecast, answer.assignment.message(reference)),
        tuple((reason["path"], reason["condition"]) for reason in answer.verdict.reasons),
        tuple((altered.does, altered.path, repr(lowered(altered.after))) for altered in _altered(answer)),
    )
