"""A new stack: from answers to a written stack file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from amlz.core.notices.notice import Notice
from amlz.core.problems import LandingZoneError
from amlz.core.terminal import in_one_line
from amlz.paths import PACKAGED, ROOT
from amlz.reports.files import write_whole
from amlz.stackfile.new.stack import NewStack, new_stack_file
from amlz.stackfile.stack_file import find

_SCHEMA = "docs/landing-zone.schema.json"
#: https://www.pulumi.com/docs/iac/concepts/stacks/
_STACK = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.-]*")
#: The JSON Schema of a package's user, next to the stack file.
SCHEMA_BESIDE = "landing-zone.schema.json"


@dataclass(frozen=True, slots=True)
class NewStackFile:
    """A stack file that was written, the name of its stack, and doubts about it."""

    path: Path
    stack: str
    notices: tuple[Notice, ...]


def target(stack: str) -> Path:
    """Returns the path of a new stack file. Raises LandingZoneError where the file exists or the name is not one."""
    path = find(stack, Path.cwd())
    shown = in_one_line(str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path))
    name = path.name
    if not (name.startswith("Pulumi.") and name.endswith((".yaml", ".yml"))):
        raise LandingZoneError(f"{shown}\n  It is not the name of a stack file.\n  Name it Pulumi.STACK.yaml.")
    if not _STACK.fullmatch(_stack(path)):
        raise LandingZoneError(
            f"{shown}\n  Pulumi takes no stack of this name.\n"
            "  Use letters, digits, hyphens, underscores and periods, and no hyphen at the beginning."
        )
    if path.exists() or path.is_symlink():
        raise LandingZoneError(
            f"{shown}\n  It exists already and is not changed.\n"
            "  Choose another stack name, or add a project to it: `amlz project add`."
        )
    return path


def write_new_stack(path: Path, stack: NewStack) -> NewStackFile:
    """Writes the stack file. Raises LandingZoneError, and then nothing was written."""
    new = new_stack_file(stack, _schema(path))
    write_whole(path, new.text)
    return NewStackFile(path, _stack(path), new.notices)


def _stack(path: Path) -> str:
    return path.name.removeprefix("Pulumi.").rpartition(".")[0]


def _schema(path: Path) -> str:
    """The JSON Schema as editors find it from the stack file. `amlz schema` writes it where there is no repository."""
    if PACKAGED:
        return SCHEMA_BESIDE
    folder = path.parent.resolve()
    ups = [f"{'../' * depth}{_SCHEMA}" for depth, above in enumerate((folder, *folder.parents)) if above == ROOT]
    return ups[0] if ups else str(ROOT / _SCHEMA)
