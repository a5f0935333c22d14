"""Reading a stack file: from its name to the model, or to everything that is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from landingzone.config import LandingZoneConfig
from landingzone.messages import keys_at, near_key, problem
from landingzone.problems import Path as At
from landingzone.problems import Problem, StackFileError
from landingzone.secrets import encrypted, plain_secrets
from landingzone.stack_file import Document, find, read

KEY = "amlz:landingZone"
_NO_SECRETS = "A landing zone needs none: it works with identities. Remove it, and change it where it is valid."


@dataclass(frozen=True, slots=True)
class StackFile:
    """A stack file, read. `shown` is its path as people know it; `pulumi_config` what the engine hands the program."""

    path: Path
    shown: str
    stack: str
    config: LandingZoneConfig
    pulumi_config: dict[str, str]
    document: Document

    def locate(self, path: At) -> int:
        """The line of a path of the configuration, or of the nearest one above it."""
        return self.document.line(("config", KEY, *path))

    def at(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """Problems with their places in this file, in the order of its lines."""
        placed = (replace(p, file=self.shown, line=self.locate(p.path)) for p in problems)
        return tuple(sorted(placed, key=lambda p: (p.line, p.path, p.what)))


def load(stack: str, folder: Path | None = None) -> StackFile:
    """Reads a stack's file. Raises StackFileError with all of its problems."""
    path = find(stack, folder or Path.cwd())
    shown = _shown(path)
    document = read(path, shown)
    config = _mapping(document, shown)
    problems = [*_secrets(document, config, shown)]
    if KEY not in config:
        problems.append(
            Problem((), f"`config` has no {KEY}.", "It holds the landing zone; see docs/configuration.md.", shown,
                    document.line(("config",)))
        )  # fmt: skip
        raise StackFileError(problems)
    model, wrong = _validated(config[KEY])
    secret_paths = {p.path for p in problems}
    problems += [
        replace(p, file=shown, line=document.line(("config", KEY, *p.path)))
        for p in wrong
        if p.path not in secret_paths
    ]
    if problems or model is None:
        raise StackFileError(sorted(problems, key=lambda p: (p.line, p.path, p.what)))
    return StackFile(path, shown, _stack_name(path), model, _pulumi_config(config), document)


def from_object(value: object) -> LandingZoneConfig:
    """The model of what Pulumi read from the stack file. Raises StackFileError, without lines."""
    model, problems = _validated(value)
    if model is None:
        raise StackFileError(problems)
    return model


def _shown(path: Path) -> str:
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _stack_name(path: Path) -> str:
    return path.name.removesuffix(".yaml").removesuffix(".yml").removeprefix("Pulumi.")


def _mapping(document: Document, shown: str) -> dict[str, Any]:
    values = document.values
    if not isinstance(values, dict):
        what = "It is not a mapping: a stack file begins with `config:`."
        raise StackFileError([Problem((), what, "examples/minimal shows a whole one.", shown, 1)])
    config = values.get("config")
    if not isinstance(config, dict):
        what = "It has no `config`." if config is None else "`config` is not a mapping."
        raise StackFileError([Problem((), what, f"Put `{KEY}:` below `config:`.", shown, document.line(("config",)))])
    return {str(key): value for key, value in config.items()}


def _secrets(document: Document, config: dict[str, Any], shown: str) -> Iterable[Problem]:
    for at, what in plain_secrets(config):
        inside = at[1:] if at[0] == KEY else at
        line = document.line(("config", *at))
        yield Problem(inside, f"It holds {what}, in plain text.", _NO_SECRETS, shown, line)
    for at in encrypted(config.get(KEY), (KEY,)):
        yield Problem(
            at[1:], "It holds an encrypted value.", "The landing zone takes no secret. Remove it.", shown,
            document.line(("config", *at)),
        )  # fmt: skip


def _validated(value: object) -> tuple[LandingZoneConfig | None, list[Problem]]:
    if isinstance(value, dict):
        version = value.get("schemaVersion")
        if isinstance(version, int) and not isinstance(version, bool) and version != 1:
            newer = "newer than this program: update it" if version > 1 else "not known; the first one is 1"
            return None, [Problem(("schemaVersion",), f"Version {version} is {newer}.", "This program reads 1.")]
    try:
        return LandingZoneConfig.model_validate(value), []
    except ValidationError as error:
        errors: list[dict[str, Any]] = [dict(item) for item in error.errors(include_url=False)]
        meant = {
            (*item["loc"][:-1], near_key(str(item["loc"][-1]), keys_at(LandingZoneConfig, item["loc"][:-1])))
            for item in errors
            if item["type"] == "extra_forbidden"
        }
        told = (item for item in errors if item["type"] != "missing" or item["loc"] not in meant)
        return None, list(dict.fromkeys(problem(item, LandingZoneConfig) for item in told))


def _pulumi_config(config: dict[str, Any]) -> dict[str, str]:
    """As the engine writes PULUMI_CONFIG: text as it is, the rest as JSON."""
    return {
        key: value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), default=str)
        for key, value in config.items()
    }
