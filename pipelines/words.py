"""Words that a host shows in the name of the pipeline: nothing in them calls anyone, and each knows its own again."""

from __future__ import annotations

import re

#: What GitHub takes: https://docs.github.com/rest/issues/comments. Azure DevOps takes 150,000.
LONGEST = 65_536
#: By which the comment and the ticket of the pipeline are known. They do not show.
COMMENT, DRIFT = "<!-- amlz preview -->", "<!-- amlz drift -->"


def posted(text: str, note: str, *, above: bool) -> str:
    """A text by someone else, with a note of the pipeline; `above`, where an open tag must not swallow the note."""
    said = text
    for marker in (COMMENT, DRIFT):
        said = said.replace(marker, "")
    said = re.sub(r"@(?=\w)", "@\u200b", said).strip("\n")  # nobody is called by what a stack file says
    room = LONGEST - len(note) - len(COMMENT) - 100
    if len(said) > room:
        said = said[:room].rpartition("\n")[0] + "\n\nCut here: it is too long for a comment."
    parts = [note, said] if above else [said, note]
    return "\n".join([COMMENT, "\n\n".join(parts), ""])
