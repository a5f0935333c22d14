"""Registrations of the program where zones or a hub exist already."""

from __future__ import annotations

from typing import Any

import pytest

from amlz.app.preview import PROGRAM, PROJECT
from amlz.reports.formats import as_markdown
from amlz.simulator.monitor import Program, RecordingMonitor, register
from amlz.stackfile.load import load
from tests.conftest import ROOT, previewed

FOLDER = ROOT / "tests" / "cases" / "previews"


def test_a_comment_lists_what_the_existing_firewall_must_allow() -> None:
    """As a table that is folded, a row a rule; other duties of the hub are not folded."""
    text = as_markdown.render(previewed("existing-hub"))

    head, _, rest = text.partition("<details><summary>Rules that the existing firewall needs</summary>\n\n")
    rows = rest.partition("\n\n</details>")[0].splitlines()
    sources = "10.80.0.0/25, 10.80.1.0/25"
    assert (len(rows), rows[:3]) == (
        13,
        [
            "| to | how | from | why |",
            "| --- | --- | --- | --- |",
            f"| `AzureActiveDirectory` | TCP 80, 443 | {sources} | signing in |",
        ],
    )
    assert "The existing hub must see to it that" not in head
    assert "**The existing hub must see to it that**\n\n- the firewall's DNS proxy is on" in rest


@pytest.mark.parametrize(
    ("case", "expected"),
    [("zone-groups-by-policy", ["customDnsConfigs"]), ("existing-zones-linked", [])],
)
def test_what_a_policy_changes_of_an_endpoint_is_not_compared(
    monkeypatch: pytest.MonkeyPatch, case: str, expected: list[str]
) -> None:
    """Azure fills it in from zone groups, which with `dns.mode: policy` are not the program's."""
    ignored: dict[str, list[str]] = {}
    kept = RecordingMonitor.RegisterResource

    def noted(self: RecordingMonitor, request: Any) -> Any:
        if request.type == "azure-native:network:PrivateEndpoint":
            ignored[request.name] = list(request.ignoreChanges)
        return kept(self, request)

    monkeypatch.setattr(RecordingMonitor, "RegisterResource", noted)
    file = load(str(FOLDER / f"{case}.yaml"))

    register(Program(main=PROGRAM, project=PROJECT, stack=file.stack, config=file.pulumi_config))

    assert len(ignored) == 14
    assert {name: item for name, item in ignored.items() if item != expected} == {}
