"""Destructive changes that are allowed: resources that may be replaced or deleted, and production that may end."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from amlz.core.config.policies import Day
from amlz.core.config.shared import Config


class AllowedLossConfig(Config):
    """A resource that may be lost. Take the entry out again once that is done: docs/explanation/guard.md."""

    resource: Annotated[
        str, StringConstraints(min_length=2, max_length=260), Field(examples=["stretailchurndevvaefb", "churn/dev"])
    ]
    """Its name in Azure or in the program; for deletion also PROJECT/ENVIRONMENT, if everything in it is deleted."""
    reason: Annotated[
        str, StringConstraints(min_length=10, max_length=512), Field(examples=["The project has ended (OPS-42)."])
    ]
    """Why."""


class AllowedEndConfig(Config):
    """An environment that may stop being production, until a date. Remove the entry once that is deployed."""

    environment: Annotated[str, StringConstraints(min_length=3, max_length=100), Field(examples=["churn/prod", "hub"])]
    """PROJECT/ENVIRONMENT as deployed, or `hub` for the hub and what all environments share."""
    reason: Annotated[
        str, StringConstraints(min_length=10, max_length=512), Field(examples=["The project has ended (OPS-42)."])
    ]
    """Why."""
    expires_on: Day
    """The first day on which the end is no longer allowed, in quotes."""
