"""Reads the project's texts and reports the words that tests/language/words.toml replaces.

`python -m tools.words [FILE...]` lists each hit with its line and its replacement; without FILE, those of every file.
`python -m tools.words --lower` lowers the numbers in tests/language/not-swept.txt to the present ones; it raises none.
"""

from __future__ import annotations

import re
import sys
import tomllib
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
WORDS = ROOT / "tests" / "language" / "words.toml"
NOT_SWEPT = ROOT / "tests" / "language" / "not-swept.txt"

#: Files that are read. All but Python are texts as a whole, apart from the code in them.
READ = ("*.md", "*.py", "*.yaml",
        ".github/**/*.yml", "amlz/**/*.py", "amlz/**/*.jinja", "amlz/**/*.j2", "components/*.py",
        "custom/**/*.md", "custom/**/*.yml", "docs/**/*.md", "examples/**/*.md", "examples/**/*.yaml",
        "pipelines/**/*.yml", "pipelines/*.sample", "policies/definitions/*.json", "policies/initiatives/*.json",
        "tests/**/*.py", "tools/**/*.py")  # fmt: skip
#: In these files only docstrings and comments are read: their strings are code and expected answers.
NO_STRINGS = ("tests/", "tools/words.py")
#: Code in a text: blocks, spans, links' targets, and a template's statements and values.
CODE = re.compile(r"^```.*?^```|`[^`\n]*`|\]\([^)\s]*\)|\{[%{#].*?[%}#]\}|\{[^{}\n]*\}|<[^>\n]*>", re.M | re.S)
#: Templates of HTML, where a tag is between two texts.
PAGES, TAG = "amlz/reports/templates/", re.compile(r"<[^>\n]*>")
#: A statement or a value of a template, and texts in it.
STATEMENT, LITERAL = re.compile(r"\{[%{].*?[%}]\}", re.S), re.compile(r'"([^"\n]* [^"\n]*)"')
#: Between two texts of a file.
BREAK = "\x00"
#: Strings and comments of Python, as ruff writes them.
STRING = re.compile(
    r'"""(?P<doc>.*?)"""|(?P<quote>["\'])(?P<string>(?:\\.|(?!(?P=quote)).)*)(?P=quote)|#:? ?(?P<comment>[^\n]*)', re.S
)
#: A comment for a tool.
PRAGMA = re.compile(r"fmt: |noqa|type: ")
#: Beginning of a sentence, a list item, a heading or a cell of a table.
SENTENCE = r"(?:\A|(?<=\x00)|(?<=[.!?:]\s)|(?<=\n\n)|(?<=[-*#|]\s))"


class Hit(NamedTuple):
    """A word at a line of a file, and what to write instead."""

    file: str
    line: int
    word: str
    write: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.word!r}: write {self.write}"


class Piece(NamedTuple):
    """A text that people read, and its first line."""

    line: int
    text: str


@cache
def word_list() -> tuple[list[tuple[re.Pattern[str], str]], list[dict[str, Any]]]:
    """Returns each pattern with what to write instead, and the exceptions."""
    table = tomllib.loads(WORDS.read_text(encoding="utf-8"))
    rows = [(row["pattern"].replace(" ", r"\s").replace("SENTENCE", SENTENCE), row) for row in table["word"]]
    compiled = [(re.compile(pattern, 0 if row.get("case") else re.IGNORECASE), row["write"]) for pattern, row in rows]
    return compiled, table["exception"]


def hits(file: str, text: str) -> list[Hit]:
    """Returns the hits in a file's text, by line."""
    patterns, exceptions = word_list()
    pieces = list(_pieces(file, text))
    content = "".join(piece.text for piece in pieces)
    for row in exceptions:
        for kept in row["texts"] if file.startswith(tuple(row.get("files", ("",)))) else ():
            content = content.replace(kept, re.sub(r"[^\n]", "`", kept))
    starts = [0, *accumulate(len(piece.text) for piece in pieces)]
    rows = []
    for pattern, write in patterns:
        for match in pattern.finditer(content):
            if match[0].split()[-1].isupper():  # a placeholder
                continue
            number = bisect_right(starts, match.start()) - 1
            line = pieces[number].line + content.count("\n", starts[number], match.start())
            rows.append(Hit(file, line, " ".join(match[0].split())[:60], write))
    return sorted(rows)


def _pieces(file: str, text: str) -> Iterator[Piece]:
    """Returns the pieces of a file that people read. A break is before each but the parts of one string or comment."""
    if not file.endswith(".py"):
        yield Piece(1, _plain(TAG.sub(BREAK, text) if file.startswith(PAGES) else text))
        if file.endswith((".jinja", ".j2")):
            yield from _in_statements(text)
        return
    end = line = 0
    for match in STRING.finditer(text):
        if PRAGMA.match(match["comment"] or ""):
            continue
        line += text.count("\n", end, match.start())
        between = text[end : match.start()]
        part = end and "\n\n" not in between and not between.strip(" \nf")
        string = re.sub(r"\\n *", BREAK, match["string"] or "")
        is_text = not file.startswith(NO_STRINGS) and (part or " " in string)
        if kept := match["doc"] or match["comment"] or (is_text and string):
            yield Piece(line + 1, ("" if part and string else " " if part else BREAK) + _plain(kept))
        line += match[0].count("\n")
        end = match.end()


def _in_statements(text: str) -> Iterator[Piece]:
    """Returns the texts in statements and values of a template."""
    for statement in STATEMENT.finditer(text):
        for literal in LITERAL.finditer(statement[0]):
            line = text.count("\n", 0, statement.start() + literal.start()) + 1
            yield Piece(line, BREAK + _plain(literal[1]))


def _plain(text: str) -> str:
    """Returns a text without code and indentation; its line breaks are kept."""
    return re.sub(r"\n[ \t]+", "\n", CODE.sub(lambda match: "`" + "\n" * match[0].count("\n"), text))


def files() -> dict[str, str]:
    """Returns the text of each file that is read, by its path."""
    paths = sorted({path for pattern in READ for path in ROOT.glob(pattern)})
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def not_swept() -> dict[str, int]:
    """Returns the number of hits that each file may still have: files without a line may have none."""
    rows = (line.split(maxsplit=1) for line in NOT_SWEPT.read_text(encoding="utf-8").splitlines())
    return {file: int(number) for number, file in rows}


def write_not_swept(numbers: dict[str, int]) -> None:
    """Writes the list of files that still have hits."""
    NOT_SWEPT.write_text(
        "".join(f"{numbers[file]} {file}\n" for file in sorted(numbers) if numbers[file]), encoding="utf-8"
    )


def main(arguments: list[str]) -> None:
    """Lists hits, or lowers the list of files that are not swept."""
    result = {file: hits(file, text) for file, text in files().items()}
    if arguments == ["--lower"]:
        write_not_swept({file: min(number, len(result.get(file, ()))) for file, number in not_swept().items()})
        return
    rows = [str(hit) for file in arguments or result for hit in result[file]]
    sys.stdout.write("".join(f"{row}\n" for row in rows))


if __name__ == "__main__":
    main(sys.argv[1:])
