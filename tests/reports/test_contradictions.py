"""The table of points on which sources contradict each other, in every form of a preview."""

from __future__ import annotations

import json

import pytest

from amlz.reports.contradictions import TITLE, contradictions
from amlz.stackfile.load import from_object
from tests.conftest import in_format, previewed
from tests.core.stacks import PEOPLE, Stack, at, stack

RANGES = {"hostNetwork": "10.1.8.0/26", "containerNetwork": "10.1.8.64/26"}
CLUSTER = {
    "network": "10.1.9.0/26",
    "podNetwork": "100.64.0.0/18",
    "serviceNetwork": "100.65.0.0/24",
    "pools": {"cpu": {"size": "Standard_D8s_v5", "maxNodes": 3}},
}
KEY = "projects.churn.environments.dev"


def points(**environment: Stack) -> dict[str, str]:
    """The keys of each point that an environment needs."""
    config = from_object(stack({"churn/dev": at("10.1.0.0/24", **environment)}, access=PEOPLE, dataLake={}))
    return {row[0]: row[1] for section in contradictions(config) for row in section.rows}


def test_without_a_key_that_needs_one_there_is_no_table() -> None:
    """A factory that calls nothing, and a cluster that Azure ML does not use, need none."""
    assert points() == {}
    assert points(dataFactory={}, aks=CLUSTER) == {}


def test_each_point_names_the_keys_that_need_it() -> None:
    """Once for all environments of a stack file."""
    assert points(databricks=RANGES, dataFactory={"callsBatchEndpoints": True}, aks={**CLUSTER, "azureMl": True}) == {
        "changing the network or the subnets of a workspace": f"{KEY}.databricks",
        "a managed private endpoint of Data Factory to an ML workspace": f"{KEY}.dataFactory.callsBatchEndpoints",
        "the identity of a private cluster that Azure ML uses": f"{KEY}.aks",
    }


@pytest.mark.parametrize(("name", "count"), [("data-platform", 3), ("kubernetes", 3)])
def test_every_form_of_a_preview_has_the_table_with_both_sources(name: str, count: int) -> None:
    """Text, Markdown, HTML and JSON."""
    preview = previewed(name)

    sections = json.loads(in_format("json", preview))["customSections"]
    (rows,) = [section["rows"] for section in sections if section["title"] == TITLE]
    assert len(rows) == count
    assert [row for row in rows if not all("https://" in source for source in row[2:4])] == []
    for form in ("text", "markdown", "html"):
        assert TITLE in in_format(form, preview)
