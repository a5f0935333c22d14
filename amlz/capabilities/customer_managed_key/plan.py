"""Decides the customer-managed key of an environment: created here in a separate vault, or brought."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from amlz.azure.ids import parse, subscription_id
from amlz.capabilities.customer_managed_key.config import CustomerManagedKeyConfig
from amlz.capabilities.customer_managed_key.facts import SUBSCRIPTION, TARGET
from amlz.core.addresses import environments
from amlz.core.capability import EnvironmentParts, Part, Phase, Planner, setting
from amlz.core.capability_facts import Target, Who
from amlz.core.config import EnvironmentConfig, LandingZoneConfig
from amlz.core.facts.clouds import CloudName, host_of, title
from amlz.core.facts.services import COSMOS_DB
from amlz.core.planning.context import Context
from amlz.core.planning.environment_context import EnvironmentContext
from amlz.core.problems import Path, Problem
from amlz.core.specs import (
    ContainerRegistrySpec,
    EncryptionKeySpec,
    EncryptionSpec,
    ExistingEncryptionKeySpec,
    ExistingPrincipalSpec,
    IdentitySpec,
    KeyVaultSpec,
    PrincipalSpec,
    ProjectEnvironmentSpec,
    records,
)
from amlz.core.subscriptions import subscription_of

#: Name of the identity that reads the key: workspace, storage account and registry all have it.
IDENTITY = "encryption"
#: The key that is made here. A unique name is not needed: nothing else is in its vault.
KEY_NAME = "environment"


def _settings(environment: EnvironmentConfig) -> CustomerManagedKeyConfig | None:
    return setting(environment.security, "customer_managed_key", CustomerManagedKeyConfig)


def _vault_id(env: EnvironmentContext, own: CustomerManagedKeyConfig) -> str:
    return own.key_vault or env.place.id("Microsoft.KeyVault/vaults", env.namer.unique("keyVault", "keys"))


def _targets(env: EnvironmentContext) -> dict[Target, str]:
    own = _settings(env.settings)
    if own is None:
        return {}
    return {TARGET: _vault_id(env, own), SUBSCRIPTION: subscription_id(env.place.subscription)}


def _identities(env: EnvironmentContext) -> Iterator[IdentitySpec]:
    """Returns the identity that reads the key."""
    if _settings(env.settings) is not None:
        name = env.context.take("identity", _identity(env), env.place.group_id, env.path)
        yield IdentitySpec(IDENTITY, name, env.place, env.tags)


def _identity(env: EnvironmentContext) -> str:
    return env.namer.name("identity", IDENTITY)


def _principals(env: EnvironmentContext) -> dict[Who, dict[str, PrincipalSpec]]:
    """Returns the service of Azure that reads the key.

    On a vault that was brought it gets no role: several environments may have keys in it, and a role is given once.
    """
    own = _settings(env.settings)
    if own is None or own.cosmos_db_object_id is None:
        return {}
    return {"cosmosDb": {"cosmosDb": ExistingPrincipalSpec("ServicePrincipal", own.cosmos_db_object_id)}}


def _endpoints(environment: EnvironmentConfig) -> tuple[str, ...]:
    """Returns the group ID of the endpoint of a vault that is created for the key."""
    own = _settings(environment)
    return ("vault",) if own is not None and own.made_here else ()


def _outside(context: Context) -> Iterator[str]:
    """Returns the ids of vaults that were brought."""
    for _, _, environment in environments(context.config):
        own = _settings(environment)
        if own is not None and own.key_vault is not None:
            yield own.key_vault


def plan_encryption(env: EnvironmentContext, planned: EnvironmentParts) -> Part | None:
    """Returns the environment's own key, with the roles on its vault; None where it has none."""
    own = _settings(env.settings)
    if own is None:
        return None
    vault = _vault_id(env, own)
    spec = EncryptionSpec(
        identity=env.place.id("Microsoft.ManagedIdentity/userAssignedIdentities", _identity(env)),
        source=_source(env, own),
        vault_uri=f"https://{vault.rsplit('/', 1)[-1].lower()}.{host_of('vault', env.context.config.cloud)}",
        roles=(*planned.roles[TARGET], *planned.roles[SUBSCRIPTION]),
        protect=env.production,
        tags=env.tags,
    )
    return Part(spec, phase=Phase.BEFORE_STORES)


def _source(env: EnvironmentContext, own: CustomerManagedKeyConfig) -> EncryptionKeySpec | ExistingEncryptionKeySpec:
    if own.key_vault is None or own.key_uri is None:
        return EncryptionKeySpec(KEY_NAME, _vault(env))
    name, version = _parts(own.key_uri)
    return ExistingEncryptionKeySpec(name, own.key_vault, version)


def encrypted(spec: ProjectEnvironmentSpec) -> ProjectEnvironmentSpec:
    """Workspace, storage account and registry under the key, none of which is created before the key can be read."""
    key = next(records(spec.capabilities, EncryptionSpec), None)
    if key is None:
        return spec
    registry = spec.registry
    return replace(
        spec,
        storage=replace(spec.storage, encryption=key),
        registry=replace(registry, encryption=key) if isinstance(registry, ContainerRegistrySpec) else registry,
        workspace=replace(spec.workspace, encryption=key, after=(*spec.workspace.after, *key.after)),
    )


