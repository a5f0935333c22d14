"""Reading a stack file: from its name to the model, or to everything that is wrong with it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from amlz.core.config import LandingZoneConfig
from amlz.core.hub_outputs import in_words, resolved
from amlz.core.problems import LandingZoneError, Problem, StackFileError
from amlz.core.problems import Path as ConfigPath
from amlz.core.secrets import encrypted, plain_secrets, repeatable
from amlz.core.terminal import in_one_line
from amlz.dataclass import dataclass
from amlz.stackfile.allowed import keys_at
from amlz.stackfile.messages import near_key, problem
from amlz.stackfile.stack_file import KEY, Document, find, read

_NO_SECRETS = (
    "A landing zone needs none: it works with identities. Remove it (a required key needs a value that is no secret), "
    "and change it where it is valid."
)
_ENCRYPT = "Remove it, change it where it is valid, and set the new one by `pulumi config set --secret`."


@dataclass(frozen=True, slots=True)
class StackFile:
    """A stack file, read. `shown` is its path as people know it.

    `pulumi_config`: what the engine hands the program, but for the outputs of another stack: those are in it, where the
    stack file names their file.
    """

    path: Path
    shown: str
    stack: str
    config: LandingZoneConfig
    pulumi_config: dict[str, str]
    document: Document

    def locate(self, path: ConfigPath) -> int:
        """The line of a path of the configuration, or of the nearest one above it."""
        return self.document.line(("config", KEY, *path))

    def at(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """Returns problems with their positions in this file, in the order of its lines, each once even if it is
        repeated.
        """
        return _in_order(_once(self.document, self.shown, problems))


@dataclass(frozen=True, slots=True)
class PartialStackFile:
    """A stack file as far as it can be read. `file` is None where something is wrong with it.

    `landing_zone`: the raw values. `problems`: those of YAML, secrets and shape, with their lines. `unusable`: paths of
    values that the model takes and that must change all the same. `readable`: False for a version of another program.
    """

    shown: str
    document: Document
    landing_zone: object
    problems: tuple[Problem, ...]
    file: StackFile | None
    unusable: tuple[ConfigPath, ...] = ()
    readable: bool = True

    @property
    def invalid(self) -> tuple[ConfigPath, ...]:
        """The paths of everything that is wrong."""
        return tuple({problem.path for problem in self.problems})

    def at(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """Its own problems and others, in the order of the lines."""
        return _in_order((*self.problems, *_once(self.document, self.shown, problems)))


def draft_of(stack: str, folder: Path | None = None, raw: bytes | None = None) -> PartialStackFile:
    """Reads a stack's file, or `raw` instead of its content. Raises StackFileError where it has no landing zone."""
    path = find(stack, folder or Path.cwd())
    shown = _shown(path)
    if path.name.startswith("Pulumi.-"):
        raise LandingZoneError(
            f"{shown}\n  The stack's name begins with '-', so commands take it for an option.\n  Give it another name."
        )
    document = read(path, shown, raw)
    config = _mapping(document, shown)
    problems = [*document.problems, *_secrets(document, config, shown)]
    if KEY not in config:
        near = near_key(KEY, list(config)) or next((key for key in config if key.endswith("andingZone")), "")
        what = f"`config` has no `{KEY}`" + (f"; `{repeatable((near,))[0]}` is not it." if near else ".")
        remedy = f"Write it `{KEY}`." if near else "It holds the landing zone; see docs/reference/configuration.md."
        problems.append(Problem((), what, remedy, shown, document.line(("config", near) if near else ("config",))))
        raise StackFileError(_in_order(problems))
    written = {at[2:]: text for at, text in document.written.items() if at[:2] == ("config", KEY)}
    landing_zone, unread = resolved(config[KEY], path.parent)
    model, wrong = _validated(landing_zone, written, unread)
    unusable = tuple(p.path for p in (*problems, *unread) if p.path)
    told = {p.path for p in problems}
    problems += _once(document, shown, (p for p in wrong if p.path not in told))
    file = None
    if not problems and model is not None:
        pulumi_config = _pulumi_config({**config, KEY: landing_zone})
        file = StackFile(path, shown, _stack_name(path), model, pulumi_config, document)
    readable = not any(p.path == ("schemaVersion",) for p in wrong)
    return PartialStackFile(shown, document, landing_zone, _in_order(problems), file, unusable, readable)


def load(stack: str, folder: Path | None = None, raw: bytes | None = None) -> StackFile:
    """Reads a stack's file, or `raw` instead of its content. Raises StackFileError with all problems of its shape.

    amlz.stackfile.checked.checked reports those of ranges, names and references in the same run.
    """
    draft = draft_of(stack, folder, raw)
    if draft.file is None:
        raise StackFileError(draft.problems)
    return draft.file


