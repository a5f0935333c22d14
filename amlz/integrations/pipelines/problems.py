"""Errors of a pipeline that its users can fix."""

from __future__ import annotations


class PipelineError(Exception):
    """Ends a step with exit code 2: where, what and what to do, in lines."""


class HostRefusal(PipelineError):
    """A host's answer to a request: `status` of HTTP, and its message."""

    def __init__(self, value: str, status: int, actual: str) -> None:
        super().__init__(f"{value}\n  The host answered {status}: {actual}")
        self.status = status
