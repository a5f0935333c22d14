"""Secrets in every source of values. Each of them has one of the MARKS in it, and nothing else has."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from tests.conftest import ROOT, STACKS

#: No output may have one of these, in any letter case.
MARKS = ("hush", "deadbee")
HUSH = "HushHushHushHushHushHushHushHushHushHushHushHushHushHushHushHushHushHushHushHushHushHu"
#: Secrets that are recognised by their form, under neutral names.
BY_FORM = {
    "storage": f"DefaultEndpointsProtocol=https;AccountName=sta;AccountKey={HUSH}==;EndpointSuffix=core.windows.net",
    "key": f"{HUSH}==",
    "bus": "Endpoint=sb://bus.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=HushHushHushHushHushHush=",
    "sas": "https://sta.blob.core.windows.net/c?sv=2024-11-04&sr=c&sig=HushHushHushHushHushHush%2B%3D&se=2027-01-01",
    "insights": "InstrumentationKey=deadbeef-dead-beef-dead-beefdeadbeef;IngestionEndpoint=https://in.example.com/",
    "database": "Server=tcp:sql.example.com;User ID=sa;Password=HushHush1;",
    "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJodXNoIjoiaHVzaCJ9.HushHushHushHush",
    "github": "ghp_HushHushHushHushHushHushHushHushHush",
    "fine": "github_pat_HushHushHushHushHushHushHushHushHush",
    "pulumi": f"pul-{'deadbeef' * 5}",
    "remote": "https://someone:HushHush@github.com/contoso/landing-zones.git",
    "token_remote": "https://HushHushHushHushHushHushHushHushHushHushHushHush0@dev.azure.com/contoso",
    "pem": "-----BEGIN RSA PRIVATE KEY-----\nHushHushHush\nHushHush\n-----END RSA PRIVATE KEY-----",
    "client": "Hus8Q~hHushHushHushHushHushHushHushHus",
}
#: Secrets that are recognised by their names alone.
BY_NAME = {
    "adminPassword": "hush 1", "api_key": "hush 2", "sharedKey": "hush 3", "instrumentationKey": "hush 4",
    "passphrase": "hush 5", "accessToken": "hush 6", "clientSecret": "hush 7", "customData": "hush 8",
    "connectionString": "hush 9", "protectedCredentials": "hush 10",
}  # fmt: skip
#: As a pipeline has them. The values alone are neutral.
ENVIRONMENT = {
    "ARM_CLIENT_SECRET": "hush in the environment",
    "AZURE_CLIENT_SECRET": "hush in the environment, 2",
    "AZURE_CLIENT_CERTIFICATE_PASSWORD": "hush in the environment, 3",
    "PULUMI_ACCESS_TOKEN": f"pul-{'deadbeef' * 5}",
    "PULUMI_CONFIG_PASSPHRASE": "hush in the environment, 4",
    "GITHUB_TOKEN": "ghs_HushHushHushHushHushHushHushHushHush",
    "SYSTEM_ACCESSTOKEN": "hush in the environment, 5",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "hush in the environment, 6",
}
#: Encrypted by Pulumi, and next to the landing zone: for a unit's own components.
CONFIG = "  unit:databasePassword: {secure: v1:HushHush:HushHushHushHush==}\n"

#: The program, and a unit's own resources that carry all of this in plain text.
PROGRAM = """
import json, os
from pathlib import Path
import pulumi
import pulumi_azure_native as azure

planted = json.loads(Path(__file__).with_name("planted.json").read_text())
azure_1 = pulumi.ResourceOptions(
    provider=azure.Provider("unit", subscription_id="a1b2c3d4-1111-4222-8333-444455556666")
)
tags = {**planted["form"], **planted["name"], **{f"e{n}": value for n, value in enumerate(planted["environment"])}}
tags["config"] = pulumi.Config("unit").get("databasePassword") or ""
tags["asked"] = pulumi.Config("unit").get_secret("databasePassword")
tags["marked"] = pulumi.Output.secret("hush, marked")
tags["short"] = pulumi.Output.secret("hush")
tags["list"] = pulumi.Output.secret(pulumi.Output.from_input("hush, from an output"))
folder = azure.resources.ResourceGroup(
    "unit", resource_group_name="rg-unit", location="westeurope", tags=tags, opts=azure_1
)
azure.keyvault.Secret(
    "unit-secret", resource_group_name="rg-unit", vault_name="kv-unit", secret_name="unit",
    properties=azure.keyvault.SecretPropertiesArgs(value="hush in a vault"), opts=azure_1,
)
azure.machinelearningservices.WorkspaceConnection(
    "unit-connection", resource_group_name="rg-unit", workspace_name="mlw-unit", connection_name="unit",
    properties=azure.machinelearningservices.ApiKeyAuthWorkspaceConnectionPropertiesArgs(
        auth_type="ApiKey", category="ApiKey", target=planted["form"]["sas"],
        credentials=azure.machinelearningservices.WorkspaceConnectionApiKeyArgs(key="hush in a connection"),
        metadata=planted["form"] | planted["name"],
    ), opts=azure_1,
)
pulumi.export("unit", pulumi.Output.secret(tags))
pulumi.export("plain", tags)
if planted["fails"]:
    texts = [tags[key] for key in planted["form"]]
    raise RuntimeError("cannot reach " + " ".join(texts) + os.environ["ARM_CLIENT_SECRET"])
