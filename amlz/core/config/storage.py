"""The storage account of a workspace in the stack file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from amlz.core.config.shared import Config

#: SKUs by redundancy: https://learn.microsoft.com/azure/storage/common/storage-redundancy
REDUNDANCIES = {"local": "Standard_LRS", "zone": "Standard_ZRS", "geo": "Standard_GRS", "geoZone": "Standard_GZRS"}
Redundancy = Literal["local", "zone", "geo", "geoZone"]
#: How long Azure's own forms keep deleted files by default:
#: https://learn.microsoft.com/azure/storage/blobs/soft-delete-blob-overview and
#: https://learn.microsoft.com/azure/storage/files/storage-files-prevent-file-share-deletion
DEFAULT_DAYS = 7


class StorageConfig(Config):
    """The storage account of a workspace: copies, and what can be restored."""

    redundancy: Redundancy | None = None
    """Copies in one data center, in the zones of the region, or in the paired region too (`geo`, `geoZone`: data leaves
    the region). Left out: `zone` in production where the region has zones, else `local`.
    """
    soft_delete_days: Annotated[int, Field(ge=0, le=365, strict=True)] | None = None
    """How long deleted blobs and containers can be restored, in days; 0 for not at all. Left out: 7 in production, 0
    elsewhere. Deleted files of jobs are billed until then.
    """
    share_soft_delete_days: Annotated[int, Field(ge=0, le=365, strict=True)] = DEFAULT_DAYS
    """How long deleted file shares can be restored, in days; 0 for not at all. Notebooks are in a file share."""
    versioning: bool = False
    """Keeps each overwritten version of a blob, until it is deleted. Nothing deletes old versions by itself."""
    restore_days: Annotated[int, Field(ge=1, le=364, strict=True)] | None = None
    """How many days back block blobs of all containers can be restored to a point in time. Needs `versioning`, and
    `softDeleteDays` of a day more. Turns the change feed on, too, which is billed. docs/explanation/recovery.md."""

    def blob_days(self, production: bool) -> int:
        """Returns how long deleted blobs and containers can be restored."""
        if self.soft_delete_days is not None:
            return self.soft_delete_days
        return DEFAULT_DAYS if production else 0

    def sku(self, production: bool, zones: bool) -> str:
        """Returns the SKU."""
        return sku_of(self.redundancy, production, zones)


def sku_of(redundancy: Redundancy | None, production: bool, zones: bool) -> str:
    """Returns the SKU of a storage account. `redundancy`: None for the default."""
    return REDUNDANCIES[redundancy or ("zone" if production and zones else "local")]
