"""The least version number of the next release, and the lines that its changelog must have: `make release-check`.

python -m tools.release [--from REVISION] [--today DAY]
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from amlz.app.compare import LOCK, preview_of
from amlz.app.git_revision import Revision, unpacked
from amlz.app.preview import preview_stack
from amlz.core.problems import LandingZoneError
from amlz.diff.difference import difference
from amlz.diff.version_bump import (
    CUSTOM_MOVED,
    EFFECTS,
    REFUSED,
    ReleaseEffect,
    VersionPart,
    effects_on_keys,
    effects_on_stack,
    least_version,
)
from amlz.reports.formats import as_json
from amlz.stackfile.checked import checked
from amlz.stackfile.schema import json_schema

ROOT = Path(__file__).parent.parent
#: Revisions of releases without a tag.
UNTAGGED = {"0.1.0": "74f385f"}
#: Folders of stack files whose effects are computed.
FOLDERS = (".", "examples", "tests/stacks")
_SECTION = re.compile(r"^## (\d+\.\d+\.\d+)\b.*?\n(.*?)(?=^## |\Z)", re.M | re.S)
_LINE = re.compile(r"^- (\[(?:major|minor|patch)\](?:\[security\])? .+?) \(stacks: (.+)\)$", re.M)

#: Stacks that have an effect; no stack for an effect on keys.
StacksByEffect = Mapping[ReleaseEffect, tuple[str, ...]]


def stack_files(root: Path) -> list[Path]:
    """Returns the examples and the stack files of tests."""
    files = [
        path
        for folder in FOLDERS
        for path in (root / folder).glob("**/Pulumi.*.yaml" if folder != "." else "Pulumi.*.yaml")
    ]
    return sorted(path.relative_to(root) for path in files)


def custom_folders(root: Path) -> set[str]:
    """Returns the folders of a business unit: each one named `custom`, and those in it, by their paths.

    Git moves a unit's files along with a folder whose parent upstream renames, to where nothing reads them.
    """
    folders = [*root.glob("custom"), *root.glob("*/custom")]
    folders += [path for folder in folders for path in folder.iterdir()]
    return {path.relative_to(root).as_posix() for path in folders if path.is_dir() and path.name != "__pycache__"}


def effects(revision: Revision, today: str | None) -> StacksByEffect:
    """Returns the effects of this version on each stack file of a revision, which stays as it is there."""
    result: dict[ReleaseEffect, list[str]] = {}
    for path in stack_files(revision.program):
        _note(f"{path}: previewing at {revision.name} and here")
        for effect in _of_stack(revision, path, today):
            result.setdefault(effect, []).append(_name(path))
    schema = revision.program / "docs/landing-zone.schema.json"
    for effect in effects_on_keys(json.loads(schema.read_text(encoding="utf-8")), json_schema()):
        result.setdefault(effect, []).append("all")
    if custom_folders(revision.program) - custom_folders(ROOT):
        result[CUSTOM_MOVED] = ["all"]
    every = [_name(path) for path in stack_files(revision.program)]
    return {
        effect: ("all",) if result[effect] == every else tuple(result[effect]) for effect in EFFECTS if effect in result
    }


def _name(path: Path) -> str:
    """Returns a stack file's name in the changelog: `prod`, or `tests/prod` for one of the tests."""
    name = path.name.removeprefix("Pulumi.").removesuffix(".yaml")
    return f"tests/{name}" if path.parts[0] == "tests" else name


def _of_stack(revision: Revision, path: Path, today: str | None) -> list[ReleaseEffect]:
    there = revision.program / path
    try:
        with preview_of(revision, ROOT / path, today) as previewed:
            old = previewed()
    except LandingZoneError as error:
        _note(f"{path}: left out, since {revision.name} cannot preview it: {error}")
        return []
    try:
        file, plan = checked(str(there))
        new = json.loads(as_json.render(preview_stack(file, plan, today)))
    except LandingZoneError:
        return [REFUSED]
    return list(effects_on_stack(difference(revision.name, old, new)))


def lines(computed: StacksByEffect) -> list[str]:
    """Returns the lines of the changelog, by class."""
    return [f"- {effect} (stacks: {', '.join(stacks)})" for effect, stacks in computed.items()]


def problems(computed: StacksByEffect, previous: str, version: str, changelog: str) -> list[str]:
    """Returns everything that keeps a version from being released."""
    part = next(iter(computed), None)
    least = least_version(previous, part.part if part else VersionPart.PATCH)
    result = []
    if _numbers(version) < _numbers(least):
        why = f": {part}" if part else ""
        result.append(
            f"Version {version} is less than {least}, the least after {previous}{why}. Set it in pyproject.toml."
        )
    section = dict(_SECTION.findall(changelog)).get(version)
    if section is None:
        return [*result, f"CHANGELOG.md has no section `## {version}`."]
    written = {f"- {effect} (stacks: {stacks})" for effect, stacks in _LINE.findall(section)}
    result += [f"CHANGELOG.md lacks this line in {version}: {line}" for line in lines(computed) if line not in written]
    result += [
        f"CHANGELOG.md has this line in {version}, and it is not so: {line}"
        for line in sorted(written.difference(lines(computed)))
    ]
    return result


def last_release(changelog: str, version: str) -> str:
    """Returns the version before `version`, by the changelog."""
    older: list[str] = [number for number, _ in _SECTION.findall(changelog) if _numbers(number) < _numbers(version)]
    return max(older, key=_numbers)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def main(arguments: Iterable[str] | None = None) -> int:
    """Returns the exit code: 1 where the version is too small or the changelog is not complete."""
    parser = argparse.ArgumentParser(prog="python -m tools.release", description=__doc__)
    parser.add_argument("--from", dest="revision", help="the last release; default: its tag")
    parser.add_argument("--today", help="for both previews, as 2027-03-31")
    options = parser.parse_args(list(arguments) if arguments is not None else None)
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    previous = last_release(changelog, version)
    name = options.revision or UNTAGGED.get(previous, f"v{previous}")
    with unpacked(name) as revision:
        computed = effects(revision, options.today)
        if (ROOT / LOCK).read_bytes() != (revision.program / LOCK).read_bytes():
            _note(f"{LOCK} differs: both sides ran with the packages that are installed here.")
    wrong = problems(computed, previous, version, changelog)
    report = lines(computed) or ["No effect on any stack."]
    report += wrong or [f"{version} may be released after {previous}."]
    sys.stdout.write("".join(f"{line}\n" for line in report))
    return int(bool(wrong))


def _note(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
