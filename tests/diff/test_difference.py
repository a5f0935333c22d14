"""The difference to another revision: exactly what an edit changes, and nothing for what changes nothing."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from amlz.diff.difference import Difference, PropertyDifference, difference, rows_of
from amlz.reports import difference_as, difference_markdown
from amlz.reports.formats import as_json
from amlz.stackfile.load import load
from tests.conftest import ROOT, STACKS, as_told, preview_of, previewed
from tests.program_copy import copy_of_the_program

MINIMAL = (ROOT / STACKS["minimal"]).read_text(encoding="utf-8")
DEV = "          dev: {network: 10.20.16.0/25}\n"
SECOND = "          staging: {network: 10.20.16.128/25}\n"


def record_of(folder: Path, text: str) -> dict[str, Any]:
    """The preview of a stack file as JSON."""
    path = folder / "Pulumi.minimal.yaml"
    path.write_text(text)
    file = load(str(path))
    return dict(json.loads(as_json.render(preview_of(file))))


def difference_of(folder: Path, text: str) -> Difference:
    """The difference from the minimal stack to another stack file."""
    return difference("main", json.loads(as_json.render(previewed("minimal"))), record_of(folder, text))


APPI, KV, MLW, ST = (
    "appi-retail-churn-dev", "kv-retail-churn-de-p3v7y", "mlw-retail-churn-dev-nll3v", "stretailchurndevvaefb",
)  # fmt: skip
MORE_NODES = MINIMAL.replace(DEV, DEV.replace("}", ", imageBuild: {maxNodes: 5}}"))
OWN_NAME = MINIMAL.replace(DEV, DEV.replace("}", ", names: {keyVault: kv-own-name-1}}"))


def test_a_second_environment_moves_nothing_of_the_first(tmp_path: Path) -> None:
    """It adds to the firewall's rules and to the exclusions of the subscription's guardrails: subnets are separate."""
    diff = difference_of(tmp_path, MINIMAL.replace(DEV, DEV + SECOND))

    touched = {changed.resource["name"] for changed in diff.changed}
    assert (len(diff.deleted), diff.lost, diff.addresses) == (
        0,
        (),
        (
            PropertyDifference("main/churn/staging/training", None, "10.20.16.128/26"),
            PropertyDifference("main/churn/staging/endpoints", None, "10.20.16.192/27"),
        ),
    )
    names = ("workspace", "network", "data-and-identity")
    assert touched == {"rcg-azure-ml", *(f"guardrails-{name}" for name in names)}


NAMED = MINIMAL.replace(
    "    projects:\n",
    """    naming:
      pattern: "{type}-{businessUnit}-{project}-{environment}-{region}-{instance}"
      patterns:
        keyVault: "{type}-{project}-{environment}-{suffix}"
        storageAccount: "{type}{project}{environment}{suffix}"
      abbreviations: {westeurope: weu}
    projects:
