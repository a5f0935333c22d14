"""Alerts by name in every form of a preview."""

from __future__ import annotations

import json
import re

from amlz.reports import alerts
from tests.capabilities.test_operations import EXAMPLE, operated
from tests.cli.in_process import amlz_here
from tests.conftest import ROOT
from tests.core.stacks import at, planned, stack


def test_every_rule_is_in_the_json_with_a_page_of_its_runbook() -> None:
    """Each alert resource once, with its severity and receivers as Azure is sent them."""
    preview = json.loads(amlz_here("preview", str(EXAMPLE), "--format", "json").stdout)
    bodies = {resource["id"]: resource["body"].get("properties") for resource in preview["resources"]}
    rules = {record["id"]: record for record in preview["alerts"]}

    assert rules.keys() <= bodies.keys()
    kinds = ("metricAlerts", "scheduledQueryRules", "activityLogAlerts")
    assert set(rules) == {id_ for id_ in bodies if id_.split("/")[-2] in kinds}
    for id_, record in rules.items():
        body = bodies[id_]
        assert record["severity"] == body.get("severity")
        assert record["notifies"].lower() in json.dumps(body["actions"]).lower()
        assert (ROOT / record["runbook"]).is_file()
        assert record["condition"]


def test_text_markdown_and_html_name_each_alert() -> None:
    """With a link to its page where the address of the repository is known."""
    names = {record["alert"] for record in json.loads(amlz_here("runbook", str(EXAMPLE), "--format", "json").stdout)}
    text = amlz_here("preview", str(EXAMPLE)).stdout
    markdown = amlz_here(
        "preview", str(EXAMPLE), "--format", "markdown", "--source-url", "https://git.example/main"
    ).stdout
    html = amlz_here("preview", str(EXAMPLE), "--format", "html", "--source-url", "https://git.example/main").stdout

    section = text.split("Alerts (runbook of each: amlz runbook operate ALERT)\n")[1].split("\n\n")[0]
    assert set(re.findall(r"[a-z]+(?:-[a-z]+)+", re.sub(r"ag-\S+", "", section))) == names
    assert "  severity 3, to ag-retail-ticket: churn/dev\n    failed-runs\n" in section
    for name in names:
        assert f"[{name}](<https://git.example/main/docs/runbooks/{name}.md>)" in markdown
        assert f'<a href="https://git.example/main/docs/runbooks/{name}.md" rel="noreferrer">{name}</a>' in html


def test_environments_with_the_same_alerts_are_in_one_row() -> None:
    """A hundred of them: a row for each severity and receiver."""
    projects = {f"p{number}": {"environments": {"prod": at(f"10.1.{number}.0/24")}} for number in range(100)}
    rows = list(alerts.rows(planned(operated() | {"projects": projects})))

    assert [len(row.where) for row in rows if row.where != ("shared",)] == [100, 100, 100]
    assert len(rows) < 10


def test_a_stack_without_operations_has_none() -> None:
    """No section, and an empty list."""
    assert alerts.text("one", planned(stack({"churn/prod": at("10.1.0.0/24")}))) == ""
    assert alerts.records(planned(stack({"churn/prod": at("10.1.0.0/24")}))) == []
