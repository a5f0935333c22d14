"""A stand-in for what Azure Resource Manager does not have: blobs, scoring, metrics, alerts, the registry's import."""

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

from amlz.simulator.arm.endpoint import SimulatedArm
from amlz.simulator.arm.messages import Answer, Request

_ENDPOINT = re.compile(r"/onlineEndpoints/[^/]+$", re.I)
_PENDING = re.compile(r"/(codes|models)/[^/]+/versions/[^/]+/startPendingUpload$", re.I)


@dataclass
class DataPlane:
    """State of the stand-in. `broken`: deployments that answer 500. `alerts`: names of those that are fired."""

    port: int = 0
    proxy: int = 0
    blobs: dict[str, int] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    alerts: list[str] = field(default_factory=list)
    live: Callable[[str, str], bool] = lambda _endpoint, _deployment: True

    @property
    def base(self) -> str:
        """URL of the stand-in."""
        return f"https://localhost:{self.port}"


class ServingArm(SimulatedArm):
    """The simulator, and the parts of ARM that it refuses: uploads, metrics and alerts."""

    def __init__(self, data: DataPlane) -> None:
        super().__init__()
        self.data = data
        data.live = self._live
        self._traffic: dict[str, dict[str, int]] = {}

    def _live(self, endpoint: str, deployment: str) -> bool:
        return bool(self._traffic.get(endpoint, {}).get(deployment))

    def answer(self, request: Request) -> Answer:
        """The answer of the stand-in, or of the simulator with the stand-in's address for scoring."""
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
        answer = super().answer(request)
        if _ENDPOINT.search(path) and isinstance(answer.body, dict) and "properties" in answer.body:
            self._traffic[path.rsplit("/", 1)[1]] = answer.body["properties"].get("traffic") or {}
            answer.body["properties"]["scoringUri"] = f"{self.data.base}/score/{path.rsplit('/', 1)[1]}"
        return answer


class DataPlaneHandler(BaseHTTPRequestHandler):
    """Blobs and scoring; as a proxy, a tunnel to itself for any host."""

    data: DataPlane
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Nothing is logged."""

    def _send(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for key, value in {"Content-Length": str(len(body)), "x-ms-version": "2021-12-02", **(headers or {})}.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def do_PUT(self) -> None:
        """A blob, or its metadata."""
        body = self._body()
        self.data.blobs[self.path.partition("?")[0]] = len(body)
        self._send(
            200 if "comp=metadata" in self.path else 201,
            headers={"ETag": '"1"', "Last-Modified": "Sun, 29 Nov 2026 10:00:00 GMT"},
        )

    def do_HEAD(self) -> None:
        """Properties of a blob."""
        known = self.path.partition("?")[0] in self.data.blobs
        self._send(200 if known else 404, headers={"x-ms-error-code": "BlobNotFound"})

    def do_GET(self) -> None:
        """An empty list of blobs; or a deployment that fails from now on."""
        if self.path.startswith("/break/"):
            self.data.broken = {self.path.rpartition("/")[2]}
            self._send(200)
            return
        xml = b'<?xml version="1.0"?><EnumerationResults ContainerName="c"><Blobs/><NextMarker/></EnumerationResults>'
        self._send(200, xml, {"Content-Type": "application/xml"})

    def do_POST(self) -> None:
        """Predictions: a large radius is malignant."""
        rows = json.loads(self._body())["rows"]
        deployment = self.headers.get("azureml-model-deployment", "")
        if deployment in self.data.broken and self.data.live(self.path.rpartition("/")[2], deployment):
            self._send(500, b"broken")
            return
        body = json.dumps({"predictions": [0 if row[0] > 15 else 1 for row in rows]}).encode()
        self._send(200, body, {"Content-Type": "application/json"})


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
def data_plane(folder: Path) -> Iterator[DataPlane]:
    """The stand-in on free ports of loopback, for as long as the context lasts."""
    data = DataPlane()
    with (
        _serving(DataPlaneHandler, data, _certificate(folder)) as data.port,
        _serving(TunnelProxy, data, None) as data.proxy,
    ):
        yield data
