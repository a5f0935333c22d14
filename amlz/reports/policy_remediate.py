"""The commands that remediate: policies that change or deploy act on new requests only, the rest needs a task.

https://learn.microsoft.com/azure/governance/policy/how-to/remediate-resources
"""

from __future__ import annotations

import re

from amlz.reports.preview import Preview

ACTS = frozenset({"modify", "deployIfNotExists"})


def render(preview: Preview) -> str:
    """One command for each policy that changes or deploys, under each assignment."""
    lines = []
    for assignment in preview.verdicts.assignments:
        if not assignment.enforced:
            continue
        for policy in assignment.policies:
            effect = str(policy.values.get("effect", ""))
            if effect.lower() not in {act.lower() for act in ACTS}:
                continue
            name = re.sub(r"[^a-z0-9-]+", "-", f"{assignment.name}-{policy.reference or 'all'}".lower())[:64]
            command = ["az policy remediation create", f"--name {name}", f"--policy-assignment '{assignment.id}'"]
            command += [f"--definition-reference-id {policy.reference}"] if policy.reference else []
            command.append(_scope(assignment.scope))
            lines.append(" \\\n  ".join(command))
    if not lines:
        return "# No assignment of this stack changes or deploys anything: there is nothing to remediate.\n"
    return "# After `pulumi up`, for what stood before the assignments:\n" + "\n".join(lines) + "\n"


def _scope(scope: str) -> str:
    parts = scope.strip("/").split("/")
    kinds = [part.lower() for part in parts]
    if "managementgroups" in kinds:
        return f"--management-group {parts[-1]}"
    if "resourcegroups" in kinds:
        return f"--resource-group {parts[3]} --subscription {parts[1]}"
    return f"--subscription {parts[1]}"
