"""Pulumi's own engine, run on a program in a folder of its own: no account, no network, nothing of the user's."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT

#: Where `make engine` builds to.
BUILT = ROOT / ".tools" / "pulumi"
#: The pretend Azure, under the name that the engine looks for.
PROVIDER = ROOT / "tools" / "pulumi" / "provider"
#: Seconds that one preview may take; the largest shipped stack takes about a dozen.
LIMIT = 300


class EngineFailed(Exception):
    """The engine ended with an error: what it said."""


@dataclass(frozen=True, slots=True)
class Stack:
    """A new stack of a program, with a state of its own. Each command raises EngineFailed with what the engine said."""

    pulumi: Path
    name: str
    folder: Path
    environment: dict[str, str]

    def preview(self) -> dict[str, Any]:
        """The JSON of `pulumi preview`."""
        shown = self.run("preview", "--stack", self.name, "--json", "--skip-plugin-pre-install")
        told: dict[str, Any] = json.loads(shown[shown.index("{") :])
        return told

    def do(self, command: str) -> None:
        """`up`, `refresh` or `destroy`."""
        self.run(command, "--stack", self.name, "--yes", "--skip-preview")

    def standing(self) -> list[str]:
        """URNs of everything in the state but the stack itself."""
        state = json.loads(self.run("stack", "export", "--stack", self.name))
        found = state["deployment"].get("resources", [])
        return [resource["urn"] for resource in found if resource["type"] != "pulumi:pulumi:Stack"]

    def run(self, *arguments: str) -> str:
        """What a command writes."""
        ran = subprocess.run(
            [str(self.pulumi), *arguments, "--non-interactive"],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )
        if ran.returncode:
            raise EngineFailed(_said(ran.stdout) or ran.stderr or ran.stdout)
        return ran.stdout


@dataclass(frozen=True, slots=True)
class Engine:
    """A Pulumi CLI with its Python host beside it."""

    pulumi: Path

    def stack(self, folder: Path, main: Path, project: str, config: Path, *, as_azure_native: bool = False) -> Stack:
        """Begins a stack. `folder`: a new one, for all that the engine writes.

        `config`: a stack file, Pulumi.<stack>.yaml; it and the program stay untouched. `as_azure_native`: whether ids
        stay unknown in a preview, see offline/provider.py.
        """
        at = folder / "project"
        for path in (at, folder / "home", folder / "state"):
            path.mkdir(parents=True)
        shutil.copyfile(config, at / config.name)  # the engine writes into the stack file
        runtime = {"name": "python", "options": {"toolchain": "pip", "virtualenv": sys.prefix}}
        plugins = {"providers": [{"name": "azure-native", "path": str(PROVIDER)}]}
        file = {"name": project, "main": str(main.parent), "runtime": runtime, "plugins": plugins}
        (at / "Pulumi.yaml").write_text(yaml.safe_dump(file))
        environment = {**self._environment(folder), "AMLZ_PREVIEW": "azure-native" if as_azure_native else ""}
        stack = Stack(self.pulumi, config.name.removeprefix("Pulumi.").removesuffix(".yaml"), at, environment)
        stack.run("stack", "init", stack.name)
        return stack

    def _environment(self, folder: Path) -> dict[str, str]:
        """Everything the engine needs; nothing of the user's home, account or plugins."""
        # The host that is built here takes `python3` from the search path, whatever the project file says.
        path = [str(self.pulumi.parent), str(Path(sys.prefix) / "bin"), os.environ.get("PATH", "")]
        return {
            "PATH": os.pathsep.join(path),
            "HOME": str(folder / "home"),
            "PULUMI_HOME": str(folder / "home" / ".pulumi"),
            "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": "nothing is secret here",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "AMLZ_PYTHON": sys.executable,
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
        }


def engine() -> Engine:
    """The engine that is installed, or built here. Tests are skipped, with this reason, where neither is."""
    for found in (shutil.which("pulumi"), BUILT / "pulumi"):
        if found and Path(found).exists():
            return Engine(Path(found))
    pytest.skip(f"no pulumi on PATH and none at {BUILT}; `make engine` builds it from its Go modules, in some minutes")


def _said(output: str) -> str:
    """The errors of a preview's JSON; "" where it holds none."""
    try:
        told = json.loads(output[output.index("{") :])
    except ValueError:
        return ""
    return "".join(
        said["message"] for said in told.get("diagnostics", []) if said["severity"].endswith(("error", "err"))
    )
