"""Markdown as GitHub and Azure DevOps read it: texts that stay what they are, and comments that fit.

https://github.github.com/gfm/, https://learn.microsoft.com/azure/devops/project/wiki/markdown-guidance
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from amlz.core.terminal import UNSEEN

#: Most characters of a comment on GitHub, less some room for the text of the pipeline that posts it:
#: https://docs.github.com/rest/issues/comments
LONGEST = 65_000
#: Punctuation that markup begins with, HTML, tables and mathematics among it. The backslash goes first.
_MARKUP = re.compile(r"([\\`*_\[\]<>#~|&$])")
#: Beginning of a list or a heading at the start of a line.
_FIRST = re.compile(r"^(\d{1,9})?((?<=\d)[.)]|[-+]|=+)(?=\s|$)")
#: Text that would become a link by itself: to a person, an issue, a pull request, a page.
_MENTIONS = re.compile(r"((?<!\w)@(?=\w)|@(?=[\w-]+\.\w)|(?:\\#|!|\bGH-)(?=\d))", re.IGNORECASE)
_LINKS = re.compile(r"(://|\bwww\.)", re.IGNORECASE)
_EMOJI = re.compile(r":(?=[\w+-]+:)")
#: Characters that end a line, that change the direction of a text, or that are invisible.
_BREAKS = re.compile("[\t\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+ *")
_UNSEEN = re.compile(f"[{''.join(map(chr, sorted(UNSEEN)))}\\t\\n\ud800-\udfff]")
#: A part of a sentence between backquotes.
_CODE = re.compile(r"`([^`]+)`")
#: A word that may be the name of a resource.
_WORD = re.compile(r"\w[\w.-]*\w")
#: Takes no room and breaks no line: separates the characters on both of its sides.
_JOINER = "\u2060"


class Markdown(str):
    """A text that is Markdown already. Every other one is escaped where it goes into a template."""

    __slots__ = ()


def escaped(text: str) -> Markdown:
    """A text that Markdown shows as it is, in one line: nothing in it is markup, a link or a mention."""
    sentence = _FIRST.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", _line(text)))
    sentence = _MENTIONS.sub(rf"\1{_JOINER}", sentence)
    sentence = _LINKS.sub(lambda link: link[0].replace("://", ":\\//").replace(".", "\\."), sentence)
    return Markdown(_EMOJI.sub(f":{_JOINER}", sentence))


def prose(text: str) -> Markdown:
    """A sentence of `amlz`, in one line: what it has between backquotes is code, all other text is shown as it is."""
    parts = _CODE.split(_line(text))
    return Markdown("".join(code(part) if index % 2 else _kept(part) for index, part in enumerate(parts)))


def named(text: str, names: Iterable[str]) -> Markdown:
    """As `prose`, with names of resources as code, wherever they are words of the sentence."""
    known = sorted({name for name in names if name and "`" not in name}, key=lambda name: (-len(name), name))
    if not known:
        return prose(text)
    pattern = re.compile(rf"(?<![\w./-])({'|'.join(map(re.escape, known))})(?![\w/-]|\.\w)")
    parts = _CODE.split(_line(text))
    marked = (f"`{part}`" if index % 2 else pattern.sub(r"`\1`", part) for index, part in enumerate(parts))
    return prose("".join(marked))


def marked(text: str, known: Collection[str]) -> Markdown:
    """As `escaped`, with those words that are known names as code."""
    line, parts, at = _line(text), [], 0
    for word in _WORD.finditer(line):
        if word[0] in known:
            parts += [_kept(line[at : word.start()]), code(word[0])]
            at = word.end()
    return Markdown("".join((*parts, _kept(line[at:]))))


def block(language: str, lines: Iterable[str]) -> Markdown:
    """Lines as a block of code, with a button to copy it. No line ends the block."""
    body = [
        _line(line) if line.strip() == line else f"{' ' * (len(line) - len(line.lstrip()))}{_line(line)}"
        for line in lines
    ]
    longest = max((len(run) for line in body for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return Markdown("\n".join((f"{fence}{language}", *body, fence)))


def _kept(part: str) -> str:
    """A part of a sentence, escaped, with the spaces at its ends."""
    inner = part.strip()
    return part.replace(inner, escaped(inner), 1) if inner else part


def link(text: Markdown, address: str) -> Markdown:
    """A link to a page; the text alone where there is no address."""
    return Markdown(f"[{text}](<{address}>)") if address else text


def shown(value: object) -> Markdown:
    """Returns the text that a template shows for a value."""
    return value if isinstance(value, Markdown) else escaped(str(value))


def code(text: object, in_table: bool = False) -> Markdown:
    """Returns any text as code. In a table a bar is escaped, as only there it can be."""
    sentence = _line(str(text))
    longest = max((len(run) for run in re.findall("`+", sentence)), default=0)
    fence, pad = "`" * (longest + 1), " " if longest or sentence != sentence.strip() else ""
    sentence = sentence.replace("|", "\\|") if in_table else sentence
    return Markdown(f"{fence}{pad}{sentence}{pad}{fence}")


def _line(text: str) -> str:
    return _UNSEEN.sub("\ufffd", _BREAKS.sub(" ", text)).strip()


_FOLDED = re.compile(r"^<details><summary>([^\n]*)</summary>\n(?:(?!</?details>)[^\n]*\n)*</details>\n", re.MULTILINE)


def unfolded(text: str, shows: str) -> str:
    """A comment without what is folded in it. `shows`: what shows it."""
    return _FOLDED.sub(rf"\1: left out here, it is too long for a comment. {shows} shows it.\n", text)


def fitted(text: str, most: int) -> str:
    """Returns a comment of at most so many characters.

    Folded parts are left out first, the longest ones before others, each with a note. Then the text is cut at a line.
    """
    for part in sorted(_FOLDED.finditer(text), key=lambda part: -len(part[0])):
        if len(text) <= most:
            return text
        text = text.replace(part[0], f"{part[1]}: left out here, it is too long for a comment.\n")
    if len(text) <= most:
        return text
    note = "\n\nCut here: it is too long for a comment.\n"
    kept = text[: most - len(note) - len("\n\n</details>")].rpartition("\n")[0]
    open_ = kept.count("\n<details>") > kept.count("\n</details>")
    return kept + ("\n\n</details>" if open_ else "") + note
