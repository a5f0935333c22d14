"""The landing zones of the benchmarks are complete, of the requested size."""

from __future__ import annotations

import pytest

from amlz.core.plan import make_plan
from amlz.stackfile.load import from_object
from tools.benchmarks.generated import PER_SPOKE, landing_zone, of_size, registered


def test_a_landing_zone_of_any_size_is_planned() -> None:
    """A second spoke where the first is full; nothing overlaps, no limit of Azure is passed."""
    plan = make_plan(from_object(landing_zone(PER_SPOKE + 1)))

    assert (len(plan.environments), [str(space.network) for space in plan.addresses.spokes]) == (
        PER_SPOKE + 1,
        ["spoke00", "spoke01"],
    )


def test_the_size_is_that_of_what_the_program_makes() -> None:
    """Within half an environment."""
    made = [resource.token for resource in registered(of_size(300)).resources]

    assert abs(sum(token.startswith("azure-native:") for token in made) - 300) <= 30


@pytest.mark.parametrize("projects", [0, 6_401])
def test_there_is_no_landing_zone_without_projects_or_without_room(projects: int) -> None:
    """The range is stated."""
    with pytest.raises(ValueError, match=rf"{projects} projects; there is room for 1 to 6,400"):
        landing_zone(projects)
