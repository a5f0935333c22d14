"""OpenSLO documents as objectives of a stack file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from amlz.azure.regular_files import read_regular
from amlz.core.config import EnvironmentConfig
from amlz.core.problems import LandingZoneError

#: Most bytes of a file of objectives.
_LARGEST = 2**20
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def imported(path: Path, known: frozenset[str]) -> str:
    """Returns the `slos` of each environment that a file has objectives for, as YAML to paste into a stack file.

    `known`: the environments of the stack file. Documents of other kinds are left out. Raises LandingZoneError for an
    objective that has no equivalent.
    """
    environments: dict[str, dict[str, Any]] = {}
    for number, document in enumerate(_documents(path), 1):
        if document.get("kind") == "SLO":
            owner, key, settings = _objective(f"{path}, document {number}", document)
            if owner not in known:
                remedy = f"Set its labels to one of: {', '.join(sorted(known))}." if known else "Add the environment."
                raise _wrong(f"{path}, document {number}", f"The stack file has no environment {owner}.", remedy)
            slos = environments.setdefault(owner, {})
            if key in slos:
                raise _wrong(f"{path}, document {number}", f"{owner} has {key!r} already.", "Name each objective once.")
            slos[key] = settings
    if not environments:
        raise _wrong(str(path), "It has no document of kind SLO.", "Export one: amlz slo STACK --format openslo.")
    lines = []
    for owner, slos in environments.items():
        lines += [f"# {owner}", yaml.safe_dump({"slos": slos}, sort_keys=False, default_flow_style=None)]
    return "\n".join(lines)


def _documents(path: Path) -> Iterator[Mapping[str, Any]]:
    try:
        documents = list(yaml.safe_load_all(read_regular(path, _LARGEST).decode("utf-8-sig")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else " ".join(str(error).split())
        reason = error.strerror or reason if isinstance(error, OSError) else reason
        raise _wrong(str(path), f"It cannot be read: {reason}.", "Pass a file of OpenSLO documents in YAML.") from None
    for number, document in enumerate(documents, 1):
        if not isinstance(document, dict) or document.get("apiVersion") != "openslo/v1":
            remedy = "Set `apiVersion: openslo/v1`."
            raise _wrong(f"{path}, document {number}", "It is no document of OpenSLO version 1.", remedy)
        yield document


def _objective(position: str, document: Mapping[str, Any]) -> tuple[str, str, dict[str, Any]]:
    labels, spec = _mapping(document, "metadata", "labels"), _mapping(document, "spec")
    for label in ("project", "environment", "indicator"):
        if not isinstance(labels.get(label), str):
            raise _wrong(position, f"It has no label `{label}`.", f"Set metadata.labels.{label}.")
    objectives, windows = spec.get("objectives"), spec.get("timeWindow")
    if spec.get("budgetingMethod") != "Occurrences":
        raise _wrong(position, "Its budget does not count events.", "Set `budgetingMethod: Occurrences`.")
    if not isinstance(objectives, list) or len(objectives) != 1 or not isinstance(objectives[0], dict):
        raise _wrong(position, "It has not exactly one objective.", "Write a document for each objective.")
    if not isinstance(windows, list) or len(windows) != 1 or not isinstance(windows[0], dict):
        raise _wrong(position, "It has not exactly one time window.", "Set `timeWindow` to 28 or 30 days.")
    days = re.fullmatch(r"(28|30)d|(4)w", str(windows[0].get("duration")))
    if days is None or windows[0].get("isRolling") is not True:
        raise _wrong(
            position, "Its time window is not 28 or 30 rolling days.", "Set `duration: 30d` and `isRolling: true`."
        )
    notes = _mapping(document, "metadata", "annotations")
    settings: dict[str, Any] = {"indicator": labels["indicator"], "target": _target(position, objectives[0])}
    settings |= {"period": int(days[1] or 28)}
    settings |= {key: notes[key] if key == "endpoint" else _number(position, key, notes[key])
                 for key in ("limit", "endpoint", "minimum") if key in notes}  # fmt: skip
    owner = f"{labels['project']}/{labels['environment']}"
    name = str(_mapping(document, "metadata").get("name"))
    key = name.removeprefix(f"{labels['project']}-{labels['environment']}-")
    if not _NAME.fullmatch(key):
        raise _wrong(position, f"{key!r} is no name of an objective.", "Use lower-case letters, digits and hyphens.")
    _validate(position, key, settings)
    return owner, key, settings


def _target(position: str, objective: Mapping[str, Any]) -> float:
    for key, factor in (("targetPercent", 1), ("target", 100)):
        value = objective.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return round(value * factor, 6)
    raise _wrong(position, "Its objective has no target.", "Set `target`, such as 0.999.")


def _number(position: str, key: str, text: object) -> float | int:
    try:
        value = float(str(text))
    except ValueError:
        raise _wrong(position, f"The annotation `{key}` is no number.", "Write a number in quotes.") from None
    return int(value) if key == "minimum" else value


def _validate(position: str, key: str, settings: Mapping[str, Any]) -> None:
    kind: Any = EnvironmentConfig.model_fields["slos"].annotation
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    try:
        adapter.validate_python({key: settings})
    except ValidationError as error:
        first = error.errors()[0]
        key_path = ".".join(str(part) for part in first["loc"])
        raise _wrong(
            position, f"{key_path}: {first['msg']}.", "docs/how-to/slos.md lists what an objective takes."
        ) from None


def _mapping(document: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    value: Any = document
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _wrong(position: str, why: str, remedy: str) -> LandingZoneError:
    return LandingZoneError(f"{position}\n  {why}\n  {remedy}")
