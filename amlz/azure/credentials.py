"""Credentials in environment variables: which variables hold one, and which values are never hidden by value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

from amlz.paths import PACKAGE, PRODUCT

#: Variables of other tools that hold a credential, by exact name.
NAMED = frozenset(
    {
        "ARM_CLIENT_CERTIFICATE",  # https://www.pulumi.com/registry/packages/azure-native/installation-configuration/
        "CI_JOB_TOKEN",
        "DATABRICKS_TOKEN",
        "HF_TOKEN",
        "HUGGING_FACE_HUB_TOKEN",
        "NPM_TOKEN",
        "VAULT_TOKEN",
    }
)
#: The rule: a prefix of Azure, Pulumi, a code hosting service or a cloud, and a last word that means a credential.
#: https://learn.microsoft.com/dotnet/api/azure.identity.environmentcredential
#: https://www.pulumi.com/docs/iac/cli/environment-variables/
#: https://docs.github.com/actions/reference/workflows-and-actions/variables
#: https://learn.microsoft.com/azure/devops/pipelines/build/variables
_RULE = re.compile(
    r"(ACTIONS|ARM|AWS|AZP|AZURE|AZUREML|GH|GITHUB|GITLAB|GOOGLE|PULUMI|SYSTEM)_([A-Z0-9]+_)*"
    r"(ACCESSTOKEN|CONNECTION_STRING|CREDENTIALS?|KEY|PASSPHRASE|PASSWORD|PAT|SAS|SECRET|TOKEN)"
)
#: A shorter value may occur anywhere by chance.
SHORTEST = 12
_PATH = re.compile(r"[/\\~]|\.{1,2}[/\\]|[A-Za-z]:[/\\]")
_WORD = re.compile(r"[A-Za-z][\w./ -]*")


def holds_credential(name: str) -> bool:
    """Returns whether an environment variable of this name is known to hold a credential."""
    upper = name.upper()
    return upper in NAMED or _RULE.fullmatch(upper) is not None


def of_environment(environment: Mapping[str, str], plain: Iterable[str] = ()) -> tuple[str, ...]:
    """Values of credential variables that are hidden wherever they occur, the longest first.

    `plain`: texts that are no secret, such as the stack file; a value that occurs in one of them is not hidden.
    """
    return hideable((value for name, value in environment.items() if holds_credential(name)), plain)


def hideable(values: Iterable[str], plain: Iterable[str] = ()) -> tuple[str, ...]:
    """Those values that are long enough and no path, no word of Azure, and in none of the `plain` texts."""
    result = {value for value in values if len(value) >= SHORTEST and not _PATH.match(value)}
    result = {value for value in result if not _is_word_of_azure(value)}
    if result:
        known = "\n".join(plain)
        result = {value for value in result if value not in known}
    return tuple(sorted(result, key=lambda value: (-len(value), value)))


def _is_word_of_azure(value: str) -> bool:
    return _WORD.fullmatch(value) is not None and value.lower().replace("_", "") in _words_of_azure()


@cache
def _words_of_azure() -> str:
    """Types, properties, values and regions of Azure, in lower case, without `_`: all text of this program's facts."""
    files = (file for folder in _FACTS for end in ("py", "json") for file in sorted(folder.rglob(f"*.{end}")))
    return "\n".join(file.read_text(encoding="utf-8").lower().replace("_", "") for file in files)


#: Folders that name what Azure has. Only read where a credential looks like a word.
_FACTS = (
    *(PACKAGE / name for name in ("azure", "core", "policy")),
    PACKAGE.parent / "components",
    PRODUCT / "policies",
)
