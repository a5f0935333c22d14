"""Identity is not appearance: a URN that changes is a resource that is replaced."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import PREVIEWED, previewed

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("stack", PREVIEWED)
def test_urns_are_those_of_the_golden_list(stack: str) -> None:
    """A change here replaces resources: give them an alias, then write the list again (CONTRIBUTING.md)."""
    urns = sorted(resource.urn for resource in previewed(stack).graph)

    assert urns == (GOLDEN / f"{stack}.urns").read_text().splitlines()