def _vault(env: EnvironmentContext) -> KeyVaultSpec:
    """Returns the vault of the key and of nothing else: readers of the secrets of experiments have no access to it."""
    name = env.context.take("keyVault", env.namer.unique("keyVault", "keys"), None, env.path)
    vault = env.place.id("Microsoft.KeyVault/vaults", name)
    return KeyVaultSpec(
        name=name,
        place=env.place,
        tenant_id=env.context.config.tenant_id,
        retention_days=90,
        endpoint=env.endpoint("vault", vault, label="keys"),
        diagnostics=env.context.diagnostics(vault),
        roles=(),
        lock=env.lock("keys", vault),
        protect=env.production,
        tags=env.tags,
    )


def check_encryption(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns settings that a customer-managed key excludes, and contradictions in its names."""
    for project, name, environment in environments(config):
        own = _settings(environment)
        if own is None:
            continue
        path: Path = ("projects", project, "environments", name)
        yield from _excluded(environment, path)
        yield from _named(config, environment, own, (*path, "security", "customerManagedKey"))


def _excluded(environment: EnvironmentConfig, path: Path) -> Iterator[Problem]:
    if environment.batch:
        yield Problem(
            (*path, "security", "customerManagedKey"),
            "A workspace with a customer-managed key takes no batch deployments, and `batch` is on.",
            "Set `batch: false`, or remove `security.customerManagedKey`.",
        )
    if environment.registry == "shared":
        yield Problem(
            (*path, "registry"),
            "The shared registry is encrypted with Azure's key, and `security.customerManagedKey` requires a "
            "customer-managed one for all parts of the workspace.",
            "Set `registry: own` (and remove `sharedRegistry` if no other environment uses it), or remove "
            "`security.customerManagedKey`.",
        )

    if environment.existing.container_registry is not None:
        yield Problem(
            (*path, "existing", "containerRegistry"),
            "Its owner decides its encryption, and `security.customerManagedKey` requires one key for all parts "
            "of the workspace.",
            "Remove one of the two.",
        )


def _named(
    config: LandingZoneConfig, environment: EnvironmentConfig, own: CustomerManagedKeyConfig, path: Path
) -> Iterator[Problem]:
    yield from _database(own, path, config.cloud)
    if (own.key_vault is None) != (own.key_uri is None):
        there, missing = ("keyUri", "keyVault") if own.key_vault is None else ("keyVault", "keyUri")
        yield Problem(
            (*path, there),
            f"It goes with {missing}, which is not there.",
            f"Add {missing}, or remove {there}: then vault and key are made here"
            f"{'' if own.cosmos_db_object_id else ', which needs `cosmosDbObjectId`'}.",
        )
    if own.key_vault is None or own.key_uri is None:
        return
    vault, subscription = parse(own.key_vault), subscription_of(config, environment)
    if vault.subscription != subscription:
        yield Problem(
            (*path, "keyVault"),
            f"It is in subscription {vault.subscription}; Azure ML takes keys from the workspace's own alone.",
            f"Name a vault in {subscription}, or remove keyVault and keyUri: then both are made here.",
        )
    host, _, domain = own.key_uri.split("/")[2].partition(".")
    if host != vault.names[-1].lower():
        yield Problem(
            (*path, "keyUri"),
            f"It is a key of vault {host}, and keyVault is {vault.names[-1]}.",
            "Name the vault that the key is in.",
        )
    if domain != host_of("vault", config.cloud):
        yield Problem(
            (*path, "keyUri"),
            f"It ends in {domain}; vaults of {title(config.cloud)} end in {host_of('vault', config.cloud)}.",
            "Copy the key's identifier from the vault, or correct `cloud`.",
        )


def _database(own: CustomerManagedKeyConfig, path: Path, cloud: CloudName) -> Iterator[Problem]:
    """Azure Cosmos DB reads the key: it gets its role here on a vault that is made here, and by its owner on others."""
    application = COSMOS_DB.application_ids[cloud]
    asking = f"`az ad sp show --id {application} --query id`"
    if own.key_vault is None and own.key_uri is None and own.cosmos_db_object_id is None:
        yield Problem(
            path,
            f"{COSMOS_DB.name} must read the key that is made here, and its service principal has another id in every "
            "tenant.",
            f"Add `cosmosDbObjectId`; {asking} prints it.",
        )
    if own.cosmos_db_object_id == application:
        yield Problem(
            (*path, "cosmosDbObjectId"),
            f"That is the application of {COSMOS_DB.name}, the same in every tenant. Roles go to its service "
            "principal, which has another id in each.",
            f"Write the output of {asking}",
        )
    if own.key_vault is not None and own.cosmos_db_object_id is not None:
        yield Problem(
            (*path, "cosmosDbObjectId"),
            f"{COSMOS_DB.name} gets no role here on a vault that exists already, since several environments may have "
            "keys in it.",
            "Have the vault's owner give it, and remove this key; docs/how-to/customer-managed-keys.md names the role.",
        )


def _parts(key_uri: str) -> tuple[str, str]:
    """Name and version of a key, from its identifier."""
    match = re.search(r"/keys/([^/]+)/([^/]+)$", key_uri)
    assert match, key_uri
    return match[1], match[2]


PLANNER = Planner(
    check=check_encryption,
    endpoints=_endpoints,
    identities=_identities,
    principals=_principals,
    targets=_targets,
    outside=_outside,
    environment=plan_encryption,
    amend=encrypted,
)
