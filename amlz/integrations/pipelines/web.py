"""JSON over HTTP with the standard library: one request, whose errors are sentences."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from amlz.integrations.pipelines.problems import HostRefusal, PipelineError

#: Seconds to wait for an answer, and bytes of one at most.
PATIENCE, MOST = 60, 50_000_000


class _Stay(urllib.request.HTTPRedirectHandler):
    """Redirects are not followed: what follows them takes the token along to another host."""

    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_Stay)


@dataclass(frozen=True, slots=True)
class HostClient:
    """An API at an address. `headers` go with every request, the token among them."""

    address: str
    headers: dict[str, str]

    def ask(self, method: str, path: str, body: Any = None, kind: str = "application/json") -> Any:
        """The answer's JSON; None where there is none. Raises Refused, PipelineError."""
        data = None if body is None else json.dumps(body).encode()
        headers = self.headers | ({"Content-Type": kind} if data is not None else {})
        answer, _ = self._send(urllib.request.Request(f"{self.address}{path}", data, headers, method=method))
        try:
            return json.loads(answer) if answer.strip() else None
        except ValueError:
            # Azure DevOps shows a page to sign in where a token is not taken.
            raise PipelineError(
                f"{method} {self.address}{path}\n  The answer is no JSON: is the token right?"
            ) from None

    def file(self, path: str) -> bytes:
        """Returns the file that an address redirects to, requested without the token. Raises Refused, PipelineError."""
        _, place = self._send(urllib.request.Request(f"{self.address}{path}", headers=self.headers))
        content, _ = self._send(urllib.request.Request(place))
        return content

    def _send(self, request: urllib.request.Request) -> tuple[bytes, str]:
        """Returns the answer, and the address that it redirects to."""
        text = f"{request.get_method()} {request.full_url.partition('?')[0]}"
        try:
            with _OPENER.open(request, timeout=PATIENCE) as answer:
                content: bytes = answer.read(MOST + 1)
        except urllib.error.HTTPError as error:
            place = error.headers.get("Location", "")
            if error.code in (302, 303, 307) and place.startswith(("https://", "http://127.0.0.1:")):
                return b"", place
            raise HostRefusal(text, error.code, _message(error.read(2_000))) from None
        except (OSError, HTTPException) as error:
            raise PipelineError(f"{text}\n  There is no answer: {error}") from None
        if len(content) > MOST:
            raise PipelineError(f"{text}\n  The answer is too long.")
        return content, ""


def _message(content: bytes) -> str:
    try:
        report = json.loads(content)
        return str(report["message"])
    except (ValueError, KeyError, TypeError):
        return content.decode("utf-8", errors="replace")[:200]
