"""The outputs of a stack that builds a hub: reading what was kept of them, and comparing it with what they are now."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from amlz.azure.regular_files import read_regular, with_slashes
from amlz.core.config.hub_stack import STACK_NAME, HubStackConfig
from amlz.core.problems import Path as ConfigPath
from amlz.core.problems import Problem
from amlz.core.secrets import looks_secret
from amlz.policy.json_text import parsed

#: The output of the other stack that holds all of it.
OUTPUT = "hub"
#: The version that this program writes and reads.
VERSION = 1
AT: ConfigPath = ("hub", "stack", "outputs")
_NO_HUB = "It holds no output `hub`: that stack builds no hub, or was last built by a version without this output."


def resolved(value: Any, folder: Path) -> tuple[Any, list[Problem]]:
    """Returns a landing zone as configured, with the outputs instead of the path of their file.

    `folder`: what the path is relative to. The second is what is wrong with the file, or with its version.
    """
    stack = _stack(value)
    outputs = stack.get("outputs")
    if not isinstance(outputs, str | dict):
        return value, []
    read = _read(folder, outputs, _command(stack)) if isinstance(outputs, str) else outputs
    wrong = read if isinstance(read, Problem) else _other_version(read)
    hub = {**value["hub"], "stack": {**stack, "outputs": None if wrong else read}}
    return {**value, "hub": hub}, [wrong] if wrong else []


def of_stacks(stack: HubStackConfig | None) -> dict[str, dict[str, Any]]:
    """Outputs of the other stack by its name, as the plan takes them to be; none where there is no other stack."""
    return {} if stack is None else {stack.name: {OUTPUT: stack.outputs.model_dump(mode="json", by_alias=True)}}


def in_words(problems: list[Problem], value: Any) -> list[Problem]:
    """Returns problems of outputs with their remedy: they are never corrected by hand."""
    remedy = f"{_command(_stack(value))} writes them, of a hub that this version of the program built."
    inside = [p for p in problems if p.path[: len(AT)] == AT and len(p.path) > len(AT)]
    return [replace(p, remedy=remedy) if p in inside else p for p in problems]


def differences(expected: Mapping[str, Any], live: object) -> Iterator[str]:
    """Returns present outputs of the other stack that differ from the plan's, a sentence each."""
    if not isinstance(live, Mapping):
        yield "it has no output `hub`"
        return
    for key in sorted({*expected, *live}):
        if expected.get(key) != live.get(key):
            yield f"`{key}` is {_shown(live, key)} there and {_shown(expected, key)} here"


def _shown(outputs: Mapping[str, Any], key: str) -> str:
    return json.dumps(outputs[key]) if key in outputs else "not set"


def _stack(value: Any) -> dict[str, Any]:
    """Returns the value of `hub.stack`, or nothing."""
    hub = value.get("hub") if isinstance(value, dict) else None
    stack = hub.get("stack") if isinstance(hub, dict) else None
    return stack if isinstance(stack, dict) else {}


def _command(stack: Mapping[str, Any]) -> str:
    """The command that prints a stack's outputs. A name that is none, or may be a secret, is not repeated."""
    name = str(stack.get("name"))
    such = name if re.search(STACK_NAME, name) and not looks_secret(name) else "STACK"
    return f"`pulumi stack output --stack {such} --json`"


def _read(folder: Path, outputs: str, command: str) -> dict[str, Any] | Problem:
    """The output of a file that `pulumi stack output --json` wrote, or why there is none."""
    sentence = f"{command} writes it."
    path = with_slashes(folder / outputs)
    if Path(outputs).is_absolute() or not _is_below(path, folder):
        text = "The file is outside of the folder of the stack file."
        return Problem(AT, text, "Copy it into that folder, and give its path from there.")
    try:
        document = parsed(read_regular(path))
    except FileNotFoundError:
        return Problem(AT, "There is no such file next to the stack file.", sentence)
    except (OSError, ValueError) as error:
        why = (getattr(error, "strerror", None) or "").lower() or f"it is not JSON: {error}"
        return Problem(AT, f"The file cannot be read: {why}.", sentence)
    hub = document.get(OUTPUT) if isinstance(document, dict) else None
    return hub if isinstance(hub, dict) else Problem(AT, _NO_HUB, sentence)


def _is_below(path: Path, folder: Path) -> bool:
    """Returns whether a path leads into a folder, links followed."""
    try:
        return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))
    except ValueError:
        return False  # a null character


def _other_version(outputs: dict[str, Any]) -> Problem | None:
    version = outputs.get("schemaVersion")
    if not isinstance(version, int | float) or isinstance(version, bool) or version == VERSION:
        return None
    newer = version > VERSION
    return Problem(
        (*AT, "schemaVersion"),
        f"It is {version}, and this program reads {VERSION}: the hub was built by a{' newer' if newer else 'n older'} "
        "version.",
        f"{'Update this program' if newer else 'Build the hub again'}, then write the outputs again.",
    )
