"""The table of data platforms and the lake, in every form of a preview."""

from __future__ import annotations

import json

from amlz.reports.data_flows import data_flows
from tests.conftest import ROOT, in_format
from tests.core.stacks import PEOPLE, Stack, at, planned, stack
from tests.reports.test_previews import case

EXAMPLE = ROOT / "examples" / "data-platform" / "Pulumi.data-platform.yaml"
DATABRICKS = {"hostNetwork": "10.1.8.0/26", "containerNetwork": "10.1.8.64/26"}
LAKE = {"containers": ["raw", "curated"]}


def rows(environment: Stack, **more: object) -> list[tuple[str, ...]]:
    """The rows of one environment."""
    plan = planned(stack({"churn/dev": at("10.1.0.0/24", **environment)}, access=PEOPLE, **more))
    return [row for section in data_flows(plan) for row in section.rows]


def test_without_a_data_platform_there_is_no_table() -> None:
    """A lake alone has a table of roles."""
    assert rows({}, dataLake=LAKE) == []
    assert rows({"databricks": DATABRICKS}) == []


def test_each_platform_has_a_row_for_each_role() -> None:
    """With its containers, and the way there: endpoints of the lake, or those of a managed network."""
    table = rows({"databricks": DATABRICKS, "dataFactory": {}}, dataLake=LAKE)

    names = "private endpoints pep-retail-lake-blob and pep-retail-lake-dfs"
    lake = f"{names}, by privatelink.blob.core.windows.net and privatelink.dfs.core.windows.net"
    managed = "managed private endpoints pe-lake-blob and pe-lake-dfs"
    assert table == [
        (platform, "churn/dev", container, f"Storage Blob Data {role}", path)
        for platform, path in (("Azure ML jobs", lake), ("Data Factory", managed), ("Databricks", lake))
        for container, role in (("raw and curated", "Reader"), ("workspace-churn-dev", "Contributor"))
    ]


def test_jobs_in_a_managed_network_use_its_outbound_rules() -> None:
    """Databricks has its clusters in the spoke in any case."""
    table = rows({"databricks": DATABRICKS, "isolation": "managed"}, dataLake=LAKE)

    paths = {platform: path for platform, _, _, _, path in table}
    assert paths["Azure ML jobs"] == "outbound rules pe-lake-blob and pe-lake-dfs"
    assert paths["Databricks"].startswith("private endpoints pep-retail-lake-blob")


def test_a_container_is_named_once_where_projects_share_a_workspace() -> None:
    """Each of them has an identity with the same roles."""
    member = {"access": PEOPLE, "clusters": {"fraud-cpu": {"size": "Standard_D4s_v5", "maxNodes": 2}}}
    table = rows({"databricks": DATABRICKS, "sharedBy": {"fraud": member}}, dataLake=LAKE)

    assert [containers for platform, _, containers, *_ in table if platform == "Azure ML jobs"] == [
        "raw and curated", "workspace-churn-dev",
    ]  # fmt: skip


def test_zones_of_a_policy_are_said_to_be_its() -> None:
    """No zone is known then."""
    table = rows({"databricks": DATABRICKS}, dataLake=LAKE, dns={"mode": "policy"})

    assert {path.rpartition(", ")[2] for *_, path in table} == {"by zones of a policy"}


def test_every_form_of_a_preview_has_the_table() -> None:
    """Text, Markdown, HTML and JSON."""
    preview = case(EXAMPLE)

    section, _ = json.loads(in_format("json", preview))["customSections"]
    assert (section["title"], len(section["rows"])) == ("Data platforms and the data lake", 16)
    for form in ("text", "markdown", "html"):
        assert "Data platforms and the data lake" in in_format(form, preview)
