"""A stand-in for what Azure Resource Manager does not have: blobs, scoring, metrics, alerts, approvals of GitHub.

Jobs are in job_plane.py, registries in registry_plane.py; docs/reference/simulate.md describes each.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from amlz.simulator.arm.endpoint import SimulatedArm
from amlz.simulator.arm.messages import Answer, Request
from tests.clients.job_plane import JobPlane
from tests.clients.registry_plane import RegistryPlane

_ENDPOINT = re.compile(r"/onlineEndpoints/[^/]+$", re.I)
_BATCH_ENDPOINT = re.compile(r"/batchEndpoints/[^/]+$", re.I)
_NEW_ENDPOINT = re.compile(r"/(online|batch)Endpoints/[^/]+$", re.I)
_WORKSPACE = re.compile(r"/providers/Microsoft.MachineLearningServices/workspaces/[^/]+$", re.I)
_IN_WORKSPACE = re.compile(r"(.*/workspaces/[^/]+)/", re.I)
_JOB = re.compile(r"/workspaces/[^/]+/jobs/[^/]+$", re.I)
_PENDING = re.compile(r"/(codes|models)/[^/]+/versions/[^/]+/startPendingUpload$", re.I)


@dataclass
class DataPlane:
    """State of the stand-in. `blobs`: content by path; the name of the storage account is not part of it.

    `broken`: deployments that answer 500. `alerts`: names of those that are fired. `reviews`: answer of GitHub about a
    run. `taken`: names of endpoints that another subscription has in the region.
    """

    port: int = 0
    proxy: int = 0
    blobs: dict[str, bytes] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    alerts: list[str] = field(default_factory=list)
    reviews: list[Any] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    live: Callable[[str, str], bool] = lambda _endpoint, _deployment: True
    jobs: JobPlane = field(default_factory=JobPlane)
    registries: RegistryPlane = field(default_factory=RegistryPlane)

    @property
    def base(self) -> str:
        """URL of the stand-in."""
        return f"https://localhost:{self.port}"

    def files(self, resource_id: str, uri: str) -> dict[str, bytes]:
        """Returns the blobs below a URL, or below a path of the default datastore of a workspace, by the rest of their
        paths. `resource_id`: the workspace, or something in it.
        """
        _, _, path = uri.partition("datastores/workspaceblobstore/paths/")
        where = f"/{self.container(resource_id)}/{path}" if path else urlsplit(uri).path
        prefix = where.rstrip("/") + "/"
        return {path.removeprefix(prefix): content for path, content in self.blobs.items() if path.startswith(prefix)}

    def container(self, resource_id: str) -> str:
        """Returns the container of the default datastore of the workspace that a resource is in."""
        workspace = _IN_WORKSPACE.match(resource_id)
        assert workspace, resource_id
        store = self.jobs.arm(f"{workspace[1]}/datastores/workspaceblobstore")
        return str(store["properties"]["containerName"])


class ServingArm(SimulatedArm):
    """The simulator, and the parts of ARM that it refuses: uploads, metrics, alerts, jobs, names that are taken."""

    def __init__(self, data: DataPlane) -> None:
        super().__init__()
        self.data = data
        data.live = self._live
        data.jobs.arm = data.registries.arm = self.body
        self._traffic: dict[str, dict[str, int]] = {}

    def _live(self, endpoint: str, deployment: str) -> bool:
        return bool(self._traffic.get(endpoint, {}).get(deployment))

    def body(self, resource_id: str) -> Any:
        """Returns a resource as the simulator has it."""
        return super().answer(Request("GET", resource_id, "2024-05-01")).body

    def answer(self, request: Request) -> Answer:
        """The answer of the stand-in, or of the simulator with addresses of the stand-in."""
        path = request.path.rstrip("/")
        if request.method == "POST" and _PENDING.search(path):
            where = f"{self.data.base}/{path.split('/')[-4]}-{path.split('/')[-2]}"
            credential = {"credentialType": "SAS", "sasUri": f"{where}?sig=simulated"}
            reference = {"blobUri": where, "storageAccountArmId": "", "credential": credential}
            upload = {"pendingUploadType": "TemporaryBlobReference", "pendingUploadId": "1"}
            return Answer(200, {}, {**upload, "blobReferenceForConsumption": reference})
        if path.lower().endswith("/providers/microsoft.insights/metrics"):
            return Answer(200, {}, {"value": []})
        if path.lower().endswith("/providers/microsoft.alertsmanagement/alerts"):
            return Answer(200, {}, {"value": [{"name": name} for name in self.data.alerts]})
        if _JOB.search(path):
            return self.data.jobs.answer(self.data, request.method, path, request.body)
        if request.method == "PUT" and _NEW_ENDPOINT.search(path) and path.rsplit("/", 1)[1] in self.data.taken:
            # The words are those of https://github.com/Azure/azureml-examples/pull/1931.
            text = "There is already an endpoint with this name, Endpoint name needs to be unique within a region."
            return Answer(400, {}, {"error": {"code": "UserError", "message": f"{text} Try some other name."}})
        return self._with_addresses(path, super().answer(request))

    def _with_addresses(self, path: str, answer: Answer) -> Answer:
        """An answer about an endpoint or a workspace, which leads to the stand-in."""
        if not isinstance(answer.body, dict) or "properties" not in answer.body:
            return answer
        if _ENDPOINT.search(path):
            self._traffic[path.rsplit("/", 1)[1]] = answer.body["properties"].get("traffic") or {}
            answer.body["properties"]["scoringUri"] = f"{self.data.base}/score/{path.rsplit('/', 1)[1]}"
        elif _BATCH_ENDPOINT.search(path):
            answer.body["properties"]["scoringUri"] = f"{self.data.base}{path}/jobs"
        elif _WORKSPACE.search(path):
            self.data.registries.workspaces[answer.body["properties"]["workspaceId"]] = path
            answer.body["properties"]["discoveryUrl"] = f"{self.data.base}/discovery"
        return answer


class DataPlaneHandler(BaseHTTPRequestHandler):
    """Blobs, scoring, jobs, registries; as a proxy, a tunnel to itself for any host."""

    data: DataPlane
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Nothing is logged."""

    def _send(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        known = {"Content-Length": str(len(body)), "x-ms-version": "2021-12-02"}
        for key, value in {**known, **(headers or {})}.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _json(self, status: int, value: Any, headers: dict[str, str] | None = None) -> None:
        self._send(status, json.dumps(value).encode(), {"Content-Type": "application/json", **(headers or {})})

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    @property
    def _path(self) -> str:
        return unquote(urlsplit(self.path).path)

    def _of_azure_ml(self) -> bool:
        """Answers a request to a data plane of Azure ML. Returns False for any other."""
        if not self._path.startswith(
            ("/registrymanagement/", "/mferp/", "/operations/", "/history/", "/subscriptions/")
        ):
            return False
        content = self._body() if self.command in ("PUT", "POST") else b""
        body = json.loads(content) if content else None
        plane = self.data.jobs if self._path.startswith(("/history/", "/subscriptions/")) else self.data.registries
        answer = plane.answer(self.data, self.command, self._path, body)
        if answer.body is None:
            self._send(answer.status, b"", dict(answer.headers))
        else:
            self._json(answer.status, answer.body, dict(answer.headers))
        return True

    def do_PUT(self) -> None:
        """A blob, or its metadata."""
        if self._of_azure_ml():
            return
        body = self._body()
        metadata = "comp=metadata" in self.path
        if not metadata:
            self.data.blobs[self._path] = body
        self._send(200 if metadata else 201, headers={"ETag": '"1"', "Last-Modified": _MODIFIED})

    def do_HEAD(self) -> None:
        """Properties of a blob."""
        known = self._path in self.data.blobs
        self._send(200 if known else 404, headers={"x-ms-error-code": "BlobNotFound"})

    def do_GET(self) -> None:
        """A blob, a list of blobs; approvals of GitHub."""
        if self._of_azure_ml():
            return
        if self._path == "/discovery":
            self._json(200, {"api": f"{self.data.base}/"})
        elif self._path.endswith("/approvals"):
            self._json(200, self.data.reviews)
        elif "comp=list" in self.path:
            prefix = parse_qs(urlsplit(self.path).query).get("prefix", [""])[0]
            self._send(200, _listed(self.data, self._path, prefix).encode(), {"Content-Type": "application/xml"})
        elif self._path in self.data.blobs:
            content = self.data.blobs[self._path]
            span = f"bytes 0-{len(content) - 1}/{len(content)}"
            self._send(206, content, {"Content-Range": span, "ETag": '"1"', "Last-Modified": _MODIFIED})
        else:
            self._send(404, headers={"x-ms-error-code": "BlobNotFound"})

    def do_POST(self) -> None:
        """Predictions: a large radius is malignant. Or a test that changes the state."""
        if self._of_azure_ml():
            return
        if self._path == "/state":
            for key, value in json.loads(self._body()).items():
                setattr(self.data.registries if key in ("forbidden", "names") else self.data, key, value)
            self._send(200)
            return
        rows = json.loads(self._body())["rows"]
        deployment = self.headers.get("azureml-model-deployment", "")
        if deployment in self.data.broken and self.data.live(self.path.rpartition("/")[2], deployment):
            self._send(500, b"broken")
            return
        self._json(200, {"predictions": [0 if row[0] > 15 else 1 for row in rows]})


_MODIFIED = "Sun, 29 Nov 2026 10:00:00 GMT"


def _listed(data: DataPlane, container: str, prefix: str) -> str:
    """A list of the blobs of a container, as https://learn.microsoft.com/rest/api/storageservices/list-blobs has it."""
    names = [path.removeprefix(f"{container}/") for path in data.blobs if path.startswith(f"{container}/{prefix}")]
    properties = f"<Last-Modified>{_MODIFIED}</Last-Modified><Etag>1</Etag><BlobType>BlockBlob</BlobType>"
    blobs = "".join(
        f"<Blob><Name>{escape(name)}</Name><Properties>{properties}"
        f"<Content-Length>{len(data.blobs[f'{container}/{name}'])}</Content-Length></Properties></Blob>"
        for name in names
    )
    return (
        f'<?xml version="1.0"?><EnumerationResults ContainerName="c"><Blobs>{blobs}</Blobs><NextMarker/>'
        "</EnumerationResults>"
    )


class TunnelProxy(BaseHTTPRequestHandler):
    """A proxy that leads every host to the stand-in: blobs of any storage account are there."""

    data: DataPlane

    def log_message(self, *_: Any) -> None:
        """Nothing is logged."""

    def do_CONNECT(self) -> None:
        """Opens a tunnel."""
        with socket.create_connection(("127.0.0.1", self.data.port)) as other:
            self.send_response(200)
            self.end_headers()
            back = threading.Thread(target=_copy, args=(other, self.connection), daemon=True)
            back.start()
            _copy(self.connection, other)
            back.join(1)
        self.close_connection = True


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


def _certificate(folder: Path) -> ssl.SSLContext:
    """A certificate for loopback and for blobs of any storage account, in `data-plane.pem` of a folder."""
    key, certificate = folder / "data-plane.key", folder / "data-plane.pem"
    names = "subjectAltName=DNS:localhost,DNS:*.blob.core.windows.net"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    files = ["-addext", names, "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*command, *files], check=True, capture_output=True)
    result = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    result.load_cert_chain(certificate, key)
    return result


@contextmanager
def _serving(handler: type[BaseHTTPRequestHandler], data: DataPlane, tls: ssl.SSLContext | None) -> Iterator[int]:
    own = type(f"Own{handler.__name__}", (handler,), {"data": data})
    with ThreadingHTTPServer(("127.0.0.1", 0), own) as server:
        server.daemon_threads = True
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@contextmanager
def data_plane(folder: Path, data: DataPlane) -> Iterator[DataPlane]:
    """The stand-in on free ports of loopback, for as long as the context lasts."""
    with (
        _serving(DataPlaneHandler, data, _certificate(folder)) as data.port,
        _serving(TunnelProxy, data, None) as data.proxy,
    ):
        yield data
