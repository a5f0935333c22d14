"""The word list: texts use the field's terms, and the files that are not rewritten yet only get better."""

from __future__ import annotations

import tomllib

import pytest

from tools.words import NOT_SWEPT, WORDS, files, hits, not_swept


def test_texts_use_the_words_of_the_field() -> None:
    """A file has as many hits as not-swept.txt lists, and none without a line there."""
    allowed = not_swept()
    result = {file: hits(file, text) for file, text in files().items()}
    more = [hit for file in result if len(result[file]) > allowed.get(file, 0) for hit in result[file]]
    fewer = [file for file, number in allowed.items() if len(result.get(file, ())) < number]

    assert not more, "\n".join(["Rewrite the new texts with other words:", *map(str, more)])
    assert not fewer, f"Fewer hits than {NOT_SWEPT.name} lists: run `python -m tools.words --lower`. {fewer}"


def test_the_list_of_files_is_sorted_and_has_no_empty_line() -> None:
    """So that two changes of it merge."""
    lines = NOT_SWEPT.read_text(encoding="utf-8").splitlines()

    assert lines == sorted(lines, key=lambda line: line.split()[1])
    assert 0 not in not_swept().values()


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("a.md", "Fine.\n\nThe stack\nsays so, and `says` and ```says``` are code.\n", [(4, "says")]),
        ("a.md", "```text\nIt is told.\n```\n\nIt is\ntold.\n", [(6, "told")]),
        ("a.md", "# Who reads it\n\nWho reads it? Roles of who reads it.\n", [(1, "Who")]),
        ("a.md", "| Where it is | Where it is, a row |\n", [(1, "Where")]),
        ("a.md", "The way\nout is [fixed](told.md).\n", [(1, "way out")]),
        ("a.md", "A resource group, a security group, a group.\n", [(1, "group")]),
        ("amlz/a.py", '"""Tells all.\n\nWhat it is.\n"""\n', [(1, "Tells"), (3, "What")]),
        ("amlz/a.py", 'told = "told"\nsaid = f"It is {said}: it is "\n    f"anew"\n', [(3, "anew")]),
        ("amlz/a.py", '#: Where it is.\na = "by the " f"firewall {x}"\n', [(1, "Where"), (2, "by the firewall")]),
        ("amlz/a.py", "# For all\n# that.\n", [(1, "all that")]),
        ("amlz/a.py", 'a = f"{b}\\n  What it is."\n', [(1, "What")]),
        ("amlz/a.py", "a = 1  # fmt: skip\n#: What it is.\n", [(2, "What")]),
        ("amlz/a.py", "# It is.\n\n# What it is.\n", [(3, "What")]),
        ("a.jinja", '{% if a %}\n{{ "What is lost" }}\n', [(2, "What")]),
        ("amlz/reports/templates/a.jinja", "<p>\n<b>What is lost</b>\n", [(2, "What")]),
        ("tests/a.py", '"""Tells."""\n# It tells.\na = "It tells all."\n', [(1, "Tells"), (2, "tells")]),
    ],
)
def test_a_hit_has_its_line(file: str, text: str, expected: list[tuple[int, str]]) -> None:
    """Documents without their code; of Python docstrings, comments, and the product's strings."""
    assert [(hit.line, hit.word) for hit in hits(file, text)] == expected


def test_each_word_has_a_replacement_and_each_exception_a_reason() -> None:
    """The reason of a word is for who meets it for the first time."""
    table = tomllib.loads(WORDS.read_text(encoding="utf-8"))

    assert [row["pattern"] for row in table["word"] if not (row["write"] and row["why"])] == []
    assert [row["texts"] for row in table["exception"] if not row["why"]] == []
