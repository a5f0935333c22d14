"""Sizes that Azure has switched off are refused in every position."""

from __future__ import annotations

from amlz.core.facts.sizes import RETIRED
from tests.core.stacks import at, facts, messages_of, stack

OWNER = "11111111-aaaa-4bbb-8ccc-000000000009"
CHOOSE = "Choose a size that the region offers and the subscription has quota for."


def test_retired_sizes_are_those_of_the_published_pages() -> None:
    """Against a second transcription, day by day."""
    written = facts("retired-sizes")
    del written["sources"]

    days: dict[str, list[str]] = {}
    for size, retired in RETIRED.items():
        days.setdefault(retired.on, []).append(size.removeprefix("standard_"))
    assert {day: sorted(sizes) for day, sizes in days.items()} == written


def test_a_retired_size_is_refused_for_clusters_instances_and_the_image_builder() -> None:
    """Each at its path, in any letter case; sizes that are not known here pass."""
    environment = at(
        "10.1.0.0/24",
        imageBuild={"size": "Standard_NC24r"},
        clusters={
            "new": {"size": "Standard_NC24ads_A100_v4", "maxNodes": 1},
            "old": {"size": "Standard_nc6S_v3", "maxNodes": 1},
        },
        instances={"ada": {"size": "Standard_NV6", "owner": OWNER}},
    )

    where = "projects.churn.environments.dev"
    assert messages_of(stack({"churn/dev": environment})) == [
        f"{where}.imageBuild.size\n  Azure retired Standard_NC24r on 2023-09-06.\n  {CHOOSE}",
        f"{where}.clusters.old.size\n  Azure retired Standard_nc6S_v3 on 2025-09-30.\n  {CHOOSE}",
        f"{where}.instances.ada.size\n  Azure retired Standard_NV6 on 2023-09-06.\n  {CHOOSE}",
    ]
