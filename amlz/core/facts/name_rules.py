"""The name rule that most network resources share."""

from __future__ import annotations

from amlz.core.capability_facts import NameRule

#: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
WORDS = r"[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?"
WORDS_SAY = "letters, digits, hyphens, underscores and periods; starting with a letter or digit, not ending in a period or hyphen"


def named(prefix: str, shortest: int = 1, longest: int = 80) -> NameRule:
    """Returns the rule, for names that are unique in their resource group."""
    return NameRule(prefix, shortest, longest, WORDS, WORDS_SAY, "group")
