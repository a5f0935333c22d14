"""The shared registry is protected for what is in it."""

from __future__ import annotations

from typing import Any

import pytest

from amlz.core.specs import SharedRegistrySpec
from tests.core.stacks import at, planned, stack


@pytest.mark.parametrize(
    ("dev", "prod", "zones", "expected"),
    [
        ({"registry": "shared"}, {}, [1, 2, 3], (False, False, None)),
        ({}, {"registry": "shared"}, [1, 2, 3], (True, True, "Holds the images of production.")),
        ({}, {"registry": "shared"}, [], (False, True, "Holds the images of production.")),
        ({}, {"registry": "shared", "production": False}, [1, 2, 3], (False, False, None)),
        ({"registry": "shared", "production": True}, {}, [1, 2, 3], (True, True, "Holds the images of production.")),
    ],
)
def test_it_is_locked_where_production_uses_it_and_not_where_production_is_elsewhere(
    dev: dict[str, Any], prod: dict[str, Any], zones: list[int], expected: tuple[bool, bool, str | None]
) -> None:
    """Its note states that it holds images of production, so it must."""
    environments = {"churn/dev": at("10.1.0.0/24", **dev), "churn/prod": at("10.1.1.0/24", **prod)}
    shared = planned(stack(environments, sharedRegistry={}, availabilityZones=zones)).part(SharedRegistrySpec)

    assert shared is not None
    registry = shared.registry
    assert (registry.zone_redundant, registry.protect, registry.lock and registry.lock.notes) == expected
