"""Status, headers and duration of ARM's answer to a write, by type and method, as recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from amlz.azure.recorded import of_type
from amlz.simulator.arm.recovery import LOG


@dataclass(frozen=True, slots=True)
class Timing:
    """An answer. `headers`: those that lead a client to the operation. `retry`: Retry-After, 0 for none.

    `state`: provisioningState while the operation lasts. `seconds`: how long it lasts, 0 where it is done at once.
    """

    status: int
    headers: tuple[str, ...] = ()
    retry: int = 0
    state: str = "Succeeded"
    seconds: float = 0.0
    body: bool = True


#: Answers where a deleted resource of the same name comes back, by type; others answer as to an update.
_RESTORING = {LOG: Timing(201, ("Azure-AsyncOperation", "Location"), 20, "Restoring", 20.0)}
_AT_ONCE: Mapping[str, Timing] = {
    "create": Timing(201),
    "update": Timing(200),
    "patch": Timing(200),
    "delete": Timing(200, body=False),
}
_BOTH = ("Azure-AsyncOperation", "Location")
#: For types without a row: what all recorded types of the service do. Networks: 201 and 200 with
#: Azure-AsyncOperation, DELETE 202 with both headers.
_SERVICES: Mapping[str, Mapping[str, Timing]] = {
    "microsoft.network": {
        "create": Timing(201, _BOTH[:1], 10, "Updating", 1.0),
        "update": Timing(200, _BOTH[:1], 10, "Updating", 1.0),
        "delete": Timing(202, _BOTH, 10, "Deleting", 10.0, body=False),
    },
}


def timing(kind: str, verb: str) -> Timing:
    """The answer to a verb (create, update, patch, delete, restore) for a type in lower case."""
    if verb == "restore":
        return _RESTORING.get(kind) or timing(kind, "update")
    row = of_type(kind).get("answers", {}).get(verb)
    if row is not None:
        return _read(row)
    service = _SERVICES.get(kind.partition("/")[0], {})
    return service.get(verb, _AT_ONCE[verb])


def _read(row: Mapping[str, Any]) -> Timing:
    return Timing(
        row["status"],
        tuple(row.get("headers", ())),
        row.get("retry", 0),
        row.get("state", "Succeeded"),
        row.get("seconds", 0.0),
        row.get("body", True),
    )
