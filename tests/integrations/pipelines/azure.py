"""A substitute for Pulumi's CLI with prepared answers, which records each call and its caller."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Begins in sh, since a path with a space cannot follow `#!`.
SCRIPT = """#!/bin/sh
'''exec' "{python}" -S "$0" "$@"
' '''
import json, os, pathlib, sys
answers = pathlib.Path({folder!r})
verb = sys.argv[1]
with open(answers / "asked.jsonl", "a") as file:
    file.write(json.dumps([os.environ.get("ARM_CLIENT_ID", ""), *sys.argv[1:]]) + "\\n")
answer = answers / (verb + ".txt")
sys.stdout.write(answer.read_text() if answer.exists() else "")
code = answers / (verb + ".code")
sys.exit(int(code.read_text()) if code.exists() else 0)
"""


@dataclass(frozen=True, slots=True)
class Pulumi:
    """Its answer to each verb is in `folder`."""

    folder: Path

    @property
    def script(self) -> str:
        """The command."""
        return SCRIPT.format(python=sys.executable, folder=str(self.folder))

    def says(self, verb: str, text: str, code: int = 0) -> None:
        """From now on."""
        self.folder.mkdir(exist_ok=True)
        (self.folder / f"{verb}.txt").write_text(text)
        (self.folder / f"{verb}.code").write_text(str(code))

    def would(self, stack: str, *ops: str) -> None:
        """Output of a preview: a storage account with each of these operations."""
        steps = [step(stack, op, f"store{number}") for number, op in enumerate(ops)]
        self.says("preview", json.dumps({"steps": steps, "diagnostics": None, "maybeCorrupt": False}))

    @property
    def asked(self) -> list[list[str]]:
        """The calls, by caller."""
        path = self.folder / "asked.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def step(stack: str, op: str, name: str) -> dict[str, Any]:
    """A step of the engine on a storage account."""
    token = "azure-native:storage:StorageAccount"
    urn = f"urn:pulumi:{stack}::aml-landing-zone::{token}::{name}"
    account = "/subscriptions/0/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/" + name
    inputs = {"resourceGroupName": "rg", "accountName": name}
    state = {"urn": urn, "type": token, "custom": True, "inputs": inputs, "id": account}
    states = {"create": {"newState": {**state, "id": ""}}, "delete": {"oldState": state}}
    return {"op": op, "urn": urn, **states.get(op, {"oldState": state, "newState": state})}
