"""The server: one simulated Azure behind HTTPS, for clients on this computer alone."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from amlz.azure.secrets import hidden_text
from amlz.simulator.arm.answers import HOST
from amlz.simulator.arm.endpoint import SimulatedArm
from amlz.simulator.arm.messages import NO_VERSION, Answer, BadLine, Request, body_of, error
from amlz.simulator.https import catalogue, lists, sign_in

#: Largest body of a request: ARM's own limit for a request is 4 MB.
LARGEST = 4 * 2**20
#: Seconds after which a client polls again. The simulated clock has then reached the end of what it waits for.
POLL = 1
#: Seconds after which a silent connection is closed.
_IDLE = 120
_LEADS = ("Azure-AsyncOperation", "Location")
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Simulation:
    """One simulated Azure, its clock, and its tenant. Requests are answered one at a time.

    The clock runs as real time does, and each poll that finds something under way moves it to the end of that: a
    client sees `InProgress` once.
    """

    def __init__(self, arm: SimulatedArm, tenant: catalogue.Tenant) -> None:
        self._arm, self._tenant = arm, tenant
        self._lock = threading.Lock()
        self._last = time.monotonic()
        self._ahead = 0.0

    def answer(self, method: str, target: str, content: bytes, base: str, signed_in: bool) -> Answer:
        """Returns the answer to one request. `target`: path and query. `base`: the address of the server."""
        parts = urlsplit(target)
        path, query = unquote(parts.path), {key.lower(): value for key, value in parse_qsl(parts.query)}
        version = query.get("api-version", "").strip()
        form = content.decode("utf-8", "replace")
        answer = sign_in.answer(method, path, version, form, sign_in.SignInServer(base, self._tenant.id))
        if answer is not None:
            return answer
        if not signed_in:
            message = "Authentication failed. The 'Authorization' header is missing."
            return replace(error(401, "AuthenticationFailed", message), headers=_challenge(base, self._tenant.id))
        if not version:
            return error(400, *NO_VERSION)
        try:
            body = body_of(content)
        except BadLine as problem:
            return problem.answer
        with self._lock:
            result = self._answered(Request(method, path, version, body), query)
        return lists.listed(_led(result, base), query, f"{base}{parts.path}")

    def _answered(self, request: Request, query: Mapping[str, str]) -> Answer:
        known = catalogue.answer(request, query, self._tenant.id, self._subscriptions)
        if known is not None:
            return known
        now = time.monotonic()
        seconds, self._last, self._ahead = now - self._last + self._ahead, now, 0.0
        answer = catalogue.with_roles(request, self._arm.answer(replace(request, seconds=seconds)), self._tenant.roles)
        left = self._arm.remaining(request.path) if request.method != "POST" else 0.0
        if request.method in ("GET", "HEAD"):
            self._ahead = left
        if left and answer.status < 400:  # without this header, clients wait half a minute before they look again
            return replace(answer, headers={**answer.headers, "Retry-After": str(POLL)})
        return answer

    def _subscriptions(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self._tenant.subscriptions, *self._arm.subscriptions())))


def _challenge(base: str, tenant: str) -> Mapping[str, str]:
    return {"WWW-Authenticate": f'Bearer authorization_uri="{base}/{tenant}", error="invalid_token"'}


def _led(answer: Answer, base: str) -> Answer:
    """An answer whose headers lead to this server, and which is polled at once: the clock is simulated."""
    headers = dict(answer.headers)
    for name in _LEADS:
        if name in headers:
            headers[name] = headers[name].replace(HOST, base, 1)
    if "Retry-After" in headers:
        headers["Retry-After"] = str(POLL)
    return replace(answer, headers=headers)


class Handler(BaseHTTPRequestHandler):
    """One connection. Nothing of a request but its method, its path and its API version is written to the log."""

    protocol_version = "HTTP/1.1"
    server_version = "amlz-simulate"
    sys_version = ""
    timeout = _IDLE
    server: Server

    def do_GET(self) -> None:
        """Answers a request of any method."""
        self.close_connection = True
        answer = self._refused()
        if answer is None:
            content = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            self.close_connection = self.headers.get("Connection", "").lower() == "close"
            base = f"https://localhost:{self.server.server_port}"
            signed_in = self.headers.get("Authorization", "").lower().startswith("bearer ")
            answer = self.server.simulation.answer(self.command, self.path, content, base, signed_in)
        self._write(answer)
        self.server.log(f"{self.command} {_shown(self.path)} {answer.status}")

    def _refused(self) -> Answer | None:
        """The answer to a request that is not read: from a page of another site, or of a size that is not known."""
        host = urlsplit(f"//{self.headers.get('Host', '')}").hostname
        if host not in _LOOPBACK:
            return error(421, "MisdirectedRequest", "This server answers for https://localhost only.")
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not (length.isascii() and length.isdigit()):
            return error(411, "LengthRequired", "Send the length of the request in 'Content-Length'.")
        if int(length) > LARGEST:
            limit = f"The request content size exceeds the maximum size of {LARGEST // 2**20} MB."
            return error(413, "RequestContentTooLarge", limit)
        return None

    def _write(self, answer: Answer) -> None:
        content = b"" if answer.body is None else json.dumps(answer.body).encode()
        self.send_response(answer.status)
        for name, value in (*answer.headers.items(), ("x-ms-request-id", str(uuid.uuid4()))):
            self.send_header(name, value)
        if content:
            self.send_header("Content-Type", "application/json; charset=utf-8")
        if answer.status != 204:
            self.send_header("Content-Length", str(len(content)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *_args: Any) -> None:
        """Writes nothing: `do_GET` writes the log."""


for _method in ("HEAD", "PUT", "PATCH", "POST", "DELETE", "OPTIONS"):
    setattr(Handler, f"do_{_method}", Handler.do_GET)


def _shown(target: str) -> str:
    """A path for the log, with the API version of its query and nothing else of it."""
    parts = urlsplit(target)
    version = next((value for key, value in parse_qsl(parts.query) if key.lower() == "api-version"), "")
    text = hidden_text(parts.path + (f"?api-version={version}" if version else ""))
    return "".join(item if item.isprintable() else "?" for item in text)[:500]


class Server(ThreadingHTTPServer):
    """Listens on one loopback address. `log`: writes one line."""

    daemon_threads = True
    allow_reuse_address = True

    #: Set before the first request.
    simulation: Simulation

    def __init__(self, address: tuple[str, int], context: ssl.SSLContext, log: Callable[[str], None]) -> None:
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        self.log = log
        self._context = context
        super().__init__(address, Handler)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Begins TLS in the thread of the connection: a client that is silent keeps no other waiting."""
        request.settimeout(_IDLE)
        try:
            with self._context.wrap_socket(request, server_side=True) as secured:
                super().finish_request(secured, client_address)
        except (OSError, ValueError):
            return  # the client went away, speaks no TLS, or does not trust the certificate
