"""What Azure Policy says, as records and in words: for previews, `amlz policy evaluate`, `explain` and `list`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from policies.engine.requests import REFUSED, Answer
from policies.engine.trace import shown
from policies.verdicts import Verdicts

#: Words in the order of a report: what stops a request first.
ORDER = (
    *("deny", "error", "invalid", "undecided", "modify", "append", "deploy-if-not-exists", "audit"),
    *("audit-if-not-exists", "deny-action", "manual", "not-judged", "exempt", "compliant"),
)
#: Words of which each answer is told; the others are only counted.
QUIET = frozenset({"compliant"})


def record(answer: Answer, urns: dict[str, str]) -> dict[str, Any]:
    """One answer as JSON. `urns`: by resource id in lower case."""
    return {
        "resource": urns.get(answer.subject.id.lower(), ""),
        "id": answer.subject.id,
        "assignment": answer.assignment.id,
        "policy": answer.policy.definition_id if answer.policy else "",
        "reference": answer.policy.reference if answer.policy else "",
        "effect": answer.verdict.effect,
        "verdict": answer.word,
        "enforced": answer.assignment.enforced,
        "blocks": answer.blocks,
        "forecast": answer.forecast,
        "exemption": answer.exemption,
        "message": answer.assignment.message(answer.policy.reference if answer.policy else ""),
        "why": answer.why,
        "reasons": answer.verdict.reasons,
        "details": answer.verdict.details,
    }


def summary(verdicts: Verdicts) -> str:
    """One line: how many of what."""
    policies = sum(len(assignment.policies) for assignment in verdicts.assignments)
    if not policies and not any(assignment.unjudged for assignment in verdicts.assignments):
        return "none assigned"
    counts = Counter(answer.word for answer in verdicts.answers)
    told = [f"{counts[word]} {word}" for word in ORDER if counts[word] or word in ("deny", "audit", "compliant")]
    return ", ".join(told)


def groups(verdicts: Verdicts) -> Iterator[tuple[Answer, list[Answer]]]:
    """Answers worth telling, those alike together: the first, and all of them."""
    alike: dict[tuple[object, ...], list[Answer]] = {}
    for answer in sorted(verdicts.answers, key=lambda a: ORDER.index(a.word)):
        if answer.word in QUIET:
            continue
        name = answer.policy.definition.name if answer.policy else ""
        reasons = tuple((r["path"], repr(r["actual"])) for r in answer.verdict.reasons)
        alike.setdefault((answer.word, name, answer.blocks, answer.why, reasons), []).append(answer)
    for answers in alike.values():
        yield answers[0], answers


def headline(answer: Answer) -> str:
    """What happens, and by which policy."""
    title = answer.policy.definition.title if answer.policy else answer.assignment.name
    word = answer.word
    if word in REFUSED and not answer.assignment.enforced:
        word = f"{word}, not enforced"
    return f"{word:<8} {answer.assignment.name}: {title}"


def because(answer: Answer) -> list[str]:
    """Why, in sentences: each once."""
    return list(dict.fromkeys(_because(answer)))


def _because(answer: Answer) -> Iterator[str]:
    for reason in answer.verdict.reasons:
        yield f"{reason['path'] or reason['condition']} is {value(reason['actual'])}."
    for altered in answer.verdict.changes.altered if answer.verdict.changes else ():
        yield f"{altered.does} {altered.path}: {shown(altered.before)} becomes {shown(altered.after)}."
    if answer.why:
        yield f"{answer.why[0].upper()}{answer.why[1:]}."
    if answer.exemption:
        yield f"Exempt by {answer.exemption}."
    if answer.forecast:
        yield "A forecast: what exists beside it is taken from this plan."
    message = answer.assignment.message(answer.policy.reference if answer.policy else "")
    if message:
        yield message


def unjudged(verdicts: Verdicts) -> Iterable[str]:
    """Assigned policies that are not known here, in sentences."""
    return (f"{assignment}: {of}: {why}." for assignment, of, why in not_judged(verdicts))


def not_judged(verdicts: Verdicts) -> Iterator[tuple[str, str, str]]:
    """Assigned policies that are not known here: the assignment, which policy of it, and why."""
    for assignment in verdicts.assignments:
        for policy in assignment.unjudged:
            yield assignment.name, policy.reference or policy.definition_id, policy.why


def value(found: Any) -> str:
    """What stands somewhere, for a sentence."""
    if isinstance(found, dict) and list(found) == ["$unknown"]:
        return f"known only at deployment ({found['$unknown']})"
    return "absent" if found is None else shown(found)
