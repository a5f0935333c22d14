"""The `az` commands of the documentation, run by the Azure CLI against `amlz simulate --listen`."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.in_process import amlz_here
from tests.clients.running import BIN, CLIENT, SUBSCRIPTION, Listening, azure, needs_clients
from tests.conftest import ROOT, as_told, previewed
from tests.simulator.https.served import TENANT

STACK = "landing-zone"
SCOPE = f"/subscriptions/{SUBSCRIPTION}"
STATE = f"{SCOPE}/resourceGroups/rg-pulumi"
#: Commands of the documentation that a test of this module runs.
RUN = {
    "account set",
    "cloud set",
    "group create",
    "group list",
    "identity create",
    "identity federated-credential",
    "identity show",
    "keyvault create",
    "lock delete",
    "login",
    "policy assignment",
    "policy definition",
    "policy exemption",
    "policy remediation",
    "policy set-definition",
    "resource delete",
    "rest",
    "role assignment",
    "role definition",
    "security pricing",
    "storage account",
}
#: Commands that cannot run here, and why.
NOT_RUN = {
    "cloud register": "the metadata have the cloud already",
    "account list-locations": "lists the regions of a subscription: NotSimulated",
    "acr run": "runs a task in the registry: the data plane",
    "acr import": "copies images: the data plane",
    "ad": "Microsoft Graph",
    "ad signed-in-user": "Microsoft Graph",
    "ad sp": "Microsoft Graph",
    "deployment sub": "evaluates a template in Azure: not simulated",
    "keyvault key": "the data plane",
    "keyvault secret": "the data plane",
    "ml compute": "the extension ml is not in the package index",
    "ml connection": "the extension ml is not in the package index",
    "ml job": "the extension ml is not in the package index",
    "ml model": "the extension ml is not in the package index",
    "provider list": "lists aliases of Azure Policy: NotSimulated",
    "provider show": "shows whether a resource provider is registered: NotSimulated",
    "storage blob": "the data plane",
    "storage container": "the data plane",
    "vm list-skus": "lists what a region has: not simulated",
    "vm list-usage": "lists quotas: not simulated",
}
#: Replaces commands that cannot run here; everything else goes to the Azure CLI.
WRAPPER = """#!/bin/sh
case "$1 $2" in
  "ad signed-in-user") echo 66666666-1111-4222-8333-444455556666;;
  "storage container"|"keyvault key"|"provider register") ;;
  *) exec "{az}" "$@";;
esac
"""


def commands(text: str) -> Iterator[str]:
    """Yields the first two words of each `az` command in code of a page."""
    code = [*re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL), *re.findall(r"`([^`\n]+)`", text)]
    for part in code:
        for words in re.findall(r"(?:^|[\s(`])az ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)?)(?=[\s`]|$)", part):
            yield "rest" if words.startswith("rest") else "login" if words.startswith("login") else words


def test_every_command_of_the_documentation_is_run_or_has_a_reason() -> None:
    """A new one in the documentation fails here."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    found = {words for page in pages for words in commands(page.read_text(encoding="utf-8"))}

    assert sorted(words for words in found if words not in RUN | NOT_RUN.keys()) == []


@pytest.fixture(name="signed_in", scope="module")
def _signed_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    """A landing zone, and the Azure CLI signed in to it by the commands of docs/how-to/try-without-azure.md."""
    folder = tmp_path_factory.mktemp("az")
    page = (ROOT / "docs" / "how-to" / "try-without-azure.md").read_text(encoding="utf-8")
    block = next(text for text in re.findall(r"^```shell\n(.*?)^```", page, re.M | re.S) if "az cloud set" in text)
    with azure(folder, STACK) as found:
        script = block.replace("https://localhost:8443", found.base).replace("$PWD/.az", str(folder / ".az"))
        ran = _shell(found, script, {"TENANT": TENANT})
        assert "rg-claims-fraud-prod-westeurope" in ran
        yield found


def _shell(listening: Listening, script: str, more: dict[str, str], folder: Path | None = None) -> str:
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], env={**listening.environment, **more}, cwd=folder,
        capture_output=True, text=True, check=False, timeout=400,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def _az(listening: Listening, *words: str) -> Any:
    """Returns what a command prints, as JSON."""
    ran = subprocess.run(
        [str(BIN / "az"), *words, "--output", "json"], env=listening.environment, capture_output=True, text=True,
        check=False, timeout=120,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout) if ran.stdout.strip() else None


