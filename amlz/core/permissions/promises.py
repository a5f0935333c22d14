"""What the stack file promises: the actions that each role of `access` is for (docs/reference/roles.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Promise:
    """A row: this persona can do these actions in these environments, by the description of its role in the stack file
    (docs/reference/roles.md).
    """

    who: str
    actions: tuple[str, ...]
    when: Literal["always", "production", "nonProduction"] = "always"


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
    "deploy-in-studio",
    "call-endpoint",
    "read-endpoint-keys",
)

#: Further ones of engineers there.
_BUILD = ("create-compute", "create-compute-as-identity", "deploy-as-identity")
#: In production.
_LOOK = ("see-workspace", "read-logs")

PROMISES: tuple[Promise, ...] = (
    Promise("platformTeam", ("see-resources", "see-workspace", "see-network", "read-logs", "read-all-logs")),
    Promise("readers", ("see-resources", "see-workspace", "read-logs")),
    Promise("dataScientists", _WORK, "nonProduction"),
    Promise("dataScientists", _LOOK, "production"),
    Promise("mlEngineers", (*_WORK, *_BUILD), "nonProduction"),
    Promise("mlEngineers", (*_LOOK, "read-data", "read-files", "view-data-in-studio"), "production"),
    Promise("computeOperators", ("start-stop-compute",)),
    Promise(
        "pipelines",
        (
            "see-workspace", "submit-job", "build-image", "read-data", "write-data", "register-model",
            "register-local-model", "deploy-endpoint", "deploy-as-identity", "call-endpoint",
        ),
    ),
)  # fmt: skip
