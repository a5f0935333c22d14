"""The points on which sources disagree. Both readings are evaluated; where they differ, the answer is undecided.

Sources: R, AR, AS are pages of the Azure Policy documentation (policy rule; author policies for arrays; assignment
structure); L is Azure/azure-policy-linter. None of it was checked against a live Azure.
"""

from __future__ import annotations

from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class ContestedReading:
    """One contested point: the evaluator's answer by the first reading, and the other reading."""

    id: str
    point: str
    first: str
    other: str


ROWS = {
    row.id: row
    for row in (
        ContestedReading(
            "array-missing",
            "a condition on [*] where the array is missing, null or not an array",
            "one virtual null is evaluated (as built-in definitions expect)",
            "the collection is empty, so the condition holds (AR)",
        ),
        ContestedReading(
            "in-empty-text",
            '`in` with "" in the list, where the value is missing',
            "true: a missing value equals the empty text",
            "false: a missing value is in no list",
        ),
        ContestedReading(
            "equals-number",
            "`equals` of a number and a text that differ as JSON text, as 5.0 and 5 do",
            "not equal: JSON texts are compared (L)",
            "equal: numbers are compared",
        ),
        ContestedReading(
            "like-question", "`?` in the pattern of `like`", "a plain character (R)", "matches one character"
        ),
        ContestedReading(
            "ordering-coerced",
            "ordering a number against a text that holds a number",
            "an error, so a deny (R, L)",
            "the text is read as a number",
        ),
        ContestedReading(
            "current-nested",
            "`current()` without argument inside nested counts",
            "not allowed, an error (R)",
            "the member of the innermost count",
        ),
        ContestedReading("ip-families", "ipRangeContains of IPv4 and IPv6", "an error, so a deny (R)", "false (L)"),
        ContestedReading(
            "like-null-value",
            '`like "*"` on a `value` that is null',
            "null reads as the empty text, which the pattern fits (L)",
            "null fits no pattern",
        ),
        ContestedReading(
            "strict-functions",
            "an argument that the documented function refuses and other implementations accept",
            "an error, or the documented result (L)",
            "the argument is accepted",
        ),
        ContestedReading(
            "indexed-type",
            "mode Indexed on a type of which it is not known whether it has tags and location",
            "the definition is evaluated",
            "the definition is never evaluated",
        ),
    )
}