"""


def changed(value: str) -> str:
    """Another secret of the same form."""
    return value.replace("Hush", "HUSH", 1).replace("hush", "Hush", 1).replace("deadbeef", "deadbeed", 1)


def plant(folder: Path, fails: bool = False) -> Path:
    """Puts the program and a stack file of it into a folder; the stack file's path."""
    own = (ROOT / "__main__.py").read_text(encoding="utf-8")
    (folder / "__main__.py").write_text(own + PROGRAM, encoding="utf-8")
    result = {"form": BY_FORM, "name": BY_NAME, "environment": list(ENVIRONMENT.values()), "fails": fails}
    (folder / "planted.json").write_text(json.dumps(result), encoding="utf-8")
    stack = folder / "Pulumi.minimal.yaml"
    text = (ROOT / STACKS["minimal"]).read_text(encoding="utf-8")
    stack.write_text(text.replace("config:\n", f"config:\n{CONFIG}"), encoding="utf-8")
    return stack


def engines_preview(stack: str) -> dict[str, Any]:
    """Output of `pulumi preview --json`: secrets marked, hidden by the engine, and in plain text."""
    urn = f"urn:pulumi:{stack}::aml-landing-zone::azure-native:resources:ResourceGroup::unit"
    marked = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": '"hush, marked"'}
    values = list(ENVIRONMENT.values())
    tags: dict[str, Any] = {**BY_FORM, **BY_NAME, "marked": marked, "hidden": "[secret]"}
    tags |= {f"e{number}": value for number, value in enumerate(values)}
    other = {key: changed(value) if isinstance(value, str) else value for key, value in tags.items()}
    other |= {f"e{number}": value for number, value in enumerate(reversed(values))}
    vault = f"urn:pulumi:{stack}::aml-landing-zone::azure-native:keyvault:Secret::unit-secret"
    group = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg"

    def state(of: str, value: dict[str, Any]) -> dict[str, Any]:
        inputs = {"resourceGroupName": "rg", "location": "westeurope", "tags": value}
        return {"urn": of, "type": of.split("::")[2], "id": group, "inputs": inputs, "outputs": {**inputs, **value}}

    def secret(value: str) -> dict[str, Any]:
        inputs = {"resourceGroupName": "rg", "vaultName": "kv", "secretName": "s", "properties": {"value": value}}
        at = f"{group}/providers/Microsoft.KeyVault/vaults/kv/secrets/s"
        return {"urn": vault, "type": "azure-native:keyvault:Secret", "id": at, "inputs": inputs, "outputs": inputs}

    new = f"{urn}-new"
    return {
        "config": {"unit:databasePassword": "hush in the configuration"},
        "steps": [
            {"op": "update", "urn": urn, "oldState": state(urn, tags), "newState": state(urn, other)},
            {"op": "create", "urn": new, "newState": state(new, tags)},
            {"op": "update", "urn": vault, "oldState": secret("hush 1"), "newState": secret("hush 2")},
        ],
        "diagnostics": [{"severity": "info", "message": f"hush: {BY_FORM['storage']}"}],
    }


def leaks(text: str) -> list[str]:
    """The position of a secret in a text, with the text around it."""
    low = text.lower()
    at = [low.find(mark) for mark in MARKS if mark in low]
    return [text[max(0, place - 60) : place + 40] for place in at]


def in_pipeline() -> dict[str, str]:
    """The environment of a pipeline."""
    return {**os.environ, **ENVIRONMENT}
