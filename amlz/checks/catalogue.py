"""The checks that are shipped, and running them with those of the business unit."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from inspect import signature
from pathlib import Path
from string import Formatter
from types import ModuleType

from amlz.azure.graph import ResourceGraph
from amlz.checks.custom import custom_checks, custom_findings
from amlz.checks.dns.endpoint_without_zone import LEFT_TO_POLICY
from amlz.checks.finding import Check, Finding, Severity
from amlz.checks.policy.zone_groups import decided
from amlz.core.problems import LandingZoneError
from amlz.policy.engine.requests import PolicyAnswer

Find = Callable[[ResourceGraph], Iterator[Finding]]

_FOLDER = Path(__file__).parent


def _modules() -> Iterator[ModuleType]:
    """Every other module of this folder and the folders in it, in the order of their paths."""
    for path in sorted((*_FOLDER.glob("*.py"), *_FOLDER.glob("*/*.py"))):
        if path.stem not in ("__init__", "catalogue"):
            yield import_module(".".join(("amlz.checks", *path.relative_to(_FOLDER).with_suffix("").parts)))


def _checks_of(module: ModuleType) -> Iterator[Check]:
    """The checks that a module defines or imports: constants, alone or in a tuple."""
    for value in vars(module).values():
        yield from (item for item in (value if isinstance(value, tuple) else (value,)) if isinstance(item, Check))


def _reads(module: ModuleType, *parameters: str) -> bool:
    """Returns whether a module has `find` with these parameters."""
    find = getattr(module, "find", None)
    return find is not None and tuple(signature(find).parameters) == parameters


_MODULES = tuple(_modules())
_OF_ANSWERS = tuple(module for module in _MODULES if _reads(module, "graph", "answers"))

#: Every check that reads the graph alone: its module has `CHECK` and `find(graph)`.
CHECKS: tuple[tuple[Check, Find], ...] = tuple(
    (module.CHECK, module.find) for module in _MODULES if _reads(module, "graph")
)

#: Modules that also read what policies answer on the resources as Azure stores them: `find(graph, answers, after)`.
_AFTER = tuple(module for module in _MODULES if _reads(module, "graph", "answers", "after"))

#: Checks that read what policies answer: their module has `find(graph, answers)`, or one of `_AFTER`.
OF_ANSWERS: tuple[Check, ...] = tuple(check for module in (*_OF_ANSWERS, *_AFTER) for check in _checks_of(module))

#: All checks by id, including those of policy answers, of the stack file, of accepted findings, and of changes.
#: A second form of a check, with the same id, comes after it in its module.
ALL: tuple[Check, ...] = tuple(
    sorted(
        {check.id: check for module in _MODULES for check in reversed(tuple(_checks_of(module)))}.values(),
        key=lambda check: check.id,
    )
)


def every_check() -> tuple[Check, ...]:
    """Returns all checks by id, and those of the business unit."""
    return (*ALL, *(custom.check for custom in custom_checks()))


def run(graph: ResourceGraph, answers: Iterable[PolicyAnswer] = ()) -> tuple[Finding, ...]:
    """Everything that is found: the worst first, then by check and resource. `answers`: of Azure Policy."""
    answers = tuple(answers)
    by_policy = decided(graph, answers)
    plain = (f for _, find in CHECKS for f in find(graph) if not (f.urn in by_policy and _left_to_policy(f)))
    of_answers = (finding for part in _OF_ANSWERS for finding in part.find(graph, answers))
    return in_order((*plain, *of_answers, *custom_findings(graph, {check.id for check in ALL})))


def _left_to_policy(finding: Finding) -> bool:
    """Returns whether a note reports that a policy has to write a zone group."""
    return finding.check == LEFT_TO_POLICY.id and finding.severity is Severity.NOTE


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The worst first, then by check and resource."""
    order = list(Severity)
    return tuple(sorted(findings, key=lambda f: (order.index(f.severity), f.check, f.urn, f.path, f.message)))


def explain(check_id: str) -> str:
    """Returns the explanation of a check. Raises LandingZoneError for an id that there is not."""
    for check in every_check():
        if check.id == check_id:
            return "\n".join(_explained(check))
    known = [check.id for check in every_check()]
    near = difflib.get_close_matches(check_id.lower(), known, n=3, cutoff=0.6)
    near = near or [item for item in known if item.split("/")[0] == check_id.lower().split("/")[0]]
    if near:
        raise LandingZoneError(f"There is no finding {check_id!r}. Near it are:\n  " + "\n  ".join(near))
    raise LandingZoneError(f"There is no finding {check_id!r}. There are:\n  " + "\n  ".join(known))


def _explained(check: Check) -> list[str]:
    """The lines of one check: its reason, its remedies, and the words in capitals."""
    remedies = remedies_of(check)
    lines = [f"{check.id}  {check.severity.value}", "", check.why, "", "Remedy, depending on the finding:"]
    if len(remedies) == 1:
        lines = [*lines[:-1], "Remedy:"]
    capitals = _legend(check)
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
    return [plain(template) for template in _templates(check)]


def _templates(check: Check) -> list[str]:
    return sorted(check.remedies, key=lambda template: template.startswith("In the component"))


#: Words of remedies that need the preview's values.
CAPITALS = {
    "PATH": "the property of the request",
    "EXPECTED": "the value that it needs",
    "NAME": "the resource",
    "PROJECT": "the project",
    "ENVIRONMENT": "its environment",
}


def _legend(check: Check) -> str | None:
    """The meaning of the words in capitals of the remedies of a check; None where there are none."""
    words = [word.upper() for template in _templates(check) for _, word, _, _ in Formatter().parse(template) if word]
    known = [f"{word}: {CAPITALS[word]}" for word in dict.fromkeys(words) if word in CAPITALS]
    if not known:
        return None
    return f"The preview fills in the words in CAPITALS ({'; '.join(known)})."


def plain(template: str) -> str:
    """A template as text: its {words} as CAPITALS, and doubled braces single."""
    parts = ((text, (word or "").upper(), quoted) for text, word, _, quoted in Formatter().parse(template))
    return "".join(f"{text}'{word}'" if quoted else text + word for text, word, quoted in parts)
