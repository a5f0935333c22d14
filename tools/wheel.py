"""Builds the wheel: the packages, and the files of the repository that `amlz` reads when it is installed.

pyproject.toml names `BuildWithShippedFiles` for setuptools. An editable installation reads the repository itself.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from setuptools.command.build_py import build_py

ROOT = Path(__file__).parents[1]
#: Folder of these files in the wheel; amlz/paths.py finds it.
SHIPPED = Path("amlz", "shipped")
#: The program, policies, versions of packages, the JSON Schema and the simulated provider, as in the repository.
FILES = (
    "__main__.py",
    "docs/landing-zone.schema.json",
    "policies/builtin/*.json",
    "policies/definitions/*.json",
    "policies/initiatives/*.json",
    "requirements-runtime.lock",
    "tools/pulumi/provider/*",
)


def shipped_files() -> Iterator[str]:
    """Returns the paths of the files, from the root of the repository."""
    for pattern in FILES:
        yield from (path.relative_to(ROOT).as_posix() for path in sorted(ROOT.glob(pattern)) if path.is_file())


class BuildWithShippedFiles(build_py):
    """setuptools' step that collects modules; adds the shipped files to a wheel."""

    def run(self) -> None:
        """Collects modules, package data and shipped files."""
        super().run()
        if self.editable_mode:
            return
        shutil.rmtree(Path(self.build_lib) / SHIPPED, ignore_errors=True)  # of an earlier build
        for name in shipped_files():
            target = Path(self.build_lib) / SHIPPED / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target)
