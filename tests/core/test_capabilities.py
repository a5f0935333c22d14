"""Capabilities: one folder each, found by itself, removed by its removal, and named nowhere else."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from pydantic import BaseModel

from amlz.core.capability import Capability, Planner, Scope
from amlz.core.capability_facts import Facts
from amlz.core.config import EnvironmentConfig, HubConfig, LandingZoneConfig, ProjectConfig
from amlz.core.config.root import SpokeConfig
from amlz.core.discovery import capabilities, component, keys, planners
from amlz.core.facts.custom_roles import CUSTOM_ROLES
from amlz.core.facts.roles import GRANTS, ROLES, TARGETS
from amlz.core.plan import make_plan
from amlz.core.planning.roles import PEOPLE
from amlz.stackfile.load import load
from tests.conftest import ROOT, in_format, previewed
from tests.program_copy import copy_of_the_program

#: The parts of the stack file that capabilities add keys to.
MODELS: dict[Scope, type[BaseModel]] = {
    Scope.LANDING_ZONE: LandingZoneConfig,
    Scope.HUB: HubConfig,
    Scope.SPOKE: SpokeConfig,
    Scope.PROJECT: ProjectConfig,
    Scope.ENVIRONMENT: EnvironmentConfig,
}
#: Hand-written source: what is generated, tests, cases, docs and examples count apart.
SOURCE = ("amlz", "components", "tools")
#: Words by which a source file would know Azure AI Search.
OF_SEARCH = re.compile(r"searchServices?\b|Microsoft\.Search|privatelink\.search|srch-|SearchSpec|SearchConfig")

SMALL: dict[str, str] = {
    "__init__.py": '''"""A storage of notes."""

from amlz.core.capability import Capability

CAPABILITY = Capability(title="Notes", component="custom.capabilities.notes.component:Notes")
''',
    "config.py": '''"""Notes in the stack file."""

from amlz.core.capability import Key, Scope
from amlz.core.config.shared import Config


class NotesConfig(Config):
    """Notes of a landing zone."""

    owner: str = "nobody"
    """Who writes them."""


KEYS = (Key(Scope.LANDING_ZONE, "notes", NotesConfig | None, "Notes of the landing zone."),)
''',
    "plan.py": '''"""Decides the group of notes."""

from custom.capabilities.notes.config import NotesConfig

from amlz.core.capability import Part, Planner, setting
from amlz.core.specs import Place, ResourceGroupSpec


def plan_notes(context):
    asked = setting(context.config, "notes", NotesConfig)
    if asked is None:
        return None
    place = Place(context.landing_zone_subscription, "rg-notes", context.config.location)
    return Part(ResourceGroupSpec(place, context.tags({"owner": asked.owner})))


PLANNER = Planner(landing_zone=plan_notes)
''',
    "component.py": '''"""The group of notes."""

import pulumi

from components.resource_group import resource_group


class Notes(pulumi.ComponentResource):
    """A group for notes."""

    def __init__(self, name, args, site, opts):
        super().__init__("custom:notes:Notes", name, None, opts)
        resource_group(self, name, args, site)
        self.register_outputs({"resource_id": args.id, "name": args.place.resource_group})
''',
}


def hand_written() -> list[Path]:
    """Every Python file of the product and its tools."""
    return [path for folder in SOURCE for path in sorted((ROOT / folder).rglob("*.py"))]


def test_every_folder_is_a_capability_with_its_keys_in_the_model() -> None:
    """The folders are the list of features."""
    folders = {path.parent.name for path in (ROOT / "amlz" / "capabilities").glob("*/__init__.py")}

    assert folders == set(capabilities())
    assert set(planners()) <= folders
    missing = [
        (scope, name) for scope, model in MODELS.items() for name in keys(scope) if name not in model.model_fields
    ]
    assert missing == []


@pytest.mark.parametrize("name", sorted(capabilities()))
def test_a_capability_is_whole(name: str) -> None:
    """Its component exists, its page does, and its grants name roles and targets that exist."""
    capability = capabilities()[name]

    assert isinstance(component(capability.component), type)
    assert capability.page is not None
    assert (ROOT / "docs" / capability.page).is_file()
    facts = capability.facts
    assert [
        grant for grant in facts.grants if grant.role not in {**ROLES, **CUSTOM_ROLES} or grant.target not in TARGETS
    ] == []
    assert [grant for grant in facts.grants if grant not in GRANTS] == []
    sources = [row.source for row in facts.zones] + [row.source for row in facts.domains]
    sources += [grant.source for grant in facts.grants]
    assert [source for source in sources if not source.startswith("https://")] == []


def test_every_field_of_the_contract_has_a_user() -> None:
    """A field that no folder uses is a guess at what another one may need."""
    nothing = Planner()
    unused = [
        f"Planner.{field.name}"
        for field in fields(Planner)
        if all(getattr(planner, field.name) is getattr(nothing, field.name) for planner in planners().values())
    ]
    declared = list(capabilities().values())
    unused += [
        f"Facts.{field.name}" for field in fields(Facts) if not any(getattr(c.facts, field.name) for c in declared)
    ]
    unused += [
        f"Capability.{field.name}" for field in fields(Capability) if not any(getattr(c, field.name) for c in declared)
    ]
    assert unused == []


def test_every_principal_of_a_grant_gets_its_role_in_an_example() -> None:
    """The words of principals are texts: of one that is misspelt in a row, nobody gets the role."""
    files = sorted((ROOT / "examples").glob("*/Pulumi.*.yaml"))
    plans = [make_plan(load(str(path), ROOT).config) for path in files]
    holders = {who for plan in plans for role in plan.roles() for who in role.holders}

    granted = {grant.who for capability in capabilities().values() for grant in capability.facts.grants}
    assert sorted(granted - set(PEOPLE) - holders) == []


#: Modules that name a type of a capability outside of its folder, with the reason.
NAMED_ELSEWHERE = {
    "amlz/core/config/existing.py": "examples of IDs for keys that several capabilities have",
    "amlz/core/facts/networks.py": "the layout of the hub, whose offsets are fixed together",
    "amlz/core/permissions/targets.py": "reads any resource graph",
    "amlz/core/specs/operations.py": "readiness and reports find alerts by their types",
    "amlz/reports/html/dns.py": "reads any resource graph",
    "amlz/reports/html/role_matrix.py": "a cluster that exists already is a scope too",
}


def test_a_type_of_a_capability_is_named_in_its_folder() -> None:
    """So are the rows about it: a central list would name it.

    `amlz/azure/`, `amlz/simulator/`, `amlz/reach/` and `amlz/checks/` know Azure for any request.
    """
    types = "|".join(
        re.escape(arm_type.name) for capability in capabilities().values() for arm_type in capability.facts.types
    )
    named = re.compile(rf"(?<![\w.])({types})(?![\w/])", re.IGNORECASE)
    elsewhere = ("azure", "simulator", "reach", "checks", "capabilities")
    files = [path for path in hand_written() if path.is_relative_to(ROOT / "amlz")]

    assert {
        path.relative_to(ROOT).as_posix()
        for path in files
        if path.relative_to(ROOT).parts[1] not in elsewhere and named.search(path.read_text(encoding="utf-8"))
    } == set(NAMED_ELSEWHERE)


def test_an_optional_resource_takes_at_most_eight_source_files_and_edits_at_most_two() -> None:
    """Measured on Azure AI Search: with endpoint, zones, roles, diagnostics, lock, connection and outbound rule."""
    own = set((ROOT / "amlz" / "capabilities" / "search").glob("*.py")) | {ROOT / "components" / "search.py"}
    others = [
        path.relative_to(ROOT).as_posix()
        for path in hand_written()
        if path not in own and OF_SEARCH.search(path.read_text(encoding="utf-8"))
    ]

    assert len(own) <= 8
    # Three are about the service that Azure ML itself creates, with or without this capability: its provider, the right
    # to create it, and policies on it. Two are tables of roles and actions. The last names the class of the SDK,
    # from which the table of shapes is derived.
    assert others == [
        "amlz/azure/providers.py",
        "amlz/azure/role_definitions.py",
        "amlz/checks/policy/managed_group.py",
        "amlz/core/facts/custom_roles.py",
        "amlz/core/permissions/actions.py",
        "tools/tokens.py",
    ]


def _amlz(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(folder)}
    wanted = [sys.executable, "-P", "-m", "amlz", *words]
    return subprocess.run(wanted, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def _fork(folder: Path, files: dict[str, str]) -> Path:
    """A copy of the program with a custom capability, and a stack file that uses it."""
    copy_of_the_program(folder)
    notes = folder / "custom" / "capabilities" / "notes"
    notes.mkdir(parents=True)
    for name, text in files.items():
        (notes / name).write_text(text, encoding="utf-8")
    text = (ROOT / "examples" / "minimal" / "Pulumi.minimal.yaml").read_text(encoding="utf-8")
    (folder / "Pulumi.minimal.yaml").write_text(text)
    lines = [
        f"{line}\n    notes: {{owner: ada}}" if line.strip() == "amlz:landingZone:" else line
        for line in text.splitlines()
    ]
    (folder / "Pulumi.noted.yaml").write_text("\n".join(lines) + "\n")
    return notes


def test_a_folder_of_a_business_unit_adds_a_feature_and_its_removal_leaves_no_trace(tmp_path: Path) -> None:
    """By the same contract, without an edit of any other file."""
    notes = _fork(tmp_path, SMALL)

    noted = _amlz(tmp_path, "preview", "noted", "--format", "arm")
    shutil.rmtree(notes)
    after = _amlz(tmp_path, "check", "noted")

    assert noted.stderr == ""
    assert "/resourceGroups/rg-notes" in noted.stdout
    assert (after.returncode, "There is no 'notes' here." in after.stderr) == (2, True)


def test_a_folder_that_a_stack_does_not_use_changes_no_request_of_it(tmp_path: Path) -> None:
    """The schema of the stack file has its keys all the same."""
    before = in_format("arm", previewed("minimal"))
    _fork(tmp_path, SMALL)

    plain = _amlz(tmp_path, "preview", "minimal", "--format", "arm")
    schema = _amlz(tmp_path, "schema")

    assert plain.stdout == before
    assert "Who writes them." in schema.stdout


BROKEN = {
    "no declaration": ({"__init__.py": '"""Empty."""\n'}, "__init__.py has no CAPABILITY that is a Capability."),
    "bad syntax": ({"config.py": "KEYS = (\n"}, "config.py:1: SyntaxError: '(' was never closed (config.py, line 1)"),
    "wrong name": (
        {"config.py": SMALL["config.py"] + "\nprint(missing)\n"},
        "config.py:16: NameError: name 'missing' is not defined",
    ),
    "a key twice": (
        {"config.py": SMALL["config.py"].replace('"notes", N', '"spokes", N')},
        "The stack file has a key 'spokes' already.",
    ),
    "bad plan": ({"plan.py": SMALL["plan.py"].replace("asked.owner", "asked.writer")}, "plan.py:14: AttributeError"),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_one_is_reported_with_its_file_and_no_traceback(case: str, tmp_path: Path) -> None:
    """The fault is in the folder of the business unit, not in this program."""
    changed, expected = BROKEN[case]
    _fork(tmp_path, SMALL | changed)

    ran = _amlz(tmp_path, "check", "noted")

    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr
    assert ran.stderr.startswith("custom/capabilities/notes\n")
    assert expected in ran.stderr
