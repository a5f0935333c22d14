"""The least version of a release: the class of each effect, and what the changelog must have."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from amlz.diff.difference import difference
from amlz.diff.version_bump import (
    CHANGED,
    CLOSED,
    CREATED,
    DENIED,
    KEY_ADDED,
    KEY_REMOVED,
    KEY_REQUIRED,
    LOST,
    NEW_FINDINGS,
    OPENED,
    RENAMED,
    REPLACED,
    ROLES,
    ReleaseEffect,
    VersionPart,
    effects_on_keys,
    effects_on_stack,
    least_version,
)
from tests.conftest import ROOT, as_told
from tools.release import custom_folders, last_release, lines, problems

Edit = Callable[[dict[str, Any]], None]

#: Folders of `custom/` that releases have promised. None is ever renamed, nor is a parent of one.
FOLDERS_OF_THE_UNIT = ("capabilities", "checks", "naming", "pipelines", "policies", "reports")


def first_of(record: dict[str, Any], arm_type: str) -> dict[str, Any]:
    """Returns the first resource of a type."""
    resource: dict[str, Any] = next(r for r in record["resources"] if r["armType"] == arm_type)
    return resource


def without(arm_type: str) -> Edit:
    """Returns an edit that removes the resources of a type."""

    def edit(record: dict[str, Any]) -> None:
        record["resources"] = [r for r in record["resources"] if r["armType"] != arm_type]

    return edit


def renamed(record: dict[str, Any]) -> None:
    """The route table with another logical name."""
    first_of(record, "Microsoft.Network/routeTables")["urn"] += "-other"


def role_moved(record: dict[str, Any]) -> None:
    """A role for another principal."""
    record["landingZone"]["roles"][0]["principal"] = "99999999-aaaa-4bbb-8ccc-000000000009"


def tagged(record: dict[str, Any]) -> None:
    """An update in place."""
    first_of(record, "Microsoft.KeyVault/vaults")["body"]["tags"]["managedBy"] = "another"


def denied(record: dict[str, Any]) -> None:
    """A policy that newly refuses a request."""
    verdict = copy.deepcopy(record["verdicts"][0])
    record["verdicts"].append(verdict | {"verdict": "denied", "blocks": True, "effect": "deny", "policy": "/new"})


def with_finding(record: dict[str, Any]) -> None:
    """A new finding."""
    finding = copy.deepcopy(as_told("prod")["findings"][0])
    record["findings"].append(finding | {"severity": "warning", "check": "new/check"})


@pytest.mark.parametrize(
    ("edit", "forward", "backward"),
    [
        (without("Microsoft.Storage/storageAccounts"), {LOST}, {CREATED}),
        (without("Microsoft.Network/routeTables"), {REPLACED}, {CREATED}),
        (without("Microsoft.Authorization/roleAssignments"), {REPLACED}, {CREATED}),
        (role_moved, {ROLES}, {ROLES}),
        (renamed, {RENAMED, REPLACED, CREATED}, {RENAMED, REPLACED, CREATED}),
        (tagged, {CHANGED}, {CHANGED}),
        (denied, {DENIED}, set()),
        (with_finding, {NEW_FINDINGS}, set()),
    ],
)
def test_an_effect_has_its_class(edit: Edit, forward: set[ReleaseEffect], backward: set[ReleaseEffect]) -> None:
    """On the smallest stack: the effect of a version, and of the one that reverts it."""
    old = as_told("minimal")
    new = copy.deepcopy(old)
    edit(new)

    at_least = set(effects_on_stack(difference("v", old, new)))
    back = set(effects_on_stack(difference("v", new, old)))

    assert forward <= at_least
    assert backward <= back
    assert set(effects_on_stack(difference("v", old, old))) == set()


def test_a_closed_egress_path_is_breaking_and_an_opened_one_concerns_security() -> None:
    """By the rules of the hub's firewall."""
    old = as_told("dev")
    new = json.loads(json.dumps(old).replace("pypi.org", "example.org"))

    effects = set(effects_on_stack(difference("v", old, new)))

    assert {CLOSED, OPENED} <= effects


def schema(properties: dict[str, Any], required: tuple[str, ...] = ()) -> dict[str, Any]:
    """Returns a schema with one mapping."""
    part = {"type": "object", "properties": properties, "required": list(required)}
    return {"$defs": {"Part": part}, "properties": {"part": {"anyOf": [{"$ref": "#/$defs/Part"}]}}}


