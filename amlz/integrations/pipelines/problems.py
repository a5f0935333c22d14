"""What can go wrong in a pipeline for which its people can do something."""

from __future__ import annotations


class PipelineError(Exception):
    """Ends a step with exit code 2: where, what and what to do, in lines."""


class Refused(PipelineError):
    """A host's answer to a request: `status` of HTTP, and what it said."""

    def __init__(self, what: str, status: int, said: str) -> None:
        super().__init__(f"{what}\n  The host answered {status}: {said}")
        self.status = status