def _tutorial() -> str:
    """The commands of the tutorial that prepare Azure, with the names that a user fills in."""
    page = (ROOT / "docs" / "tutorials" / "first-landing-zone.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```shell\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    wanted = [text for text in blocks if "az group create" in text or "identity() {" in text]
    assert len(wanted) == 2
    names = ["GROUP=rg-pulumi", "LOCATION=westeurope", "STATE=stamlzpulumi", "VAULT=kv-amlz-pulumi", "REPO=a/b"]
    return "\n".join([f"SUBSCRIPTION={SUBSCRIPTION}", *names, *wanted])


@needs_clients
def test_the_tutorial_prepares_a_subscription(signed_in: Listening, tmp_path: Path) -> None:
    """State without keys, identities that sign in from their environments, roles as the page assigns them."""
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / "preview.json").write_text(json.dumps(as_told("dev")))
    (tmp_path / "roles.json").write_text(amlz_here("roles", "dev", "--deployer", "--format", "json").stdout)
    amlz = '#!/bin/sh\ncat "$1.json"\n'
    for path, text in (("az", WRAPPER.format(az=BIN / "az")), (".venv/bin/amlz", amlz)):
        (tmp_path / path).write_text(text)
        (tmp_path / path).chmod(0o755)
    _shell(signed_in, _tutorial(), {"PATH": f"{tmp_path}:{signed_in.environment['PATH']}"}, tmp_path)

    account = signed_in.get(f"{STATE}/providers/Microsoft.Storage/storageAccounts/stamlzpulumi")["properties"]
    vault = signed_in.get(f"{STATE}/providers/Microsoft.KeyVault/vaults/kv-amlz-pulumi")["properties"]
    identities = f"{STATE}/providers/Microsoft.ManagedIdentity/userAssignedIdentities"
    subjects, principals = {}, {}
    for one in signed_in.get(identities)["value"]:
        listed = signed_in.get(f"{identities}/{one['name']}/federatedIdentityCredentials")["value"]
        subjects[one["name"]] = [each["properties"]["subject"] for each in listed]
        principals[one["properties"]["principalId"]] = one["name"]
    assigned = signed_in.get(f"{SCOPE}/providers/Microsoft.Authorization/roleAssignments")["value"]
    counts = [principals.get(each["properties"]["principalId"]) for each in assigned]

    assert (account["allowSharedKeyAccess"], account["allowBlobPublicAccess"]) == (False, False)
    assert (vault["enableRbacAuthorization"], vault["enablePurgeProtection"]) == (True, True)
    assert subjects == {
        "id-landing-zone-deployer": ["repo:a/b:environment:landing-zone"],
        "id-landing-zone-production": ["repo:a/b:environment:landing-zone-production"],
        "id-landing-zone-reader": ["repo:a/b:environment:landing-zone-preview"],
    }
    assert {name: counts.count(name) for name in subjects} == {
        "id-landing-zone-deployer": 6,
        "id-landing-zone-production": 6,
        "id-landing-zone-reader": 3,
    }


@needs_clients
def test_policies_are_exported_as_amlz_imports_them(signed_in: Listening, tmp_path: Path) -> None:
    """By the commands of docs/how-to/policies.md: the files have what the landing zone has, and can be read."""
    page = (ROOT / "docs" / "how-to" / "policies.md").read_text(encoding="utf-8")
    block = next(text for text in re.findall(r"^```shell\n(.*?)^```", page, re.M | re.S) if "az policy assign" in text)
    lines = "\n".join(line for line in block.splitlines() if line.startswith("az policy "))
    _shell(signed_in, lines, {"ID": SUBSCRIPTION}, tmp_path)
    graph = previewed(STACK).graph
    kinds = {"assignments": "policyAssignments", "definitions": "policyDefinitions"}
    kinds |= {"exemptions": "policyExemptions", "initiatives": "policySetDefinitions"}
    files = {name: json.loads((tmp_path / f"{name}.json").read_text()) for name in kinds}

    for name, kind in kinds.items():
        own = [one.name for one in graph.of_type(f"Microsoft.Authorization/{kind}") if one.subscription == SUBSCRIPTION]
        assert sorted(one["name"] for one in files[name]) == sorted(own), name
    named = [str(tmp_path / f"{name}.json") for name in kinds if files[name]]
    assert amlz_here("policy", "import", *named, folder=tmp_path).returncode == 0


@needs_clients
def test_other_commands_of_the_documentation_do_what_they_say(signed_in: Listening) -> None:
    """Requests by hand, a lock, a plan of Defender, a remediation, a resource that is deleted."""
    group = f"{SCOPE}/resourceGroups/rg-other"
    url = f"{signed_in.base}{group}?api-version=2024-03-01"
    created = _az(signed_in, "rest", "--method", "put", "--url", url, "--body", '{"location": "westeurope"}')
    network = ("--resource-group", "rg-other", "--name", "v", "--subscription", SUBSCRIPTION)
    _az(signed_in, "network", "vnet", "create", *network, "--address-prefixes", "10.9.0.0/24")
    lock = ("--name", "keep", "--resource-group", "rg-other", "--subscription", SUBSCRIPTION)
    _az(signed_in, "lock", "create", *lock, "--lock-type", "CanNotDelete")
    id_ = f"{group}/providers/Microsoft.Network/virtualNetworks/v"
    with pytest.raises(AssertionError, match="failed to be deleted"):
        _az(signed_in, "resource", "delete", "--ids", id_)
    assert signed_in.get(id_) is not None
    _az(signed_in, "lock", "delete", *lock)
    _az(signed_in, "resource", "delete", "--ids", id_)
    pricing = ("--name", "KeyVaults", "--tier", "free", "--subscription", SUBSCRIPTION)
    plan = _az(signed_in, "security", "pricing", "create", *pricing)
    assignment = next(iter(previewed(STACK).graph.of_type("Microsoft.Authorization/policyAssignments")))
    remediation = ("--name", "now", "--policy-assignment", assignment.id, "--resource-group", assignment.resource_group)
    _az(signed_in, "policy", "remediation", "create", *remediation, "--subscription", SUBSCRIPTION)

    assert created["properties"]["provisioningState"] == "Succeeded"
    assert signed_in.get(id_) is None
    assert plan["pricingTier"] == "Free"


@needs_clients
def test_no_secret_of_the_cli_is_in_the_log(signed_in: Listening) -> None:
    """Neither the client's password nor its token."""
    text = "\n".join(signed_in.log)

    assert "POST" in text
    assert "eyJ" not in text
    assert CLIENT not in text
