"""Text for a terminal and for the log of a pipeline: nothing in it acts on either."""

from __future__ import annotations

import re

#: Control characters but tab and line feed (C0, C1), and those that change the direction of a text or end a line.
#: https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters
UNSEEN = frozenset(
    (
        *(code for code in range(0x20) if code not in (0x09, 0x0A)),
        *range(0x7F, 0xA0),
        *(0x061C, 0x200E, 0x200F, 0x2028, 0x2029),
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
    )
)
_UNSEEN = dict.fromkeys(UNSEEN, "\ufffd")
#: Workflow commands: of GitHub at the start of a line, or `##[` anywhere; of Azure Pipelines anywhere.
#: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
#: https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
_COMMAND = re.compile(r"^([^\S\n]*:)(?=:)|(##)(?=\[|vso\[)", re.IGNORECASE | re.MULTILINE)
#: Takes no room and breaks no line.
JOINER = "\u2060"


def terminal(text: str) -> str:
    """A text of lines that moves no cursor, changes no colour or direction, and is no workflow command."""
    return _COMMAND.sub(rf"\1\2{JOINER}", text.translate(_UNSEEN))


def in_one_line(text: str) -> str:
    """A name that may hold anything, such as that of a file: what does not print is written as an escape."""
    return text if text.isprintable() else repr(text)[1:-1]
