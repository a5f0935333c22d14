"""policy/second-diagnostic-setting: a policy of a tenant would add a diagnostic setting to the plan's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from amlz.azure.graph import Resource, ResourceGraph
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.policy.deployments import (
    Deployment,
    deployments,
    last_name,
    looks_for,
    satisfied,
    text_at,
    with_properties,
)
from amlz.checks.reading import scope_of, value
from amlz.policy.engine.requests import PolicyAnswer

SETTINGS = "Microsoft.Insights/diagnosticSettings"

CHECK = Check(
    id="policy/second-diagnostic-setting",
    severity=Severity.WARNING,
    says='{assignment} would write a diagnostic setting for {name} in addition to {setting}: "{policy}" does not find '
    "the setting that it requires, and deploys {own}{target}. {effect}",
    remedy="Send to the workspace of the policy, or have the resource exempt. Each finding names the options that end "
    "it.",
    why="Azure refuses a second setting that sends a category to the workspace of another one; the policy's deployment "
    "then fails each time. Settings to two workspaces send and bill every log twice. A resource takes five settings.",
    source="https://learn.microsoft.com/azure/azure-monitor/essentials/diagnostic-settings",
)


@dataclass(frozen=True, slots=True)
class _Workspaces:
    """Ids of the workspaces that both settings send to. `theirs`: that of the policy, "" where it is not decided."""

    mine: str
    theirs: str


def find(graph: ResourceGraph, answers: Iterable[PolicyAnswer]) -> Iterator[Finding]:
    """Resources with a setting of the plan for which a policy would write one too."""
    deploying = [answer for answer in answers if looks_for(answer, SETTINGS)]
    if not deploying:
        return
    own: dict[str, list[Resource]] = {}
    for setting in graph.of_type(SETTINGS):
        own.setdefault(scope_of(setting), []).append(setting)
    for deployment in deployments(graph, deploying, SETTINGS):
        settings = own.get(deployment.resource.id.lower(), [])
        if settings:
            yield _finding(graph, deployment, settings)


def _finding(graph: ResourceGraph, deployment: Deployment, settings: list[Resource]) -> Finding:
    first = settings[0]
    mine = str(value(first, "properties.workspaceId"))
    part = deployment.parts[0] if deployment.parts else {}
    theirs, name = text_at(part, "properties", "workspaceId"), last_name(part)
    words = {
        "assignment": deployment.answer.assignment.name,
        "policy": deployment.title,
        "setting": first.name,
        "own": name or "a setting",
        "target": f" to {theirs.rpartition('/')[2]}" if theirs else "",
        "effect": _effect(first, mine, theirs, name),
        "remedy": _options(graph, deployment, first, _Workspaces(mine, theirs)),
    }
    place = FindingLocation("its diagnostic setting", theirs or None, mine)
    return replace(CHECK.finding(deployment.resource, place, **words), remedy=words["remedy"])


def _effect(setting: Resource, mine: str, theirs: str, name: str) -> str:
    if name.lower() == setting.name.lower():
        return "Both have the same name: each deployment replaces the setting of the other."
    if theirs and theirs.lower() == mine.lower():
        return "Both send to the same workspace, which Azure refuses for the second one."
    if theirs:
        return "Logs are then sent and billed twice."
    return "Its target is known only at deployment: the same workspace is refused, another one is billed twice."


def _options(graph: ResourceGraph, deployment: Deployment, setting: Resource, workspaces: _Workspaces) -> str:
    """The options, each only where it ends the finding."""
    mine, theirs = workspaces.mine, workspaces.theirs
    options = []
    moved = with_properties(setting, {**setting.properties, "workspaceId": theirs})
    existing = graph.by_id(mine) is None and graph.dns != "hub"
    if theirs and existing and theirs.lower() != mine.lower() and satisfied(deployment.answer, [moved]):
        options.append(f"Set {graph.log_key} to {theirs}: the policy then finds the setting of the plan")
    options.append(deployment.owner)
    return " ".join(f"({number}) {option}." for number, option in enumerate(options, 1))
