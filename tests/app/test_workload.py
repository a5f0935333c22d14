"""The MLOps repository of a project: written from the landing zone, and moved to a new version."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from amlz.app.workload.files import FILES, rendered
from amlz.app.workload.manifest import MANIFEST, manifest_text, read_manifest
from amlz.app.workload.repository import SIZE, Repository, RepositoryOptions, notes, repository
from amlz.app.workload.update import plan_update, write_update
from amlz.app.workload.write import write_repository
from amlz.core.facts.clouds import host_of
from amlz.core.facts.federation import AUDIENCES
from amlz.core.workload import workload_schema
from amlz.stackfile.checked import checked
from amlz.stackfile.stack_file import KEY
from tests.cli.in_process import amlz_here
from tests.conftest import ROOT

STACK = ROOT / "tests" / "cases" / "workload" / "Pulumi.three.yaml"
#: A range of the spoke that no environment of the stack file has.
FREE = "10.20.24.0/25"


@cache
def churn(ci: str = "github") -> Repository:
    """The repository of project churn."""
    file, plan = checked(str(STACK))
    return repository(plan, file.stack, "churn", RepositoryOptions(ci, "churn", 10))  # type: ignore[arg-type]


def written(folder: Path, ci: str = "github") -> Path:
    """A repository on the disk."""
    write_repository(churn(ci), folder)
    return folder


def test_a_repository_has_every_file_of_its_code_hosting_service(tmp_path: Path) -> None:
    """And no file of the other; the contracts of the three environments; the manifest."""
    ran = amlz_here("workload", "init", str(STACK), "churn", "--to", str(tmp_path / "new"))
    paths = {path.relative_to(tmp_path / "new").as_posix() for path in (tmp_path / "new").rglob("*") if path.is_file()}

    contracts = {f"contract/{name}.json" for name in ("dev", "staging", "prod")}
    assert paths == {file.path for file in FILES if file.ci != "azure-devops"} | contracts | {MANIFEST}
    assert ran.stdout == (
        f"{tmp_path / 'new'}: {len(paths)} files.\n"
        "note: No identity for endpoint churn in dev, staging and prod: pipelines have no right to deploy with another "
        "one. Set `serving.endpoints.churn` there in the stack file.\n"
        "note: The stack file names no Azure ML registry: to promote models, set `modelRegistry` there, or name an "
        "existing one as `registry` in settings.yml.\n"
        "Next: read README.md there.\n"
    )


def test_models_are_published_and_read_through_the_registry_of_the_landing_zone(tmp_path: Path) -> None:
    """Each environment by its roles; without one, the README and a note name what to set."""
    values = yaml.safe_load(STACK.read_text(encoding="utf-8"))
    models = "Microsoft.MachineLearningServices/registries/contoso-models"
    group = "/subscriptions/a1b2c3d4-1111-4222-8333-444455556666/resourceGroups/rg-models"
    values["config"]["amlz:landingZone"]["modelRegistry"] = {"id": f"{group}/providers/{models}"}
    path = tmp_path / "Pulumi.models.yaml"
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    file, plan = checked(str(path))

    made = repository(plan, file.stack, "churn", RepositoryOptions("github", "churn", 10))
    text = " ".join(rendered(made)["README.md"].text.split())

    assert text.count("Models are published in the registry `contoso-models`.") == 2
    assert text.count("the registry `contoso-models`, where the identity of this environment cannot publish.") == 1
    assert text.count("a copy from a workspace fails while its storage account has public access disabled") == 1
    assert [note.split(":")[0] for note in notes(made)] == ["No identity for endpoint churn in dev, staging and prod"]


def test_settings_begin_with_what_the_quota_counts() -> None:
    """Of the endpoint that the repository deploys to; an environment without it has what Azure advises."""
    file, plan = checked(str(ROOT / "examples" / "serving" / "Pulumi.serving.yaml"))
    settings = {}
    for endpoint in ("scoring", "explain", "other"):
        files = rendered(repository(plan, file.stack, "fraud", RepositoryOptions("github", endpoint, 10)))
        read = yaml.safe_load(files["settings.yml"].text)
        explained = "Quota is counted for" in files["README.md"].text
        settings[endpoint] = (read["instanceType"], read["instances"], explained)

    assert settings == {
        "scoring": ("Standard_D4as_v4", {"dev": 1, "prod": 3}, True),
        "explain": ("Standard_D2as_v4", {"dev": 1, "prod": 1}, True),
        "other": (SIZE, {"dev": 1, "prod": 3}, False),
    }


def test_the_readme_names_the_feature_store_of_each_environment() -> None:
    """And nothing of it where there is none."""
    file, plan = checked(str(ROOT / "tests" / "cases" / "previews" / "feature-store.yaml"))

    made = repository(plan, file.stack, "fraud", RepositoryOptions("github", "fraud", 10))
    text = " ".join(rendered(made)["README.md"].text.split())

    stores = [stage.contract.feature_store for stage in made.stages]
    assert len(stores) == 2
    for store in stores:
        assert store is not None
        assert text.count(f"Features are in the feature store `{store.name}` (runtime: Spark 3.5).") == 1
    assert "feature store" not in rendered(churn())["README.md"].text


@pytest.mark.parametrize("ci", ["github", "azure-devops"])
def test_names_of_azure_are_in_the_contracts_alone(ci: str) -> None:
    """And in the README, which explains them: a change of the landing zone changes no code."""
    files = rendered(churn(ci))
    elsewhere = {
        path: re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}-|/subscriptions/\w|retail|westeurope", file.text)
        for path, file in files.items()
        if not path.startswith("contract/") and path != "README.md"
    }

    assert {path: names for path, names in elsewhere.items() if names} == {}
    assert [path for path, file in files.items() if "«" in file.text or "»" in file.text] == []


def test_environments_are_promoted_in_their_order_and_production_is_last() -> None:
    """Each job waits for the one before it; the approval is the environment of GitHub, from the accepted subjects."""
    train = yaml.safe_load(rendered(churn())[".github/workflows/train.yml"].text)
    jobs = {name: (job["needs"], job["with"]) for name, job in train["jobs"].items() if name != "train"}

    model = "${{ needs.train.outputs.model }}"
    assert jobs == {
        "dev": (["train"], {"environment": "dev", "approval": "dev", "model": model}),
        "staging": (["train", "dev"], {"environment": "staging", "approval": "staging", "model": model}),
        "prod": (["train", "staging"], {"environment": "prod", "approval": "prod", "model": model}),
    }
    rollback = yaml.safe_load(rendered(churn())[".github/workflows/rollback.yml"].text)
    assert [job["environment"] for job in rollback["jobs"].values()] == [
        "dev-operations",
        "staging-operations",
        "prod-operations",
    ]


def test_hosts_and_audiences_of_each_cloud_are_those_of_the_landing_zone() -> None:
    """Steps sign in by themselves. azure-identity has another host of Entra ID for the cloud in China."""
    table = ast.literal_eval(rendered(churn())["mlops/zone.py"].text.split("_CLOUDS = ")[1].split("\n}")[0] + "\n}")

    assert {cloud: (row[1], row[3]) for cloud, row in table.items()} == {
        cloud: (f"https://{host_of('resourceManager', cloud)}", audience) for cloud, audience in AUDIENCES.items()
    }
    assert [row[2] for row in table.values()] == [
        host_of("signIn", "public"),
        host_of("signIn", "usGovernment"),
        "login.chinacloudapi.cn",
    ]


def test_no_step_uses_what_a_machine_has_or_a_session_that_ends() -> None:
    """A runner can have its own identity, and a session of `az` in a pipeline is not renewed."""
    for ci in ("github", "azure-devops"):
        for path, file in rendered(churn(ci)).items():
            assert "DefaultAzureCredential" not in file.text, path
            assert "azure/login@" not in file.text, path


def test_an_alert_starts_the_checks_and_decides_nothing() -> None:
    """A request without a secret can come from anybody: no value of it is read."""
    pipelines = {
        path: file.text for path, file in rendered(churn("azure-devops")).items() if path.startswith("pipelines/")
    }
    alert, watch = pipelines["pipelines/alert.yml"], pipelines["pipelines/watch.yml"]
    on_alert = yaml.safe_load(alert)

    assert on_alert["resources"] == {"webhooks": [{"webhook": "churn-alert", "connection": "churn-alert"}]}
    assert on_alert["jobs"] == yaml.safe_load(watch)["jobs"]
    assert "parameters.churn-alert" not in alert
    events = yaml.safe_load(rendered(churn())[".github/workflows/watch.yml"].text)[True]
    assert events["repository_dispatch"] == {"types": ["alert"]}


def test_connections_of_azure_pipelines_are_those_that_the_identities_accept() -> None:
    """The name in the subject `sc://ORGANISATION/PROJECT/CONNECTION`."""
    text = rendered(churn("azure-devops"))["pipelines/train.yml"].text

    assert set(re.findall(r"connection: (.*)", text)) == {f"churn on {name}" for name in ("dev", "staging", "prod")}


def test_the_readme_explains_what_the_zone_forbids_with_its_values() -> None:
    """Sizes, subnets, effects of policies, egress: of each environment its own."""
    sections = dict(re.findall(r"### (\w+)\n(.*?)(?=\n##|\Z)", rendered(churn())["README.md"].text, re.S))

    assert "`snet-churn-prod-training`" in sections["prod"]
    assert "Online endpoints have public network access disabled: effect Deny." in sections["prod"]
    assert "Online endpoints have public network access disabled: effect Audit." in sections["dev"]
    assert "`egress_public_network_access` is not sent" in sections["staging"]
    assert "reach `*.anaconda.com`, `*.anaconda.org`" in sections["dev"]


def test_a_zone_without_package_hosts_is_explained() -> None:
    """The image of the sample could not be built there."""
    _, plan = checked(str(ROOT / "Pulumi.prod.yaml"))
    text = rendered(repository(plan, "prod", "churn", RepositoryOptions("github", "churn", 10)))["README.md"].text

    assert text.count("`pypi.org`, `files.pythonhosted.org`, `conda.anaconda.org`") == 3


WRONG: dict[str, tuple[tuple[str, ...], str]] = {
    "no production": (("lab",), "It has no production environment, so nothing can be promoted to production."),
    "only production": (("live",), "It has only production: models would be trained there."),
    "unknown project": (("chrun",), "There is no project 'chrun'.\n  Projects here: churn.\n"),
    "mirror": (("churn", "--mirror", "60"), "Azure copies at most 50 % of the requests to a deployment."),
    "long name": (("churn", "--endpoint", "customer-churn-eu"), "Pass a name of at most 16 characters."),
    "bad name": (("churn", "--endpoint", "Churn_1"), "Pass a name such as churn."),
}


def remedied(case: str, folder: Path) -> tuple[str, ...]:
    """The stack file and the arguments after the remedy of a mistake."""
    given, _ = WRONG[case]
    values = yaml.safe_load(STACK.read_text(encoding="utf-8"))
    projects = values["config"][KEY]["projects"]
    if case == "no production":
        projects["lab"]["environments"]["prod"] = {"network": FREE}
    elif case == "only production":
        projects["live"]["environments"]["dev"] = {"network": FREE}
    path = folder / "Pulumi.three.yaml"
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    arguments = {
        "unknown project": ("churn",),
        "mirror": ("churn", "--mirror", "50"),
        "long name": ("churn", "--endpoint", "c" * 16),
        "bad name": ("churn", "--endpoint", "churn"),
    }
    return str(path), *arguments.get(case, given)


@pytest.mark.parametrize("case", WRONG)
def test_after_its_remedy_a_mistake_is_gone(case: str, tmp_path: Path) -> None:
    """An environment that is added, a number within the limits, a name that is short enough."""
    ran = amlz_here("workload", "init", *remedied(case, tmp_path), "--to", str(tmp_path / "new"))

    assert (ran.returncode, ran.stderr, (tmp_path / "new" / "README.md").is_file()) == (0, "", True)


@pytest.mark.parametrize("case", WRONG)
def test_wrong_input_is_a_sentence_and_writes_nothing(case: str, tmp_path: Path) -> None:
    """Exit code 2."""
    arguments, sentence = WRONG[case]
    ran = amlz_here("workload", "init", str(STACK), *arguments, "--to", str(tmp_path / "new"))

    assert (ran.returncode, ran.stdout, list(tmp_path.iterdir())) == (2, "", [])
    assert sentence in ran.stderr


def test_a_folder_with_files_is_not_written_to(tmp_path: Path) -> None:
    """Nor a file, nor a folder whose parent does not exist."""
    (tmp_path / "mine.txt").write_text("mine")
    places = {tmp_path: "It is not empty", tmp_path / "mine.txt": "not a folder", tmp_path / "a" / "b": "parent folder"}

    for place, sentence in places.items():
        ran = amlz_here("workload", "init", str(STACK), "churn", "--to", str(place))
        assert (ran.returncode, ran.stdout, sentence in ran.stderr) == (2, "", True), ran.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_update_of_the_same_version_changes_nothing(tmp_path: Path) -> None:
    """Not even a byte of the manifest."""
    folder = written(tmp_path / "new")

    assert plan_update(churn(), folder, read_manifest(folder)).files == ()
    ran = amlz_here("workload", "update", str(STACK), "--to", str(folder))
    assert (ran.returncode, ran.stdout) == (0, "Nothing to update.\n")


def earlier(folder: Path, **changed: Any) -> None:
    """Makes generated files look as an earlier version wrote them: `changed` is by path, None for a file it had not."""
    manifest = json.loads((folder / MANIFEST).read_text())
    for path, text in changed["files"].items():
        if text is None:
            del manifest["files"][path]
            (folder / path).unlink()
        else:
            manifest["files"][path] = text.splitlines(True)
            (folder / path).write_text(text)
    (folder / MANIFEST).write_text(json.dumps(manifest))


def test_an_update_merges_what_the_team_changed_and_keeps_what_is_the_teams(tmp_path: Path) -> None:
    """Replaced, merged, added, removed; deleted by the team, it stays deleted; its own files stay as they are."""
    folder = written(tmp_path / "new")
    now = {path: file.text for path, file in rendered(churn()).items()}
    endpoint, retire = now["aml/endpoint.yml"], now[".github/workflows/retire.yml"]
    earlier(
        folder,
        files={
            "aml/endpoint.yml": endpoint.replace("auth_mode: aad_token", "auth_mode: key"),
            ".github/workflows/retire.yml": retire.replace("41 2 * * *", "0 1 * * *"),
            "mlops/batch.py": None,
            "mlops/old.py": "OLD = 1\n",
            "mlops/older.py": "OLD = 1\n",
        },
    )
    mine = (folder / ".github/workflows/retire.yml").read_text() + "# Ours.\n"
    (folder / ".github/workflows/retire.yml").write_text(mine)
    (folder / "mlops/older.py").write_text("OLD = 2\n")
    (folder / "settings.yml").write_text("ours: true\n")
    (folder / "mlops/drift.py").unlink()

    ran = amlz_here("workload", "update", str(STACK), "--to", str(folder))

    assert ran.stdout.splitlines() == [
        "added     mlops/batch.py",
        "replaced  aml/endpoint.yml",
        "merged    .github/workflows/retire.yml",
        "removed   mlops/old.py",
        "kept      mlops/older.py",
    ]
    assert (folder / "aml/endpoint.yml").read_text() == endpoint
    assert (folder / ".github/workflows/retire.yml").read_text() == retire + "# Ours.\n"
    assert (folder / "settings.yml").read_text() == "ours: true\n"
    assert (folder / MANIFEST).read_text() == manifest_text(churn(), rendered(churn()))
    assert [(folder / path).exists() for path in ("mlops/drift.py", "mlops/old.py")] == [False, False]


def test_a_conflict_writes_nothing_until_it_is_to_be_marked(tmp_path: Path) -> None:
    """Exit code 1 either way."""
    folder = written(tmp_path / "new")
    now = rendered(churn())["aml/endpoint.yml"].text
    earlier(folder, files={"aml/endpoint.yml": now.replace("auth_mode: aad_token", "auth_mode: key")})
    (folder / "aml/endpoint.yml").write_text(now.replace("auth_mode: aad_token", "auth_mode: aml_token"))
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    ran = amlz_here("workload", "update", str(STACK), "--to", str(folder))

    assert (ran.returncode, ran.stdout.splitlines()[0]) == (1, "conflict  aml/endpoint.yml")
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    ran = amlz_here("workload", "update", str(STACK), "--to", str(folder), "--mark-conflicts")
    assert ran.returncode == 1
    assert "<<<<<<< yours\nauth_mode: aml_token\n" in (folder / "aml/endpoint.yml").read_text()


def test_an_update_keeps_client_ids_that_only_the_deployment_knows(tmp_path: Path) -> None:
    """Of the same identities; the rest of a contract is the landing zone's."""
    folder = written(tmp_path / "new")
    path = folder / "contract" / "prod.json"
    contract = json.loads(path.read_text())
    contract["pipelines"]["github"]["clientId"] = "11111111-aaaa-4bbb-8ccc-000000000001"
    contract["location"] = "northeurope"
    path.write_text(json.dumps(contract))

    change = plan_update(churn(), folder, read_manifest(folder))
    assert write_update(change)

    now = json.loads(path.read_text())
    assert [(file.path, file.action) for file in change.files] == [("contract/prod.json", "replaced")]
    assert now["pipelines"]["github"]["clientId"] == "11111111-aaaa-4bbb-8ccc-000000000001"
    assert (now["location"], "pipelines.github.clientId" in now["unknown"]) == ("westeurope", False)


