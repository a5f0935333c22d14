"""Storage accounts of workspaces: copies, what can be restored, and which logs are kept."""

from __future__ import annotations

from typing import Any

import pytest

from amlz.core.specs import StorageSpec
from tests.conftest import previewed
from tests.core.stacks import at, planned, stack


def account(name: str, storage: dict[str, Any] | None = None, **settings: Any) -> StorageSpec:
    """The storage account of an environment of this name."""
    environment = at("10.1.0.0/24", **({"storage": storage} if storage is not None else {}))
    (actual,) = planned(stack({f"churn/{name}": environment}, **settings)).environments
    return actual.storage


@pytest.mark.parametrize(
    ("name", "storage", "expected"),
    [
        ("prod", None, ("Standard_ZRS", 7, 7, False)),
        ("dev", None, ("Standard_LRS", 0, 7, False)),
        ("prod", {"redundancy": "geoZone", "softDeleteDays": 30}, ("Standard_GZRS", 30, 7, False)),
        ("dev", {"redundancy": "geo", "shareSoftDeleteDays": 0, "versioning": True}, ("Standard_GRS", 0, 0, True)),
    ],
)
def test_copies_and_what_can_be_restored(
    name: str, storage: dict[str, Any] | None, expected: tuple[str, int, int, bool]
) -> None:
    """SKU, days of blobs, days of file shares, versions; by default, and as configured."""
    spec = account(name, storage)
    assert (spec.sku, spec.soft_delete_days, spec.share_days, spec.versioning) == expected


@pytest.mark.parametrize("reads", [False, True])
def test_reads_are_logged_only_where_configured(reads: bool) -> None:
    """Metrics are sent once, by the account: its services send logs alone."""
    actual = account("dev", storageReadLogs=reads).diagnostics
    service = (True, False, () if reads else ("StorageWrite", "StorageDelete"))

    assert [(item.logs, item.metrics, item.categories) for item in actual] == [(False, True, ()), *[service] * 4]


def test_the_requests_of_a_shipped_stack() -> None:
    """Bodies of production and of the logs of its blob service."""
    graph = previewed("prod").graph
    bodies = {r.id.lower(): r.body.get("properties", {}) for r in graph}
    store = next(r for r in graph.of_type("Microsoft.Storage/storageAccounts") if "churnprod" in r.name).id.lower()
    kept = {"enabled": True, "days": 7}

    assert bodies[f"{store}/blobservices/default"] == {
        "deleteRetentionPolicy": kept,
        "containerDeleteRetentionPolicy": kept,
    }
    assert bodies[f"{store}/fileservices/default"] == {"shareDeleteRetentionPolicy": kept}
    setting = bodies[f"{store}/blobservices/default/providers/microsoft.insights/diagnosticsettings/to-central-log"]
    assert setting["logs"] == [
        {"category": "StorageWrite", "enabled": True},
        {"category": "StorageDelete", "enabled": True},
    ]
    assert not setting.get("metrics")


def test_a_restore_to_a_point_in_time_has_all_that_it_needs() -> None:
    """The request of a shipped stack: soft delete of a day more, versions, and the change feed."""
    bodies = [
        service.properties
        for service in previewed("everything").graph.of_type("Microsoft.Storage/storageAccounts/blobServices")
        if "restorePolicy" in service.properties
    ]
    kept = {"enabled": True, "days": 3}

    assert bodies == [
        {
            "deleteRetentionPolicy": kept,
            "containerDeleteRetentionPolicy": kept,
            "isVersioningEnabled": True,
            "changeFeed": {"enabled": True},
            "restorePolicy": {"enabled": True, "days": 2},
        }
    ]


def test_nothing_is_sent_without_the_key() -> None:
    """No restore policy, which versions alone do not need."""
    assert account("dev", {"versioning": True}).restore_days is None
