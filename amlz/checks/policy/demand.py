"""Demands of a policy on a resource that it refuses, read from the conditions that decided."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from amlz.policy.engine.requests import PolicyAnswer
from amlz.policy.engine.trace import Judged, deciding
from amlz.policy.engine.values import lowered

#: Fields that choose what a rule looks at, by how far they are from a demand: the type is one only where nothing else
#: decided, the name and the kind only where nothing but them and the type did.
CHOOSING = (frozenset({"type", "kind", "name", "fullname"}), frozenset({"type"}))
#: Longest list that is shown in full.
SHOWN = 6

#: Expressions with which rules test for a value, in addition to `exists`.
_EMPTY = re.compile(r"""value "\[empty\(field\('[^']+'\)\)\]"\Z""", re.IGNORECASE)
_PARAMETER = re.compile(r"parameters\('([^']+)'\)", re.IGNORECASE)
#: The condition that would have to hold instead of one that held, by operator in lower case.
_OPPOSITE = {
    "equals": "not", "notequals": "equals", "in": "notin", "notin": "in", "like": "notlike", "notlike": "like",
    "contains": "notcontains", "notcontains": "contains", "less": "atleast", "lessorequals": "more",
    "greater": "atmost", "greaterorequals": "fewer", "match": "notmatch", "notmatch": "match",
    "matchinsensitively": "notmatch", "notmatchinsensitively": "match",
}  # fmt: skip
#: The same for a condition that did not hold, and so would have to.
_ITSELF = {
    "notequals": "not", "less": "fewer", "lessorequals": "atmost", "greater": "more", "greaterorequals": "atleast",
    "matchinsensitively": "match", "notmatchinsensitively": "notmatch",
}  # fmt: skip
_WORDS = {
    "equals": "{0}", "not": "anything but {0}", "in": "one of {0}", "notin": "none of {0}", "like": "a value like {0}",
    "notlike": "nothing like {0}", "contains": "something that contains {0}", "atleast": "at least {0}",
    "notcontains": "nothing that contains {0}", "more": "more than {0}", "atmost": "at most {0}",
    "fewer": "less than {0}", "match": "a value that matches {0} (# is a digit, ? a letter)",
    "notmatch": "nothing that matches {0} (# is a digit, ? a letter)", "present": "a value", "absent": "no value",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PolicyDemand:
    """A change that would end a refusal, at one path of a body.

    `path`: where, "" where it is no property of the request; `left`: what the rule compares, a field or an expression.
    `word`: equals, not, in, present and so on; `value`: what it is compared with, `actual`: what is there (None:
    nothing). `parameters`: those of the definition that it is compared with.
    """

    path: str
    left: str
    word: str
    value: Any
    actual: Any
    parameters: tuple[str, ...] = ()

    @property
    def says(self) -> str:
        """Returns the demand in words: `one of northeurope, uksouth`."""
        return _WORDS.get(self.word, f"{self.word} {{0}}").format(shown(self.value))

    def takes(self, value: Any) -> bool:
        """Returns whether a value would do; None is no value. Comparisons that are not looked into take any."""
        if value is None or self.word in ("present", "absent"):
            return (value is None) is (self.word == "absent")
        if self.word in ("in", "notin"):
            listed = self.value if isinstance(self.value, list) else []
            return any(_alike(value, item) for item in listed) is (self.word == "in")
        if self.word in ("equals", "not"):
            return _alike(value, self.value) is (self.word == "equals")
        if self.word in ("contains", "notcontains"):
            return (str(self.value).lower() in str(value).lower()) is (self.word == "contains")
        return True


def demands(answer: PolicyAnswer) -> tuple[PolicyDemand, ...]:
    """All demands of a policy that holds for a resource: on its body, else on its name and kind, else on its type.

    Nothing where the policy cannot be evaluated, or refuses because it cannot change what it would.
    """
    if answer.verdict.trace is None or answer.verdict.changes is not None or answer.word == "error":
        return ()
    leaves = tuple(deciding(answer.verdict.trace))
    by_distance = (tuple(leaf for leaf in leaves if leaf.selects not in choosing) for choosing in CHOOSING)
    return tuple(_demand(leaf) for leaf in next(filter(None, by_distance), leaves))


def _demand(leaf: Judged) -> PolicyDemand:
    operator, held, expected = leaf.operator.lower(), leaf.truth is True, lowered(leaf.expected)
    yes = str(expected).lower() == "true"
    if operator == "equals" and _EMPTY.match(leaf.left):
        empty = yes is held  # the expression shows only whether the value is empty
        return PolicyDemand("", leaf.left, "present" if empty else "absent", None, None if empty else "a value")
    if operator == "exists":
        word = "present" if yes is not held else "absent"
    else:
        word = _OPPOSITE.get(operator, f"not {leaf.operator}") if held else _ITSELF.get(operator, operator)
    if word == "not" and expected == "":
        word = "present"
    path = leaf.path if leaf.path and leaf.of_field else ""
    parameters = tuple(_PARAMETER.findall(leaf.right))
    return PolicyDemand(path, leaf.left, word, expected, lowered(leaf.actual), parameters)


def places(policy_demands: tuple[PolicyDemand, ...]) -> Iterator[tuple[PolicyDemand, ...]]:
    """Returns demands by path, in the order of the conditions."""
    by_place: dict[tuple[str, str], list[PolicyDemand]] = {}
    for policy_demand in policy_demands:
        by_place.setdefault(
            (policy_demand.path.lower(), "" if policy_demand.path else policy_demand.left.lower()), []
        ).append(policy_demand)
    yield from (tuple(group) for group in by_place.values())


def joined(policy_demands: tuple[PolicyDemand, ...]) -> str:
    """Returns alternative demands at one path, in words. An empty list accepts nothing, and is left out next to
    others.
    """
    accepting = [demand for demand in policy_demands if not (demand.word == "in" and demand.value == [])]
    return ", or ".join(dict.fromkeys(demand.says for demand in accepting or policy_demands))


def shown(value: Any) -> str:
    """Returns a value for a sentence: lists are cut, texts are unchanged."""
    if isinstance(value, list):
        more = f" and {len(value) - SHOWN} more" if len(value) > SHOWN else ""
        return (", ".join(shown(item) for item in value[:SHOWN]) + more) or "an empty list"
    if value is None:
        return "absent"
    return str(value).lower() if isinstance(value, bool) else str(value) or "an empty text"


def _alike(left: Any, right: Any) -> bool:
    """Equality as the policy language has it: text forms, without regard to case."""
    return str(left).lower() == str(right).lower()
