"""Edited stack files: the requested part is added or removed, and every other byte stays."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pytest
import yaml

from amlz.core.owners import EnvironmentKey
from amlz.core.plan import LandingZonePlan, make_plan
from amlz.core.problems import LandingZoneError
from amlz.stackfile.edit import CannotEdit, NewEnvironment, with_project, without
from amlz.stackfile.load import StackFile, load
from amlz.stackfile.selfservice import ANY, Draft, ProjectRequest, add, remove
from amlz.stackfile.stack_file import KEY
from tests.conftest import ROOT, STACKS

DEV = [NewEnvironment("dev", "10.1.1.0/24")]


@dataclass(frozen=True)
class TextEdit:
    """A text below `amlz:landingZone:`, and the same with project `new`."""

    before: str
    after: str


EDITS = {
    "after-the-last-one": TextEdit(
        "  projects:\n    a:\n      environments: {dev: {network: 10.1.0.0/24}}\n  tags: {x: y}\n",
        "  projects:\n    a:\n      environments: {dev: {network: 10.1.0.0/24}}\n"
        "    new:\n      environments:\n        dev:\n          network: 10.1.1.0/24\n  tags: {x: y}\n",
    ),
    "no-line-break-at-the-end": TextEdit(
        "  projects:\n    a: {environments: {dev: {}}}",
        "  projects:\n    a: {environments: {dev: {}}}\n"
        "    new:\n      environments:\n        dev:\n          network: 10.1.1.0/24",
    ),
    "line-breaks-of-windows": TextEdit(
        "  projects:\r\n    a: {environments: {dev: {}}}\r\n  tags: {}\r\n",
        "  projects:\r\n    a: {environments: {dev: {}}}\r\n"
        "    new:\r\n      environments:\r\n        dev:\r\n          network: 10.1.1.0/24\r\n  tags: {}\r\n",
    ),
    "empty-lines-between": TextEdit(
        "  projects:\n    a: {environments: {dev: {}}}\n\n    b: {environments: {dev: {}}}\n\n  tags: {}\n",
        "  projects:\n    a: {environments: {dev: {}}}\n\n    b: {environments: {dev: {}}}\n"
        "\n    new:\n      environments:\n        dev:\n          network: 10.1.1.0/24\n\n  tags: {}\n",
    ),
    "comments-of-the-last-one": TextEdit(
        "  projects:\n    a:  # ours\n      environments:  # two\n        dev: {}  # one\n        # more to come\n"
        "  # tags\n",
        "  projects:\n    a:  # ours\n      environments:  # two\n        dev: {}  # one\n        # more to come\n"
        "    new:\n      environments:\n        dev:\n          network: 10.1.1.0/24\n  # tags\n",
    ),
    "four-columns": TextEdit(
        "    projects:\n        a:   {environments: {dev:  {}}}\n",
        "    projects:\n        a:   {environments: {dev:  {}}}\n"
        "        new:\n            environments:\n                dev:\n                    network: 10.1.1.0/24\n",
    ),
    "in-braces": TextEdit(
        "  projects: { a: {environments: {dev: {}}} }  # few\n",
        "  projects: { a: {environments: {dev: {}}}, new: {environments: {dev: {network: 10.1.1.0/24}}} }  # few\n",
    ),
    "none-yet": TextEdit(
        "  projects: {}  # none\n  tags: {}\n",
        "  projects:  # none\n    new:\n      environments:\n        dev:\n          network: 10.1.1.0/24\n"
        "  tags: {}\n",
    ),
    "no-projects": TextEdit(
        "  schemaVersion: 1\n  tags:\n    long: |\n      text\n",
        "  schemaVersion: 1\n  tags:\n    long: |\n      text\n"
        "  projects:\n    new:\n      environments:\n        dev:\n          network: 10.1.1.0/24\n",
    ),
}

#: Removing cannot restore this: `projects` did not exist.
ONE_WAY = {"no-projects"}


def whole(part: str) -> str:
    """A stack file around the content of its only key, indented like its first line."""
    step = len(part) - len(part.lstrip(" "))
    lines = part.splitlines(keepends=True)
    shifted = "".join(" " * step + line if line.strip() else line for line in lines)
    newline = "\r\n" if "\r\n" in part else "\n"
    return f"config:{newline}{' ' * step}{KEY}:{newline}{shifted}"


@pytest.mark.parametrize("case", EDITS)
def test_a_project_comes_after_the_others_in_the_style_of_the_file(case: str) -> None:
    """The whole text, byte for byte."""
    edit = EDITS[case]

    assert with_project(whole(edit.before), "new", DEV) == whole(edit.after)


@pytest.mark.parametrize("case", sorted(EDITS.keys() - ONE_WAY))
def test_what_came_goes_without_a_trace(case: str) -> None:
    """Adding and removing give the same bytes."""
    edit = EDITS[case]

    assert without(whole(edit.after), "new") == whole(edit.before)


REMOVALS = {
    "the-first-one": (
        "  projects:\n    gone: {environments: {dev: {}}}\n\n    # b's\n    b: {environments: {dev: {}}}\n",
        "  projects:\n\n    # b's\n    b: {environments: {dev: {}}}\n",
    ),
    "comments-directly-above-it": (
        "  projects:\n    a: {}\n    # of gone\n    gone:\n      x: 1\n      # inside\n    # of b\n    b: {}\n",
        "  projects:\n    a: {}\n    # of b\n    b: {}\n",
    ),
    "the-only-one": (
        "  projects:  # few\n    gone:\n      x: 1\n  tags: {}\n",
        "  projects: {}  # few\n  tags: {}\n",
    ),
    "first-in-braces": ("  projects: {gone: {x: 1}, b: {}}\n", "  projects: {b: {}}\n"),
    "only-one-in-braces": ("  projects: {gone: {x: 1}}\n", "  projects: {}\n"),
    "others-refer-to-it": (
        "  projects:\n    gone:\n      x: &x {y: &y [1, 2]}\n    b:\n      y: *y  # b's\n      x: *x\n    c: {x: *x}\n",
        "  projects:\n    b:\n      y: &y [1, 2]  # b's\n      x: &x {y: *y}\n    c: {x: *x}\n",
    ),
    "others-refer-to-a-block-of-it": (
        "  projects:\n    gone:\n      x: &x\n        y: 1\n\n        # z's\n        z: [2]\n"
        "    b:\n      e:\n        x: *x\n",
        "  projects:\n    b:\n      e:\n        x: &x\n          y: 1\n\n          # z's\n          z: [2]\n",
    ),
    "an-alias-within-what-others-refer-to": (
        "  projects:\n    gone:\n      y: &y [1]\n      x: &x {y: *y}\n    b: {x: *x}\n",
        "  projects:\n    b: {x: &x {y: &y [1]}}\n",
    ),
}


@pytest.mark.parametrize("case", REMOVALS)
def test_a_project_goes_with_what_is_its_own(case: str) -> None:
    """Its comments go with it; what it names for others is written out there."""
    before, after = REMOVALS[case]
    expected = yaml.safe_load(whole(before))["config"][KEY]
    del expected["projects"]["gone"]

    text = without(whole(before), "gone")

    assert (text, yaml.safe_load(text)["config"][KEY]) == (whole(after), expected)


@pytest.mark.parametrize(
    ("part", "why"),
    [
        ("  x: &p {gone: {}}\n  projects: *p\n", "It is there through an alias or a merge key."),
        ("  x: &p {gone: {}}\n  projects:\n    <<: *p\n", "It is there through an alias or a merge key."),
        ("  projects: &p\n    gone: {}\n", "It is the only one of a mapping with an anchor."),
        ("  projects:\n    b: {}\n    ? gone\n    : {}\n    c: {}\n", "`gone` does not begin its line."),
    ],
)
def test_what_cannot_be_removed_safely_is_refused(part: str, why: str) -> None:
    """Rather than guessed at."""
    with pytest.raises(CannotEdit) as refused:
        without(whole(part), "gone")

    assert str(refused.value) == why


COPIED = """\
  projects:
    a:
      environments:
        dev:
          network: 10.1.0.0/24  # a's
          instances: {ada: {}}
          access: {readers: [x]}
          approvers: [ada]
          names: {workspace: a}
          generation: 3
          clusters: &c
            cpu: {size: "D4", maxNodes: 0x8}
          tags:
            # why
            'on': "no"
            list:
              - 1
