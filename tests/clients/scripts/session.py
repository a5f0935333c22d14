"""Arguments, credential and results that the scripts share. Runs in the environment of the clients."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from typing import Any

from azure.core.exceptions import HttpResponseError
from azure.identity import ClientSecretCredential

BASE, TENANT = sys.argv[1:3]
ARGUMENTS = sys.argv[3:]
CREDENTIAL = ClientSecretCredential(
    TENANT, "22222222-1111-4222-8333-444455556666", "any", authority=BASE, disable_instance_discovery=True
)
#: Options of every management client.
OPTIONS: dict[str, Any] = {"base_url": BASE, "credential_scopes": [f"{BASE}/.default"]}
RESULTS: dict[str, Any] = {}


def step(name: str, call: Callable[[], Any]) -> Any:
    """Notes the result of a call under a name: its value, or the status and the code of the refusal."""
    try:
        RESULTS[name] = call()
    except HttpResponseError as problem:
        code = problem.error.code if problem.error else ""
        policy = re.search(r"policyDefinitions/([\w-]+)", str(problem.message))
        RESULTS[name] = [problem.status_code, code, *([policy[1]] if policy else [])]
    return RESULTS[name]


def finish() -> None:
    """Prints the results."""
    sys.stdout.write(json.dumps(RESULTS) + "\n")
