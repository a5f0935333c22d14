"""The answer to Pulumi's host is that of pip."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from amlz.rehearsal import pip_list


def test_the_installed_packages_are_those_that_pip_lists(tmp_path: Path) -> None:
    """By name, version and folder. Any other command is run by pip."""
    (tmp_path / "pip").mkdir()
    shutil.copyfile(pip_list.__file__, tmp_path / "pip" / "__main__.py")
    plain = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    here = {**plain, "PYTHONPATH": str(tmp_path)}

    def ran(environment: dict[str, str], *arguments: str) -> str:
        command = [sys.executable, "-m", "pip", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    ours, of_pip = (json.loads(ran(environment, *pip_list.LIST)) for environment in (here, plain))

    def shown(packages: list[dict[str, str]]) -> list[tuple[str, ...]]:
        return sorted(tuple(package[key] for key in ("name", "version", "location")) for package in packages)

    assert shown(ours) == shown(of_pip)
    assert len(ours) > 20
    assert ran(here, "--version") == ran(plain, "--version")