def linked(folder: Path) -> None:
    """Makes the README a link that leaves the folder."""
    (folder / "README.md").unlink()
    (folder / "README.md").symlink_to("/etc/passwd")


DAMAGED: dict[str, tuple[Callable[[Path], Any], str]] = {
    "no manifest": (lambda folder: (folder / MANIFEST).unlink(), "It has no .amlz/workload.json"),
    "damaged": (lambda folder: (folder / MANIFEST).write_text("{"), "Restore it: git checkout .amlz/workload.json"),
    "no text": (lambda folder: (folder / "README.md").write_bytes(b"\xff\xfe"), "It cannot be read: it is not UTF-8."),
    "a link": (linked, "It is a link that leaves the folder."),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_a_repository_that_cannot_be_updated_is_a_sentence(case: str, tmp_path: Path) -> None:
    """Exit code 2, and nothing is written."""
    damage, sentence = DAMAGED[case]
    folder = written(tmp_path / "new")
    damage(folder)

    ran = amlz_here("workload", "update", str(STACK), "--to", str(folder))

    assert (ran.returncode, ran.stdout) == (2, "")
    assert sentence in ran.stderr


def test_the_contract_that_a_repository_has_is_the_published_one() -> None:
    """Its keys are those that the steps read."""
    properties = workload_schema()["properties"]
    zone = rendered(churn())["mlops/zone.py"].text
    keys = set(re.findall(r'contract(?:\[|\.get\()"(\w+)"', zone))

    assert sorted(keys - set(properties)) == []
    assert len(keys) > 10
