"""The effect of an upgrade on each landing zone: HEAD by its program, and the merge by its program, compared."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from amlz.app.compare import LOCK, CannotPreview, preview_of
from amlz.app.git_revision import Revision, unpacked
from amlz.app.merge import MemoryMerge
from amlz.checks.guard.change import LossAllowance
from amlz.core.problems import LandingZoneError
from amlz.diff.difference import Difference, difference
from amlz.stackfile.load import load
from amlz.stackfile.stack_file import maybe_ours


@dataclass(frozen=True, slots=True)
class StackUpgrade:
    """The effect on one stack; `why` instead, where either side could not be previewed."""

    stack: str
    difference: Difference | None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class UpgradePreview:
    """The effect on each stack. `other_packages`: both sides ran with packages that the upgrade changes."""

    stacks: tuple[StackUpgrade, ...]
    other_packages: bool


def upgrade_preview(root: Path, merge: MemoryMerge, today: str | None, show: Callable[[str], None]) -> UpgradePreview:
    """Returns the effect of a merge without conflicts on each stack of the fork."""
    assert merge.commit is not None
    with unpacked(merge.head) as before, _objects(merge.variables), unpacked(merge.commit) as unpacked_after:
        after = replace(unpacked_after, name=f"HEAD with {merge.tag} merged")
        locks = [(side.program / LOCK) for side in (before, after)]
        contents = [lock.read_bytes() if lock.exists() else b"" for lock in locks]
        paths = sorted(path.name for path in after.folder.glob("Pulumi.*.yaml") if maybe_ours(path))
        stacks = []
        for number, name in enumerate(paths, 1):
            show(f"Previewing {name} before and after {merge.tag} ({number} of {len(paths)})")
            stacks.append(_of_stack(root / name, before, after, today))
    return UpgradePreview(tuple(stacks), contents[0] != contents[1])


def _of_stack(path: Path, before: Revision, after: Revision, today: str | None) -> StackUpgrade:
    name = path.name.removeprefix("Pulumi.").removesuffix(".yaml")
    try:
        with preview_of(before, path, today) as there, preview_of(after, path, today) as here:
            old, new = there(), here()
        assert new is not None
        allowed = LossAllowance.of(load(path.name, after.folder).config, today)
    except CannotPreview as error:
        return StackUpgrade(name, None, error.why)
    except LandingZoneError as error:
        return StackUpgrade(name, None, str(error))
    return StackUpgrade(name, difference("HEAD", old, new, allowed))


@contextmanager
def _objects(variables: Mapping[str, str]) -> Iterator[None]:
    """Lets git read the objects of a merge meanwhile. A revision's own program gets none of these variables."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
