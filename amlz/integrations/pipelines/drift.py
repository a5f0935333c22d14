"""Drift: manual changes in Azure, read for each stack, and reported in one ticket of a repository."""

from __future__ import annotations

import html
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from amlz.azure.own_changes import first_key, refreshed
from amlz.integrations.pipelines.problems import PipelineError
from amlz.reports.files import in_one_line, terminal
from amlz.reports.markdown_text import code, escaped

TITLE = "Landing zones differ from what was deployed"
#: Maximum of resources that the ticket lists for one stack: the run has all.
MOST = 100
#: Words for the changes that a refresh reports.
_CHANGES = {"update": "changed", "delete": "gone"}


@dataclass(frozen=True, slots=True)
class Drifted:
    """One resource of a stack. `properties`: names only, since a value can be a secret."""

    change: str
    kind: str
    name: str
    properties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """One stack. `failed`: it could not be looked at."""

    stack: str
    failed: bool
    drifted: tuple[Drifted, ...]


def look(stack: str, to: Path) -> int:
    """Writes what a refresh would find, as STACK.json. The exit code: 0, also with drift; 2 where it failed."""
    command = ["pulumi", "refresh", "--stack", stack, "--preview-only", "--expect-no-changes"]
    # Without this setting the JSON of a refresh leaves out the changes.
    environment = {**os.environ, "PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true"}
    wanted = [*command, "--json", "--non-interactive"]
    ran = subprocess.run(wanted, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    events = list(_events(ran.stdout))
    values = [step for event in events if _is_changed(step := event.get("resOutputsEvent", {}).get("metadata", {}))]
    drifted = tuple(sorted(_drifted(values, _ids(events)), key=lambda item: (item.kind, item.name)))
    result = [event["diagnosticEvent"] for event in events if "diagnosticEvent" in event]
    errors = [item["message"].strip() for item in result if item["severity"] == "error"]
    ended = any("summaryEvent" in event for event in events)
    # Drift has a separate exit code, 7; older versions have one for every error.
    failed = bool(errors) or not ended or bool(ran.returncode and not values)
    if len(values) > len(drifted):
        sys.stderr.write(f"{len(values) - len(drifted)} resources differ only in what Azure changes by itself.\n")
    sys.stderr.write(terminal("".join(f"{error}\n" for error in errors)))
    to.mkdir(parents=True, exist_ok=True)
    text = json.dumps(asdict(Looked(stack, failed, drifted)))
    (to / f"{stack}.json").write_text(text, encoding="utf-8")
    return 2 if failed else 0


def _events(text: str) -> Iterable[dict[str, Any]]:
    for line in text.splitlines():
        if line.startswith("{"):
            yield json.loads(line)


def _is_changed(step: dict[str, Any]) -> bool:
    return step.get("op", "same") not in ("same", "refresh")


def _ids(events: Iterable[dict[str, Any]]) -> frozenset[str]:
    """Ids of all resources of the stack, in lower case."""
    steps = (event.get("resOutputsEvent", {}).get("metadata", {}) for event in events)
    return frozenset(str(step["old"]["id"]).lower() for step in steps if (step.get("old") or {}).get("id"))


def _drifted(steps: Iterable[dict[str, Any]], stack: frozenset[str]) -> Iterable[Drifted]:
    """Returns the properties that differ, but for those that Azure changes by itself (amlz/azure/own_changes.py)."""
    for step in steps:
        name = step["urn"].rsplit("::", 1)[1]
        kind = step["type"].rsplit(":", 1)[1]
        names = tuple(step.get("diffs") or ())
        if step["op"] == "update" and step["type"].startswith("azure-native:"):
            changed = refreshed(step, stack)
            if changed.own and not changed.drift:
                continue
            names = tuple(item for item in names if first_key(item) not in changed.own) or changed.drift
        yield Drifted(_CHANGES.get(step["op"], step["op"]), kind, name, names)


def read(folder: Path) -> list[Looked]:
    """Returns the results of every stack's job, by name of the stack. Raises PipelineError where there is nothing."""
    values = []
    for path in sorted(folder.glob("*.json")):
        report = json.loads(path.read_text(encoding="utf-8"))
        drifted = tuple(Drifted(**{**row, "properties": tuple(row["properties"])}) for row in report["drifted"])
        values.append(Looked(report["stack"], report["failed"], drifted))
    if not values:
        raise PipelineError(f"{folder}\n  No stack was checked. The log of each stack's job shows the reason.")
    return values


def is_clean(looked: Iterable[Looked]) -> bool:
    """Returns whether the ticket can be closed: every stack was checked, and is as it was deployed."""
    return not any(stack.failed or stack.drifted for stack in looked)


def markdown(looked: Iterable[Looked], run: str) -> str:
    """The text of an issue. `run`: the page of the run that looked."""
    return "\n\n".join(_parts(looked, run, "## {}".format, "- {}".format, code, escaped)) + "\n"


def as_html(looked: Iterable[Looked], run: str) -> str:
    """The text of a work item, which Azure DevOps takes in HTML."""

    def as_code(text: str) -> str:
        return f"<code>{html.escape(in_one_line(text))}</code>"

    def as_text(text: str) -> str:
        return html.escape(in_one_line(text))

    parts = _parts(looked, html.escape(run), "<b>{}</b>".format, "<li>{}</li>".format, as_code, as_text)
    return "".join(part if part.startswith("<") else f"<p>{part}</p>" for part in parts)


def _parts(looked: Iterable[Looked], run: str, head: Any, row: Any, code: Any, text: Any) -> Iterable[str]:
    yield (
        "Resources that Pulumi deployed were changed in Azure, or a deployment was not completed. Either add the "
        "change to the stack file, or run the deployment again, which restores the configuration of the program."
    )
    for stack in looked:
        if stack.failed:
            yield head(f"{text(stack.stack)}: it could not be looked at")
        elif stack.drifted:
            yield head(f"{text(stack.stack)}: {len(stack.drifted)} differ")
            rows = [row(_row(drifted, code, text)) for drifted in stack.drifted[:MOST]]
            if len(stack.drifted) > MOST:
                rows.append(row(f"and {len(stack.drifted) - MOST} more"))
            yield "\n".join(rows)
    yield f"Looked by {run}. Values are not shown here. `pulumi refresh --preview-only --diff` shows them."


def _row(drifted: Drifted, code: Any, text: Any) -> str:
    properties = f": {', '.join(code(name) for name in drifted.properties)}" if drifted.properties else ""
    return f"{text(drifted.change)}: {text(drifted.kind)} {code(drifted.name)}{properties}"
