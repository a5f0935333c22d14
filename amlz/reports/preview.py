"""The data of a preview: the one model that every form of report is made from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from amlz.azure.graph import ResourceGraph
from amlz.checks.accepted.finding import Accepted
from amlz.checks.finding import Finding, Severity
from amlz.checks.naming import Names, names_of
from amlz.core.config import LandingZoneConfig
from amlz.core.cost import Costs
from amlz.core.permissions.answers import PermissionAnswer, Permissions
from amlz.core.plan import LandingZonePlan
from amlz.core.problems import listed
from amlz.core.specs import ResourceGroupSpec, records
from amlz.core.words import plural
from amlz.policy.verdicts import Verdicts
from amlz.reports.contradictions import contradictions
from amlz.reports.custom_sections import CustomSection, custom_sections
from amlz.reports.data_flows import data_flows
from amlz.reports.hiding import hidden_accepted, hidden_finding, hidden_graph, hidden_verdicts
from amlz.reports.mesh_calls import mesh_calls
from amlz.stackfile.load import StackFile

#: Limitations of every preview without a cloud. Shown with all of its results.
NOT_COVERED = (
    "state and drift: it knows the stack file, not what is in Azure",
    "what Azure checks only when asked: live quota, capacity, names taken by others",
    "Azure Policy: assignments of your tenant that were not imported",
    "what a change would replace or refuse",
)

#: Words of answers that have no result.
UNKNOWN = frozenset({"undecided", "not-judged", "error", "invalid"})


@dataclass(frozen=True)
class Preview:
    """One stack, previewed, as in `file`. `verdicts` are those of Azure Policy; `accepted` counts nowhere.

    `quota`: whether forms for people show what is taken of quotas. `costs`: None where the stack file names no prices.
    """

    stack: str
    file: StackFile
    config: LandingZoneConfig
    plan: LandingZonePlan
    graph: ResourceGraph
    findings: tuple[Finding, ...]
    verdicts: Verdicts
    accepted: tuple[Accepted, ...] = ()
    quota: bool = False
    costs: Costs | None = None

    @cached_property
    def permissions(self) -> tuple[PermissionAnswer, ...]:
        """Answers of all personas to all actions, evaluated when a form shows them."""
        return tuple(Permissions(self.graph).answers())

    @cached_property
    def names(self) -> Names:
        """Returns the names of the resources, as forms for people show them."""
        return names_of(self.graph)

    @cached_property
    def sections(self) -> tuple[CustomSection, ...]:
        """Returns further tables: data flows, mesh calls, what is not verified, and those of the business unit."""
        own = custom_sections(self.shown.graph, self.plan)
        return (*data_flows(self.plan), *mesh_calls(self.plan), *contradictions(self.config), *own)

    @cached_property
    def shown(self) -> Preview:
        """The preview as it is written in any form: the same, without secrets."""
        hider, graph = hidden_graph(self.graph, self.file.document.values)
        shown = replace(
            self,
            graph=graph,
            findings=tuple(hidden_finding(finding, hider) for finding in self.findings),
            verdicts=hidden_verdicts(self.verdicts, self.graph, hider),
            accepted=tuple(hidden_accepted(one, hider) for one in self.accepted),
        )
        shown.__dict__["shown"] = shown
        return shown

    @property
    def in_groups(self) -> str:
        """Returns the number of resource groups: created ones, and those that the stack file names."""
        created = len(self.graph.of_type("Microsoft.Resources/resourceGroups"))
        existing = sum(group.exists for group in records(self.plan, ResourceGroupSpec))
        if not existing:
            return plural(created, "resource group")
        return f"{created} new and {plural(existing, 'existing resource group')}"

    def count(self, severity: Severity) -> int:
        """Findings of a severity."""
        return sum(finding.severity is severity for finding in self.findings)

    def fails(self, fail_on: str) -> bool:
        """Returns whether there is a finding at or above a severity, or a refusal by a policy; `none` never fails."""
        if fail_on == "none":
            return False
        has_finding = any(finding.severity.at_least(Severity(fail_on)) for finding in self.findings)
        return has_finding or bool(self.verdicts.denied)


def verdict(preview: Preview) -> tuple[Severity | None, str]:
    """Returns the worst severity (None: neither an error nor a warning), and the counts in words.

    Notes and policies that could not be evaluated are counted where nothing is worse: "no findings" means none at all.
    """
    denied, errors, warnings = len(preview.verdicts.denied), *map(preview.count, (Severity.ERROR, Severity.WARNING))
    counts = [plural(denied, "request") + " refused by Azure Policy"] if denied else []
    counts += [plural(errors, "error")] if errors else []
    counts += [plural(warnings, "warning")] if warnings else []
    if counts:
        return Severity.ERROR if denied or errors else Severity.WARNING, listed(counts)
    notes, unevaluated = preview.count(Severity.NOTE), _unevaluated(preview.verdicts)
    counts = [plural(notes, "note")] if notes else []
    counts += [plural(unevaluated, "unknown policy result")] if unevaluated else []
    return None, f"no errors or warnings, {listed(counts)}" if counts else "no findings"


def complete(preview: Preview) -> bool:
    """Returns whether nothing is open: no findings, not even notes, and a result of every policy."""
    return verdict(preview)[0] is None and not preview.count(Severity.NOTE) and not _unevaluated(preview.verdicts)


def _unevaluated(verdicts: Verdicts) -> int:
    """Returns how many evaluations have no result, and how many assigned policies are not known here."""
    return sum(answer.word in UNKNOWN for answer in verdicts.answers) + sum(
        len(assignment.unjudged) for assignment in verdicts.assignments
    )
