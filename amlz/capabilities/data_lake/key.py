"""The key of a lake that is created: created here in a separate vault, or brought; and its contradictions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from amlz.azure.ids import parse
from amlz.capabilities.data_lake.endpoints import lake_endpoint
from amlz.capabilities.data_lake.location import lake_of
from amlz.capabilities.data_lake.places import lake_namer, lake_place, settings_of
from amlz.core.config import LandingZoneConfig
from amlz.core.facts.clouds import host_of
from amlz.core.planning.context import Context
from amlz.core.planning.roles import GrantConditions, Principals, assign
from amlz.core.problems import Path, Problem
from amlz.core.specs import (
    EncryptionKeySpec,
    EncryptionSpec,
    ExistingEncryptionKeySpec,
    IdentitySpec,
    KeyVaultSpec,
    LockSpec,
)

_PATH: Path = ("dataLake", "customerManagedKey")
#: The key that is made here. Nothing else is in its vault.
KEY_NAME = "lake"


def plan_key(context: Context, production: bool) -> tuple[IdentitySpec, EncryptionSpec] | None:
    """Returns the identity that reads the lake's key, and the key; None where Azure's own is used."""
    key, place, namer = settings_of(context).customer_managed_key, lake_place(context), lake_namer(context)
    if key is None:
        return None
    name = context.take("identity", namer.name("identity", "encryption"), place.group_id, _PATH)
    identity = IdentitySpec("encryption", name, place, context.tags())
    vault = key.key_vault or place.id("Microsoft.KeyVault/vaults", namer.unique("keyVault", "keys"))
    roles = assign(
        {"keys": vault},
        Principals({"encryptionIdentity": identity.principal}, {}),
        GrantConditions(production, batch=False, shared_keys=False),
    )
    source: EncryptionKeySpec | ExistingEncryptionKeySpec
    if key.key_vault is None or key.key_uri is None:
        source = EncryptionKeySpec(KEY_NAME, _vault(context, vault, production))
    else:
        match = re.search(r"/keys/([^/]+)/([^/]+)$", key.key_uri)
        assert match, key.key_uri
        source = ExistingEncryptionKeySpec(match[1], key.key_vault, match[2])
    return identity, EncryptionSpec(
        identity=identity.id,
        source=source,
        vault_uri=f"https://{vault.rsplit('/', 1)[-1].lower()}.{host_of('vault', context.config.cloud)}",
        roles=roles["keys"],
        protect=production,
        tags=context.tags(),
    )


def _vault(context: Context, vault: str, production: bool) -> KeyVaultSpec:
    """The vault of the key and of nothing else."""
    lock = lake_namer(context).called("lock", "lock-keys", "keys")
    return KeyVaultSpec(
        name=context.take("keyVault", parse(vault).name, None, _PATH),
        place=lake_place(context),
        tenant_id=context.config.tenant_id,
        retention_days=90,
        endpoint=lake_endpoint(context, "vault", vault),
        diagnostics=context.diagnostics(vault),
        roles=(),
        lock=LockSpec(lock, vault, "Holds the key of production data.") if production else None,
        protect=production,
        tags=context.tags(),
    )


def check_key(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns contradictions in the names of a key."""
    settings = lake_of(config)
    key = settings.customer_managed_key if settings is not None else None
    if key is None:
        return
    if (key.key_vault is None) != (key.key_uri is None):
        there, missing = ("keyUri", "keyVault") if key.key_vault is None else ("keyVault", "keyUri")
        yield Problem(
            (*_PATH, there),
            f"It goes with {missing}, which is not there.",
            f"Add {missing}, or remove {there}: then vault and key are made here.",
        )
    if key.key_vault is None or key.key_uri is None:
        return
    vault = parse(key.key_vault)
    if vault.subscription != config.subscriptions.landing_zone:
        yield Problem(
            (*_PATH, "keyVault"),
            f"It is in subscription {vault.subscription}; the role that the lake needs on it is given in the landing "
            "zone's own alone.",
            f"Name a vault in {config.subscriptions.landing_zone}, or remove keyVault and keyUri: then both are made "
            "here.",
        )
    host = key.key_uri.split("/")[2].split(".")[0]
    if host != vault.name.lower():
        yield Problem(
            (*_PATH, "keyUri"),
            f"It is a key of vault {host}, and keyVault is {vault.name}.",
            "Name the vault that the key is in.",
        )
