"""Pulumi's own engine, run on a program in a separate folder: no account, no network, nothing of the user's."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from amlz.azure.secrets import hidden_text
from amlz.core.problems import LandingZoneError
from amlz.paths import PACKAGE, PRODUCT, ROOT
from amlz.rehearsal import pip_list

#: Target folder of `make engine`.
BUILT = ROOT / ".tools" / "pulumi"
#: The simulated Azure, under the name that the engine looks for.
PROVIDER = PRODUCT / "tools" / "pulumi" / "provider"
#: Folder of what Python finds first: the answer to the host's question for installed packages.
PYTHON = "python"
#: Seconds after which a command is taken to hang; a preview of the largest shipped stack takes about a dozen.
LIMIT = 1800

Event = dict[str, Any]


class EngineFailed(LandingZoneError):
    """The engine ended with an error: its output."""


class NoEngine(LandingZoneError):
    """There is no engine to run."""


@dataclass(frozen=True, slots=True)
class EngineStack:
    """A new stack of a program, with its own state."""

    pulumi: Path
    name: str
    folder: Path
    environment: dict[str, str]

    def preview(self) -> dict[str, Any]:
        """The JSON of `pulumi preview`. Raises EngineFailed."""
        shown = self.run("preview", "--stack", self.name, "--json", "--skip-plugin-pre-install")
        data: dict[str, Any] = json.loads(shown[shown.index("{") :])
        return data

    def do(self, command: str) -> None:
        """`up`, `refresh` or `destroy`. Raises EngineFailed."""
        self.run(command, "--stack", self.name, "--yes", "--skip-preview")

    def urns(self) -> list[str]:
        """URNs of everything in the state but the stack itself. Raises EngineFailed."""
        return [resource["urn"] for resource in self.state().get("resources", []) if not _is_stack(resource)]

    def state(self) -> dict[str, Any]:
        """The deployment as the engine keeps it: `resources`, `pending_operations`. Raises EngineFailed."""
        exported: dict[str, Any] = json.loads(self.run("stack", "export", "--stack", self.name))
        deployment: dict[str, Any] = exported["deployment"]
        return deployment

    def beside(self, name: str, project: str, outputs: dict[str, Any]) -> None:
        """Another stack of the same state, which gives these outputs and holds nothing. Raises EngineFailed."""
        kind = "pulumi:pulumi:Stack"
        urn = f"urn:pulumi:{name}::{project}::{kind}::{project}-{name}"
        deployment = {"manifest": {}, "resources": [{"urn": urn, "custom": False, "type": kind, "outputs": outputs}]}
        file = self.folder / f"{name}.json"
        file.write_text(json.dumps({"version": 3, "deployment": deployment}), encoding="utf-8")
        self.run("stack", "select", "--create", "--stack", name)
        self.run("stack", "import", "--stack", name, "--file", str(file))

    def configure(self, config: dict[str, Any]) -> None:
        """Replaces this configuration by another one. The engine's own keys are kept."""
        path = self.folder / f"Pulumi.{self.name}.yaml"
        written = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        path.write_text(yaml.safe_dump({**written, "config": config}, sort_keys=False), encoding="utf-8")

    def use_program(self, main: Path) -> None:
        """Makes every later command run another program. `main`: its file. The provider stays that of this program."""
        path = self.folder / "Pulumi.yaml"
        written = yaml.safe_load(path.read_text(encoding="utf-8"))
        path.write_text(yaml.safe_dump({**written, "main": str(main.parent)}), encoding="utf-8")
        self.environment["PYTHONPATH"] = os.pathsep.join([str(self.folder.parent / PYTHON), str(main.parent)])

    def run(self, *arguments: str) -> str:
        """Returns the output of a command. Raises EngineFailed with the engine's output."""
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
            raise EngineFailed(hidden_text(_error_text(ran.stdout) or ran.stderr or ran.stdout))
        return ran.stdout

    def events(self, *arguments: str, on_event: Callable[[Event], None]) -> str:
        """Runs a command that writes its events as JSON, a line each, and passes on each at once.

        The answer is what it wrote otherwise; "" where it ended well.
        """
        with tempfile.TemporaryFile("w+", encoding="utf-8") as errors:
            command = [str(self.pulumi), *arguments, "--stack", self.name, "--json", "--non-interactive"]
            environment = {**self.environment, "PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true"}
            with subprocess.Popen(
                command, cwd=self.folder, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
            ) as running:
                other = []
                for line in running.stdout or ():
                    event = _event(line)
                    if event is None:
                        other.append(line)
                    else:
                        on_event(event)
            if not running.returncode:
                return ""
            errors.seek(0)
            text = hidden_text((errors.read() + "".join(other)).strip())
            return text or f"the engine ended with {running.returncode}"


