"""The table of calls through a mesh, in every form of a preview, and its edges in the drawing."""

from __future__ import annotations

import json

from amlz.core.plan import make_plan
from amlz.reports.mesh_calls import TITLE, calls_of, mesh_calls
from tests.conftest import in_format
from tests.core.stacks import at, planned, stack
from tests.mesh.samples import EXAMPLE, config_of, landing_zone
from tests.reports.test_previews import case


def test_each_caller_has_a_row_for_each_endpoint_of_all_three_ways_and_both_zones() -> None:
    """Allowed, denied with the reason, copied and retried."""
    (section,) = mesh_calls(make_plan(config_of(landing_zone())))
    rows = {row[0]: row[1:] for row in section.rows}

    assert len(rows) == 18
    assert rows["checkout to fraud-scoring"] == (
        "fraud/prod", "canary", "allowed", "90 % fraud-prod-fraud-scoring, 10 % fraud-prod-fraud-scoring-next",
        "25 % to fraud-prod-fraud-scoring-shadow", "2", "",
    )  # fmt: skip
    assert rows["checkout to fraud-scoring-shadow"][2:4] == ("denied: no rule of the caller's route matches: 404", "")
    assert rows["checkout-neu to fraud-graph"][2] == "denied: the mesh has no fraud-graph"
    assert rows["validator to fraud-rules"][1:4] == ("validating", "allowed", "100 % fraud-prod-fraud-rules")


def test_faults_are_shown_with_what_fails_after_retries() -> None:
    """Of a game day."""
    content = landing_zone()
    endpoint = content["projects"]["fraud"]["environments"]["prod"]["mesh"]["endpoints"]["fraud-scoring"]
    allowance = {"reason": "Game day of the fraud team.", "expiresOn": "2027-03-31"}
    endpoint["faults"] = {
        "abort": {"percentage": 50}, "delay": {"milliseconds": 2000, "percentage": 10}, "allowProduction": allowance,
    }  # fmt: skip
    (call, *_) = calls_of(make_plan(config_of(content)))

    assert call.row[-1] == "50 % get 503, 10 % wait 2s, after retries 11.2 % fail"


def test_without_a_mesh_there_is_no_table() -> None:
    """Nor an edge."""
    plan = planned(stack({"churn/dev": at("10.1.0.0/24")}))

    assert (list(mesh_calls(plan)), list(calls_of(plan))) == ([], [])


def test_every_form_of_a_preview_has_the_table_and_the_drawing_its_edges() -> None:
    """Requests as lines, copies as dashed ones; who is denied has none."""
    preview = case(EXAMPLE)

    for form in ("text", "markdown", "html"):
        assert TITLE in in_format(form, preview)
    titles = [section["title"] for section in json.loads(in_format("json", preview))["customSections"]]
    drawn = [line.strip() for line in in_format("mermaid", preview).splitlines()]
    assert titles == [TITLE]
    assert 'caller_fraud_prod_checkout["checkout<br/>shop, aks-weu"]:::outside' in drawn
    assert 'endpoint_fraud_prod_fraud_graph["fraud-graph<br/>canary, kubernetes-in-mesh"]:::environment' in drawn
    assert "caller_fraud_prod_checkout -->|mesh| endpoint_fraud_prod_fraud_graph" in drawn
    assert "endpoint_fraud_prod_fraud_graph -.->|100 % copies| endpoint_fraud_prod_fraud_graph_shadow" in drawn
    assert "caller_fraud_prod_checkout -->|mesh| endpoint_fraud_prod_fraud_rules" not in drawn
