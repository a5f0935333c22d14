"""The location of the repository."""

from __future__ import annotations

from pathlib import Path

#: The root of the repository: stack files, the Pulumi program, `policies/` and `custom/`.
ROOT = Path(__file__).parents[1]
