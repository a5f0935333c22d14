"""Text of a report with the styles of its parts: plain text for files and pipes, colours for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from amlz.core.terminal import terminal

#: The style of headings. Others are severities of findings, effects of policies, and changes of a tree.
HEADING = "heading"


class StyledSpan(NamedTuple):
    """Characters of a text from `start` to before `end`, and their style."""

    start: int
    end: int
    style: str


class StyledText(str):
    """A text that has styled spans. Operations other than those of this module return the text without them."""

    __slots__ = ("spans",)
    spans: tuple[StyledSpan, ...]

    def pieces(self) -> Iterator[tuple[str, str | None]]:
        """Returns the text in pieces with their style, None for plain text."""
        end = 0
        for span in self.spans:
            yield self[end : span.start], None
            yield self[span.start : span.end], span.style
            end = span.end
        yield self[end:], None


def _styled(text: str, spans: Iterable[StyledSpan]) -> StyledText:
    result = StyledText(text)
    result.spans = tuple(spans)
    return result


def styled(text: str, style: str, length: int | None = None) -> StyledText:
    """Returns a text whose first line has a style. `length`: of its first characters only, spaces before them apart."""
    start = len(text) - len(text.lstrip(" "))
    line = text.find("\n")
    end = start + length if length is not None else line if line >= 0 else len(text)
    return _styled(text, [StyledSpan(start, end, style)] if text else [])


def led_by(word: str, text: str) -> StyledText:
    """Returns a text that begins with a word, such as a severity, in the style of that name."""
    return styled(text, word, len(word))


def heading(text: str) -> StyledText:
    """Returns a text whose first line is a heading."""
    return styled(text, HEADING)


def whole_heading(text: str) -> StyledText:
    """Returns a text whose lines are all of the heading, such as a wrapped title."""
    return styled(text, HEADING, len(text))


def restyled(text: str, like: str) -> str:
    """Returns a text in the style of the first word of another one, with which it begins too."""
    if not isinstance(like, StyledText) or not like.spans:
        return text
    first = like.spans[0]
    return styled(text, first.style, first.end - first.start)


def joined_text(separator: str, parts: Iterable[str]) -> StyledText:
    """Returns texts in one, with their styles."""
    texts, spans, start = list(parts), [], 0
    for text in texts:
        if isinstance(text, StyledText):
            spans += [StyledSpan(start + span.start, start + span.end, span.style) for span in text.spans]
        start += len(text) + len(separator)
    return _styled(separator.join(texts), spans)


def paragraphs(parts: Iterable[str]) -> StyledText:
    """Returns a report of paragraphs, empty ones left out, with an empty line between them."""
    return joined_text("", [joined_text("\n\n", (part for part in parts if part)), "\n"])


def printable_text(text: StyledText) -> StyledText:
    """Returns a text for a terminal. One that is a workflow command in part has no styles."""
    shown = terminal(text)
    return _styled(shown, text.spans if len(shown) == len(text) else ())
