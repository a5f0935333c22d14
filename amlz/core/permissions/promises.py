"""Promises of the stack file: the actions that each role of `access` is for (docs/reference/roles.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Promise:
    """A row: this persona can do these actions in these environments, by the description of its role in the stack file.

    `without_keys`: only where shared keys of the storage account are off; with them people use the keys.
    """

    who: str
    actions: tuple[str, ...]
    when: Literal["always", "production", "nonProduction"] = "always"
    without_keys: bool = False


#: In environments without production data.
_WORK = (
    "see-workspace",
    "submit-job",
    "build-image",
    "start-stop-compute",
    "read-data",
    "write-data",
    "read-files",
    "write-files",
    "use-notebooks",
    "view-data-in-studio",
    "register-model",
    "register-local-model",
    "deploy-endpoint",
    "call-endpoint",
    "read-endpoint-keys",
)

#: In production.
_LOOK = ("see-workspace", "read-logs")

PROMISES: tuple[Promise, ...] = (
    Promise("platformTeam", ("see-resources", "see-workspace", "read-logs", "read-all-logs")),
    Promise("readers", ("see-resources", "see-workspace", "read-logs")),
    Promise("dataScientists", _WORK, "nonProduction"),
    Promise("dataScientists", _LOOK, "production"),
    Promise("mlEngineers", _WORK, "nonProduction"),
    Promise("mlEngineers", (*_LOOK, "read-data", "view-data-in-studio"), "production"),
    Promise("computeOperators", ("start-stop-compute",)),
    Promise(
        "pipelines",
        (
            "see-workspace", "submit-job", "build-image", "read-data", "write-data", "register-model",
            "register-local-model", "deploy-endpoint", "call-endpoint",
        ),
    ),
)  # fmt: skip


def promised(who: str, production: bool, shared_keys: bool) -> tuple[str, ...]:
    """Returns the actions that a role of the stack file is for, in an environment."""
    here = ("always", "production" if production else "nonProduction")
    rows = (row for row in PROMISES if row.who == who and row.when in here and not (row.without_keys and shared_keys))
    return tuple(action for row in rows for action in row.actions)
