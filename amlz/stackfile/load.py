"""Reading a stack file: from its name to the model, or to everything that is wrong with it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from amlz.core.codemods import CURRENT, converted, version_of
from amlz.core.config import LandingZoneConfig
from amlz.core.hub_outputs import in_words, resolved
from amlz.core.problems import LandingZoneError, Problem, StackFileError
from amlz.core.problems import Path as ConfigPath
from amlz.core.secrets import encrypted, plain_secrets, repeatable
from amlz.core.terminal import in_one_line
from amlz.dataclass import dataclass
from amlz.stackfile.every_error import every_error
from amlz.stackfile.messages import near_key, problem
from amlz.stackfile.stack_file import KEY, Document, find, read

_NO_SECRETS = (
    "A landing zone needs none: it works with identities. Remove it (a required key needs a value that is no secret), "
    "and change it where it is valid."
)
_ENCRYPT = "Remove it, change it where it is valid, and set the new one by `pulumi config set --secret`."


@dataclass(frozen=True, slots=True)
class StackFile:
    """A stack file, read. `display_path` is its path as people know it.

    `pulumi_config`: what the engine hands the program, but for the outputs of another stack: those are in it, where the
    stack file names their file.
    """

    path: Path
    display_path: str
    stack: str
    config: LandingZoneConfig
    pulumi_config: dict[str, str]
    document: Document

    @property
    def argument(self) -> str:
        """The argument of a command that names this stack: its name, or the path of a file elsewhere."""
        return self.stack if self.display_path == f"Pulumi.{self.stack}.yaml" else self.display_path

    def locate(self, path: ConfigPath) -> int:
        """The line of a path of the configuration, or of the nearest one above it."""
        return self.document.line(("config", KEY, *path))

    def at(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """Returns problems with their positions in this file, in the order of its lines, each once even if it is
        repeated.
        """
        return _in_order(_once(self.document, self.display_path, problems))


@dataclass(frozen=True, slots=True)
class PartialStackFile:
    """A stack file as far as it can be read. `file` is None where something is wrong with it.

    `landing_zone`: the raw values. `problems`: those of YAML, secrets and shape, with their lines. `unusable`: paths of
    values that the model takes and that must change all the same. `readable`: False for a version of another program.
    """

    display_path: str
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
        return _in_order((*self.problems, *_once(self.document, self.display_path, problems)))


def draft_of(stack: str, folder: Path | None = None, raw: bytes | None = None) -> PartialStackFile:
    """Reads a stack's file, or `raw` instead of its content. Raises StackFileError where it has no landing zone."""
    path = find(stack, folder or Path.cwd())
    display_path = shown_path(path)
    if path.name.startswith("Pulumi.-"):
        raise LandingZoneError(
            f"{display_path}\n  The stack's name begins with '-', so commands read it as an option.\n"
            "  Give it another name."
        )
    document = read(path, display_path, raw)
    config = _mapping(document, display_path)
    problems = [*document.problems, *_secrets(document, config, display_path)]
    if KEY not in config:
        near = near_key(KEY, list(config)) or next((key for key in config if key.endswith("andingZone")), "")
        sentence = f"`config` has no `{KEY}`" + (f"; `{repeatable((near,))[0]}` is not it." if near else ".")
        remedy = f"Write it `{KEY}`." if near else "It holds the landing zone; see docs/reference/configuration.md."
        problems.append(
            Problem((), sentence, remedy, display_path, document.line(("config", near) if near else ("config",)))
        )
        raise StackFileError(_in_order(problems))
    landing_zone, unread = resolved(converted(config[KEY]), path.parent)
    model, wrong = _validated(landing_zone, _written(document), unread)
    unusable = tuple(p.path for p in (*problems, *unread) if p.path)
    pairs = {p.path for p in problems}
    problems += _once(document, display_path, (p for p in wrong if p.path not in pairs))
    problems = list(dict.fromkeys([*problems, *_overwritten(document, path, display_path)]))
    file = None
    if not problems and model is not None:
        pulumi_config = _pulumi_config({**config, KEY: landing_zone})
        file = StackFile(path, display_path, _stack_name(path), model, pulumi_config, document)
    readable = not any(p.path == ("schemaVersion",) for p in wrong)
    return PartialStackFile(display_path, document, landing_zone, _in_order(problems), file, unusable, readable)


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
    problems = [Problem(repeatable(at), f"It holds {item}.", _NO_SECRETS) for at, item in plain_secrets(value)]
    value, unread = resolved(converted(value), folder or Path.cwd())
    model, wrong = _validated(value, unread=unread)
    pairs = {p.path for p in problems}
    problems += [p for p in wrong if p.path not in pairs]
    if problems or model is None:
        raise StackFileError(replace(p, file=KEY) for p in problems)
    return model


