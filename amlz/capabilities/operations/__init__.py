"""Operation of a landing zone: receivers of alerts, alerts, suppression windows, routing and budgets."""

from amlz.capabilities.operations.facts import FACTS
from amlz.core.capability import Capability

CAPABILITY = Capability(
    title="Operation",
    component="components.landing_zone_operations:LandingZoneOperations",
    page="how-to/operate.md",
    patterns={
        r"^[^@\s]+@[^@\s]+\.[^@\s]+$": ("a mail address", "ml-operations@contoso.com"),
        r"^https://[^/?#\s@]+(/[^?#\s]*)?$": ("an https address without a query", "https://alerts.contoso.com/azure"),
        r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$": ("a date and time without an offset", "2027-01-09T20:00:00"),
        r"^\d{2}:\d{2}:\d{2}$": ("a time of day", "22:00:00"),
        r"^[a-zA-Z][a-zA-Z0-9-]{1,30}[a-zA-Z0-9]$": ("the name of an online endpoint", "churn-online"),
        r"^[A-Za-z0-9 .()+-]+$": ("a time zone by its Windows name", "W. Europe Standard Time"),
    },
    facts=FACTS,
)
