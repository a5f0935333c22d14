"""Answers of Azure Policy, as records and in words: for previews, `amlz policy evaluate`, `explain` and `list`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator
from typing import Any

from amlz.policy.engine.effects import Altered
from amlz.policy.engine.requests import REFUSED, PolicyAnswer
from amlz.policy.engine.trace import shown
from amlz.policy.verdicts import Verdicts

#: Words in the order of a report: what stops a request first.
ORDER = (
    *("deny", "error", "invalid", "undecided", "modify", "append", "deploy-if-not-exists", "audit"),
    *("audit-if-not-exists", "deny-action", "manual", "not-judged", "exempt", "compliant"),
)
#: Words whose answers are only counted; all others are shown.
QUIET = frozenset({"compliant"})
CHANGING = frozenset({"modify", "append"})
#: Words that reports for people show instead of those of the contract.
SHOWN = {"not-judged": "not evaluated"}
#: Words of what an assignment does only where it is enforced.
_ACTING = REFUSED | CHANGING | {"deploy-if-not-exists", "deny-action"}
#: Meaning of a change by a policy for a program that sends its own values:
#: https://learn.microsoft.com/azure/governance/policy/concepts/effect-modify
REVERTED = (
    "The program does not send this value, so a refresh shows it as drift. Every later deployment that updates the "
    "resource reverts it in the request, and the policy makes the change again. Set the value in the stack file to "
    "end that, where a key for it exists."
)


def record(answer: PolicyAnswer, urns: dict[str, str]) -> dict[str, Any]:
    """One answer as JSON. `urns`: by resource id in lower case."""
    return {
        "resource": urns.get(answer.subject.id.lower(), ""),
        "id": answer.subject.id,
        "assignment": answer.assignment.id,
        "policy": answer.policy.definition_id if answer.policy else "",
        "reference": (answer.policy.reference if answer.policy else None) or "",
        "effect": answer.verdict.effect or "",
        "verdict": answer.word,
        "enforced": answer.assignment.enforced,
        "blocks": answer.blocks,
        "forecast": answer.forecast,
        "exemption": answer.exemption or "",
        "message": answer.assignment.message(answer.policy.reference if answer.policy else None),
        "why": answer.why or "",
        "reasons": answer.verdict.reasons,
        "details": answer.verdict.details,
    }


def summary(verdicts: Verdicts) -> str:
    """One line: how many of what."""
    policies = sum(len(assignment.policies) for assignment in verdicts.assignments)
    if not policies and not any(assignment.unjudged for assignment in verdicts.assignments):
        return "none assigned"
    counts = Counter(answer.word for answer in verdicts.answers)
    phrases = [
        f"{counts[word]:,} {SHOWN.get(word, word)}"
        for word in ORDER
        if counts[word] or word in ("deny", "audit", "compliant")
    ]
    return ", ".join(phrases)


def headline(answer: PolicyAnswer) -> str:
    """Returns the effect, and the policy."""
    title = answer.policy.definition.title if answer.policy else answer.assignment.name
    return f"{word(answer):<8} {answer.assignment.name}: {title}"


def word(answer: PolicyAnswer) -> str:
    """The word of an answer; of what takes hold only where it is enforced, that it is not."""
    shown_word = SHOWN.get(answer.word, answer.word)
    return shown_word if answer.assignment.enforced or answer.word not in _ACTING else f"{shown_word}, not enforced"


def because(answer: PolicyAnswer, apart: Container[str] = ()) -> list[str]:
    """Returns the reasons in sentences, each once. `apart`: what is shown elsewhere, since it differs by resource."""
    return list(dict.fromkeys(_because(answer, apart)))


def before(altered: Altered) -> str:
    """The value that a policy changes."""
    return shown(altered.before)


def _because(answer: PolicyAnswer, apart: Container[str]) -> Iterator[str]:
    for reason in answer.verdict.reasons:
        if (reason["path"] or reason["condition"]) not in apart:
            yield f"{reason['path'] or reason['condition']} is {value(reason['actual'])}."
    yield from _changes(answer, apart)
    if answer.why:
        yield f"{answer.why[0].upper()}{answer.why[1:]}."
    if answer.exemption:
        yield f"Exempt by {answer.exemption}."
    if answer.forecast:
        yield "A forecast: related resources are taken from this plan."
    message = answer.assignment.message(answer.policy.reference if answer.policy else None)
    if message:
        yield message


def _changes(answer: PolicyAnswer, apart: Container[str]) -> Iterator[str]:
    """Before and after of each property that a policy changes, and what that means for the next deployments."""
    altered = answer.verdict.changes.altered if answer.verdict.changes else ()
    for item in altered:
        old = "the value below" if f"{item.path} before" in apart else before(item)
        yield f"{item.does} {item.path}: {old} becomes {shown(item.after)}."
    if altered and answer.word in CHANGING and answer.assignment.enforced:
        yield REVERTED


def unjudged(verdicts: Verdicts) -> Iterable[str]:
    """Assigned policies that are not known here, in sentences."""
    return (f"{assignment}: {of}: {why}." for assignment, of, why in not_judged(verdicts))


def not_judged(verdicts: Verdicts) -> Iterator[tuple[str, str, str]]:
    """Assigned policies that are not known here: the assignment, which policy of it, and why."""
    for assignment in verdicts.assignments:
        for policy in assignment.unjudged:
            yield assignment.name, policy.reference or policy.definition_id, policy.why


def value(actual: Any) -> str:
    """Returns a value for a sentence."""
    if isinstance(actual, dict) and list(actual) == ["$unknown"]:
        return f"known only at deployment ({actual['$unknown']})"
    return "absent" if actual is None else shown(actual)
