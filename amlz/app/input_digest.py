"""The digest of everything that decides a stack's preview: equal digests mean equal previews, byte for byte.

It covers the program, the stack file, every file whose path a text of the stack file may be, the lock files, the
versions of Python and of installed packages, and the options. A file that a preview reads and the digest leaves out
would hide a change: a test watches every file that a preview opens.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from amlz.azure.regular_files import read_regular
from amlz.core.problems import LandingZoneError
from amlz.paths import PACKAGE, PRODUCT, ROOT
from amlz.stackfile.stack_file import read

#: Files of the program: packages, data, locks. Compiled modules follow from these.
_PROGRAM = ("__main__.py", "components", "policies", "*.lock", "pyproject.toml")
#: Bytes of a file that a text of the stack file names, at most; a larger one is never skipped.
_LARGEST = 2**26
#: Characters of a file's name, at most, on the systems that are supported.
_LONGEST = 255


def program_digest() -> str:
    """Returns the digest of what all stacks share: the program, custom parts, packages."""
    packages = sorted({f"{one.name}=={one.version}" for one in distributions()})
    return _digest([sys.version, *packages], _program_files())


def stack_digest(program: str, stack_file: Path, options: Iterable[str]) -> str | None:
    """Returns the digest of one stack's preview, None where it cannot be known. `program`: of `program_digest`."""
    try:
        document = read(stack_file, str(stack_file))
        named = sorted(set(_named(document.values, stack_file.parent)))
        missing = [str(path) for path in named if not path.is_file()]
        present = [path for path in named if path.is_file()]
        if any(path.stat().st_size > _LARGEST for path in present):
            return None
        return _digest([program, str(stack_file.resolve()), *options, *missing], [stack_file, *present])
    except (LandingZoneError, OSError):
        return None


def input_files(stack_file: Path) -> set[Path]:
    """Returns every file that decides a stack's preview."""
    document = read(stack_file, str(stack_file))
    named = {path for path in _named(document.values, stack_file.parent) if path.is_file()}
    return {path.resolve() for path in (stack_file, *named, *_program_files())}


def _program_files() -> set[Path]:
    return {*_below(PACKAGE, ("*",)), *_below(PRODUCT, _PROGRAM), *_below(ROOT, ("custom",))}


def _below(folder: Path, patterns: Iterable[str]) -> Iterator[Path]:
    for pattern in patterns:
        for path in folder.glob(pattern):
            files = path.rglob("*") if path.is_dir() else (path,)
            yield from (file for file in files if file.is_file() and "__pycache__" not in file.parts)


def _named(value: Any, folder: Path) -> Iterator[Path]:
    """Returns the paths that texts of the stack file may be, whether or not a file is there."""
    if isinstance(value, dict):
        for item in value.values():
            yield from _named(item, folder)
    elif isinstance(value, list):
        for item in value:
            yield from _named(item, folder)
    elif isinstance(value, str) and value and "\0" not in value and all(len(p) <= _LONGEST for p in value.split("/")):
        yield folder / value


def _digest(texts: Iterable[str], files: Iterable[Path]) -> str:
    """Returns the digest of texts and of files with their paths. Each part has its length before it."""
    digest = hashlib.sha256()
    for text in texts:
        raw = text.encode("utf-8", "surrogateescape")
        digest.update(b"%d " % len(raw) + raw)
    for path in sorted(files):
        name, content = str(path).encode("utf-8", "surrogateescape"), read_regular(path, 2**31)
        digest.update(b"%d " % len(name) + name + b"%d " % len(content) + content)
    return digest.hexdigest()
