"""A host of code that answers over HTTP as GitHub's REST API does, as far as the pipelines ask."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "token-of-the-workflow"
REPOSITORY = "contoso/landing-zone"
BOT = {"login": "github-actions[bot]"}


@dataclass
class Host:
    """State of the host. `asked`: every request that changes something. `refuses`: status by path."""

    address: str = ""
    within: str = f"/repos/{REPOSITORY}"
    comments: list[dict[str, Any]] = field(default_factory=list)
    issues: list[dict[str, Any]] = field(default_factory=list)
    pulls: dict[int, dict[str, Any]] = field(default_factory=dict)
    artifacts: dict[int, bytes] = field(default_factory=dict)
    findings: list[dict[str, Any]] = field(default_factory=list)
    environments: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    refuses: dict[str, int] = field(default_factory=dict)

    def answer(self, method: str, path: str, body: Any) -> Any:
        """The answer to a request below the repository's address. Raises KeyError for what there is not."""
        plain = path.partition("?")[0]
        if method != "GET":
            self.asked.append(f"{method} {plain}")
        if match := re.fullmatch(r"/pulls/(\d+)", plain):
            return self.pulls[int(match[1])]
        if match := re.fullmatch(r"/actions/runs/(\d+)/artifacts", plain):
            zipped = self.artifacts.get(int(match[1]))
            values = [] if zipped is None else [{"id": int(match[1]), "size_in_bytes": len(zipped)}]
            return {"artifacts": values if "name=amlz-report" in path else []}
        if match := re.fullmatch(r"/environments/(.+)", plain):
            return self.environments[match[1]]
        if plain == "/code-scanning/sarifs":
            self.findings.append(body)
            return {"id": "1"}
        if match := re.fullmatch(r"/issues/comments/(\d+)", plain):
            next(c for c in self.comments if c["id"] == int(match[1])).update(body)
            return {}
        if match := re.fullmatch(r"/issues/(\d+)/comments", plain):
            return self._list(self.comments, {"issue": int(match[1])}, method, path, body)
        if match := re.fullmatch(r"/issues/(\d+)", plain):
            next(i for i in self.issues if i["number"] == int(match[1])).update(body)
            return {}
        if plain == "/issues":
            number = {"number": len(self.issues) + 1, "state": "open"} if method == "POST" else {"state": "open"}
            return self._list(self.issues, number, method, path, body)
        raise KeyError(path)

    def _list(self, records: list[dict[str, Any]], key: dict[str, Any], method: str, path: str, body: Any) -> Any:
        if method == "POST":
            records.append({"id": len(records) + 1, "user": BOT, **key, **body})
            return records[-1]
        values = [record for record in records if key.items() <= record.items()]
        page = int(re.findall(r"[?&]page=(\d+)", path)[0])
        return values[(page - 1) * 100 : page * 100]

    def environment(self) -> dict[str, str]:
        """Variables that GitHub sets for a step with a token."""
        return {
            "GITHUB_API_URL": self.address,
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_RUN_ID": "41",
        }


@contextmanager
def host(actual: Host | None = None) -> Iterator[Host]:
    """One that listens on this machine alone."""
    served = actual or Host()

    class HostHandler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, body, more = _answer(
                served, self.command, self.path, content, self.headers.get("Authorization", "")
            )
            self.send_response(status)
            for key, value in {"Content-Length": str(len(body)), **more}.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = _do  # noqa: N815 - names that the base class looks for

        def log_message(self, *_: Any) -> None:
            """Nothing: tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), HostHandler)
    served.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()


def _answer(value: Host, method: str, path: str, content: bytes, token: str) -> tuple[int, bytes, dict[str, str]]:
    """Status, body and headers. The target of a redirect must not get the token."""
    if path.startswith("/blob/"):
        return (400, b"a token that is not for here", {}) if token else (200, value.artifacts[int(path[6:])], {})
    within = path.removeprefix(value.within)
    if token != f"Bearer {TOKEN}" or within == path:
        return 401, b'{"message": "Bad credentials"}', {}
    if match := re.fullmatch(r"/actions/artifacts/(\d+)/zip", within):
        return 302, b"", {"Location": f"{value.address}/blob/{match[1]}"}
    if status := value.refuses.get(within.partition("?")[0]):
        return status, b'{"message": "Not here"}', {}
    try:
        return 200, json.dumps(value.answer(method, within, json.loads(content or b"null"))).encode(), {}
    except KeyError:
        return 404, b'{"message": "Not Found"}', {}
