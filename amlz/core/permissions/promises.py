"""Promises of the stack file: the actions that each role of `access` is for (docs/reference/roles.md)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from amlz.dataclass import dataclass

#: Conditions of an environment, by the setting that makes them so.
Condition = Literal[
    "production", "nonProduction", "noSharedKeys", "peopleCreateComputes", "studioDeployments", "serving"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Promise:
    """A row: this persona can do these actions in environments in which all conditions hold, by the description of its
    role in the stack file. With shared keys, people use the keys of the storage account.
    """

    who: str
    actions: tuple[str, ...]
    when: tuple[Condition, ...] = ()


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

_CREATE = ("create-compute", "create-compute-as-identity")

PROMISES: tuple[Promise, ...] = (
    Promise("platformTeam", ("see-resources", "see-workspace", "see-network", "read-logs", "read-all-logs")),
    Promise("readers", ("see-resources", "see-workspace", "read-logs")),
    Promise("dataScientists", _WORK, ("nonProduction",)),
    Promise("dataScientists", ("deploy-in-studio",), ("nonProduction", "studioDeployments")),
    Promise("dataScientists", _LOOK, ("production",)),
    Promise("mlEngineers", _WORK, ("nonProduction",)),
    Promise("mlEngineers", ("deploy-in-studio",), ("nonProduction", "studioDeployments")),
    Promise("mlEngineers", _CREATE, ("nonProduction", "peopleCreateComputes")),
    Promise("mlEngineers", (*_LOOK, "read-data", "view-data-in-studio"), ("production",)),
    Promise("mlEngineers", ("read-files",), ("production", "noSharedKeys")),
    Promise("computeOperators", ("start-stop-compute",)),
    Promise("computeOperators", _CREATE, ("peopleCreateComputes",)),
    Promise(
        "pipelines",
        (
            "see-workspace", "submit-job", "build-image", "read-data", "write-data", "register-model",
            "register-local-model", "deploy-endpoint", "call-endpoint",
        ),
    ),
    Promise("pipelines", ("deploy-as-serving-identity",), ("serving",)),
    Promise("endpointCallers", ("call-endpoint",)),
    Promise("batchEndpointCallers", ("call-batch-endpoint",)),
)  # fmt: skip


def promised(who: str, conditions: Collection[Condition]) -> tuple[str, ...]:
    """Returns the actions that a role of the stack file is for, where these conditions hold."""
    rows = (row for row in PROMISES if row.who == who and set(row.when) <= set(conditions))
    return tuple(action for row in rows for action in row.actions)
