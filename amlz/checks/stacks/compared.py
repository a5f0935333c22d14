"""Everything that is wrong between the stacks of a folder."""

from __future__ import annotations

from collections.abc import Sequence

from amlz.checks.finding import Severity
from amlz.checks.stacks import built_twice, different_settings, name_taken, ranges_overlap, same_container, same_record
from amlz.checks.stacks.facts import BetweenStacks, StackFacts

_CHECKS = (built_twice, different_settings, name_taken, ranges_overlap, same_container, same_record)


def compared(stacks: Sequence[StackFacts]) -> tuple[BetweenStacks, ...]:
    """Returns the findings between stacks: the worst first, then by check, file and line."""
    order = list(Severity)
    findings = (finding for check in _CHECKS for finding in check.compare(stacks))
    return tuple(
        sorted(
            findings,
            key=lambda f: (order.index(f.severity), f.check, [(key.file, key.line) for key in f.keys], f.message),
        )
    )
