"""Words that a host shows in the name of the pipeline: nothing in them calls anyone, and each knows its own again."""

from __future__ import annotations

import re

#: GitHub's maximum: https://docs.github.com/rest/issues/comments. Azure DevOps takes 150,000.
LONGEST = 65_536
#: By which the comment and the ticket of the pipeline are known. They do not show.
COMMENT, DRIFT = "<!-- amlz preview -->", "<!-- amlz drift -->"


#: How `@` and `#` are written as entities, which a host reads before it looks for people and issues.
_ENTITY = re.compile(r"&(?:#0{0,9}(?:64|(35))|#x0{0,9}(?:40|(23))|commat|(num));?", re.IGNORECASE)


def without_calls(text: str) -> str:
    """Markdown of someone else in which nothing calls a person or an issue, however it is written."""
    plain = _ENTITY.sub(lambda item: "#" if any(item.groups()) else "@", text)
    return re.sub(r"@(?!\u200b)|(?<![&\w/])#(?=\d)|\bGH-(?=\d)", lambda item: f"{item[0]}\u200b", plain)


def posted(text: str, note: str, *, above: bool) -> str:
    """A text by someone else, with a note of the pipeline; `above`, where an open tag must not swallow the note."""
    sentence = text
    for marker in (COMMENT, DRIFT):
        sentence = sentence.replace(marker, "")
    sentence = without_calls(sentence).strip("\n")
    room = LONGEST - len(note) - len(COMMENT) - 100
    if len(sentence) > room:
        sentence = sentence[:room].rpartition("\n")[0] + "\n\nCut here: it is too long for a comment."
    parts = [note, sentence] if above else [sentence, note]
    return "\n".join([COMMENT, "\n\n".join(parts), ""])
