"""Commands that query the central log."""

from __future__ import annotations

from amlz.capabilities.operations.work import Work


def log_command(work: Work, query: str) -> str:
    """Returns a command that queries the central log, in one line. Comments of the query are left out."""
    lines = (line.strip() for line in query.splitlines() if not line.startswith("//"))
    text = " ".join(lines).replace('"', "'")
    customer = (
        f"az monitor log-analytics workspace show --ids {work.context.log_analytics} --query customerId --output tsv"
    )
    return f'az monitor log-analytics query --workspace "$({customer})" --analytics-query "{text}"'
