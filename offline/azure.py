"""The pretend Azure: what it would answer to a request, as far as that is decided before anything is sent.

It knows ids, since names are decided, and gives plain inputs back. What Azure computes stays unknown, and so do lists
and objects: they come back with what Azure adds to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from arm.shapes import arm_type, id_of


@dataclass(frozen=True, slots=True)
class Answer:
    """What would come back: the id ("" where not decided) and the outputs that are known."""

    id: str
    outputs: dict[str, Any]


class PretendAzure:
    """One Azure for one run."""

    def preview(self, token: str, inputs: dict[str, Any], subscription: str) -> Answer:
        """The answer to a request that is not sent. `inputs` are as the provider gets them."""
        resource_id = id_of(token, inputs, subscription)
        kind = arm_type(token)
        outputs = {key: value for key, value in inputs.items() if not isinstance(value, dict | list)}
        if resource_id is not None:
            outputs["name"] = resource_id.rsplit("/", 1)[-1]
        outputs["type"] = kind.arm_type
        outputs["azureApiVersion"] = kind.api_version
        return Answer(resource_id or "", outputs)
