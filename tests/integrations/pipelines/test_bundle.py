"""The bundle that a run without a token gives to one with a token: none of it is trusted."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from amlz.integrations.pipelines import bundle, words
from amlz.integrations.pipelines.bundle import Bundle
from amlz.integrations.pipelines.problems import PipelineError

ABOUT = b'{"number": 7, "quiet": false}'
SARIF = json.dumps({"runs": [{"tool": {"driver": {"name": "amlz"}}}]}).encode()


def archive(files: dict[str, bytes]) -> bytes:
    """Files as an artifact."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in files.items():
            zipped.writestr(name, content)
    return memory.getvalue()


def test_what_a_preview_writes_is_read() -> None:
    """A comment in any encoding is text."""
    whole = archive({"about.json": ABOUT, "comment.md": "## ✅ dev\n".encode() + b"\xff", "dev.sarif": SARIF})

    assert bundle.read(whole) == Bundle(7, False, "## ✅ dev\n\ufffd", {"dev.sarif": SARIF})


FOREIGN = json.dumps({"runs": [{"tool": {"driver": {"name": "CodeQL"}}}]}).encode()
ELSE = "dev.sarif holds findings of something else than amlz"
WRONG = [
    (b"no archive", "it is no archive that can be read (BadZipFile)"),
    (archive({}), "about.json is no JSON object"),
    (archive({"about.json": b"[1]"}), "about.json is no JSON object"),
    (archive({"about.json": b"[" * 900}), "about.json is no JSON object"),
    (archive({"about.json": b'{"number": "7; rm -rf", "quiet": true}'}), "about.json has no number of a pull request"),
    (archive({"about.json": b'{"number": true, "quiet": true}'}), "about.json has no number of a pull request"),
    (archive({"about.json": b'{"number": 7}'}), "about.json has no number of a pull request"),
    (archive({"about.json": ABOUT, "../../.bashrc": b"x"}), "it holds a file that does not belong there"),
    (archive({"about.json": ABOUT, "a/b.sarif": SARIF}), "it holds a file that does not belong there"),
    (archive({"about.json": ABOUT, "comment.md": b" " * 400_001}), "comment.md has more than 400,000 bytes"),
    (archive({"about.json": ABOUT, "dev.sarif": b" " * 10_000_001}), "dev.sarif has more than 10,000,000 bytes"),
    (archive({"about.json": ABOUT, "dev.sarif": FOREIGN}), ELSE),
    (archive({"about.json": ABOUT, "dev.sarif": b'{"runs": [1]}'}), ELSE),
    (archive({"about.json": ABOUT, "dev.sarif": b'{"runs": []}'}), ELSE),
    (archive({f"{n}.sarif": SARIF for n in range(103)}), "it holds too many files"),
    (b" " * (bundle.WHOLE + 1), "it has 20,000,001 bytes"),
]  # fmt: skip


@pytest.mark.parametrize(("zipped", "why"), WRONG, ids=range(len(WRONG)))
def test_what_a_preview_would_not_write_is_refused(zipped: bytes, why: str) -> None:
    """In one sentence, which names the log."""
    with pytest.raises(PipelineError) as refused:
        bundle.read(zipped)

    assert str(refused.value) == (
        f"the artifact of the preview\n  It is not what a preview writes: {why}.\n"
        "  Nothing was posted. Look at what the pull request changes in pipelines/ and .github/."
    )


def test_a_text_of_others_calls_nobody_and_carries_no_marker() -> None:
    """Only this program writes the marker; the note is above the part that an open tag could hide."""
    text = f"{words.COMMENT}\n## ✅ dev\n{words.DRIFT}@everyone, a@example.com <details>\n"

    assert words.posted(text, "> A note.", above=True) == (
        f"{words.COMMENT}\n> A note.\n\n## ✅ dev\n@\u200beveryone, a@\u200bexample.com <details>\n"
    )
    assert words.posted("said", "note", above=False) == f"{words.COMMENT}\nsaid\n\nnote\n"


def test_a_text_that_is_too_long_for_a_comment_is_cut_at_a_line() -> None:
    """GitHub takes 65,536 characters."""
    posted = words.posted("0123456789\n" * 9_000, "note", above=False)

    assert len(posted) <= words.LONGEST
    assert posted.endswith("\n0123456789\n\nCut here: it is too long for a comment.\n\nnote\n")