"""
COPY = """\
    "on":
      environments:
        dev:
          spoke: main
          network: 10.1.1.0/24
          clusters: *c
          tags:
            'on': "no"
            list:
              - 1
"""


def test_settings_are_copied_as_they_are_written() -> None:
    """Quotes, braces and aliases stay; comments, people, names and address ranges are not copied."""
    wished = [NewEnvironment("dev", "10.1.1.0/24", "main", EnvironmentKey("a", "dev"))]

    assert with_project(whole(COPIED), "on", wished) == whole(COPIED + COPY)


#: Shipped stacks in which projects can live: all but a hub stack.
WITH_PROJECTS = [stack for stack in STACKS if stack != "hub"]


def shipped(stack: str) -> tuple[StackFile, bytes]:
    """A shipped stack file, and its bytes."""
    file = load(STACKS[stack], ROOT)
    return file, file.path.read_bytes()


def places(plan: LandingZonePlan) -> dict[str, object]:
    """Everything that is decided of each environment, and its range."""
    blocks = {block.owner: block for block in plan.addresses.blocks}
    return {e.key: (e, blocks[EnvironmentKey(e.project, e.environment)]) for e in plan.environments}


def comments(raw: bytes) -> list[str]:
    """Comment lines, in order."""
    return [line for line in raw.decode().splitlines() if line.lstrip().startswith("#")]


def step(file: StackFile, raw: bytes, dice: random.Random) -> Draft:
    """A project added, or something removed, at random."""
    projects = file.config.projects
    if projects and dice.random() < 0.5:
        name = dice.choice(list(projects))
        among = list(projects[name].environments)
        one = dice.choice(among) if len(among) > 1 and dice.random() < 0.5 else ""
        return remove(file, raw, name, one)
    names = tuple(dice.sample(("dev", "staging", "prod", "on"), dice.randint(1, 3)))
    like = dice.choice(["", *projects])
    name = dice.choice(("no", "demand-1", "yes", "null", "a1")) + dice.choice("abcdefgh")
    spoke = "" if like and dice.random() < 0.5 else dice.choice(list(file.config.spokes))
    return add(
        file,
        raw,
        ProjectRequest(name, () if like else names, like, {ANY: spoke} if spoke else {}, {}, dice.choice((0, 50))),
    )


#: Why a random step may be refused: the name is there, or the last user of the shared registry would go.
EXPECTED = (" exists already", "No environment uses it.")


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("stack", WITH_PROJECTS)
def test_whatever_comes_and_goes_the_others_stay_as_they_are(stack: str, seed: int) -> None:
    """Names, ranges and everything else that is decided of them; comments too. A refused edit changes nothing."""
    dice = random.Random(f"{stack} {seed}")
    file, raw = shipped(stack)
    values, plan = comments(raw), make_plan(file.config)
    refused: list[str] = []
    for _ in range(8):
        try:
            draft = step(file, raw, dice)
        except LandingZoneError as error:
            refused.append(str(error))
            continue
        old, new = places(plan), places(draft.plan)
        both = old.keys() & new.keys()
        assert {key: new[key] for key in both} == {key: old[key] for key in both}
        assert comments(draft.raw) == values
        assert len(old.keys() ^ new.keys()) >= 1
        file, raw, plan = draft.file, draft.raw, draft.plan
    assert [text for text in refused if not any(why in text for why in EXPECTED)] == []


@pytest.mark.parametrize("like", ["", "first"])
@pytest.mark.parametrize("stack", WITH_PROJECTS)
def test_adding_and_removing_gives_the_same_bytes(stack: str, like: str) -> None:
    """Of every shipped stack file."""
    file, raw = shipped(stack)
    first = next(iter(file.config.projects))
    spoke = {} if like else {ANY: next(iter(file.config.spokes))}

    draft = add(file, raw, ProjectRequest("no", (), first if like else None, spoke))

    assert remove(draft.file, draft.raw, "no").raw == raw


def test_ranges_are_the_smallest_that_fit_at_the_first_free_place() -> None:
    """By the settings of each environment, or by the nodes that must fit."""
    file, raw = shipped("prod")
    wishes = [
        ProjectRequest("new", (), "pricing"),
        ProjectRequest("new", ("dev",), None, {ANY: "research"}),
        ProjectRequest("new", ("dev",), "pricing", {}, {}, 200),
    ]

    drafts = [add(file, raw, request) for request in wishes]

    assert [
        [f"{e.name} {e.network}" for e in _environments(draft)] for draft in drafts
    ] == [
        ["dev 10.40.18.128/26", "staging 10.40.37.0/25", "prod 10.40.37.128/25"],
        ["dev 10.40.18.128/25"],
        ["dev 10.40.20.0/23"],
    ]  # fmt: skip


def _environments(draft: Draft) -> list[NewEnvironment]:
    environments = draft.file.config.projects["new"].environments
    return [NewEnvironment(name, environment.network or "") for name, environment in environments.items()]


def test_a_mark_at_the_beginning_of_the_file_stays() -> None:
    """Some editors put one before UTF-8."""
    file, raw = shipped("dev")
    marked = b"\xef\xbb\xbf" + raw

    draft = add(file, marked, ProjectRequest("new"))

    assert (draft.raw[:3], remove(draft.file, draft.raw, "new").raw) == (b"\xef\xbb\xbf", marked)


def test_the_last_user_of_what_is_shared_cannot_go() -> None:
    """The rest would not be valid, and the sentence gives the reason."""
    file, raw = shipped("prod")
    for name in ("churn", "fraud"):
        draft = remove(file, raw, name)
        file, raw = draft.file, draft.raw

    with pytest.raises(LandingZoneError) as refused:
        remove(file, raw, "pricing", "dev")

    assert str(refused.value) == (
        "tests/stacks/Pulumi.prod.yaml was not changed: the change would make it invalid.\n"
        "Line numbers are those after the change.\n"
        "tests/stacks/Pulumi.prod.yaml:29  sharedRegistry\n"
        "  No environment uses it.\n"
        "  Remove it, or set `registry: shared` in an environment."
    )