def test_a_removed_key_and_one_that_is_newly_required_are_breaking() -> None:
    """A new key is a minor change; a required key of a new mapping breaks no file."""
    one: dict[str, Any] = {"a": {}}
    two: dict[str, Any] = {"a": {}, "b": {}}

    assert list(effects_on_keys(schema(two), schema(one))) == [KEY_REMOVED]
    assert list(effects_on_keys(schema(one), schema(two))) == [KEY_ADDED]
    assert list(effects_on_keys(schema(one), schema(two, ("b",)))) == [KEY_REQUIRED, KEY_ADDED]
    assert list(effects_on_keys(schema(one), schema(one | {"c": {"properties": {"d": {}}, "required": ["d"]}}))) == [
        KEY_ADDED
    ]


def test_another_choice_of_required_keys_breaks_no_file_and_a_lost_one_does() -> None:
    """A mapping that needs one of several keys: a hub is built, exists, or is left out."""

    def choice(*keys: str) -> dict[str, Any]:
        part = {"properties": {"a": {}, "b": {}, "c": {}}, "anyOf": [{"required": [key]} for key in keys]}
        return {"properties": {"hub": part}}

    plain: dict[str, Any] = {"properties": {"hub": {"properties": {"a": {}, "b": {}, "c": {}}}}}
    assert list(effects_on_keys(choice("a", "b"), choice("a", "b", "c"))) == []
    assert list(effects_on_keys(choice("a", "b"), choice("a", "c"))) == [KEY_REQUIRED]
    assert list(effects_on_keys(plain, choice("a", "b"))) == [KEY_REQUIRED]
    assert list(effects_on_keys(choice("a", "b"), plain)) == []


@pytest.mark.parametrize(
    ("previous", "part", "least"),
    [
        ("1.2.3", VersionPart.MAJOR, "2.0.0"),
        ("1.2.3", VersionPart.MINOR, "1.3.0"),
        ("1.2.3", VersionPart.PATCH, "1.2.4"),
        ("0.1.0", VersionPart.MAJOR, "0.2.0"),
        ("0.1.0", VersionPart.MINOR, "0.2.0"),
    ],
)
def test_the_least_version_raises_the_part_of_the_worst_effect(previous: str, part: VersionPart, least: str) -> None:
    """Before 1.0, a breaking change raises the minor number."""
    assert least_version(previous, part) == least


def test_a_renamed_parent_of_a_folder_of_the_unit_is_seen(tmp_path: Path) -> None:
    """Both folders of 0.1.0 were moved; a new folder is none."""
    for name in ("policies/custom", "pipelines/custom/azure", "custom/checks/__pycache__"):
        (tmp_path / name).mkdir(parents=True)

    assert custom_folders(tmp_path) == {
        *("custom", "custom/checks", "pipelines/custom", "pipelines/custom/azure", "policies/custom"),
    }
    assert custom_folders(ROOT) >= {"custom", *(f"custom/{name}" for name in FOLDERS_OF_THE_UNIT)}


CHANGELOG = """# Changelog

## 1.1.0

- [minor] new resources (stacks: a, b)
- [patch] resources are changed in place (stacks: a)

## 1.0.0

First.
"""


def test_a_version_that_is_too_small_or_a_changelog_without_an_effect_is_refused() -> None:
    """Each with what to do."""
    computed = {CREATED: ("a", "b"), CHANGED: ("a",)}

    assert problems(computed, "1.0.0", "1.1.0", CHANGELOG) == []
    assert last_release(CHANGELOG, "1.1.0") == "1.0.0"
    assert problems({LOST: ("a",), **computed}, "1.0.0", "1.1.0", CHANGELOG) == [
        "Version 1.1.0 is less than 2.0.0, the least after 1.0.0: [major] a resource that holds data is replaced or "
        "deleted. Set it in pyproject.toml.",
        "CHANGELOG.md lacks this line in 1.1.0: "
        "- [major] a resource that holds data is replaced or deleted (stacks: a)",
    ]
    assert problems({CREATED: ("a", "b")}, "1.0.0", "1.1.0", CHANGELOG) == [
        "CHANGELOG.md has this line in 1.1.0, and it is not so: - [patch] resources are changed in place (stacks: a)"
    ]
    assert problems({}, "1.0.0", "1.0.1", CHANGELOG) == ["CHANGELOG.md has no section `## 1.0.1`."]


def test_the_changelog_can_be_read_and_names_the_first_release() -> None:
    """`make release-check` starts from it."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    assert last_release(text, "0.2.0") == "0.1.0"
    assert lines({ROLES: ("a",)}) == ["- [minor][security] new or wider roles (stacks: a)"]
