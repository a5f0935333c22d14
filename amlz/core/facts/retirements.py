"""Retirements by day: versions of Azure's API, sizes of machines, and settings. Past days stay in the table.

Only what the pages name; what is not here may be retired all the same. https://github.com/Azure/EOL (2025-06) is
Microsoft's own list of retirements, by service. Sizes that are gone already are in amlz/core/facts/sizes.py as well,
where the stack file is refused.
"""

from __future__ import annotations

import re

from amlz.core.capability_facts import RetiredSetting
from amlz.core.discovery import capability_facts
from amlz.dataclass import dataclass

EOL = "https://raw.githubusercontent.com/Azure/EOL/main/service_list.json"


@dataclass(frozen=True, slots=True)
class RetiredVersions:
    """Versions of an API, below `namespace` (lower case), that end on a day (ISO 8601).

    `only`: these, or else all `before` a version.
    """

    namespace: str
    on: str
    instead: str
    source: str
    before: str | None = None
    only: tuple[str, ...] = ()

    def holds(self, version: str) -> bool:
        """Returns whether a version ends."""
        return version in self.only or (self.before is not None and "" < version < self.before)


VERSIONS = (
    RetiredVersions(
        "microsoft.keyvault/", "2027-02-27", "2026-02-01 or a later one",
        "https://learn.microsoft.com/azure/key-vault/general/migrate-api-version", before="2026-02-01",
    ),
    RetiredVersions("microsoft.containerregistry/", "2026-09-30", "a later one", EOL, only=("2017-03-01",)),
    RetiredVersions(
        "microsoft.apimanagement/", "2023-09-30", "2021-08-01 or a later one",
        "https://azure.microsoft.com/updates/api-versions-being-retired-for-azure-api-management/", before="2021-08-01",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RetiringSizes:
    """Sizes of machines, by a pattern for the whole name in lower case, that end on a day."""

    pattern: re.Pattern[str]
    series: str
    on: str
    source: str


_PAGES = "https://learn.microsoft.com/azure/virtual-machines"
SIZES = (
    RetiringSizes(re.compile(r"standard_nc(6|12|24|24r)"), "NC", "2023-09-06", f"{_PAGES}/nc-series-retirement"),
    RetiringSizes(re.compile(r"standard_nv(6|12|24)"), "NV", "2023-09-06", f"{_PAGES}/nv-series-retirement"),
    RetiringSizes(re.compile(r"(basic_a[0-4]|standard_a[0-7])"), "Av1", "2024-08-31", EOL),
    RetiringSizes(re.compile(r"standard_hb60(-(15|30|45))?rs"), "HB", "2024-08-31", EOL),
    RetiringSizes(re.compile(r"standard_nc24rs_v3"), "NCv3", "2025-03-31", f"{_PAGES}/ncv3-nc24rs-retirement"),
    RetiringSizes(
        re.compile(r"standard_nc(6|12|24)s_v3"), "NCv3", "2025-09-30", f"{_PAGES}/ncv3-nc6s-nc12s-nc24s-retirement"
    ),
    RetiringSizes(re.compile(r"standard_dc[1248]s?_v2"), "DCsv2", "2026-06-30", EOL),
    RetiringSizes(re.compile(r"standard_m192id?m?s_v2"), "M192 v2", "2027-03-31", EOL),
    RetiringSizes(re.compile(r"standard_ds?\d+(-\d+)?(_v2)?"), "D, Ds, Dv2 and Dsv2", "2028-05-01", EOL),
    RetiringSizes(re.compile(r"standard_l(4|8|16|32)s"), "Ls", "2028-05-01", EOL),
)


SETTINGS = (
    RetiredSetting("microsoft.network/publicipaddresses", "sku.name", ("Basic",), "Basic public addresses", "2025-09-30", EOL, "Standard"),
    RetiredSetting(
        "microsoft.storage/storageaccounts", "properties.minimumTlsVersion", ("TLS1_0", "TLS1_1"), "TLS 1.0 and 1.1",
        "2026-02-03", "https://github.com/microsoft/AzUrlShortener/issues/597", "TLS1_2",
    ),
    RetiredSetting(
        "microsoft.insights/diagnosticsettings", "properties.logs[*].retentionPolicy", (), "retention by diagnostic settings",
        "2025-09-30", "https://learn.microsoft.com/azure/azure-monitor/essentials/migrate-to-azure-storage-lifecycle-policy",
    ),
    RetiredSetting(
        "microsoft.insights/diagnosticsettings", "properties.metrics[*].retentionPolicy", (), "retention by diagnostic settings",
        "2025-09-30", "https://learn.microsoft.com/azure/azure-monitor/essentials/migrate-to-azure-storage-lifecycle-policy",
    ),
    RetiredSetting(
        "microsoft.containerregistry/registries", "properties.policies.trustPolicy.status", ("enabled",),
        "Docker Content Trust", "2028-03-31", EOL, "disabled",
    ),
    RetiredSetting(
        "microsoft.insights/components", "properties.IngestionMode", ("ApplicationInsights",),
        "classic Application Insights", "2024-02-29", EOL, "LogAnalytics",
    ),
    *(row for facts in capability_facts() for row in facts.retired_settings),
)  # fmt: skip
