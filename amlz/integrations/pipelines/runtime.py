"""The runtime of jobs with a token: built and verified in a job without one, and passed on by its digest.

It holds the packages of `requirements-runtime.lock`, Pulumi's CLI and the provider's plugin. A job with a token
installs nothing: it unpacks one archive whose digest the first job has reported.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from amlz.integrations.pipelines.problems import PipelineError
from amlz.integrations.pipelines.runner import Runner

PACKAGES = Path("requirements-runtime.lock")
#: Checksums of Pulumi's archives, as `sha256sum` writes them.
CHECKSUMS = Path("pulumi.lock")
ARCHIVE = "amlz-runtime.tar"
#: https://www.pulumi.com/docs/iac/download-install/ and https://www.pulumi.com/docs/iac/cli/commands/pulumi_plugin_install/
_FROM = "https://get.pulumi.com/releases"
_CLI = ("pulumi", f"{_FROM}/sdk", "pulumi-v{version}-linux-x64.tar.gz")
_PROVIDER = (
    "pulumi-azure-native", f"{_FROM}/plugins", "pulumi-resource-azure-native-v{version}-linux-amd64.tar.gz",
)  # fmt: skip
_PULUMI, _SITE, _HOME = "pulumi", "site-packages", "pulumi-home"
_SECONDS = 300

Fetch = Callable[[str, Path], None]


def lock(fetch: Fetch | None = None) -> None:
    """Writes the checksums of the archives of the locked versions, as they are downloaded now."""
    with tempfile.TemporaryDirectory() as folder:
        rows = [(_digest(path), path.name) for path in _downloaded(Path(folder), fetch)]
    head = "# SHA-256 of the archives that jobs without a token download. `make pulumi-lock` writes it.\n"
    CHECKSUMS.write_text(head + "".join(f"{digest}  {name}\n" for digest, name in rows), encoding="utf-8")


def build(folder: Path, fetch: Fetch | None = None) -> None:
    """Writes the archive. Raises PipelineError where a checksum is missing or another one."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        made, downloads = Path(temporary) / "made", Path(temporary) / "downloads"
        made.mkdir()
        downloads.mkdir()
        cli, provider = _verified(downloads, fetch)
        _unpack(cli, made)
        environment = {**os.environ, "PULUMI_HOME": str(made / _HOME)}
        version = _version(_PROVIDER[0])
        _run(str(made / _PULUMI / "pulumi"), "plugin", "install", "resource", "azure-native", f"v{version}",
             "--file", str(provider), environment=environment)  # fmt: skip
        _run(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
             "--only-binary=:all:", "--require-hashes", "--target", str(made / _SITE), "-r", str(PACKAGES))  # fmt: skip
        with tarfile.open(folder / ARCHIVE, "w") as archive:
            for part in (_PULUMI, _HOME, _SITE):
                archive.add(made / part, part)


def report_digest(archive: Path, runner: Runner) -> None:
    """Outputs `digest` of the archive."""
    runner.output("digest", _digest(archive))


def use(archive: Path, digest: str, runner: Runner) -> None:
    """Unpacks the archive for the later steps of this job. Raises PipelineError where it is another one."""
    text = _digest(archive)
    if not re.fullmatch(r"[0-9a-f]{64}", digest) or text != digest:
        raise PipelineError(
            f"{archive}\n  Its SHA-256 is {text}, and the job that built it reported {digest or 'none'}.\n"
            "  Nothing was unpacked. Run the whole workflow again; if it happens again, treat the run as tampered with."
        )
    venv = Path(".venv")
    if not (venv / "bin" / "python").exists():
        _run(sys.executable, "-m", "venv", str(venv))  # from the interpreter's own files
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as temporary:
        _unpack(archive, Path(temporary))
        home = Path(runner.get("RUNNER_TEMP" if runner.github else "AGENT_TEMPDIRECTORY")) / "amlz-runtime"
        site = venv / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
        shutil.copytree(Path(temporary) / _SITE, site, dirs_exist_ok=True)
        for part in (_PULUMI, _HOME):
            shutil.copytree(Path(temporary) / part, home / part, dirs_exist_ok=True)
    runner.path(str(home / _PULUMI))
    runner.variable("PULUMI_HOME", str(home / _HOME))
    runner.variable("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION", "true")
    runner.variable("PULUMI_SKIP_UPDATE_CHECK", "true")


def _verified(folder: Path, fetch: Fetch | None) -> list[Path]:
    """Archives whose checksums are those of the lock file. Raises PipelineError."""
    rows = [line.split() for line in _lines(CHECKSUMS) if line and not line.startswith("#")]
    wanted = {row[-1]: row[0] for row in rows}
    names = [name.format(version=_version(package)) for package, _, name in (_CLI, _PROVIDER)]
    missing = [name for name in names if name not in wanted]
    if missing:
        raise PipelineError(
            f"{CHECKSUMS}\n  It has no checksum of {', '.join(missing)}, so nothing is downloaded.\n"
            "  Run `make pulumi-lock` on a machine that you trust, compare with the release, and commit the file."
        )
    paths = list(_downloaded(folder, fetch))
    for path in paths:
        if _digest(path) != wanted[path.name]:
            raise PipelineError(
                f"{path.name}\n  Its SHA-256 is {_digest(path)}, and {CHECKSUMS} has {wanted[path.name]}.\n"
                "  Nothing was unpacked. Find out why before you change the lock file."
            )
    return paths


def _downloaded(folder: Path, fetch: Fetch | None) -> Iterator[Path]:
    for package, address, name in (_CLI, _PROVIDER):
        path = folder / name.format(version=_version(package))
        (fetch or _fetch)(f"{address}/{path.name}", path)
        yield path


def _fetch(address: str, path: Path) -> None:
    with urllib.request.urlopen(address, timeout=_SECONDS) as answer, path.open("wb") as file:
        shutil.copyfileobj(answer, file)


def _version(package: str) -> str:
    """The version of a package in the lock file. Raises PipelineError where it is not there."""
    for line in _lines(PACKAGES):
        match = re.match(rf"{re.escape(package)}==([0-9.]+)(?:\s|$)", line)
        if match:
            return match[1]
    raise PipelineError(f"{PACKAGES}\n  It does not have {package}.\n  Run `make lock`, and commit the file.")


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unpack(archive: Path, folder: Path) -> None:
    """Regular files and folders inside `folder`. Raises PipelineError for any other."""
    try:
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
    except (tarfile.TarError, OSError) as error:
        raise PipelineError(f"{archive.name}\n  It cannot be unpacked: {error}.\n  Build it again.") from None


def _run(*command: str, environment: dict[str, str] | None = None) -> None:
    ran = subprocess.run(command, check=False, env=environment)
    if ran.returncode:
        raise PipelineError(
            f"{Path(command[0]).name} {command[1]}\n  It ended with {ran.returncode}; see the log above."
        )
