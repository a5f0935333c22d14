"""Git trees with anything wrong in them: each is read into its folder, or refused in words; nothing is written outside.

AMLZ_SLOW=all draws two thousand in place of forty.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

from amlz.app.git_revision import unpacked
from amlz.core.problems import LandingZoneError
from tests.app.test_revision import repository  # noqa: F401 (a fixture)
from tests.app.test_revision_attacks import blob, committed, crafted, everything, stored
from tests.layers import MUCH
from tests.mutations import within

TREES = 1_000 if MUCH else 40
NAMES = (
    *(b"..", b".", b".git", b".GIT ", b"/x", b"a/../../x", b"a//b", b"x\x01", b"\xff\xfe", b"Pulumi.dev.yaml"),
    *(b"CLI.PY", b"cli.py", b"cli.py/x", b"x" * 256, "e\u0301".encode(), b"con", b"-x", b" ", b"\\x", b"sub/y"),
)
TARGETS = (b"cli.py", b"..", b"../..", b"/etc", b"", b"sub/../..", b"link", b"x" * 5000, b"a\0b", b"sub", b"\xff")
MODES = ("100644", "100755", "120000", "40000", "160000", "100600", "0")


def drawn(folder: Path, dice: random.Random) -> str:
    """A commit of a tree with odd names, modes and links; one in four has damaged bytes."""
    content = blob(folder, dice.choice(TARGETS))
    inner = crafted(folder, (dice.choice((b"y", b"..", b".git")), dice.choice(("100644", "120000")), content))
    rows = [(b"cli.py", "100644", content), (b"sub", "40000", inner)]
    for _ in range(dice.randint(1, 3)):
        mode = dice.choice(MODES)
        rows.append((dice.choice(NAMES), mode, inner if mode == "40000" and dice.random() < 0.9 else content))
    if dice.random() < 0.75:
        return committed(folder, crafted(folder, *rows))
    raw = bytearray(b"".join(f"{m} ".encode() + n + b"\0" + bytes.fromhex(i) for n, m, i in rows))
    for _ in range(dice.randint(1, 3)):
        raw[dice.randrange(len(raw))] = dice.randrange(256)
    return committed(folder, stored(folder, "tree", bytes(raw)))


def test_a_tree_with_anything_wrong_is_read_inside_or_refused(repository: Path) -> None:  # noqa: F811
    """The only exception is LandingZoneError; what is read leads nowhere else; some are read and most refused."""
    before, read, wrong = everything(repository.parent), 0, []
    for seed in range(TREES):
        commit = drawn(repository, random.Random(seed))
        try:
            with within(10), unpacked(commit) as revision:
                read += 1
                inside = os.path.realpath(revision.folder)
                out = [p for p in revision.folder.rglob("*") if not Path(os.path.realpath(p)).is_relative_to(inside)]
                wrong += [f"seed {seed}: {path} leads out" for path in out]
        except LandingZoneError as problem:
            lines = str(problem).split("\n")
            if len(lines) < 3 or not all(line.isprintable() for line in lines):
                wrong.append(f"seed {seed}: not in plain words: {problem!r}")
        except Exception as error:
            wrong.append(f"seed {seed}: {type(error).__name__}: {error}")
        if everything(repository.parent) != before:
            wrong.append(f"seed {seed}: something is left, or written outside")
            break

    assert wrong == []
    assert 0 < read < TREES
