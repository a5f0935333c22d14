"""A folder of a business unit for tests, in place of the one of the repository."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from amlz import folders
from amlz.checks import custom
from amlz.core import custom_names

Write = Callable[[str, str], None]


@contextmanager
def own_folder(folder: Path) -> Iterator[Write]:
    """Yields a function that writes a file below `custom/` of an empty folder."""

    def write(name: str, text: str) -> None:
        path = folder / "custom" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        _forget()

    with mock.patch.object(folders, "ROOT", folder):
        _forget()
        yield write
    _forget()


def _forget() -> None:
    custom.custom_checks.cache_clear()
    custom_names.forget()
    for name in [name for name in sys.modules if name.partition(".")[0] == "custom"]:
        del sys.modules[name]
