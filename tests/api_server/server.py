"""Kubernetes' API server on loopback, with etcd, without a cluster: schemas, defaults, rules of CEL, field ownership.

`make apiserver` builds both; AMLZ_APISERVER names another folder that has `kube-apiserver` and `etcd`.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

#: Seconds in which the server must be ready.
_READY = 120
#: Paths that it serves once it is ready.
_NEEDED = ("/api/v1/namespaces/default", "/apis/apiextensions.k8s.io/v1")


def binaries() -> Path:
    """The folder of the server and of etcd."""
    folder = Path(os.environ.get("AMLZ_APISERVER") or ROOT / ".tools" / "apiserver")
    if not all((folder / name).exists() for name in ("kube-apiserver", "etcd")):
        pytest.skip("there is no kube-apiserver: `make apiserver` builds it, which needs Go and most of an hour once")
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: it makes the key of service accounts")
    return folder


@dataclass(frozen=True)
class ApiServer:
    """A server that runs. `base`: its address."""

    base: str
    context: ssl.SSLContext

    def ask(self, path: str, body: Any = None, method: str = "GET") -> tuple[int, Any]:
        """Returns the status and the answer; a body is JSON, which is YAML too, for an apply."""
        headers = {"authorization": "Bearer test", "accept": "application/json"}
        if body is not None:
            headers["content-type"] = "application/apply-patch+yaml"
        sent = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.base + path, sent, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60, context=self.context) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def apply(self, document: Mapping[str, Any]) -> str:
        """Applies a resource on the server, with strict fields. Returns "" or why it is refused."""
        status, answer = self.ask(f"{self._path(document)}?fieldManager=test&fieldValidation=Strict", document, "PATCH")
        return "" if status in (200, 201) else str(answer["message"])

    def stored(self, document: Mapping[str, Any]) -> Any:
        """Returns the object that is stored, without what each write changes."""
        answer = self.ask(self._path(document))[1]
        for key in ("resourceVersion", "managedFields"):
            answer["metadata"].pop(key, None)
        return answer

    def await_kinds(self, definitions: Iterable[Mapping[str, Any]]) -> None:
        """Returns once the kinds of definitions are served."""
        wanted = [
            {
                "apiVersion": f"{one['spec']['group']}/{one['spec']['versions'][0]['name']}",
                "kind": one["spec"]["names"]["kind"],
            }
            for one in definitions
        ]
        for _ in range(4 * _READY):
            if all(self._kind(one) for one in wanted):
                return
            time.sleep(0.25)
        raise AssertionError([one for one in wanted if not self._kind(one)])

    def _kind(self, document: Mapping[str, Any]) -> Any:
        version = document["apiVersion"]
        status, answer = self.ask(f"/{'apis' if '/' in version else 'api'}/{version}")
        kinds = answer["resources"] if status == 200 else []
        return next((k for k in kinds if k["kind"] == document["kind"] and "/" not in k["name"]), None)

    def _path(self, document: Mapping[str, Any]) -> str:
        kind, version, metadata = self._kind(document), document["apiVersion"], document["metadata"]
        place = f"/namespaces/{metadata['namespace']}" if kind["namespaced"] else ""
        return f"/{'apis' if '/' in version else 'api'}/{version}{place}/{kind['name']}/{metadata['name']}"


@contextmanager
def running(folder: Path) -> Iterator[ApiServer]:
    """Yields a server whose state is in a folder, which it fills."""
    programs = binaries()
    client, peer, port = free_ports(3)
    subprocess.run(["openssl", "genrsa", "-out", "sa.key", "2048"], cwd=folder, check=True, capture_output=True)
    (folder / "tokens.csv").write_text("test,tester,1,system:masters\n", encoding="utf-8")
    url, other = f"http://127.0.0.1:{client}", f"http://127.0.0.1:{peer}"
    etcd: list[str | Path] = [
        programs / "etcd", "--data-dir", folder / "etcd", "--listen-client-urls", url, "--advertise-client-urls", url,
        "--listen-peer-urls", other, "--initial-advertise-peer-urls", other, "--initial-cluster", f"default={other}",
    ]  # fmt: skip
    server: list[str | Path] = [
        programs / "kube-apiserver", "--etcd-servers", url, "--bind-address=127.0.0.1", f"--secure-port={port}",
        "--cert-dir", folder / "certificates", "--token-auth-file", folder / "tokens.csv",
        "--disable-admission-plugins=ServiceAccount", "--service-account-issuer=https://kubernetes.default.svc",
        "--service-account-key-file", folder / "sa.key", "--service-account-signing-key-file", folder / "sa.key",
        "--service-cluster-ip-range=10.0.0.0/24", "--endpoint-reconciler-type=none",
    ]  # fmt: skip
    with (folder / "log").open("w", encoding="utf-8") as log:
        processes = [subprocess.Popen(command, cwd=folder, stdout=log, stderr=log) for command in (etcd, server)]
        try:
            yield _ready(folder, port, processes)
        finally:
            for process in reversed(processes):
                process.kill()
                process.wait()


def _ready(folder: Path, port: int, processes: list[subprocess.Popen[bytes]]) -> ApiServer:
    certificate = folder / "certificates" / "apiserver.crt"
    for _ in range(2 * _READY):
        time.sleep(0.5)
        assert all(process.poll() is None for process in processes), (folder / "log").read_text("utf-8")[-3000:]
        if certificate.exists():
            server = ApiServer(f"https://127.0.0.1:{port}", ssl.create_default_context(cafile=str(certificate)))
            try:
                if all(server.ask(path)[0] == 200 for path in _NEEDED):
                    return server
            except (OSError, ValueError):
                pass  # it does not answer yet
    raise AssertionError((folder / "log").read_text("utf-8")[-3000:])


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nothing listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports
