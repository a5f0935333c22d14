"""Secrets by name, by form or by path, and how they are kept out of reports."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from amlz.azure.credentials import of_environment as of_environment
from amlz.dataclass import dataclass

#: Replacement of a secret.
HIDDEN = "[secret]"
#: How Pulumi marks a secret in JSON: sdk/go/common/resource/plugin and sdk/python/lib/pulumi/runtime/rpc.py.
MARK = "4dabf18193072939515e22adb298388d"

#: Names whose texts are secrets, in a stack file and in what is sent: those of passwords, keys and tokens.
NAMES = re.compile(
    r"(password|passwd|passphrase|pwd|secret|credential|connection[_-]?string|token"
    r"|(account|access|api|private|primary|secondary|shared|storage|signing|encryption|instrumentation|secret|sas)"
    r"[_-]?key|sas[_-]?(token|url|uri)|client[_-]?secret[_-]?value)s?$",
    re.IGNORECASE,
)
#: Names that are shown nowhere either, since they may hold one: of machines, extensions, certificates and containers.
#: https://learn.microsoft.com/azure/templates/
_MAY_HOLD = re.compile(
    r"((authorization|client|consumer|endpoint|function|host|license|master|principal|service|site|ssl|workspace)"
    r"[_-]?key|key[12]|private[_-]?key[_-]?(content|data)|key[_-]?file[_-]?content|keytab|cred[_-]?string"
    r"|custom[_-]?data|user[_-]?data|pfx[_-]?blob|secure[_-]?value|secret[_-]?data)s?$",
    re.IGNORECASE,
)

#: Keys that hold a secret, in lower case: of connections and datastores of Azure ML, machines, and vaults.
#: https://learn.microsoft.com/azure/templates/microsoft.machinelearningservices/workspaces/connections
KEYS = {
    "accesskey": "a key", "accountkey": "a key", "adminpassword": "a password", "adminuserpassword": "a password",
    "clientsecret": "a secret", "connectionstring": "a connection string", "pat": "a token", "password": "a password",
    "primarykey": "a key", "refreshtoken": "a token", "sas": "a token", "sastoken": "a token",
    "secretaccesskey": "a key", "sessiontoken": "a token", "sharedkey": "a key",
}  # fmt: skip
#: Values that are secrets with any key: of storage, of service buses, shared access signatures, private keys.
_VALUES = re.compile(
    r"AccountKey=[A-Za-z0-9+/=]{20,}|SharedAccessKey=\S{20,}|[?&]sig=[^&\s]{20,}|-----BEGIN [A-Z ]*PRIVATE KEY"
)

#: Values of switches, which are no secret with any name: `apiKey` of Managed Grafana is one of them.
_SWITCHES = frozenset({"Enabled", "Disabled"})

#: A text that each such secret has in it, how it looks as a whole, and what it is.
Shape = tuple[str, re.Pattern[str], str]
#: https://learn.microsoft.com/azure/storage/common/storage-account-keys-manage: 64 bytes in base 64
ACCOUNT_KEY: Shape = ("==", re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86}==(?!=)"), "an account key")
#: sdk/go/common/resource/config/crypt.go
ENCRYPTED: Shape = (":", re.compile(r"\bv1:[A-Za-z0-9+/=]{8,}:[A-Za-z0-9+/=]{8,}"), "a text encrypted by Pulumi")
#: Shapes that no text encrypted by Pulumi has.
SHAPES: tuple[Shape, ...] = (
    ("PRIVATE KEY-----",  # https://www.rfc-editor.org/rfc/rfc7468#section-10
     re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL),
     "a private key"),
    ("=",  # https://learn.microsoft.com/azure/storage/common/storage-configure-connection-string
     re.compile(r"(?:AccountKey|SharedAccessKey|SharedAccessSignature|SharedSecret)\s*=[^;\"'\s]*", re.IGNORECASE),
     "a connection string"),
    ("=",  # https://learn.microsoft.com/azure/azure-monitor/app/connection-strings
     re.compile(r"InstrumentationKey\s*=\s*[0-9a-f]{8}-?[0-9a-f-]{22,27}", re.IGNORECASE), "a connection string"),
    ("=", re.compile(r"(?:(?<=^)|(?<=[;\s]))(?:Password|Pwd)\s*=\s*[^\s;\"]+", re.IGNORECASE), "a connection string"),
    ("hared", re.compile(r"\bSharedAccessSignature\s+sr=\S*", re.IGNORECASE), "a shared access signature"),
    ("sig=",  # https://learn.microsoft.com/rest/api/storageservices/create-service-sas
     re.compile(r"\bsig=[^&\s\"']{20,}"), "a shared access signature"),
    ("eyJ",  # https://www.rfc-editor.org/rfc/rfc7519
     re.compile(r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"), "a token"),
    ("gh",  # https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
     re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36,}"), "a token of GitHub's"),
    ("github_pat_", re.compile(r"\bgithub_pat_[A-Za-z0-9_]{30,}"), "a token of GitHub's"),
    ("pul-",  # https://www.pulumi.com/docs/pulumi-cloud/access-management/access-tokens/
     re.compile(r"\bpul-[0-9a-f]{40}\b"), "a token of Pulumi's"),
    ("://",  # https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1
     re.compile(r"(?<=[a-z]://)[^\s/:@]+:[^\s/@]+@"), "an address with a password in it"),
    ("://", re.compile(r"(?<=[a-z]://)[A-Za-z0-9_-]{40,}@"), "an address with a token in it"),
    ("Q~",  # https://learn.microsoft.com/purview/sit-defn-azure-ad-client-secret
     re.compile(r"(?<![A-Za-z0-9_~.-])[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}(?![A-Za-z0-9_~.-])"),
     "a client secret"),
)  # fmt: skip


ALL = (*SHAPES, ACCOUNT_KEY, ENCRYPTED)

#: Keys and positions from the top of a body to a value in it.
Steps = tuple[str | int, ...]


def looks_secret(value: object, shapes: Iterable[Shape] = ALL) -> str:
    """Returns the shape of a value, or nothing."""
    if not isinstance(value, str):
        return ""
    return next((item for part, shape, item in shapes if part in value and shape.search(value)), "")


@lru_cache(maxsize=10_000)
def named_secret(name: str) -> bool:
    """Returns whether a name indicates that it holds a secret, or may."""
    return bool(NAMES.search(name) or _MAY_HOLD.search(name)) or name.lower() in KEYS


@dataclass(frozen=True, slots=True)
class Hider:
    """Replaces secrets by `[secret]` in what is written. `secrets`: values that are secrets wherever they occur.

    A value without secrets is returned as it is, not copied.
    """

    secrets: tuple[str, ...] = ()

    def value(self, value: Any, name: str = "") -> Any:
        """A value without secrets: by name, by form, or as one of the `secrets`. `name`: the key of the value."""
        if isinstance(value, str):
            if not value or value in _SWITCHES:
                return value
            return HIDDEN if named_secret(name) or looks_secret(value) or self._holds(value) else value
        if isinstance(value, dict):
            if MARK in value:
                return HIDDEN
            items = {key: self.value(item, _meant(name, key)) for key, item in value.items()}
            return items if any(items[key] is not item for key, item in value.items()) else value
        if isinstance(value, list):
            members = [self.value(item, name) for item in value]
            return members if any(new is not old for new, old in zip(members, value, strict=True)) else value
        if isinstance(value, int | float) and not isinstance(value, bool) and named_secret(name):
            return HIDDEN
        return value

    def text(self, text: str) -> str:
        """Returns a sentence, such as an error, with each secret in it replaced by `[secret]`."""
        for value in self.secrets:
            text = text.replace(value, HIDDEN)
        for part, shape, _ in ALL:
            if part in text:
                text = shape.sub(HIDDEN, text)
        return text

    def body(self, arm_type: str, body: dict[str, Any], marked: Iterable[Steps] = ()) -> dict[str, Any]:
        """The body of a request without secrets. `marked`: paths of values that Pulumi knows to be secrets.

        In a vault, the value of a secret is one in any form.
        """
        shown: dict[str, Any] = self.value(body)
        for path in (*marked, *([_VALUE] if arm_type.lower() == IN_VAULT else [])):
            shown = _without(shown, path)
        return shown

    def at(self, path: str, value: Any) -> Any:
        """Returns a value without secrets, at a path of a body."""
        name = ""
        for step in steps(path):
            name = name if isinstance(step, int) else _meant(name, step)
        return self.value(value, name)

    def _holds(self, value: str) -> bool:
        return not value.startswith("/") and any(item in value for item in self.secrets)


def hidden(value: Any, secrets: tuple[str, ...] = (), name: str = "") -> Any:
    """As Hider.value."""
    return Hider(secrets).value(value, name)


def hidden_text(text: str, secrets: tuple[str, ...] = ()) -> str:
    """As Hider.text."""
    return Hider(secrets).text(text)


def _meant(above: str, key: str) -> str:
    """Returns the meaning of a key: below `credentials` and in their `keys`, each key and its names are of secrets."""
    # https://learn.microsoft.com/azure/templates/microsoft.machinelearningservices/workspaces/connections
    if above.lower() == "credentials":
        return {"key": "secretKey", "keys": "secretKeys"}.get(key.lower(), key)
    return "secretKey" if above == "secretKeys" else key


_STEP = re.compile(r"\[(\d+)\]|\['([^']*)'\]|\[\\?\"([^\"]*)\"\]|([^.\[\]]+)")


def steps(path: str) -> Steps:
    """Keys and positions of a path such as `tags.note`, `tags['note']` or `rules[0].name`."""
    matches = _STEP.finditer(path)
    return tuple(int(m[1]) if m[1] else m[2] or m[3] or m[4] or "" for m in matches)


def _without(value: Any, path: Steps) -> Any:
    """A value with `[secret]` at a path; as it is where nothing is there."""
    if not path:
        return value if value is None or (isinstance(value, dict) and "$unknown" in value) else HIDDEN
    step, below = path[0], path[1:]
    if isinstance(value, dict) and step in value:
        return {**value, step: _without(value[step], below)}
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return [_without(item, below) if at == step else item for at, item in enumerate(value)]
    return value


def secret_texts(value: Any, shown: Any) -> Iterator[str]:
    """Texts of a value that are not in it as it is shown: its secrets."""
    if value is shown:
        return
    if isinstance(value, dict) and isinstance(shown, dict):
        for key, item in value.items():
            yield from secret_texts(item, shown.get(key))
    elif isinstance(value, list) and isinstance(shown, list):
        for item, other in zip(value, shown, strict=True):
            yield from secret_texts(item, other)
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from secret_texts(item, None)
    elif isinstance(value, str) and value != HIDDEN:
        yield value


#: https://learn.microsoft.com/azure/templates/microsoft.keyvault/vaults/secrets
IN_VAULT = "microsoft.keyvault/vaults/secrets"
_VALUE: Steps = ("properties", "value")
#: https://learn.microsoft.com/azure/templates/microsoft.machinelearningservices/workspaces/connections
_OF_CREDENTIALS = re.compile(r"\.credentials\.(key|keys\.[^.]+)$", re.IGNORECASE)


def in_plain_text(arm_type: str, body: dict[str, Any], marked: Iterable[Steps] = ()) -> Iterator[tuple[str, str]]:
    """Returns paths of a body with a secret that Pulumi does not know to be one, and the kind of each.

    Each of them is hidden by `Hider.body`, which hides more: what only may be a secret.
    """
    for at in marked:
        body = _without(body, at)
    for path, key, item in _texts(body, ""):
        value = KEYS.get(key.lower(), "")
        if arm_type.lower() == IN_VAULT and path == "properties.value":
            value = "a secret"
        if not value and _OF_CREDENTIALS.search(path):
            value = "a key"
        if not value and _VALUES.search(item):
            value = "a secret"
        if value and item and item != HIDDEN:
            yield path, value


def _texts(value: Any, path: str, key: str = "") -> Iterator[tuple[str, str, str]]:
    """Every text of a body: its path, the last key, and the text."""
    if isinstance(value, dict):
        if "$unknown" in value:
            return
        for name, item in value.items():
            yield from _texts(item, f"{path}.{name}" if path else name, name)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, f"{path}[{index}]", key)
    elif isinstance(value, str):
        yield path, key, value
