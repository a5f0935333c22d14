"""docs/reference/names.md: kinds of names."""

from __future__ import annotations

from amlz.core.capability_facts import NameRule
from amlz.core.facts.names import NAME_RULES, TYPES, UNLISTED
from amlz.core.name_patterns import FROM_KEYS, INSIDE
from tools.docgen.templating import Row, rendered

_WITHIN = {
    "azure": "all of Azure",
    "region": "region",
    "subscription": "subscription",
    "group": "resource group",
    "parent": "parent",
}

_ML = "Microsoft.MachineLearningServices/workspaces"
#: Types of kinds whose names are keys of the stack file.
_OF_KEYS = {
    "cluster": f"{_ML}/computes",
    "computeInstance": f"{_ML}/computes",
    "connection": f"{_ML}/connections",
    "container": "Microsoft.Storage/storageAccounts/blobServices/containers",
    "datastore": f"{_ML}/datastores",
}


def names_page() -> str:
    """Returns the page."""
    rows = [_row(kind, rule) for kind, rule in sorted(NAME_RULES.items())]
    return rendered("names.md.jinja", kinds=rows, unlisted=sorted(UNLISTED))


def _row(kind: str, rule: NameRule) -> Row:
    pattern = "key" if kind in FROM_KEYS else "its own" if kind in INSIDE else "all"
    return (
        f"`{kind}`",
        TYPES[kind] if kind in TYPES else _OF_KEYS[kind],
        rule.prefix.strip("-"),
        f"{rule.shortest} to {rule.longest}",
        rule.says.replace("|", "\\|"),
        _WITHIN[rule.unique_in],
        pattern,
    )
