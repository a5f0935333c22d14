"""What may be lost: resources that hold data, or keep their name, and may be replaced or deleted all the same."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from landingzone.config.shared import Config


class AllowedLossConfig(Config):
    """A resource that may be lost. Take the entry out again once that is done: docs/guard.md."""

    resource: Annotated[
        str, StringConstraints(min_length=2, max_length=260), Field(examples=["stretailchurndevvaefb", "churn/dev"])
    ]
    """Its name in Azure or in the program; for deletion also PROJECT/ENVIRONMENT, where all of that goes."""
    reason: Annotated[str, StringConstraints(min_length=10, max_length=512)]
    """Why."""
