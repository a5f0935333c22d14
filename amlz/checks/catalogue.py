"""All checks, and running them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

from amlz.azure.graph import ResourceGraph
from amlz.checks import stack_file
from amlz.checks.accepted import finding as accepted_finding
from amlz.checks.dns.endpoint_without_zone import LEFT_TO_POLICY
from amlz.checks.finding import Check, Finding, Severity
from amlz.checks.guard import destructive as guard
from amlz.checks.guard import inputs as guard_inputs
from amlz.checks.guard import production as guard_production
from amlz.checks.policy import conflict as policy_conflict
from amlz.checks.policy import managed_group as policy_managed_group
from amlz.checks.policy import second_diagnostic_setting as policy_second_diagnostic_setting
from amlz.checks.policy import zone_groups as policy_zone_groups
from amlz.core.problems import LandingZoneError
from amlz.policy.engine.requests import PolicyAnswer

Find = Callable[[ResourceGraph], Iterator[Finding]]

#: The folders of checks, by the first part of their ids: `keys/enabled` is keys/enabled.py.
_FOLDER = Path(__file__).parent


def _modules() -> Iterator[ModuleType]:
    """Every module of a check, in the order of their ids."""
    for path in sorted(_FOLDER.glob("*/*.py")):
        if path.parent.name != "guard" and path.stem != "__init__":
            module = import_module(f"amlz.checks.{path.parent.name}.{path.stem}")
            if hasattr(module, "CHECK") and hasattr(module, "find"):
                yield module


_MODULES = tuple(_modules())
#: The modules of checks that read what policies answer.
_OF_ANSWERS = (policy_conflict, policy_zone_groups, policy_second_diagnostic_setting, policy_managed_group)

#: Every check that reads the graph alone.
CHECKS: tuple[tuple[Check, Find], ...] = tuple(
    (module.CHECK, module.find) for module in _MODULES if module not in _OF_ANSWERS
)

#: Checks that read what policies answer.
OF_ANSWERS = (
    policy_conflict.CHECK,
    policy_zone_groups.NOT_COVERED,
    policy_zone_groups.SECOND,
    policy_second_diagnostic_setting.CHECK,
    policy_managed_group.CHECK,
)

#: All checks by id, including those of policy answers, of the stack file's accepted findings, and of changes.
ALL: tuple[Check, ...] = tuple(
    sorted(
        (
            *(check for check, _ in CHECKS),
            *OF_ANSWERS,
            accepted_finding.CHECK,
            *guard.CHECKS,
            *guard_production.CHECKS,
            *guard_inputs.CHECKS,
            *stack_file.CHECKS,
        ),
        key=lambda c: c.id,
    )
)


def run(graph: ResourceGraph, answers: Iterable[PolicyAnswer] = ()) -> tuple[Finding, ...]:
    """Everything that is found: the worst first, then by check and resource. `answers`: of Azure Policy."""
    answers = tuple(answers)
    decided = policy_zone_groups.decided(graph, answers)
    plain = (f for _, find in CHECKS for f in find(graph) if not (f.urn in decided and _left_to_policy(f)))
    return in_order((*plain, *(found for part in _OF_ANSWERS for found in part.find(graph, answers))))


def _left_to_policy(finding: Finding) -> bool:
    """Returns whether a note reports that a policy has to write a zone group."""
    return finding.check == LEFT_TO_POLICY.id and finding.severity is Severity.NOTE


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The worst first, then by check and resource."""
    order = list(Severity)
    return tuple(sorted(findings, key=lambda f: (order.index(f.severity), f.check, f.urn, f.path, f.message)))


def explain(check_id: str) -> str:
    """Returns the explanation of a check. Raises LandingZoneError for an id that there is not."""
    for check in ALL:
        if check.id == check_id:
            return "\n".join(_explained(check))
    known = [check.id for check in ALL]
    near = difflib.get_close_matches(check_id.lower(), known, n=3, cutoff=0.6)
    near = near or [each for each in known if each.split("/")[0] == check_id.lower().split("/")[0]]
    if near:
        raise LandingZoneError(f"There is no finding {check_id!r}. Near it are:\n  " + "\n  ".join(near))
    raise LandingZoneError(f"There is no finding {check_id!r}. There are:\n  " + "\n  ".join(known))


def _explained(check: Check) -> list[str]:
    """The lines of one check: its reason, its remedies, and the words in capitals."""
    remedies = remedies_of(check)
    lines = [f"{check.id}  {check.severity.value}", "", check.why, "", "Remedy, depending on the finding:"]
    if len(remedies) == 1:
        lines = [*lines[:-1], "Remedy:"]
    capitals = legend(*remedies)
    return [
        *lines,
        *(f"  - {remedy}" for remedy in remedies),
        *(["", capitals] if capitals else []),
        "",
        check.source,
        "",
    ]


def remedies_of(check: Check) -> list[str]:
    """Every remedy of a check as text, those for the stack file first."""
    if check.remedy == "{remedy}":
        return ["Follow an option that the preview shows: which ones there are depends on the policy and the resource."]
    return [plain(remedy) for remedy in sorted(check.remedies, key=lambda each: each.startswith("In the component"))]


#: Words of remedies that need the preview's values.
CAPITALS = {
    "PATH": "the property of the request",
    "EXPECTED": "the value that it needs",
    "NAME": "the resource",
    "PROJECT": "the project",
    "ENVIRONMENT": "its environment",
}


def legend(*sentences: str) -> str:
    """The meaning of the words in capitals of some sentences; "" where there are none."""
    words = {word: None for sentence in sentences for word in re.findall(r"\b[A-Z][A-Z_]{2,}\b", sentence)}
    known = [f"{word}: {CAPITALS[word]}" for word in words if word in CAPITALS]
    if not known:
        return ""
    return f"The preview fills in the words in CAPITALS ({'; '.join(known)})."


def plain(sentence: str) -> str:
    """A template as text: its {words} as CAPITALS, and doubled braces single."""
    told = re.sub(r"(?<!\{)\{(\w+)\}(?!\})|\{\{\{(\w+)\}\}\}", _capitals, sentence)
    return told.replace("{{", "{").replace("}}", "}")


def _capitals(word: re.Match[str]) -> str:
    return word[1].upper() if word[1] else f"{{{{{word[2].upper()}}}}}"
