"""The script of HTML reports: search, filters, links to copy. No other script runs: the policy names its digest."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files

from markupsafe import Markup


def script() -> Markup:
    """Returns the script as the page has it."""
    return Markup(files("amlz.reports").joinpath("templates", "report.js").read_text(encoding="utf-8"))


def source(text: str) -> Markup:
    """Returns the source of a script in a content security policy."""
    return Markup(f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'")
