"""Sentences as HTML: text between backquotes is code, as in Markdown."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

_CODE = re.compile("`([^`]+)`")


def prose(text: str) -> Markup:
    """Returns a sentence, with everything that could be markup escaped."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))