def from_object(value: object, folder: Path | None = None) -> LandingZoneConfig:
    """The model of what Pulumi read from the stack file. Raises StackFileError, without lines.

    `folder`: of the stack file, by default the current one.
    """
    problems = [Problem(repeatable(at), f"It holds {what}.", _NO_SECRETS) for at, what in plain_secrets(value)]
    value, unread = resolved(value, folder or Path.cwd())
    model, wrong = _validated(value, unread=unread)
    told = {p.path for p in problems}
    problems += [p for p in wrong if p.path not in told]
    if problems or model is None:
        raise StackFileError(replace(p, file=KEY) for p in problems)
    return model


def _once(document: Document, shown: str, problems: Iterable[Problem]) -> Iterable[Problem]:
    """Returns problems with their positions; those that aliases repeat once, where they first are."""
    found: dict[object, Problem] = {}
    for p in problems:
        line, column = document.place(("config", KEY, *p.path))
        found.setdefault((line, column, p.path[-1:], p.what, p.remedy), replace(p, file=shown, line=line))
    return found.values()


def _in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """By line; of one line by path, in which list positions and keys cannot be compared with each other."""
    return tuple(sorted(problems, key=lambda p: (p.line, [(isinstance(k, str), k) for k in p.path], p.what)))


def _shown(path: Path) -> str:
    """The path as people know it: from the current folder, where the file is below it. Links are not followed."""
    try:
        return in_one_line(str(Path(os.path.abspath(path)).relative_to(Path.cwd())))
    except ValueError:
        return in_one_line(str(path))


def _stack_name(path: Path) -> str:
    return path.name.removesuffix(".yaml").removesuffix(".yml").removeprefix("Pulumi.")


def _mapping(document: Document, shown: str) -> dict[str, Any]:
    values = document.values
    if not isinstance(values, dict):
        what = "It is not a mapping: a stack file begins with `config:`."
        raise StackFileError([Problem((), what, "examples/minimal shows a whole one.", shown, 1)])
    config = values.get("config")
    if not isinstance(config, dict):
        near = "" if "config" in values else near_key("config", list(values))
        what = f"`config` is {'empty' if config is None else 'not a mapping'}."
        if "config" not in values:
            what = "It has no `config`" + (f"; `{repeatable((near,))[0]}` is not it." if near else ".")
        line = document.line((near or "config",))
        found = Problem((), what, f"Put `{KEY}:` below `config:`.", shown, line)
        raise StackFileError(_in_order([*document.problems, found]))
    return config


def _secrets(document: Document, config: dict[str, Any], shown: str) -> Iterable[Problem]:
    for at, what in plain_secrets(config):
        ours = at[0] == KEY
        line = document.line(("config", *at))
        path = repeatable(at[1:] if ours else at)
        yield Problem(path, f"It holds {what}, in plain text.", _NO_SECRETS if ours else _ENCRYPT, shown, line)
    for at in encrypted(config.get(KEY), (KEY,)):
        what, line = "It holds an encrypted value.", document.line(("config", *at))
        yield Problem(
            repeatable(at[1:]),
            what,
            "The landing zone takes no secret. Remove it; a required key needs a value in plain text.",
            shown,
            line,
        )


def _validated(
    value: object, written: Mapping[ConfigPath, str] | None = None, unread: Iterable[Problem] = ()
) -> tuple[LandingZoneConfig | None, list[Problem]]:
    if isinstance(value, dict):
        version = value.get("schemaVersion")
        if isinstance(version, int) and not isinstance(version, bool) and version != 1:
            newer = "newer than this program: update it" if version > 1 else "not known; the first one is 1"
            return None, [Problem(("schemaVersion",), f"Version {version} is {newer}.", "This program reads 1.")]
    try:
        model, wrong = LandingZoneConfig.model_validate(value), list(unread)
        return (None, wrong) if wrong else (model, [])
    except ValidationError as error:
        errors = error.errors(include_url=False)
        meant = {
            (*item["loc"][:-1], near_key(str(item["loc"][-1]), keys_at(LandingZoneConfig, item["loc"][:-1])))
            for item in errors
            if item["type"] == "extra_forbidden"
        }
        # A list with only invalid entries is reported as too short as well: only its entries are reported.
        errors = [item for item in errors if item["type"] != "too_short" or not item["input"]]
        told = (item for item in errors if item["type"] != "missing" or item["loc"] not in meant)
        found = [problem(item, LandingZoneConfig, written) for item in told]
        told_of = [p.path[:3] for p in unread]
        found = [*unread, *(p for p in in_words(found, value) if p.path[:3] not in told_of)]
        return None, list(dict.fromkeys(found))


def _pulumi_config(config: dict[str, Any]) -> dict[str, str]:
    """As the engine writes PULUMI_CONFIG: text as it is, the rest as JSON."""
    return {
        key: value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), default=str)
        for key, value in config.items()
    }
