"""TLS inspection of the hub's firewall in the stack file."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from amlz.core.config.shared import Config, Guid

#: A certificate in a vault, as its secret. With a version it is never renewed.
CERTIFICATE_URI = (
    r"^https://[a-zA-Z0-9-]{3,24}\.vault\.(azure\.net|usgovcloudapi\.net|azure\.cn)"
    r"/secrets/[a-zA-Z0-9-]{1,127}(/[0-9a-f]{32})?$"
)
IDENTITY_ID = (
    r"^/subscriptions/[0-9a-fA-F-]{36}/resource[gG]roups/[^/]{1,90}/providers/"
    r"Microsoft\.ManagedIdentity/userAssignedIdentities/[a-zA-Z0-9_-]{3,128}$"
)
CertificateUri = Annotated[str, StringConstraints(pattern=CERTIFICATE_URI)]
IdentityId = Annotated[str, StringConstraints(pattern=IDENTITY_ID)]


class TenantRestrictionsConfig(Config):
    """Limits sign-ins of compute targets to tenants that a policy of this tenant allows (tenant restrictions v2)."""

    policy: Guid
    """ID of the default cross-tenant access policy of `tenantId`: `id` of Microsoft Graph's
    `policies/crossTenantAccessPolicy/default`.
    """


class TlsInspectionConfig(Config):
    """Certificate with which the firewall decrypts connections to sign-in and to `egressHosts` with `inspect: true`."""

    certificate: CertificateUri
    """Secret identifier of an intermediate CA certificate in a key vault that accepts traffic from all networks."""
    identity: IdentityId
    """ID of a user-assigned identity that may get secrets of this vault."""
    tenant_restrictions: TenantRestrictionsConfig | None = None
    """Decrypts sign-ins and adds the header of tenant restrictions. docs/how-to/tls-inspection.md."""
