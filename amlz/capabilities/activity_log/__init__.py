"""Export of activity logs to the central log."""

from amlz.core.capability import Capability

CAPABILITY = Capability(
    title="Activity log",
    component="components.activity_log:ActivityLog",
    page="how-to/operate.md",
    logical="activity-log",
)
