"""The ARM endpoint over HTTPS: sign-in, errors of the connection, polling, pages, the log."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from typing import Any

import pytest

from amlz.simulator.https.catalogue import Tenant
from amlz.simulator.https.server import LARGEST
from tests.simulator.https.served import SUBSCRIPTION, TENANT, VERSION, Client, served

GROUP = "/subscriptions/s/resourceGroups/rg"
NETWORK = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"


@pytest.fixture(name="client")
def _client() -> Iterator[Client]:
    with served(tenant=Tenant(TENANT, (SUBSCRIPTION,), {"Reader": READER})) as client:
        yield client


def network(client: Client, subnets: int) -> Any:
    """Creates a resource group and a network; returns the answer about the network."""
    assert client.send("PUT", GROUP, {"location": "westeurope"}).status == 201
    listed = [{"name": f"s{item:03}", "properties": {"addressPrefix": f"10.0.{item}.0/24"}} for item in range(subnets)]
    properties = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": listed}
    return client.send("PUT", NETWORK, {"location": "westeurope", "properties": properties})


def test_a_client_signs_in_with_any_secret(client: Client) -> None:
    """Metadata lead to the token endpoint, and a token to the subscriptions."""
    base = f"https://localhost:{client.port}"
    cloud = client.raw("GET", "/metadata/endpoints?api-version=2022-09-01").body
    openid = client.raw("GET", f"/{TENANT}/v2.0/.well-known/openid-configuration").body
    form = b"grant_type=client_credentials&client_id=c&client_secret=hunter2&scope=https%3A%2F%2Flocalhost%2F.default"
    token = client.raw("POST", f"/{TENANT}/oauth2/v2.0/token", form)
    signed = {"Authorization": f"Bearer {token.body['access_token']}"}
    subscriptions = client.raw("GET", "/subscriptions?api-version=2022-12-01", headers=signed).body["value"]

    assert cloud["authentication"]["loginEndpoint"] == cloud["resourceManager"] == base
    assert openid["token_endpoint"] == f"{base}/{TENANT}/oauth2/v2.0/token"
    assert [(subscription["subscriptionId"], subscription["tenantId"]) for subscription in subscriptions] == [
        (SUBSCRIPTION, TENANT)
    ]
    assert "hunter2" not in "\n".join(client.log)


def test_other_ways_of_signing_in_are_refused(client: Client) -> None:
    """As Entra ID refuses a kind of grant that it does not know."""
    result = client.raw("POST", f"/{TENANT}/oauth2/v2.0/token", b"grant_type=password&username=u&password=p")

    assert (result.status, result.body["error"]) == (400, "unsupported_grant_type")


@pytest.mark.parametrize(
    ("method", "target", "body", "headers", "status", "code"),
    [
        ("GET", f"{GROUP}?api-version={VERSION}", None, {}, 401, "AuthenticationFailed"),
        ("GET", GROUP, None, {"Authorization": "Bearer x"}, 400, "MissingApiVersionParameter"),
        ("GET", f"{GROUP}?api-version=", None, {"Authorization": "Bearer x"}, 400, "MissingApiVersionParameter"),
        ("GET", f"{GROUP}?api-version=soon", None, {"Authorization": "Bearer x"}, 400, "InvalidApiVersionParameter"),
        ("PUT", f"{GROUP}?api-version={VERSION}", b"{", {"Authorization": "Bearer x"}, 400, "InvalidRequestContent"),
        ("PUT", f"{GROUP}?api-version={VERSION}", b"\xff", {"Authorization": "Bearer x"}, 400, "InvalidRequestContent"),
        ("PUT", f"{GROUP}?api-version={VERSION}", b"[1]", {"Authorization": "Bearer x"}, 400, "InvalidRequestContent"),
        ("GET", "/nothing?api-version=2024-05-01", None, {"Authorization": "Bearer x"}, 404, "InvalidResourceType"),
        ("OPTIONS", f"{GROUP}?api-version={VERSION}", None, {"Authorization": "Bearer x"}, 405, "MethodNotAllowed"),
        ("PUT", GROUP, None, {"Content-Length": str(LARGEST + 1)}, 413, "RequestContentTooLarge"),
        ("PUT", GROUP, None, {"Content-Length": "-1"}, 411, "LengthRequired"),
        ("PUT", GROUP, None, {"Transfer-Encoding": "chunked"}, 411, "LengthRequired"),
        ("GET", GROUP, None, {"Host": "example.com"}, 421, "MisdirectedRequest"),
    ],
)
def test_a_wrong_request_is_refused_in_azures_form(
    client: Client, method: str, target: str, body: bytes | None, headers: dict[str, str], status: int, code: str
) -> None:
    """And the server answers the next one."""
    result = client.raw(method, target, body, headers)

    assert (result.status, result.body["error"]["code"]) == (status, code)
    assert client.send("GET", "/subscriptions").status == 200


def test_a_poll_sees_an_operation_in_progress_once(client: Client) -> None:
    """Its headers lead to this server, and the clock moves to its end."""
    result = network(client, 1)
    poll = result.headers["Azure-AsyncOperation"].removeprefix(f"https://localhost:{client.port}")
    states = [client.raw("GET", poll, headers={"Authorization": "Bearer x"}).body["status"] for _ in range(2)]

    assert (result.status, result.headers["Retry-After"]) == (201, "1")
    assert result.headers["Azure-AsyncOperation"] != poll
    assert states == ["InProgress", "Succeeded"]


def test_a_write_that_does_not_wait_is_refused(client: Client) -> None:
    """As in Azure: a network takes one write at a time."""
    network(client, 1)
    result = client.send("PATCH", NETWORK, {"tags": {"a": "b"}})

    assert (result.status, result.body["error"]["code"]) == (409, "AnotherOperationInProgress")


def test_a_long_list_comes_in_pages(client: Client) -> None:
    """Each names the address of the next one, until the last."""
    network(client, 230)
    sizes, names = [], []
    target = f"{NETWORK}/subnets?api-version={VERSION}"
    while target:
        body = client.raw("GET", target, headers={"Authorization": "Bearer x"}).body
        sizes.append(len(body["value"]))
        names += [item["name"] for item in body["value"]]
        target = body.get("nextLink", "").removeprefix(f"https://localhost:{client.port}")

    assert sizes == [100, 100, 30]
    assert names == [f"s{item:03}" for item in range(230)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("$filter=resourceType eq 'Microsoft.Network/virtualNetworks'", ["v"]),
        ("$filter=resourceType eq 'Microsoft.Storage/storageAccounts'", []),
        ("$filter=name eq 'V' and location eq 'westeurope'", ["v"]),
        ("$filter=name eq 'v and w' and atScope()", []),
        ("$top=1", ["v"]),
    ],
)
def test_a_list_is_filtered(client: Client, query: str, expected: list[str]) -> None:
    """Names of properties and values are compared without regard to case."""
    network(client, 0)
    result = client.send("GET", f"{GROUP}/resources?{query.replace(' ', '%20')}").body["value"]

    assert [item["name"] for item in result] == expected


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("$filter=substringof('v', name)", 501, "NotSimulated"),
        ("$top=none", 400, "InvalidQueryParameterValue"),
        ("$skipToken=-1", 400, "InvalidQueryParameterValue"),
    ],
)
def test_a_filter_that_is_not_known_is_refused(client: Client, query: str, status: int, code: str) -> None:
    """A list that is not filtered would be a wrong answer."""
    network(client, 0)
    result = client.send("GET", f"{GROUP}/resources?{query.replace(' ', '%20')}")

    assert (result.status, result.body["error"]["code"]) == (status, code)


def test_built_in_roles_are_found_by_name_and_by_id(client: Client) -> None:
    """Their permissions are not known here, and are left out."""
    listed = "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions"
    by_name = client.send("GET", f"{listed}?$filter=roleName%20eq%20'Reader'").body["value"]
    by_id = client.send("GET", f"{listed}/{READER}")
    unknown = client.send("GET", f"{listed}/00000000-0000-0000-0000-000000000000")

    assert by_name == [by_id.body]
    assert by_id.body["properties"] == {"roleName": "Reader", "type": "BuiltInRole", "assignableScopes": ["/"]}
    assert (unknown.status, unknown.body["error"]["code"]) == (404, "RoleDefinitionDoesNotExist")


def test_the_log_holds_method_path_and_status_alone(client: Client) -> None:
    """No query but the API version, no header, no body, no control character."""
    client.raw(
        "PUT",
        f"{GROUP}%1b?sig=hunter2&api-version={VERSION}",
        b'{"location": "hunter2"}',
        {"Authorization": "Bearer hunter2"},
    )

    assert client.log == [f"PUT {GROUP}%1b?api-version={VERSION} 400"]


def test_a_silent_client_keeps_no_other_waiting(client: Client) -> None:
    """Nor does one that speaks no TLS."""
    with socket.create_connection(("127.0.0.1", client.port)) as silent:
        silent.send(b"GET / HTTP/1.1\r\n\r\n")
        with socket.create_connection(("127.0.0.1", client.port)):
            assert client.send("GET", "/subscriptions").status == 200


def test_a_client_without_the_certificate_does_not_connect(client: Client) -> None:
    """The certificate is nobody's but this server's."""
    with (
        socket.create_connection(("127.0.0.1", client.port)) as plain,
        pytest.raises(ssl.SSLCertVerificationError),
        ssl.create_default_context().wrap_socket(plain, server_hostname="localhost"),
    ):
        pass
