"""One change with something of everything, from the recommended example: for golden files of reports.

It adds a project, changes a cluster, replaces a vault, deletes an environment, moves another one's addresses, sets
public access in production, which Azure Policy denies there, gives a role to more people, opens the firewall for hosts,
and accepts a finding. Texts that people write have everything in them that a form of report could take for markup.
"""

from __future__ import annotations

import functools
import json
import tempfile
from dataclasses import replace
from pathlib import Path

from amlz.checks.guard.change import LossAllowance
from amlz.diff.difference import Difference, difference
from amlz.reports.formats import as_json
from amlz.reports.preview import Preview
from amlz.stackfile.load import load
from tests.conftest import ROOT, STACKS, preview_of

RECOMMENDED = (ROOT / STACKS["recommended"]).read_text(encoding="utf-8")
#: Texts that a report could take for markup, a link, a mention, or the end of their container.
HOSTILE = (
    "a | b `c` <script>alert(1)</script> @octocat #123 ](https://e.example/x) --> **x** $y$ \\ '\" &lt; www.e.example"
)
_TEXT = json.dumps(HOSTILE)
EDITS = {
    '      costCentre: "0815"\n': f"      costCentre: {_TEXT}\n",
    "    projects:\n": f"""    egressHosts:
      models: {{hosts: [models.contoso.com], why: {_TEXT}}}
    acceptedFindings:
      - finding: exposure/public-access
        resource: appi-health-triage-dev
        reason: {_TEXT}
        expiresOn: "2027-03-31"
        ticket: PLAT-7
    projects:
      fraud:
        environments:
          dev: {{network: 10.60.18.0/25}}
""",
    "        description: Who should be seen first\n": f"        description: {_TEXT}\n",
    "          dataScientists: [11111111-aaaa-4bbb-8ccc-000000000002]\n": """          dataScientists:
            - 11111111-aaaa-4bbb-8ccc-000000000002
            - 11111111-aaaa-4bbb-8ccc-000000000009
""",
    "            network: 10.60.16.0/25\n": """            network: 10.60.19.0/25
            names: {keyVault: kv-triage-own}
""",
    "maxNodes: 8}": "maxNodes: 12}",
    """          staging:
            network: 10.60.16.128/25
            access: {pipelines: [22222222-aaaa-4bbb-8ccc-000000000001]}
""": "",
    "            network: 10.60.17.0/25\n": """            network: 10.60.17.0/25
            security: {publicNetworkAccess: true}
""",
}


def edited() -> str:
    """The stack file afterwards."""
    text = RECOMMENDED
    for old, new in EDITS.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def previewed_of(text: str) -> Preview:
    """The preview of a stack file, on a day, at a path that is the same in every run."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "Pulumi.recommended.yaml"
        path.write_text(text, encoding="utf-8")
        file = load(str(path))
        preview = preview_of(file, "2026-11-21")
    return replace(preview, file=replace(file, display_path="Pulumi.recommended.yaml"))


@functools.cache
def rich_change() -> tuple[Preview, Difference]:
    """The landing zone afterwards, and what is different. Once for all tests of a process."""
    return _sides()[1], compared_again(None)


def compared_again(allowed: LossAllowance | None) -> Difference:
    """Returns the same difference with entries of the stack file that allow losses."""
    before, after = (json.loads(as_json.render(side)) for side in _sides())
    return difference("main", before, after, allowed)


@functools.cache
def _sides() -> tuple[Preview, Preview]:
    return previewed_of(RECOMMENDED), previewed_of(edited())
