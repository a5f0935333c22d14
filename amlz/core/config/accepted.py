"""Findings of the preview that an owner accepted for a limited time."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from amlz.core.config.policies import Day
from amlz.core.config.shared import Config


class AcceptedFindingConfig(Config):
    """A finding that is accepted: it is shown apart, and does not fail the preview until its day."""

    finding: Annotated[str, StringConstraints(min_length=3, max_length=100), Field(examples=["exposure/public-access"])]
    """Its id, as the preview prints it (docs/reference/checks.md)."""
    resource: Annotated[str, StringConstraints(min_length=1, max_length=260)]
    """The name of the resource at which it is found, in quotes `"*"` for all."""
    reason: Annotated[str, StringConstraints(min_length=10, max_length=512)]
    """Why."""
    expires_on: Day
    """The first day on which it counts again, in quotes."""
    ticket: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    """Reference of the decision."""