@dataclass(frozen=True, slots=True)
class Engine:
    """A Pulumi CLI with its Python host in the same folder."""

    pulumi: Path

    def stack(
        self,
        folder: Path,
        main: Path,
        project: str,
        config: Path,
        *,
        as_azure_native: bool = False,
        store: Path | None = None,
    ) -> EngineStack:
        """Begins a stack. `folder`: a new one, for all files of the engine. Raises EngineFailed.

        `config`: a stack file, Pulumi.<stack>.yaml; it and the program stay untouched. `as_azure_native`: whether ids
        stay unknown in a preview, see amlz/simulator/provider.py. `store`: file of the simulated Azure's state, see
        amlz/simulator/state_store.py; without it, it forgets.
        """
        at = folder / "project"
        for path in (at, folder / "home", folder / "state", folder / "tmp", folder / PYTHON / "pip"):
            path.mkdir(parents=True)
        shutil.copyfile(config, at / config.name)  # the engine writes into the stack file
        shutil.copyfile(pip_list.__file__, folder / PYTHON / "pip" / "__main__.py")
        runtime = {"name": "python", "options": {"toolchain": "pip", "virtualenv": sys.prefix}}
        plugins = {"providers": [{"name": "azure-native", "path": str(PROVIDER)}]}
        file = {"name": project, "main": str(main.parent), "runtime": runtime, "plugins": plugins}
        (at / "Pulumi.yaml").write_text(yaml.safe_dump(file), encoding="utf-8")
        name = config.name.removeprefix("Pulumi.").removesuffix(".yaml")
        result = {"AMLZ_PREVIEW": "azure-native" if as_azure_native else "", "AMLZ_AZURE": str(store or "")}
        stack = EngineStack(self.pulumi, name, at, {**self._environment(folder), **result})
        stack.run("stack", "init", stack.name)
        return stack

    def _environment(self, folder: Path) -> dict[str, str]:
        """Everything the engine needs; nothing of the user's home, account or plugins."""
        # The host that is built here takes `python3` from the search path, with any project file.
        path = [str(self.pulumi.parent), str(Path(sys.prefix) / "bin"), os.environ.get("PATH", "")]
        return {
            "PATH": os.pathsep.join(path),
            "HOME": str(folder / "home"),
            "TMPDIR": str(folder / "tmp"),  # where the engine prepares its state; killed, it leaves some
            "PULUMI_HOME": str(folder / "home" / ".pulumi"),
            "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": "nothing is secret here",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",  # the host lists what is installed, and pip then asks pypi.org
            "PIP_NO_INDEX": "1",
            "AMLZ_PYTHON": sys.executable,
            "AMLZ_PYTHONPATH": str(PACKAGE.parent),
            "PYTHONPATH": os.pathsep.join([str(folder / PYTHON), str(PACKAGE.parent)]),
            "PYTHONDONTWRITEBYTECODE": "1",
        }


def find() -> Engine:
    """The engine that is installed, or built here. Raises NoEngine where neither is."""
    for item in (shutil.which("pulumi"), BUILT / "pulumi"):
        if item and Path(item).exists():
            return Engine(Path(item))
    raise NoEngine(
        f"pulumi\n  There is none on PATH and none at {BUILT}.\n"
        "  Install Pulumi's CLI (https://www.pulumi.com/docs/install/), or build it with `make engine`:\n"
        "    that needs Go 1.25 or later, and some minutes once."
    )


def _is_stack(resource: dict[str, Any]) -> bool:
    return bool(resource["type"] == "pulumi:pulumi:Stack")


def _event(line: str) -> Event | None:
    if not line.startswith("{"):
        return None
    try:
        event: Event = json.loads(line)
    except ValueError:
        return None
    return event if "sequence" in event else None


def _error_text(output: str) -> str:
    """The errors of a preview's JSON; "" where it holds none."""
    try:
        report = json.loads(output[output.index("{") :])
    except ValueError:
        return ""
    return "".join(
        item["message"] for item in report.get("diagnostics", []) if item["severity"].endswith(("error", "err"))
    )
