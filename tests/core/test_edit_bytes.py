"""Every byte of a stack file that is not of the project that is added or removed stays, however the file is written."""

from __future__ import annotations

import random
import re

import pytest

from amlz.stackfile.edit import CannotEdit, NewEnvironment, with_project, without
from amlz.stackfile.stack_file import KEY

BREAKS = ("\n", "\r\n", "\r")
NEW = [NewEnvironment("dev", "10.9.1.0/24")]


def _project(dice: random.Random, number: int) -> list[str]:
    """Lines of a project, each with a comment by which it is found again."""
    name, mark = f"p{number}", f"# of p{number}"
    if dice.random() < 0.3:
        return [f"{name}: {{environments: {{dev: {{network: 10.9.{number + 10}.0/24}}}}}}  {mark}"]
    anchor, own = dice.choice(["", f" &a{number}"]), dice.choice([[], ["", f"  {mark}, inside", ""]])
    tail = [f"    clusters:{anchor}  {mark}", f"      cpu: {{size: x}}  {mark}", "", f"      gpu: {{}}  {mark}"]
    used = [f"    like: *a{number}  {mark}"] if anchor and dice.random() < 0.5 else []
    head = [f"{name}:  {mark}", f"  environments:  {mark}"]
    return [*head, *(f"  {line}" for line in own), f"  - dev  {mark}", *(f"  {line}" for line in (*tail, *used))]


def _written(dice: random.Random) -> tuple[str, list[list[str]]]:
    """A stack file of some style, and the lines of each of its projects."""
    ends = dice.choice([*BREAKS, "mixed"])
    projects = [_valid(_project(dice, number)) for number in range(dice.randint(1, 4))]
    gap = dice.choice([[], [""], ["", "  # between"]])
    below = [line for lines in projects for line in (*gap, *(f"    {line}" if line else "" for line in lines))]
    lines = ["# first", "config:", f"  {KEY}:  # the landing zone", "    tags: {a: 'b'}", "    projects:  # all"]
    lines += [f"  {line}" if line else "" for line in below]
    lines += dice.choice([[], ["    location:   westeurope  # last"], ["", "# end"], ["other: |", "  text", "  more"]])
    text = "".join(line + (dice.choice(BREAKS[:2]) if ends == "mixed" else ends) for line in lines)
    mark = dice.choice(["", "\ufeff"])
    return mark + (text if dice.random() < 0.8 else text.rstrip("\r\n")), projects


def _valid(lines: list[str]) -> list[str]:
    """Lines of a mapping: what looks like a list becomes a key."""
    return [line.replace("- dev", "  dev:") if "- dev" in line else line for line in lines]


@pytest.mark.parametrize("seed", range(60))
def test_adding_and_removing_gives_the_same_bytes_in_any_style(seed: int) -> None:
    """The added text is one piece, with the line breaks of its neighbours."""
    text, _ = _written(random.Random(seed))
    plain = text.removeprefix("\ufeff")

    added = with_project(plain, "new", NEW)

    assert without(added, "new") == plain
    start = next(at for at in range(len(plain) + 1) if at == len(plain) or added[at] != plain[at])
    size = len(added) - len(plain)
    assert any(added[:at] + added[at + size :] == plain for at in range(max(0, start - size), start + 1))
    if "\n" not in plain or "\r" not in plain:
        assert set(re.findall(r"\r\n|\r|\n", added)) == set(re.findall(r"\r\n|\r|\n", plain))


@pytest.mark.parametrize("seed", range(60))
def test_removing_keeps_every_line_of_the_others_in_any_style(seed: int) -> None:
    """Their line breaks too. Without anchors that others use, what is removed is one piece."""
    text, projects = _written(random.Random(seed))
    plain = text.removeprefix("\ufeff")
    gone = random.Random(seed).randrange(len(projects))

    left = without(plain, f"p{gone}")

    others = [line for line in _lines(plain) if f"# of p{gone}" not in line]
    if len(projects) == 1:
        others = [line.replace("projects:  #", "projects: {}  #") for line in others]
    others, kept = ([line for line in lines if line.strip()] for lines in (others, _lines(left)))
    if not plain.endswith(("\r", "\n")):  # nor does what is left
        others[-1], kept[-1] = others[-1].rstrip("\r\n"), kept[-1].rstrip("\r\n")
    assert f"p{gone}" not in left
    assert kept == others


def _lines(text: str) -> list[str]:
    """Lines with their breaks, of any kind."""
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)


def _file(lines: list[str], ends: str) -> str:
    """A stack file of these lines below its key."""
    whole = ["config:", f"  {KEY}:", *(f"    {line}" if line else "" for line in lines)]
    return "".join(f"{line}{ends}" for line in whole)


@pytest.mark.parametrize(
    "line",
    ["projects: {}", "projects: {}   # note", "projects:   {}  # note", "projects: { }", "projects: &p {}  # note"],
)
@pytest.mark.parametrize("ends", BREAKS)
def test_the_first_project_comes_and_goes_without_a_trace(line: str, ends: str) -> None:
    """The comment of the empty mapping stays."""
    text = f"config:{ends}  {KEY}:{ends}    {line}{ends}    tags: {{}}{ends}"

    added = with_project(text, "new", NEW)

    assert without(added, "new") == text
    assert ("# note" in added) == ("# note" in text)


@pytest.mark.parametrize("ends", BREAKS)
def test_an_anchor_that_others_use_is_written_out_with_the_line_breaks_of_the_file(ends: str) -> None:
    """Empty lines within it, too."""
    lines = ["projects:", "  gone:", "    x: &x", "      y: 1", "", "      # z's", "      z: [2]", "  b:", "    x: *x"]
    rest = ["projects:", "  b:", "    x: &x", "      y: 1", "", "      # z's", "      z: [2]"]

    assert without(_file(lines, ends), "gone") == _file(rest, ends)


@pytest.mark.parametrize(
    ("break_", "why"),
    [
        ("\r", "Some of its lines end with a carriage return alone"),
        ("\u2028", "It holds a line or paragraph"),
    ],
)
def test_line_breaks_that_cannot_be_kept_are_refused(break_: str, why: str) -> None:
    """With a sentence, and nothing is changed."""
    text = f"config:\n  {KEY}:\n    # a{break_}    # b\n    projects:\n      a: {{}}\n"

    with pytest.raises(CannotEdit, match=re.escape(why)):
        with_project(text, "new", NEW)
    with pytest.raises(CannotEdit, match=re.escape(why)):
        without(text, "a")
