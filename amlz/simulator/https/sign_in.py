"""Metadata of the cloud, and tokens of Microsoft Entra ID: Azure's clients request them before they write.

Tried with azure-cli 2.91, azure-identity and azure-ai-ml 1.35 in November 2026. A token is not signed, holds no secret,
and opens nothing: any client id and any secret get one, and the ARM endpoint only checks that a token is sent.
"""

from __future__ import annotations

import base64
import json
import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from amlz.simulator.arm.messages import Answer

_MADE_UP = uuid.UUID("6c9b7a52-52a5-5f0c-8f1e-6d6a3f0f2b51")
#: Seconds for which a token is valid, as in Azure.
_VALID = 3599
#: First version of the metadata that describes the one cloud; an earlier one has a list of clouds.
_ONE_CLOUD = "2022-09-01"
_OPENID = re.compile(r"/([^/]+)/(v2\.0/)?\.well-known/openid-configuration", re.I)
_TOKEN = re.compile(r"/([^/]+)/oauth2/(v2\.0/)?token", re.I)
#: Names of a tenant that mean the tenant of the user.
_ANY_TENANT = ("common", "organizations", "consumers", "adfs")


class SignInServer(NamedTuple):
    """The server that clients sign in to: its address, without a slash at its end, and the simulated tenant."""

    base: str
    tenant: str


def answer(method: str, path: str, version: str, form: str, server: SignInServer) -> Answer | None:
    """Returns the answer to a request of a client that signs in; None for any other path."""
    base, tenant = server
    lowered = path.rstrip("/").lower()
    if lowered == "/metadata/endpoints":
        cloud = _metadata(base)
        return Answer(200, {}, cloud if version >= _ONE_CLOUD else [cloud])
    if lowered == "/common/discovery/instance":
        return Answer(200, {}, _instance(base, tenant))
    openid = _OPENID.fullmatch(path)
    if openid:
        return Answer(200, {}, _openid(base, _tenant(openid[1], tenant)))
    token = _TOKEN.fullmatch(path)
    if token is None:
        return None
    if method != "POST":
        return Answer(405, {}, {"error": "invalid_request", "error_description": "Send the token request with POST."})
    return _token(base, _tenant(token[1], tenant), {key: values[-1] for key, values in parse_qs(form).items()})


def _tenant(named: str, own: str) -> str:
    return own if named.lower() in _ANY_TENANT else named


def _metadata(base: str) -> Mapping[str, Any]:
    """The description of a cloud. Microsoft documents no form of it: this is what clients were found to read."""
    return {
        "name": "Simulated",
        "portal": base,
        "authentication": {
            "loginEndpoint": base,
            "audiences": [f"{base}/", base],
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "resourceManager": base,
        "graph": base,
        "graphAudience": base,
        "microsoftGraphResourceId": base,
        "batch": base,
        "media": base,
        "suffixes": {
            "storage": "core.windows.net",
            "keyVaultDns": "vault.azure.net",
            "acrLoginServer": "azurecr.io",
        },
    }


def _instance(base: str, tenant: str) -> Mapping[str, Any]:
    host = base.removeprefix("https://")
    return {
        "tenant_discovery_endpoint": f"{base}/{tenant}/v2.0/.well-known/openid-configuration",
        "api-version": "1.1",
        "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
    }


def _openid(base: str, tenant: str) -> Mapping[str, Any]:
    return {
        "issuer": f"{base}/{tenant}/v2.0",
        "authorization_endpoint": f"{base}/{tenant}/oauth2/v2.0/authorize",
        "token_endpoint": f"{base}/{tenant}/oauth2/v2.0/token",
        "device_authorization_endpoint": f"{base}/{tenant}/oauth2/v2.0/devicecode",
        "response_types_supported": ["code", "id_token"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }


def _token(base: str, tenant: str, form: Mapping[str, str]) -> Answer:
    """A token for an application. Other ways of signing in need a browser or a directory: not simulated."""
    if form.get("grant_type") != "client_credentials":
        text = "Only service principals can sign in here: send grant_type=client_credentials."
        return Answer(400, {}, {"error": "unsupported_grant_type", "error_description": text})
    client = form.get("client_id", "")
    if not client:
        return Answer(400, {}, {"error": "invalid_request", "error_description": "'client_id' is required."})
    audience = form.get("resource") or form.get("scope", "").split(" ")[0].removesuffix("/.default")
    now = int(datetime.now(UTC).timestamp())
    claims = {
        "aud": audience or base,
        "iss": f"{base}/{tenant}/",
        "iat": now,
        "nbf": now,
        "exp": now + _VALID,
        "appid": client,
        "idtyp": "app",
        "oid": str(uuid.uuid5(_MADE_UP, client)),
        "sub": str(uuid.uuid5(_MADE_UP, client)),
        "tid": tenant,
        "ver": "1.0",
    }
    token = ".".join((_part({"typ": "JWT", "alg": "none"}), _part(claims), "simulated"))
    body = {"token_type": "Bearer", "expires_in": _VALID, "ext_expires_in": _VALID, "access_token": token}
    return Answer(200, {"Cache-Control": "no-store"}, body)


def _part(value: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
