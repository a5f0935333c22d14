"""Time of the policy evaluator: 40 policies over 1,000 resources, and how that grows.

    python -m tools.benchmarks.policies

Aims: 40 policies over 1,000 resources from plan to verdicts in at most 1 s on two cores; linear up to 200 policies over
10,000 resources. Ratios are of one run, so they hold on any machine.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace

from amlz.app.preview import preview_stack
from amlz.azure.graph import Resource, ResourceGraph
from amlz.core.plan import make_plan
from amlz.policy.library import library
from amlz.policy.verdicts import PolicySources, Verdicts, verdicts
from amlz.reports.preview import Preview
from amlz.stackfile.load import load

_AUTHORIZATION = "microsoft.authorization/"


def previewed() -> Preview:
    """The production stack."""
    file = load("prod")
    return preview_stack(file, make_plan(file.config))


def resources(preview: Preview, count: int) -> list[Resource]:
    """So many resources: those of a preview, again and again, under other names."""
    plain = [r for r in preview.graph if not r.arm_type.lower().startswith(_AUTHORIZATION)]
    values: list[Resource] = []
    for at in range(count):
        one = plain[at % len(plain)]
        turn = at // len(plain)
        values.append(replace(one, urn=f"{one.urn}-{turn}", id=f"{one.id}-{turn}" if turn else one.id))
    return values


def assignments(policies: int, subscription: str) -> list[Resource]:
    """So many assignments of built-ins that are evaluated by the body, at the subscription."""
    usable = [
        entry
        for entry in library().entries
        if entry.builtin
        and entry.metadata.get("judged") == "body"
        and "listOfAllowedLocations" not in str(entry.document)
    ]
    values = []
    for at in range(policies):
        entry = usable[at % len(usable)]
        scope = f"/subscriptions/{subscription}"
        body = {"properties": {"policyDefinitionId": f"/providers/x/policyDefinitions/{entry.name}", "scope": scope}}
        own_id = f"{scope}/providers/Microsoft.Authorization/policyAssignments/a{at}"
        kind = "Microsoft.Authorization/policyAssignments"
        values.append(Resource(own_id, "", kind, "2025-01-01", own_id, f"a{at}", "", subscription, "", body))
    return values


def timed(preview: Preview, policies: int, count: int) -> tuple[float, Verdicts]:
    """Seconds from plan to verdicts, and the verdicts."""
    graph = ResourceGraph((*resources(preview, count), *assignments(policies, preview.plan.subscriptions[-1])))
    sources = PolicySources(library())
    begun = time.perf_counter()
    result = verdicts(graph, sources)
    return time.perf_counter() - begun, result


def main() -> None:
    """Prints the figures."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    preview = previewed()
    timed(preview, 1, 10)  # the catalogue of aliases
    base, _ = timed(preview, 40, 1_000)
    for policies, count in ((40, 1_000), (40, 10_000), (200, 1_000), (200, 10_000)):
        seconds, result = timed(preview, policies, count)
        wanted, answered = policies * count, len(result.answers)
        sys.stdout.write(
            f"{policies:>4} policies x {count:>6,} resources  {seconds:6.2f} s  {seconds / base:6.1f}x  "
            f"{wanted / seconds:>11,.0f} questions/s  {answered / seconds:>9,.0f} answers/s\n"
        )


if __name__ == "__main__":
    main()
