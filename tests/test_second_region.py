"""A stack file for a second region, as docs/explanation/recovery.md describes it: the two stacks share no resource."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from amlz.azure.graph import ResourceGraph
from amlz.stackfile.load import load
from amlz.stackfile.stack_file import KEY
from tests import layers
from tests.conftest import PREVIEWED, ROOT, graph_once

#: Types whose names are unique in Azure.
UNIQUE = ("Microsoft.ContainerRegistry/registries", "Microsoft.KeyVault/vaults", "Microsoft.Storage/storageAccounts")
SECOND = {"createDefinitions": False, "subscription": "off"}
STACKS = layers.chosen(("minimal", "recommended"), ("minimal",))


def graph_of(stack: str, folder: Path, location: str, **policies: Any) -> ResourceGraph:
    """The requests of a shipped stack in a region, with further settings of policies."""
    values = yaml.safe_load((ROOT / PREVIEWED[stack]).read_text(encoding="utf-8"))
    landing_zone = values["config"][KEY]
    landing_zone["location"] = location
    landing_zone["policies"] = {**landing_zone.get("policies", {}), **policies}
    path = folder / f"Pulumi.{location}.yaml"
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    return graph_once(load(str(path)))


def shared(one: ResourceGraph, other: ResourceGraph) -> set[str]:
    """Types of resources that both have, by their IDs."""
    ids = {resource.id.lower() for resource in one}
    return {resource.arm_type for resource in other if resource.id and resource.id.lower() in ids}


@pytest.mark.parametrize("stack", STACKS)
def test_stacks_of_two_regions_share_definitions_of_policies_alone(stack: str, tmp_path: Path) -> None:
    """In one subscription, one of the two creates them. Names that are unique in Azure differ too."""
    first, second = (graph_of(stack, tmp_path, region) for region in ("westeurope", "northeurope"))
    without = graph_of(stack, tmp_path, "northeurope", **SECOND)

    names = [{resource.name for resource in graph.of_type(*UNIQUE)} for graph in (first, without)]
    assert {kind.partition("/")[0] for kind in shared(first, second)} == {"Microsoft.Authorization"}
    assert shared(first, without) == set()
    assert names[0] & names[1] == set()
    assert all(names)