""",
)


def test_a_pattern_for_names_on_a_deployed_stack_replaces_all_that_holds_data(tmp_path: Path) -> None:
    """The guard reports each resource with data; no URN moves, so that everything has its successor."""
    before = {resource["urn"] for resource in as_told("minimal")["resources"]}

    diff = difference_of(tmp_path, NAMED)

    after = {resource["urn"] for resource in record_of(tmp_path, NAMED)["resources"]}
    assert after == before
    assert (diff.created, diff.deleted) == ((), ())
    lost = {resource["armType"] for resource, _ in diff.lost}
    assert lost == {
        "Microsoft.ContainerRegistry/registries",
        "Microsoft.KeyVault/vaults",
        "Microsoft.MachineLearningServices/workspaces",
        "Microsoft.OperationalInsights/workspaces",
        "Microsoft.Storage/storageAccounts",
    }


def test_a_vault_of_another_name_is_another_vault(tmp_path: Path) -> None:
    """It is replaced, and its old name stays taken: that is reported first."""
    diff = difference_of(tmp_path, OWN_NAME)

    assert [resource["name"] for resource, _ in diff.lost] == [KV]
    assert "kv-own-name-1!" in {f"{c.resource['name']}{'!' if c.replaced else ''}" for c in diff.changed}
    parts = difference_as.text(diff).split("\n\n")
    titles = [part.partition("\n")[0] for part in parts[1:-1]]
    values = ["Stopped by the guard", "Lost", "New findings", "Roles given", "Roles taken away", "Replaced", "Changed"]
    assert titles == values


def test_a_default_of_azure_that_is_written_out_is_no_difference() -> None:
    """In either direction; another value at the same path is one."""
    old = json.loads(as_json.render(previewed("minimal")))
    written, other = (_registry_with(old, entry) for entry in (False, True))

    result = [difference("main", *sides) for sides in ((old, written), (written, old), (old, other))]

    rows = [[row.path for changed in entry.changed for row in changed.rows] for entry in result]
    assert rows == [[], [], ["properties.dataEndpointEnabled"]]
    assert [entry.nothing for entry in result] == [True, True, False]


def _registry_with(preview: dict[str, Any], data_endpoint: bool) -> dict[str, Any]:
    """A preview whose registry states a property that the program leaves out."""
    copied: dict[str, Any] = json.loads(json.dumps(preview))
    for entry in copied["resources"]:
        if entry["armType"] == "Microsoft.ContainerRegistry/registries":
            assert "dataEndpointEnabled" not in entry["body"]["properties"]
            entry["body"]["properties"]["dataEndpointEnabled"] = data_endpoint
    return copied


def test_a_removed_project_is_lost(tmp_path: Path) -> None:
    """Resources that hold data are named, the rest is counted."""
    diff = difference_of(tmp_path, MINIMAL.replace("      churn:\n", "      fraud:\n"))

    assert sorted(resource["name"] for resource, _ in diff.lost) == sorted(["crretailchurndevuftlz", KV, MLW, ST])
    assert (len(diff.created), len(diff.deleted)) == (62, 62)


def test_a_comment_tells_only_what_there_is(tmp_path: Path) -> None:
    """Entries that need a decision are open, properties are folded, and an empty section is left out."""
    lines = difference_markdown.markdown(difference_of(tmp_path, MORE_NODES)).splitlines()

    assert lines == [
        "## ✅ minimal against main: 0 created, 2 changed, 0 deleted, 123 unchanged",
        "",
        "<details><summary>Changed</summary>",
        "",
        "```diff",
        "# churn, dev: policy assignment guardrails-compute",
        "- properties.parameters.maxNodeCount.value: 4",
        "+ properties.parameters.maxNodeCount.value: 5",
        "# churn, dev: compute image-build",
        "- properties.properties.scaleSettings.maxNodeCount: 1",
        "+ properties.properties.scaleSettings.maxNodeCount: 5",
        "```",
        "",
        "</details>",
        "",
        f"<sub>Not covered: {difference_as.NOT_TOLD}.</sub>",
    ]


def test_a_comment_with_a_new_warning_begins_with_a_warning(tmp_path: Path) -> None:
    """As the HTML report does: green is only a change of which nothing needs a decision."""
    reachable = MINIMAL.replace(DEV, DEV.replace("}", ", security: {publicNetworkAccess: true}}"))
    diff = difference_of(tmp_path, reachable)

    assert list(difference_as.needs_decision(diff)) == ["2 new warnings"]
    assert difference_markdown.markdown(diff).startswith("## ⚠️ minimal against main: 0 created, 1 changed, ")


ROWS = [
    ({"a": 1}, {"a": 1}, []),
    ({"a": 1}, {"a": 2}, [PropertyDifference("a", 1, 2)]),
    ({"a": {"b": 1}}, {"a": {}}, [PropertyDifference("a.b", 1, None)]),
    (
        [{"name": "x", "v": 1}, {"name": "y"}],
        [{"name": "y"}, {"name": "x", "v": 2}],
        [PropertyDifference("[x].v", 1, 2)],
    ),
    ([1, 2], [2, 1], []),
    ([1, 2], [2, 2], [PropertyDifference("", [1, 2], [2, 2])]),
    (
        {"dnsServers": ["a", "b"]},
        {"dnsServers": ["b", "a"]},
        [PropertyDifference("dnsServers", ["a", "b"], ["b", "a"])],
    ),
    ({"rules": [{"value": 1}, {"value": 2}]}, {"rules": [{"value": 2}, {"value": 1}]}, []),
    ({"ids": ["/subscriptions/A", "/subscriptions/b"]}, {"ids": ["/subscriptions/B", "/SUBSCRIPTIONS/a"]}, []),
    ({"by": {"/subscriptions/A": {"x": 1}}}, {"by": {"/Subscriptions/a": {"x": 1}}}, []),
    ({"a": None}, {}, []),
    ({}, {"a": {"b": None}}, [PropertyDifference("a", None, {"b": None})]),
    ({"path": "/Data"}, {"path": "/data"}, [PropertyDifference("path", "/Data", "/data")]),
    ({"id": "/Subscriptions/A"}, {"id": "/subscriptions/a"}, []),
    ({"id": "Word"}, {"id": "word"}, [PropertyDifference("id", "Word", "word")]),
]


@pytest.mark.parametrize(("old", "new", "rows"), ROWS)
def test_values_are_compared_by_name_and_without_the_case_of_ids(
    old: Any, new: Any, rows: list[PropertyDifference]
) -> None:
    """Order matters only where it has a meaning, and null equals absent."""
    assert list(rows_of(old, new)) == rows


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command in a folder."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(folder), "HOME": str(folder)}
    return subprocess.run(arguments, cwd=folder, capture_output=True, text=True, check=False, env=environment)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The program and a stack file in a git repository of one commit."""
    copy_of_the_program(tmp_path)
    (tmp_path / "Pulumi.small.yaml").write_text(MINIMAL)
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@example.com")
    for arguments in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "first")):
        assert run(tmp_path, *git, *arguments).returncode == 0
    return tmp_path


