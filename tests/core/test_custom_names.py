"""Names by the rule of a business unit: custom/naming/names.py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from amlz.app.preview import preview_stack
from amlz.core.names import Namer
from amlz.core.plan import make_plan
from amlz.core.problems import LandingZoneError
from amlz.stackfile.load import load
from tests.conftest import ROOT, STACKS
from tests.custom_files import Write, own_folder

RULE = (ROOT / "examples/business-unit/naming/names.py").read_text(encoding="utf-8")
ENVIRONMENT = Namer(("retail", "churn", "dev"), ("retail", "churn", "dev"))
_HEAD = "def name(request):\n"
BROKEN = {
    "bad syntax": ("def name(:\n", "Line 1: SyntaxError: "),
    "no function": ("NAME = 1\n", "It needs a function `name(request)`."),
    "a fault": (f"{_HEAD}    return request.colour\n", "Line 2: AttributeError: "),
    "no text": (f"{_HEAD}    return 5\n", "`name` returned 5 for the keyVault 'kv-retail-churn-de-"),
    "a wrong name": (
        f"{_HEAD}    return 'kv_' + request.suffix\n",
        "letters, digits and single hyphens, starting with a letter",
    ),
    "no suffix": (f"{_HEAD}    return 'kv-retail'\n", "the name stays taken after a deletion."),
}


@pytest.fixture
def write(tmp_path: Path) -> Iterator[Write]:
    """Writes files of a business unit whose folder is empty."""
    with own_folder(tmp_path) as function:
        yield function


def test_the_rule_names_what_it_answers_for_and_leaves_the_rest(write: Write) -> None:
    """In a whole plan: networks have other names everywhere, and nothing else has."""
    file = load(str(ROOT / STACKS["minimal"]))
    before = make_plan(file.config)
    write("naming/names.py", RULE)

    after = make_plan(file.config)

    changed = repr(after)
    for old, new in (("vnet-retail-hub", "retail-hub-vnet"), ("vnet-retail-spoke-main", "retail-spoke-main-vnet")):
        assert old not in changed
        changed = changed.replace(new, old)
    assert changed == repr(before)


def test_another_name_for_nearly_everything_changes_no_urn_and_no_finding(write: Write) -> None:
    """Names are no identity for Pulumi, and each reference follows the name of its resource."""
    file = load(str(ROOT / STACKS["minimal"]))
    before = preview_stack(file, make_plan(file.config))
    longer = "len(request.default) < 22 or request.kind == 'resourceGroup'"
    write("naming/names.py", f"{_HEAD}    return 'x' + request.default if {longer} else None\n")

    after = preview_stack(file, make_plan(file.config))

    assert [resource.urn for resource in after.graph] == [resource.urn for resource in before.graph]
    ids = [(old.id, new.id) for old, new in zip(before.graph, after.graph, strict=True)]
    assert sum(old != new for old, new in ids) > len(ids) / 2
    assert [(one.check, one.urn) for one in after.findings] == [(one.check, one.urn) for one in before.findings]
    assert [one.word for one in after.verdicts.answers] == [one.word for one in before.verdicts.answers]


def test_a_name_that_stays_taken_keeps_its_suffix(write: Write) -> None:
    """So that `generation` gives another one."""
    write("naming/names.py", f"{_HEAD}    return 'own-' + request.suffix if request.suffix else None\n")

    names = {ENVIRONMENT.unique("keyVault"), Namer(ENVIRONMENT.words, (*ENVIRONMENT.identity, 2)).unique("keyVault")}
    assert len(names) == 2
    assert all(name.startswith("own-") for name in names)
    assert ENVIRONMENT.name("virtualNetwork") == "vnet-retail-churn-dev"


def test_two_resources_of_one_name_are_refused(write: Write) -> None:
    """As with names of the stack file."""
    write("naming/names.py", f"{_HEAD}    return 'same' if request.kind == 'resourceGroup' else None\n")

    with pytest.raises(LandingZoneError, match="'same', is already that of"):
        make_plan(load(str(ROOT / STACKS["minimal"])).config)


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_rule_is_reported_with_its_file_and_line(case: str, write: Write) -> None:
    """It is the business unit's to fix: no traceback, and no name without it."""
    text, expected = BROKEN[case]
    write("naming/names.py", text)

    with pytest.raises(LandingZoneError) as raised:
        ENVIRONMENT.unique("keyVault")

    assert str(raised.value).startswith("custom/naming/names.py\n  The rule for names cannot be used: ")
    assert expected in str(raised.value)
