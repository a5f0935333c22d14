"""Checks the machine: what a preview, a deployment and the pipelines need, and the fix for what is missing.

No value of a credential is read into a result: only the names of variables.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import yaml

from amlz.paths import PACKAGED, PRODUCT, ROOT
from amlz.reports.doctor import DoctorResult

_PYTHON = (3, 11)
#: Seconds in which a program answers, and a host takes a connection.
_PATIENCE, _CONNECT = 20, 3
_LOCK = PRODUCT / "requirements-runtime.lock"
_SETUP = f"Run `pip install --require-hashes -r {_LOCK}`." if PACKAGED else "Run `make setup` in the repository."
#: Variables that together sign in, by method: https://www.pulumi.com/registry/packages/azure-native/installation-configuration/
_METHODS: Mapping[str, tuple[str, ...]] = {
    "OpenID Connect": ("ARM_CLIENT_ID", "ARM_TENANT_ID", "ARM_USE_OIDC"),
    "managed identity": ("ARM_USE_MSI",),
    "client secret": ("ARM_CLIENT_ID", "ARM_TENANT_ID", "ARM_CLIENT_SECRET"),
    "client certificate": ("ARM_CLIENT_ID", "ARM_TENANT_ID", "ARM_CLIENT_CERTIFICATE_PATH"),
}
#: The backend of Pulumi where neither a variable nor Pulumi.yaml names one.
_PULUMI_CLOUD = "https://api.pulumi.com"
#: Domain of blob storage, where the scheme azblob keeps its state: https://www.pulumi.com/docs/iac/concepts/state-and-backends/
_BLOB = "blob.core.windows.net"

#: Resource providers that every landing zone needs; those of a stack: `amlz roles STACK --deployer`.
#: https://github.com/pulumi/pulumi-azure-native/issues/3479: azure-native registers none
_PROVIDERS = (
    "Microsoft.ContainerRegistry",
    "Microsoft.Insights",
    "Microsoft.KeyVault",
    "Microsoft.MachineLearningServices",
    "Microsoft.ManagedIdentity",
    "Microsoft.Network",
    "Microsoft.OperationalInsights",
    "Microsoft.PolicyInsights",
    "Microsoft.Storage",
)
_PROVIDER_CHECK = "Resource providers"
_LIST = ("provider", "list", "--query", "[?registrationState=='Registered'].namespace", "--output", "json")

Run = Callable[..., str | None]
Connect = Callable[[str, int], bool]


def examine(
    environment: Mapping[str, str], home: Path, folder: Path, run: Run | None = None
) -> tuple[DoctorResult, ...]:
    """Returns every check, in the order in which a new user needs them. `folder`: where the stack files are."""
    ask = run or _answer
    return (
        _python(),
        _packages(),
        _git(ask),
        _stack_files(folder),
        _pulumi(ask),
        _checksums(),
        _az(ask, home),
        _providers(ask, home),
        _credentials(environment, home),
        _backend(environment, _connects),
    )


def _python() -> DoctorResult:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] >= _PYTHON:
        return DoctorResult("Python", "ok", version)
    return DoctorResult("Python", "missing", version, f"Install Python {'.'.join(map(str, _PYTHON))} or newer.")


def _packages() -> DoctorResult:
    """Packages against requirements-runtime.lock."""
    wrong = sorted(name for name, wanted in _locked() if _installed(name) != wanted)
    if not wrong:
        return DoctorResult("Python packages", "ok", "as requirements-runtime.lock has them")
    named = ", ".join(wrong[:3]) + (f" and {len(wrong) - 3} more" if len(wrong) > 3 else "")
    return DoctorResult("Python packages", "advised", f"other versions than the lock file: {named}", _SETUP)


def _locked() -> Iterable[tuple[str, str]]:
    text = _LOCK.read_text(encoding="utf-8")
    for name, wanted, marker in re.findall(r"^([\w.-]+)==([\w.+-]+)( ;)?", text, re.MULTILINE):
        if not marker:
            yield name, wanted


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _git(ask: Run) -> DoctorResult:
    version = ask("git", "--version")
    if version is None:
        return DoctorResult("git", "missing", "not found", "Install git: https://git-scm.com/downloads")
    return DoctorResult("git", "ok", version.removeprefix("git version "))


def _stack_files(folder: Path) -> DoctorResult:
    names = sorted(path.name for path in folder.glob("Pulumi.*.yaml"))
    if names:
        return DoctorResult("Stack files", "ok", ", ".join(names))
    return DoctorResult("Stack files", "advised", "none in this folder", "Run `amlz init dev` to write one.")


def _pulumi(ask: Run) -> DoctorResult:
    version = ask("pulumi", "version")
    fix = "Install it, only to deploy: https://www.pulumi.com/docs/install/"
    if version is None:
        return DoctorResult("Pulumi CLI", "advised", "not found", fix)
    wanted = _installed("pulumi")
    match = re.match(r"v?(\d+)\.(\d+)", version)
    if match and wanted and tuple(map(int, match.groups())) < tuple(map(int, wanted.split(".")[:2])):
        return DoctorResult(
            "Pulumi CLI", "advised", f"{version}, older than the SDK ({wanted})", fix.replace("Install", "Update")
        )
    return DoctorResult("Pulumi CLI", "ok", version)


def _checksums() -> DoctorResult:
    if PACKAGED:
        return DoctorResult("pulumi.lock", "ok", "not needed: an installed package checks and previews, a fork deploys")
    text = (ROOT / "pulumi.lock").read_text(encoding="utf-8")
    if any(line.strip() and not line.startswith("#") for line in text.splitlines()):
        return DoctorResult("pulumi.lock", "ok", "has checksums")
    return DoctorResult(
        "pulumi.lock",
        "advised",
        "has no checksums: pipelines do not deploy",
        "Run `make pulumi-lock` on a machine that you trust.",
    )


def _az(ask: Run, home: Path) -> DoctorResult:
    answer = ask("az", "version")
    if answer is None:
        return DoctorResult(
            "Azure CLI",
            "advised",
            "not found",
            "Install it, only to deploy: https://learn.microsoft.com/cli/azure/install-azure-cli",
        )
    try:
        version = str(json.loads(answer)["azure-cli"])
    except (ValueError, KeyError, TypeError):
        version = "version not known"
    return DoctorResult("Azure CLI", "ok", f"{version}, {'signed in' if _signed_in(home) else 'not signed in'}")


def _signed_in(home: Path) -> bool:
    """Returns True if the Azure CLI has a subscription. Its tokens may have expired, which only Azure knows."""
    try:
        profile = json.loads((home / ".azure" / "azureProfile.json").read_text(encoding="utf-8-sig"))
        return bool(profile["subscriptions"])
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _providers(ask: Run, home: Path) -> DoctorResult:
    """Resource providers of the subscription that the Azure CLI has selected."""
    commands = (
        "Run `amlz roles STACK --deployer`: it lists those of a stack, with commands. Only a deployment needs them."
    )
    answer = ask("az", *_LIST) if _signed_in(home) else None
    if answer is None:
        return DoctorResult(_PROVIDER_CHECK, "advised", "not known: the Azure CLI was not asked or failed", commands)
    try:
        registered = {str(load).lower() for load in json.loads(answer)}
    except (ValueError, TypeError):
        return DoctorResult(_PROVIDER_CHECK, "advised", "not known: the Azure CLI's answer is not a list", commands)
    missing = [provider for provider in _PROVIDERS if provider.lower() not in registered]
    if missing:
        text = f"not registered in the selected subscription: {', '.join(missing)}"
        return DoctorResult(_PROVIDER_CHECK, "advised", text, commands)
    return DoctorResult(
        _PROVIDER_CHECK, "ok", "those of every landing zone are registered in the selected subscription"
    )


def _credentials(environment: Mapping[str, str], home: Path) -> DoctorResult:
    for method, names in _METHODS.items():
        if all(environment.get(name) for name in names):
            return DoctorResult("Credentials", "ok", f"{method}, by {', '.join(names)}; not tried")
    if _signed_in(home):
        return DoctorResult("Credentials", "ok", "sign-in of the Azure CLI; not tried")
    return DoctorResult("Credentials", "advised", "none found", "Run `az login`, only to deploy.")


def _backend(environment: Mapping[str, str], connects: Connect) -> DoctorResult:
    url = environment.get("PULUMI_BACKEND_URL") or _of_project() or _PULUMI_CLOUD
    try:
        named = urlsplit(url)
        port = named.port
    except ValueError:  # of an address, the port or the brackets
        return DoctorResult("Pulumi backend", "advised", "its address is not valid", "Correct PULUMI_BACKEND_URL.")
    shown = f"{named.scheme}://{named.hostname or ''}{named.path}"
    if named.scheme == "file":
        path = Path(f"{named.netloc}{named.path}").expanduser()
        if path.is_dir() and os.access(path, os.W_OK):
            return DoctorResult("Pulumi backend", "ok", shown)
        return DoctorResult(
            "Pulumi backend",
            "advised",
            f"{shown}: no folder that can be written",
            f"Create it: mkdir -p {shlex.quote(str(path))}",
        )
    host = named.hostname
    if named.scheme == "azblob":
        account = parse_qs(named.query).get("storage_account", [environment.get("AZURE_STORAGE_ACCOUNT", "")])[0]
        if not account:
            return DoctorResult(
                "Pulumi backend",
                "advised",
                f"{shown}: no storage account",
                "Append ?storage_account=NAME to PULUMI_BACKEND_URL.",
            )
        host = f"{account}.{_BLOB}"
    elif named.scheme not in ("http", "https"):
        return DoctorResult(
            "Pulumi backend", "advised", f"{shown}: not checked, this kind of backend is not known here", None
        )
    if host and connects(host, port or (80 if named.scheme == "http" else 443)):
        return DoctorResult("Pulumi backend", "ok", f"{shown}: {host} can be reached")
    fix = "Check the network, the proxy and PULUMI_BACKEND_URL. Only a deployment needs it."
    return DoctorResult("Pulumi backend", "advised", f"{shown}: {host} cannot be reached", fix)


def _of_project() -> str | None:
    """The backend that Pulumi.yaml names."""
    try:
        data = yaml.safe_load((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"))
        return str(data["backend"]["url"])
    except (OSError, yaml.YAMLError, KeyError, TypeError):
        return None


def _connects(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), _CONNECT):
            return True
    except OSError:
        return False


def _answer(program: str, *arguments: str) -> str | None:
    """The first lines that a program prints; None where it is not installed or fails."""
    text = shutil.which(program)
    if text is None:
        return None
    try:
        ran = subprocess.run([text, *arguments], capture_output=True, text=True, timeout=_PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return ran.stdout.strip() if ran.returncode == 0 else None
