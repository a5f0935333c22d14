"""Names by patterns of the organisation, in the stack file."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from amlz.core.config.shared import Config, OwnName

#: Text with placeholders such as {project}. `check_input` of amlz/core/planning/naming.py reads it.
NamePattern = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200),
    Field(examples=["{type}-{businessUnit}-{project}-{environment}-{region}-{instance}"]),
]
#: A short form of a word in names.
ShortWord = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{1,16}$")]


class NamingConfig(Config):
    """Names by patterns, instead of the generated ones. docs/how-to/own-names.md lists placeholders."""

    pattern: NamePattern | None = None
    """The pattern of all names, apart from those of parts inside another resource and of keys of this file."""
    patterns: dict[str, NamePattern] = Field(default_factory=dict)
    """Patterns of single kinds, for example shorter ones of `keyVault` and `storageAccount`. docs/reference/names.md
    lists kinds.
    """
    types: dict[str, ShortWord] = Field(default_factory=dict)
    """Values of the placeholder for the type, by kind, instead of Microsoft's abbreviations."""
    abbreviations: dict[str, ShortWord] = Field(default_factory=dict)
    """Short forms of words in names: regions, projects, environments, purposes."""
    instance: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{1,4}$")] = "01"
    """The value of the placeholder for the instance: to distinguish landing zones of one unit in one region."""
    names: dict[str, OwnName] = Field(default_factory=dict)
    """Own names of single resources by role, such as `churn/dev/identity/compute`: owner, kind and purpose."""
