"""The branch that `amlz upgrade merge` made, and the commands that follow, on the page of the effects."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import replace

from amlz.reports.fleet.page import FleetPage, FleetTable


def with_branch(page: FleetPage, tag: str, branch: Mapping[str, str] | None) -> FleetPage:
    """Returns the page with the branch; None where the effects stop the upgrade, so none was made."""
    if branch is None:
        note = "No branch was made, and nothing in the repository changed."
        return replace(page, notes=(*page.notes, note), record={**page.record, "branch": None, "commands": []})
    commands = _commands(tag, branch["name"])
    notes = (
        *page.notes,
        f"The branch {branch['name']} has the merge commit {branch['commit'][:12]}. Files, index and the current "
        "branch are as they were.",
        "Complete the pull request with a merge commit: after a squash, the same files conflict in the next upgrade.",
    )
    table = FleetTable("Commands that follow", ("step", "command"), commands, "None.")
    record = {
        **page.record,
        "branch": dict(branch),
        "commands": [{"step": step, "command": command} for step, command in commands],
    }
    return replace(page, tables=(*page.tables, table), notes=notes, record=record)


def _commands(tag: str, branch: str) -> tuple[tuple[str, str], ...]:
    name, title = shlex.quote(branch), shlex.quote(f"Upgrade to {tag}")
    return (
        ("push", f"git push --set-upstream origin {name}"),
        ("open in GitHub", f"gh pr create --repo OWNER/FORK --head {name} --title {title} --body ''"),
        ("open in Azure DevOps", f"az repos pr create --source-branch {name} --title {title}"),
        ("or remove it", f"git branch -D {name}"),
    )
