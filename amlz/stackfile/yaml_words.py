"""Errors of YAML's parser, in words for the author of the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from amlz.core.problems import Problem

#: Message of the parser (the part that does not change), the mistake, and the remedy. `{begin}` is the line in which
#: that began which the parser was reading.
SAYINGS: Mapping[str, tuple[str, str]] = {
    "mapping values are not allowed": (
        "A colon is at a position where no key can be.",
        "Put text that holds `: ` in quotes; begin a mapping in the line below its key, further in.",
    ),
    "did not find expected key": (
        "This line does not fit those above it.",
        "Indent it as its neighbours are, and look for a bracket or quote that is closed too early.",
    ),
    "did not find expected ',' or ']'": (
        "The list that [ opens in line {begin} goes wrong here.", "Put commas between its entries, and close it by ].",
    ),
    "did not find expected ',' or '}'": (
        "The mapping that {{ opens in line {begin} goes wrong here.",
        "Put commas between its entries, and close it by }}.",
    ),
    "did not find expected '-' indicator": (
        "The list that begins in line {begin} ends here, in the middle of its lines.",
        "Begin each entry by a dash, all with the same indentation.",
    ),
    "block sequence entries are not allowed": (
        "A dash is at a position where no list can begin.", "Begin the list in the line below its key.",
    ),
    "found unexpected end of stream": ("The quote that opens in line {begin} is never closed.", "Close it."),
    "could not find expected ':'": ("A key is without its colon.", "Write `key: value`."),
    "found undefined alias": (
        "The alias has no anchor above it.",
        "Mark its target by &name, further up; put text that begins with * in quotes.",
    ),
    "found duplicate anchor": ("The anchor is there already.", "Give each anchor (&name) another name."),
    "but found another document": ("A second document begins here.", "Keep one: remove the line `---`."),
    "unknown escape character": (
        "The backslash in double quotes is no escape that YAML knows.", "Double it, or use single quotes.",
    ),
    "invalid Unicode character escape code": (
        "The backslash in double quotes names a character that does not exist.", "Double it, or use single quotes.",
    ),
    "did not find expected hexdecimal number": (
        "The backslash in double quotes names a character that does not exist.", "Double it, or use single quotes.",
    ),
    "found unhashable key": ("A list or a mapping is used as a key.", "Keys are words: `key: value`."),
    "mappings for merging": ("`<<` takes in something that is not a mapping.", "Give it one: `<<: *name`."),
    "did not find expected alphabetic or numeric character": (
        "A sign that begins an anchor or alias is not followed by a name.",
        "Put text that begins with * or & in quotes.",
    ),
    "undefined tag handle": ("The prefix of a tag is not defined.", "Put text that begins with ! in quotes."),
    "did not find expected node content": ("A value is missing here.", "Look for a comma or bracket too many."),
    "unknown directive": ("A line that begins with % is a directive that YAML does not know.", "Remove the line."),
}  # fmt: skip

_LOOK = "Look at this line and the one above: quotes, colons and the depth of indentation."


def not_yaml(error: yaml.MarkedYAMLError, text: str, display_path: str) -> Problem:
    """A problem of the parser's, at its line. A message that is not in the table is shown as it is."""
    mark = error.problem_mark or error.context_mark
    sentence = str(error.problem or error.context)
    line, column = _place(mark)
    begin = _place(error.context_mark)[0]
    value, remedy = f"It is not YAML: {sentence} at column {column}.", _LOOK
    known = next((words for phrase, words in SAYINGS.items() if phrase in sentence), None)
    lines = text.splitlines()
    source_line = lines[line - 1] if line <= len(lines) else ""
    if (
        "cannot start any token" in sentence
        or "tab character" in sentence
        or "\t" in source_line[: len(source_line) - len(source_line.lstrip())]
    ):
        value, remedy = _odd_start(source_line, column)
    elif known:
        value, remedy = (words.format(begin=begin) for words in known)
        if "end of stream" in sentence or "expected ':'" in sentence:
            line, column = _place(error.context_mark)
        value = f"It is not YAML at column {column}. {value}"
    return Problem((), value, remedy, display_path, line)


def _place(mark: Any) -> tuple[int, int]:
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _odd_start(line: str, column: int) -> tuple[str, str]:
    if "\t" in line[:column] or "\t" in line[: len(line) - len(line.lstrip())]:
        text = f"It is not YAML at column {line.find(chr(9)) + 1}. A tab is in the indentation."
        return text, "Indent with spaces; YAML takes no tabs."
    sign = line[column - 1 : column]
    return f"It is not YAML at column {column}. Nothing begins with {sign} in YAML.", "Put the text in quotes."
