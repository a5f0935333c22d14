"""Facts of feature stores: roles of the identity that fills them, and of those who use them."""

from __future__ import annotations

from amlz.core.capability_facts import Facts, Grant
from amlz.core.facts.custom_roles import FEATURE_CONSUMER, FEATURE_PAGE

WORKSPACE = "Microsoft.MachineLearningServices/workspaces"
ACCOUNT = "Microsoft.Storage/storageAccounts"
VAULT = "Microsoft.KeyVault/vaults"
CONTAINER = f"{ACCOUNT}/blobServices/containers"

#: 2024-03-20. Its network, outbound rules of the store and of the workspaces that use it, and the only mode of both:
#: `allow_internet_outbound`.
NETWORK_PAGE = "https://learn.microsoft.com/azure/machine-learning/tutorial-network-isolation-for-feature-store"
#: Azure adds the roles of a system-assigned identity by itself, but from 2025-04-30 on not this one.
_APPROVAL = "https://learn.microsoft.com/azure/machine-learning/how-to-managed-network"
#: Data without keys takes the caller's own role. FEATURE_PAGE lists Storage Blob Data Reader, but the SDK uploads the code
#: of a feature set with the caller's token to the default store (azure-ai-ml 1.35.2, `_artifact_utilities.py`).
_UPLOAD = "https://learn.microsoft.com/azure/machine-learning/how-to-disable-local-auth-storage"

#: Group IDs of its private endpoints: the workspace, its account, its vault.
GROUPS = ("amlworkspace", "blob", "file", "dfs", "vault")
#: The role in names of the identity that materialises features, and what the table of grants calls it.
IDENTITY = "features"
MATERIALISES, ITSELF = "featuresIdentity", "featureStore"
#: Names of targets in the table of grants: the store, its account and vault, and what feature sets are made from.
STORE, STORAGE, KEYS, SOURCE, SOURCES = (
    "featureStore", "featureStorage", "featureVault", "featureSource", "featureSources",
)  # fmt: skip

_READER, _WRITER = "Storage Blob Data Reader", "Storage Blob Data Contributor"
_SCIENTIST = "AzureML Data Scientist"
_UPLOADS = "reading features, and uploading the code of feature sets to the default store"
_APPROVER = "Azure AI Enterprise Network Connection Approver"
_WAITS = "private endpoints of its managed network wait for approval"

FACTS = Facts(
    grants=(
        Grant(MATERIALISES, _SCIENTIST, STORE, "materialisation jobs run as this identity", FEATURE_PAGE),
        Grant(MATERIALISES, _WRITER, STORAGE, "materialisation jobs write features", FEATURE_PAGE),
        Grant(MATERIALISES, _READER, SOURCES, "materialisation jobs read what features are made from", FEATURE_PAGE),
        *(Grant(ITSELF, _APPROVER, target, _WAITS, _APPROVAL) for target in (STORE, STORAGE, KEYS, SOURCE)),
        Grant("computeIdentity", FEATURE_CONSUMER, STORE, "jobs find features", FEATURE_PAGE),
        Grant("computeIdentity", _READER, STORAGE, "jobs read features", FEATURE_PAGE),
        *(
            grant
            for who in ("dataScientists", "mlEngineers", "memberEngineers")
            for grant in (
                Grant(who, _SCIENTIST, STORE, "developing feature sets", FEATURE_PAGE, "nonProduction"),
                Grant(who, _WRITER, STORAGE, _UPLOADS, _UPLOAD, "nonProduction"),
                Grant(who, "Reader", STORE, "looking for features", FEATURE_PAGE, "production"),
            )
        ),
        Grant("pipelines", _SCIENTIST, STORE, "creating feature sets and materialising them", FEATURE_PAGE),
        Grant("pipelines", _WRITER, STORAGE, _UPLOADS, _UPLOAD),
    ),
    # Not `targets`: these would be looked for next to every workspace.
    shared_targets={STORE: WORKSPACE, STORAGE: ACCOUNT, KEYS: VAULT, SOURCE: ACCOUNT, SOURCES: CONTAINER},
)  # fmt: skip
