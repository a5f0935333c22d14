"""The `az` commands of the documentation, run by the Azure CLI against `amlz simulate --listen`."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from amlz.policy.imported import take
from tests.cli.in_process import amlz_here
from tests.clients.running import BIN, CLIENT, SUBSCRIPTION, Listening, azure, needs_clients
from tests.conftest import ROOT, as_told, in_format, previewed
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
    "monitor diagnostic-settings",
    "network private-endpoint",
    "policy assignment",
    "policy definition",
    "policy exemption",
    "policy remediation",
    "policy set-definition",
    "provider show",
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
    "iot edge": "the data plane of an IoT hub",
    "synapse role": "a role of the workspace: the data plane",
    "aks get-credentials": "writes the credentials of a cluster: not simulated",
    "network private-endpoint-connection": "approves an endpoint that Azure makes itself: not simulated",
    "grafana managed-private-endpoint": "refreshes a state in Grafana: not simulated",
    "acr run": "runs a task in the registry: the data plane",
    "acr import": "copies images: the data plane",
    "ad": "Microsoft Graph",
    "ad signed-in-user": "Microsoft Graph",
    "ad sp": "Microsoft Graph",
    "acr show-usage": "lists what a registry uses: not simulated",
    "consumption usage": "lists costs: not simulated",
    "deployment group": "evaluates a template in Azure: not simulated",
    "deployment mg": "evaluates a template in Azure: not simulated",
    "deployment sub": "evaluates a template in Azure: not simulated",
    "feature register": "registers a feature of a subscription: not simulated",
    "keyvault key": "the data plane",
    "keyvault secret": "the data plane",
    "ml": "the extension ml is not in the package index",
    "ml compute": "the extension ml is not in the package index",
    "ml connection": "the extension ml is not in the package index",
    "ml data": "the extension ml is not in the package index",
    "ml feature-set": "the extension ml is not in the package index",
    "ml feature-store": "the extension ml is not in the package index",
    "ml feature-store-entity": "the extension ml is not in the package index",
    "ml job": "the extension ml is not in the package index",
    "ml online-deployment": "the extension ml is not in the package index",
    "ml online-endpoint": "the extension ml is not in the package index",
    "ml schedule": "the extension ml is not in the package index",
    "ml workspace": "the extension ml is not in the package index",
    "ml registry": "the extension ml is not in the package index",
    "ml model": "the extension ml is not in the package index",
    "monitor action-group": "tests a receiver: not simulated",
    "monitor activity-log": "lists what was done: not simulated",
    "monitor metrics": "lists measured values: not simulated",
    "monitor log-analytics": "queries a log, or changes a table of it, which Azure creates itself: not simulated",
    "provider register": "registers a provider with a subscription: not simulated",
    "provider list": "lists aliases of Azure Policy: NotSimulated",
    "storage blob": "the data plane",
    "storage container": "the data plane",
    "vm create": "virtual machines are not simulated",
    "vm extension": "virtual machines are not simulated",
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
    values = {words for page in pages for words in commands(page.read_text(encoding="utf-8"))}

    assert sorted(words for words in values if words not in RUN | NOT_RUN.keys()) == []


@pytest.fixture(name="signed_in", scope="module")
def _signed_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    """A landing zone, and the Azure CLI signed in to it by the commands of docs/how-to/try-without-azure.md."""
    folder = tmp_path_factory.mktemp("az")
    page = (ROOT / "docs" / "how-to" / "try-without-azure.md").read_text(encoding="utf-8")
    block = next(text for text in re.findall(r"^```shell\n(.*?)^```", page, re.M | re.S) if "az cloud set" in text)
    with azure(folder, STACK) as listening:
        script = block.replace("https://localhost:8443", listening.base).replace("$PWD/.az", str(folder / ".az"))
        ran = _shell(listening, script, {"TENANT": TENANT})
        assert "rg-claims-fraud-prod-westeurope" in ran
        yield listening


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
        subjects[one["name"]] = [item["properties"]["subject"] for item in listed]
        principals[one["properties"]["principalId"]] = one["name"]
    assigned = signed_in.get(f"{SCOPE}/providers/Microsoft.Authorization/roleAssignments")["value"]
    counts = [principals.get(item["properties"]["principalId"]) for item in assigned]

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
    taken, _ = take(tmp_path / f"{name}.json" for name in kinds if files[name])
    assert {name: len(items) for name, items in taken.items()} == {name: len(files[name]) for name in kinds}


@needs_clients
def test_other_commands_of_the_documentation_do_what_they_say(signed_in: Listening) -> None:
    """A request by hand, a lock, a plan, a remediation, a deletion, endpoints, a provider, the activity log."""
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
    graph = previewed(STACK).graph
    assignment = next(iter(graph.of_type("Microsoft.Authorization/policyAssignments")))
    remediation = ("--name", "now", "--policy-assignment", assignment.id, "--resource-group", assignment.resource_group)
    _az(signed_in, "policy", "remediation", "create", *remediation, "--subscription", SUBSCRIPTION)
    endpoint = next(iter(graph.of_type("Microsoft.Network/privateEndpoints")))
    of_group = ("--resource-group", endpoint.resource_group, "--subscription", endpoint.subscription)
    endpoints = _az(signed_in, "network", "private-endpoint", "list", *of_group)
    provider = _az(signed_in, "provider", "show", "--namespace", "Microsoft.Network", "--subscription", SUBSCRIPTION)
    settings = _az(signed_in, "monitor", "diagnostic-settings", "subscription", "list", "--subscription", SUBSCRIPTION)

    assert [one["name"] for one in settings["value"]] == ["activity-log-claims-westeurope"]
    assert created["properties"]["provisioningState"] == "Succeeded"
    assert provider["registrationState"] == "Registered"
    assert sorted(one["name"] for one in endpoints) == sorted(
        one.name
        for one in graph.of_type("Microsoft.Network/privateEndpoints")
        if (one.subscription, one.resource_group) == (endpoint.subscription, endpoint.resource_group)
    )
    assert signed_in.get(id_) is None
    assert plan["pricingTier"] == "Free"


@needs_clients
def test_no_secret_of_the_cli_is_in_the_log(signed_in: Listening) -> None:
    """Neither the client's password nor its token."""
    text = "\n".join(signed_in.log)

    assert "POST" in text
    assert "eyJ" not in text
    assert CLIENT not in text


@needs_clients
def test_the_azure_cli_reads_the_template_for_what_if(signed_in: Listening, tmp_path: Path) -> None:
    """It checks the parameters and sends the template whole. The simulator has no what-if and refuses the request."""
    (tmp_path / "what-if.json").write_text(in_format("what-if", previewed(STACK)))
    command = [str(BIN / "az"), "deployment", "sub", "what-if", "--location", "westeurope", "--no-prompt", "true"]
    subprocess.run(
        [*command, "--name", "compared", "--template-file", str(tmp_path / "what-if.json")],
        env=signed_in.environment, capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip
    sent = [line for line in signed_in.log if "deployments/compared/whatIf" in line]

    assert len(sent) == 1
    assert sent[0].startswith(f"POST {SCOPE}/providers/Microsoft.Resources/deployments/compared/whatIf?api-version=")
