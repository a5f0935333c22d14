"""The pretend Azure: what it would answer to a request, as far as that is decided before anything is sent.

It knows ids, since names are decided, and gives plain inputs back. What Azure computes stays unknown, and so do lists
and objects: they come back with what Azure adds to them. So does what no table here answers for each service: how it
spells `type`, and whether the `name` of a child holds its parent's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from arm.ids import parse
from arm.shapes import id_of


@dataclass(frozen=True, slots=True)
class Answer:
    """What would come back: the id ("" where not decided) and the outputs that are known."""

    id: str
    outputs: dict[str, Any]


class PretendAzure:
    """One Azure for one run."""

    def preview(self, token: str, inputs: dict[str, Any], subscription: str) -> Answer:
        """The answer to a request that is not sent.

        `inputs` are as the provider gets them, what is not decided as arm.graph.unknown. Raises UnmappedInput for a
        token that the table of shapes does not have.
        """
        resource_id = id_of(token, inputs, subscription)
        outputs = {key: value for key, value in inputs.items() if not isinstance(value, dict | list)}
        names = parse(resource_id).names if resource_id else ()
        if len(names) == 1:
            outputs["name"] = names[0]
        return Answer(resource_id or "", outputs)
