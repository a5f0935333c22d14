"""Facts of the activity log."""

from __future__ import annotations

#: Categories of the activity log: https://learn.microsoft.com/azure/azure-monitor/platform/activity-log-schema#categories
CATEGORIES = (
    "Administrative",
    "Security",
    "ServiceHealth",
    "Alert",
    "Recommendation",
    "Policy",
    "Autoscale",
    "ResourceHealth",
)
