"""The Dockerfile, run without Docker: each stage is an overlay of this machine's root, each RUN a command in it.

The base image is replaced by this machine, whose Python and Debian packages are other versions. All else is as the
Dockerfile has it: .dockerignore, COPY, WORKDIR, ENV, USER and ENTRYPOINT.
"""

from __future__ import annotations

import fnmatch
import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

#: The search path of the base image.
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#: Variables of this machine that a build must not see.
_HIDDEN = ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "PIP_FIND_LINKS", "GIT_DIR")


@dataclass
class ImageStage:
    """A stage: its name, the state that instructions change, and the shell lines that build it."""

    name: str
    folder: str = "/"
    user: str = "0"
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": _PATH, "HOME": "/root"})
    entrypoint: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    @property
    def root(self) -> str:
        """Returns the path of its root in the script."""
        return f'"$T/{self.name}/root"'

    def run(self, command: list[str]) -> str:
        """Returns the shell line that runs a command in the stage."""
        words = [f"{name}={value}" for name, value in self.environment.items()]
        inside = f'cd {shlex.quote(self.folder)} && exec "$@"'
        identity = f"setpriv --reuid {self.user} --regid {self.user} --clear-groups" if self.user != "0" else ""
        started = f"{identity} env {shlex.join(words)} sh -c {shlex.quote(inside)}"
        return f"chroot {self.root} {started} run {shlex.join(command)}"


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """Yields the instructions of a Dockerfile with their arguments."""
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip() and not line.startswith("#"):
            name, _, rest = line.partition(" ")
            yield name.upper(), rest.strip()


def context(source: Path, folder: Path) -> Path:
    """Copies the files of a build's context, without what .dockerignore leaves out. Returns the folder."""
    lines = (source / ".dockerignore").read_text(encoding="utf-8").split()
    assert lines[0] == "*", "only a list of what is included is understood here"
    wanted = [line[1:] for line in lines if line.startswith("!")]
    unwanted = [line.removeprefix("**/") for line in lines[1:] if not line.startswith("!")]
    for path in sorted(source.rglob("*")):
        name = path.relative_to(source)
        inside = any(name == Path(entry) or Path(entry) in name.parents for entry in wanted)
        if path.is_file() and inside and not any(fnmatch.fnmatch(p, u) for p in name.parts for u in unwanted):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, folder / name)
    return folder


def stages(text: str, built: Path) -> list[ImageStage]:
    """Returns the stages of a Dockerfile with the shell lines that build them from the context `built`."""
    result: list[ImageStage] = []
    for name, rest in instructions(text):
        if name == "ARG":
            continue
        if name == "FROM":
            base, _, alias = rest.partition(" AS ")
            assert base == "${PYTHON}", "each stage starts from the one base image"
            stage = ImageStage(alias or "final")
            at = f'"$T/{stage.name}"'
            stage.lines += [
                f"mkdir -p {at}/upper {at}/work {at}/root",
                f"mount -t overlay overlay -o lowerdir=/,upperdir={at}/upper,workdir={at}/work {at}/root",
                f"mount --rbind /dev {at}/root/dev; mount --rbind /proc {at}/root/proc",
            ]
            result.append(stage)
        elif name == "WORKDIR":
            stage.folder = rest
            stage.lines.append(f"mkdir -p {stage.root}{rest}")
        elif name == "COPY":
            stage.lines.append(_copy(stage, rest, built))
        elif name == "RUN":
            stage.lines.append(stage.run(["sh", "-c", rest]))
        elif name == "ENV":
            key, _, value = rest.partition("=")
            stage.environment[key] = value
        elif name == "USER":
            stage.user = rest
        elif name == "ENTRYPOINT":
            stage.entrypoint = json.loads(rest)
        else:
            raise AssertionError(f"{name} is not understood here")
    return result


def _copy(stage: ImageStage, rest: str, built: Path) -> str:
    words = rest.split()
    if words[0].startswith("--from="):
        other = words[0].removeprefix("--from=")
        return f'mkdir -p {stage.root}{words[2]} && cp -a "$T/{other}/root{words[1]}/." {stage.root}{words[2]}/'
    return f"cp -a {shlex.quote(str(built / words[0]))}/. {stage.root}{stage.folder}/"


def can_build() -> bool:
    """Returns whether this machine can run the stages: as root, with namespaces and overlays."""
    if os.name != "posix" or os.geteuid() != 0 or not all(map(shutil.which, ("unshare", "setpriv", "chroot"))):
        return False
    tried = "mount -t tmpfs t /mnt && mkdir /mnt/u /mnt/w /mnt/r && "
    tried += "mount -t overlay o -o lowerdir=/,upperdir=/mnt/u,workdir=/mnt/w /mnt/r"
    return subprocess.run(["unshare", "-m", "sh", "-c", tried], capture_output=True, check=False).returncode == 0


def build_and_run(source: Path, folder: Path, stack_files: Path, commands: list[list[str]]) -> list[tuple[int, str]]:
    """Builds the image in a separate namespace, and runs commands in it without a network.

    Returns the exit code and the output of each. `stack_files` is mounted at /stacks, for reading only.
    """
    built = context(source, folder / "context")
    parts = stages((source / "Dockerfile").read_text(encoding="utf-8"), built)
    final = parts[-1]
    lines = ["set -eu", "T=$(mktemp -d)", 'mount -t tmpfs -o size=6g tmpfs "$T"', f"cd {shlex.quote(str(folder))}"]
    for part in parts:
        lines += part.lines
    mounted = f"{final.root}{final.folder}"
    lines += [f"mount --bind {shlex.quote(str(stack_files))} {mounted}", f"mount -o remount,bind,ro {mounted}"]
    for number, command in enumerate(commands):
        line = final.run([*final.entrypoint, *command])
        lines.append(f"code=0; unshare -n {line} > out-{number} 2>&1 || code=$?; echo $code > code-{number}")
    script = folder / "build.sh"
    script.write_text("\n".join(lines) + "\n", encoding="utf-8")
    environment = {key: value for key, value in os.environ.items() if key not in _HIDDEN}
    ran = subprocess.run(
        ["unshare", "-m", "sh", str(script)], env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return [
        (int((folder / f"code-{number}").read_text()), (folder / f"out-{number}").read_text(encoding="utf-8"))
        for number in range(len(commands))
    ]