def _overwritten(document: Document, path: Path, display_path: str) -> Iterator[Problem]:
    """Returns the problems of values of doubled keys that YAML overwrites: one of them may be the value to keep."""
    for earlier in document.earlier:
        config = earlier.values.get("config") if isinstance(earlier.values, dict) else None
        if not isinstance(config, dict):
            continue
        problems = list(_secrets(earlier, config, display_path))
        if KEY in config:
            landing_zone, unread = resolved(converted(config[KEY]), path.parent)
            pairs = {p.path for p in problems}
            wrong = _validated(landing_zone, _written(earlier), unread)[1]
            problems += _once(earlier, display_path, (p for p in wrong if p.path not in pairs))
        yield from (p for p in problems if _in_doubled(document, p.path))


def _in_doubled(document: Document, path: ConfigPath) -> bool:
    whole = (("config", KEY, *path), ("config", *path))
    return any(at[:length] in document.doubled for at in whole for length in range(len(at) + 1))


def _written(document: Document) -> dict[ConfigPath, str]:
    return {at[2:]: text for at, text in document.written.items() if at[:2] == ("config", KEY)}


def _once(document: Document, display_path: str, problems: Iterable[Problem]) -> Iterable[Problem]:
    """Returns problems with their positions; those that aliases repeat once, where they first are."""
    result: dict[object, Problem] = {}
    for p in problems:
        line, column = document.place(("config", KEY, *p.path))
        result.setdefault((line, column, p.path[-1:], p.what, p.remedy), replace(p, file=display_path, line=line))
    return result.values()


def _in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """By line; of one line by path, in which list positions and keys cannot be compared with each other."""
    return tuple(sorted(problems, key=lambda p: (p.line, [(isinstance(k, str), k) for k in p.path], p.what)))


def shown_path(path: Path) -> str:
    """The path as people know it: from the current folder, where the file is below it. Links are not followed."""
    try:
        return in_one_line(str(Path(os.path.abspath(path)).relative_to(Path.cwd())))
    except ValueError:
        return in_one_line(str(path))


def _stack_name(path: Path) -> str:
    return path.name.removesuffix(".yaml").removesuffix(".yml").removeprefix("Pulumi.")


def _mapping(document: Document, display_path: str) -> dict[str, Any]:
    values = document.values
    if not isinstance(values, dict):
        text = "It is not a mapping: a stack file begins with `config:`."
        raise StackFileError([Problem((), text, "examples/minimal shows a whole one.", display_path, 1)])
    config = values.get("config")
    if not isinstance(config, dict):
        near = "" if "config" in values else near_key("config", list(values))
        text = f"`config` is {'empty' if config is None else 'not a mapping'}."
        if "config" not in values:
            text = "It has no `config`" + (f"; `{repeatable((near,))[0]}` is not it." if near else ".")
        line = document.line((near or "config",))
        result = Problem((), text, f"Put `{KEY}:` below `config:`.", display_path, line)
        raise StackFileError(_in_order([*document.problems, result]))
    return config


def _secrets(document: Document, config: dict[str, Any], display_path: str) -> Iterable[Problem]:
    for at, text in plain_secrets(config):
        ours = at[0] == KEY
        line = document.line(("config", *at))
        path = repeatable(at[1:] if ours else at)
        yield Problem(path, f"It holds {text}, in plain text.", _NO_SECRETS if ours else _ENCRYPT, display_path, line)
    for at in encrypted(config.get(KEY), (KEY,)):
        text, line = "It holds an encrypted value.", document.line(("config", *at))
        yield Problem(
            repeatable(at[1:]),
            text,
            "The landing zone takes no secret. Remove it; a required key needs a value in plain text.",
            display_path,
            line,
        )


def _validated(
    value: object, written: Mapping[ConfigPath, str] | None = None, unread: Iterable[Problem] = ()
) -> tuple[LandingZoneConfig | None, list[Problem]]:
    version = version_of(value)
    if version is not None and version != CURRENT:
        newer = "newer than this program: update it" if version > CURRENT else "not known; the first one is 1"
        return None, [Problem(("schemaVersion",), f"Version {version} is {newer}.", f"This program reads {CURRENT}.")]
    try:
        model, wrong = LandingZoneConfig.model_validate(value), list(unread)
        return (None, wrong) if wrong else (model, [])
    except ValidationError:
        problems = [problem(item, LandingZoneConfig, written, place) for item, place in every_error(value)]
        told_of = [p.path[:3] for p in unread]
        problems = [*unread, *(p for p in in_words(problems, value) if p.path[:3] not in told_of)]
        return None, list(dict.fromkeys(problems))


def _pulumi_config(config: dict[str, Any]) -> dict[str, str]:
    """As the engine writes PULUMI_CONFIG: text as it is, the rest as JSON."""
    return {
        key: value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), default=str)
        for key, value in config.items()
    }