def test_a_revision_is_previewed_by_its_own_program(repository: Path) -> None:
    """Both the stack file and the program may differ; nothing is left behind."""
    component = repository / "components" / "key_vault.py"
    component.write_text(component.read_text().replace("enable_purge_protection=True", "enable_purge_protection=None"))
    stack = repository / "Pulumi.small.yaml"
    stack.write_text(MINIMAL.replace("    projects:\n", "    tags: {team: ours}\n    projects:\n"))
    amlz = (sys.executable, "-m", "amlz", "preview", "small")

    same = run(repository, *amlz, "--against", "HEAD", "--format", "json")

    answer = json.loads(same.stdout)
    vault = next(c for c in answer["changed"] if c["name"] == KV)
    assert (same.returncode, same.stderr) == (1, "")
    assert [(f["id"], f["path"]) for f in answer["guard"]] == [
        ("guard/refused-by-azure", "properties.enablePurgeProtection")
    ]
    assert [row["path"] for row in vault["properties"]] == ["properties.enablePurgeProtection", "tags.team"]
    assert [v["reference"] for v in answer["verdicts"]["new"]] == ["vault-purge-protection"]
    assert run(repository, "git", "worktree", "list").stdout.count("\n") == 1


WRONG = [
    (("small", "--against", "nowhere"), "--against nowhere\n  There is no such revision here.\n"),
    (("small", "--against", "HEAD", "--format", "arm"), "a difference has the forms text, tree, json, markdown"),
]


@pytest.mark.parametrize(("arguments", "says"), WRONG, ids=[" ".join(row[0]) for row in WRONG])
def test_what_cannot_be_compared_is_told_in_words(repository: Path, arguments: tuple[str, ...], says: str) -> None:
    """Exit code 2, no traceback."""
    ran = run(repository, sys.executable, "-m", "amlz", "preview", *arguments)

    assert (ran.returncode, ran.stdout, says in ran.stderr, "Traceback" in ran.stderr) == (2, "", True, False)


def test_a_stack_that_is_new_or_was_broken_is_told(repository: Path) -> None:
    """A new one is all created; one that does not load at the revision is an error with its own words."""
    amlz = (sys.executable, "-m", "amlz", "preview")
    (repository / "Pulumi.fresh.yaml").write_text(MINIMAL)
    fresh = run(repository, *amlz, "fresh", "--against", "HEAD")
    (repository / "Pulumi.small.yaml").write_text(MINIMAL.replace("schemaVersion: 1", "schemaVersion: 0"))
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@example.com")
    run(repository, *git, "commit", "-qam", "broken")
    (repository / "Pulumi.small.yaml").write_text(MINIMAL)
    broken = run(repository, *amlz, "small", "--against", "HEAD")

    assert (fresh.returncode, fresh.stdout.splitlines()[0]) == (0, "fresh: new since HEAD, 125 created")
    assert (broken.returncode, broken.stdout) == (2, "")
    assert re.match(r"Pulumi\.small\.yaml at HEAD\n  It cannot be previewed there:\n", broken.stderr)
    assert "schemaVersion" in broken.stderr
