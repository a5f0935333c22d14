"""People who approve deployments, in a generated MLOps repository."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from amlz.app.workload.files import rendered
from amlz.app.workload.repository import Repository, RepositoryOptions, notes, repository
from amlz.stackfile.checked import checked
from amlz.stackfile.stack_file import KEY
from tests.app.test_workload import STACK


def with_approvers(folder: Path, ci: str, names: list[str]) -> Repository:
    """The repository of project churn, whose staging environment names approvers."""
    values = yaml.safe_load(STACK.read_text(encoding="utf-8"))
    values["config"][KEY]["projects"]["churn"]["environments"]["staging"]["approvers"] = names
    path = folder / "Pulumi.approved.yaml"
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    file, plan = checked(str(path))
    return repository(plan, file.stack, "churn", RepositoryOptions(ci, "churn", 10))  # type: ignore[arg-type]


@pytest.mark.parametrize("ci", ["github", "azure-devops"])
def test_approvers_are_in_the_contract_and_in_the_table_of_environments(ci: str, tmp_path: Path) -> None:
    """In an environment that is not production, too; one without stays as it is."""
    files = rendered(with_approvers(tmp_path, ci, ["ada", "grace@contoso.com"]))
    rows = [line.split(" | ")[0::2] for line in files["README.md"].text.splitlines() if line.startswith("| `")]
    reviewers = {cells[0].strip("| `"): cells[1].removesuffix(" |") for cells in rows if len(cells) == 2}

    contracts = {name: json.loads(files[f"contract/{name}.json"].text) for name in ("dev", "staging", "prod")}
    assert {name: (contract["approvers"], reviewers[name]) for name, contract in contracts.items()} == {
        "dev": ([], "optional"),
        "staging": (["ada", "grace@contoso.com"], "required: `ada`, `grace@contoso.com`; no other approval counts"),
        "prod": ([], "required: this is the approval of a promotion"),
    }


@pytest.mark.parametrize(
    ("ci", "names", "expected"),
    [
        ("github", ["ada"], []),
        ("azure-devops", ["ada", "grace@contoso.com"], []),
        ("github", ["grace@contoso.com"], [("GitHub", "logins")]),
        ("azure-devops", ["ada"], [("Azure DevOps", "sign-in addresses")]),
    ],
)
def test_an_environment_in_which_nobody_can_approve_is_reported(
    ci: str, names: list[str], expected: list[tuple[str, str]], tmp_path: Path
) -> None:
    """A login is no address, and the other way round."""
    sentences = [note for note in notes(with_approvers(tmp_path, ci, names)) if "approver" in note]

    assert sentences == [
        f"No approver in staging is a person of {service}, so nothing can be deployed there: add {entries} to "
        "`approvers` in the stack file."
        for service, entries in expected
    ]
