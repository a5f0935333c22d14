"""secrets/in-plain-text: a password, key or token that stands in the plan."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from arm.graph import ResourceGraph, is_unknown
from checks.finding import At, Check, Finding, Severity

CHECK = Check(
    id="secrets/in-plain-text",
    severity=Severity.ERROR,
    says="{name} carries {what} in plain text at {path}.",
    remedy="Use an identity instead; or keep it in a vault and refer to it there; or wrap it in pulumi.Output.secret.",
    why="What is no secret to Pulumi stands in the state and in every preview, for all who read these. The finding "
    "does not repeat it.",
    source="https://www.pulumi.com/docs/iac/concepts/secrets/",
)

#: Keys that hold a secret, in lower case: of connections and datastores of Azure ML, machines, and vaults.
#: https://learn.microsoft.com/azure/templates/microsoft.machinelearningservices/workspaces/connections
KEYS = {
    "accesskey": "a key", "accountkey": "a key", "adminpassword": "a password", "adminuserpassword": "a password",
    "clientsecret": "a secret", "connectionstring": "a connection string", "pat": "a token", "password": "a password",
    "primarykey": "a key", "refreshtoken": "a token", "sas": "a token", "sastoken": "a token",
    "secretaccesskey": "a key", "sessiontoken": "a token", "sharedkey": "a key",
}  # fmt: skip
#: Values that are secrets whatever their key: of storage, of service buses, shared access signatures, private keys.
VALUES = re.compile(
    r"AccountKey=[A-Za-z0-9+/=]{20,}|SharedAccessKey=\S{20,}|[?&]sig=[^&\s]{20,}|-----BEGIN [A-Z ]*PRIVATE KEY"
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Texts that are secrets by their key or their form. What Pulumi holds as a secret is not in a plan."""
    for resource in graph:
        in_vault = resource.arm_type.lower() == "microsoft.keyvault/vaults/secrets"
        for path, key, found in _texts(resource.body, ""):
            what = KEYS.get(key.lower(), "")
            if in_vault and path == "properties.value":
                what = "a secret"
            if not what and VALUES.search(found):
                what = "a secret"
            if what and found and found != "[secret]":
                finding = CHECK.finding(resource, At(path), what=what, path=path)
                yield replace(finding, actual="[not shown]")


def _texts(found: Any, path: str, key: str = "") -> Iterator[tuple[str, str, str]]:
    """Every text of a body: its path, the last key, and the text."""
    if isinstance(found, dict):
        if is_unknown(found):
            return
        for name, item in found.items():
            yield from _texts(item, f"{path}.{name}" if path else name, name)
    elif isinstance(found, list):
        for index, item in enumerate(found):
            yield from _texts(item, f"{path}[{index}]", key)
    elif isinstance(found, str):
        yield path, key, found
