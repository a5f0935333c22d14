"""Reads the files that decide how a stack is deployed, here or in a revision: see amlz/checks/guard/inputs.py."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from amlz.azure.regular_files import read_regular
from amlz.checks.guard.inputs import Inputs, Kind
from amlz.core.problems import StackFileError
from amlz.stackfile.stack_file import read

#: Folders that are neither installed nor deployed from, and hidden ones that are.
_SKIPPED = frozenset(("node_modules", "__pycache__", "build", "dist", "tests"))
_HIDDEN = frozenset((".github", ".azuredevops", ".ci"))
#: Files that decide which packages are installed, and how.
_PACKAGES = frozenset(
    ("pyproject.toml", "setup.py", "setup.cfg", "pip.conf", "uv.toml", "Pipfile", ".python-version", "Makefile")
)
#: Formats of project and stack files that Pulumi reads in addition to `.yaml`.
#: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/encoding/marshal.go
_OTHER_FORMATS = (".yml", ".json")
_UNREADABLE = "(unreadable)"


def read_inputs(top: Path, program: Path, stack_file: Path) -> Inputs:
    """Inputs of a stack. `top`: the folder of the repository, `program`: that of the program in it."""
    folders = [stack_file.parent, program]
    project = next((folder / "Pulumi.yaml" for folder in folders if (folder / "Pulumi.yaml").exists()), None)
    others = [
        folder / f"{stem}{end}"
        for folder in dict.fromkeys(folders)
        for stem in ("Pulumi", stack_file.name.removesuffix(".yaml"))
        for end in _OTHER_FORMATS
    ]
    return Inputs(
        project_file=_name(project or program / "Pulumi.yaml", top),
        stack_file=_name(stack_file, top),
        project=_values(project) if project else {},
        stack=_values(stack_file) if stack_file.exists() else None,
        shadow={_name(path, top): _digest(path) for path in others if os.path.lexists(path) and path != stack_file},
        files={(kind, _name(path, top)): _digest(path) for path in _walked(top) if (kind := kind_of(_name(path, top)))},
    )


def kind_of(name: str) -> Kind | None:
    """Returns the kind of a file, by its path in the repository; None for one that is not an input."""
    path = PurePosixPath(name)
    folders = path.parts[:-1]
    if path.name == "CODEOWNERS" or path.name.startswith("azure-pipelines"):
        return "workflows"
    if _HIDDEN.intersection(folders) or "pipelines" in folders:
        return "workflows"
    if path.name.startswith("PulumiPolicy."):
        return "policy pack"
    if "custom" in folders:
        return "custom"
    if path.name in _PACKAGES or path.suffix == ".lock" or (path.name.startswith("requirements") and not folders):
        return "packages"
    return "project" if path.name == "Pulumi.yaml" else None


def _walked(top: Path) -> Iterator[Path]:
    """Files below a folder; links are files, wherever they lead."""
    for folder, folders, files in os.walk(top):
        links = [name for name in folders if Path(folder, name).is_symlink()]
        folders[:] = [
            name for name in folders
            if name not in links and name not in _SKIPPED and (not name.startswith(".") or name in _HIDDEN)
        ]  # fmt: skip
        yield from (Path(folder, name) for name in (*files, *links))


def _name(path: Path, top: Path) -> str:
    """The path in the repository; a link is itself, not what it leads to."""
    return (path.parent.resolve() / path.name).relative_to(top.resolve()).as_posix()


def _values(path: Path) -> dict[str, Any]:
    """Keys of a YAML file; one that cannot be read differs from every other that cannot."""
    try:
        values = read(path, path.name).values
    except StackFileError:
        values = None
    return values if isinstance(values, dict) else {_UNREADABLE: _digest(path)}


def _digest(path: Path) -> str:
    """Of the content of a file, with any line ends; of a link, of where it leads."""
    try:
        content = b"link " + os.fsencode(os.readlink(path)) if path.is_symlink() else read_regular(path)
    except OSError as error:
        return f"unreadable: {error.errno}"
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()
