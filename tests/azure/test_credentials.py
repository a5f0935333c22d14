"""Environment variables: only credentials are hidden, and never a word that a report needs."""

from __future__ import annotations

import pytest

from amlz.azure.credentials import holds_credential, of_environment
from amlz.azure.secrets import hidden
from amlz.core.facts.regions import REGIONS

CREDENTIALS = (
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ARM_ACCESS_KEY", "ARM_CLIENT_CERTIFICATE_PASSWORD", "ARM_CLIENT_SECRET",
    "ARM_OIDC_TOKEN", "AWS_SECRET_ACCESS_KEY", "AZURE_CLIENT_SECRET", "AZURE_CREDENTIALS", "AZURE_DEVOPS_EXT_PAT",
    "AZURE_STORAGE_CONNECTION_STRING", "AZURE_STORAGE_KEY", "AZURE_STORAGE_SAS_TOKEN", "GH_TOKEN", "GITHUB_TOKEN",
    "PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE", "SYSTEM_ACCESSTOKEN",
)  # fmt: skip
OTHERS = (
    "ARM_CLIENT_ID", "ARM_OIDC_TOKEN_FILE_PATH", "ARM_SUBSCRIPTION_ID", "ARM_TENANT_ID", "AWS_ACCESS_KEY_ID",
    "AZURE_CONFIG_DIR", "AZURE_FEDERATED_TOKEN_FILE", "COLOR_TOKEN", "GITHUB_WORKSPACE", "HOME", "MY_TOKEN", "OLDPWD",
    "PATH", "PULUMI_CONFIG_PASSPHRASE_FILE", "PULUMI_HOME", "PWD", "SYSTEM_ACCESSTOKEN_NAME", "TEAM_SECRET",
)  # fmt: skip


def test_only_variables_known_to_hold_a_credential_count() -> None:
    """By exact name or by the rule that docs/explanation/secrets.md states."""
    wrong = [name for name in CREDENTIALS if not holds_credential(name)]

    assert (wrong, [name for name in OTHERS if holds_credential(name)]) == ([], [])


WORDS = (
    "/workspaces/amlz", "./landing-zones", "C:\\agents\\work", "~/landing-zones",  # paths
    "short-value", "westeurope",  # too short
    "Microsoft.Network/virtualNetworks", "Microsoft.MachineLearningServices", "privateDnsZones", "AzureFirewallSubnet",
    "SystemAssigned", "CanNotDelete", "privatelink.vaultcore.azure.net", "publicNetworkAccess",
    "Storage Blob Data Contributor", *sorted(set().union(*(regions.names for regions in REGIONS.values()))),
)  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
def test_a_word_that_reports_need_is_never_hidden_by_value(word: str) -> None:
    """Paths, regions, words of Azure, and all values shorter than 12 characters, in any variable."""
    assert of_environment({"ARM_CLIENT_SECRET": word, "GITHUB_TOKEN": word}) == ()


def test_a_value_that_the_stack_file_has_in_plain_text_is_not_hidden() -> None:
    """It is public already, and a report repeats it."""
    environment = {"GITHUB_TOKEN": "retail-platform-team", "GH_TOKEN": "correct horse battery staple"}

    assert of_environment(environment, ["tags: {team: retail-platform-team}"]) == ("correct horse battery staple",)


def test_a_credential_is_hidden_wherever_it_occurs() -> None:
    """A longer value goes before one that is a part of it."""
    known = of_environment({"ARM_CLIENT_SECRET": "correct horse battery", "GH_TOKEN": "correct horse battery staple"})

    assert known == ("correct horse battery staple", "correct horse battery")
    assert hidden({"note": "it is correct horse battery"}, known) == {"note": "[secret]"}
