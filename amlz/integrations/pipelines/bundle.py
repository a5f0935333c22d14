"""Files that a run without a token hands to the run that may write: a comment, findings, and the pull request's number.

`make` is run by the code of the pull request; `read` trusts nothing that it wrote.
"""

from __future__ import annotations

import io
import json
import lzma
import re
import shutil
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amlz.integrations.pipelines import preview
from amlz.integrations.pipelines.problems import PipelineError

#: Bytes: of the whole, of a comment in UTF-8, and of one file of findings (code scanning takes 10 MB, zipped).
WHOLE, COMMENT, FINDINGS = 20_000_000, 400_000, 10_000_000
#: Stacks of one pull request. Code scanning takes 20 runs a file, these are files of one run.
MOST = 100
#: Raised by Python's reader for archives that are damaged, encrypted, or packed in a way that it does not know.
#: ValueError includes text that is not UTF-8, RuntimeError what is not implemented.
_DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, RuntimeError, EOFError, OSError),
    *(ValueError, LookupError, TypeError, ArithmeticError, MemoryError),
)
_SARIF = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.sarif")


@dataclass(frozen=True, slots=True)
class Bundle:
    """`number`: of the pull request, as the run reports it. `quiet`: nothing differs. `findings`: SARIF by file
    name.
    """

    number: int
    quiet: bool
    comment: str
    findings: dict[str, bytes]


def make(parts: Path, number: int, to: Path, last: str = "") -> int:
    """Copies the reports of each stack, and the list in `parts/listed`, to a folder `bundle`, and one of pages next to
    it. `last`: the last line of the comment.

    The exit code: 1 where the stacks could not be listed, production would end, or stacks conflict with each other.
    """
    from amlz.reports.formats.all_markdown import comment

    listed = parts / "listed"
    result = {path.stem: path.read_text(encoding="utf-8") for path in sorted(parts.glob("*.md"))}
    collected = {stack: result.get(stack) or preview.missing(stack) for stack in preview.expected(listed)}
    failed = listed / preview.FAILED
    if failed.exists():
        collected = {"": failed.read_text(encoding="utf-8")}
    ended = listed / preview.ENDED
    if ended.exists():
        collected = {" removed": ended.read_text(encoding="utf-8"), **collected}
    others = listed / preview.OTHERS
    left = others.read_text(encoding="utf-8").splitlines() if others.exists() else []
    bundle, pages = to / "bundle", to / "pages"
    for folder in (bundle, pages):
        folder.mkdir(parents=True, exist_ok=True)
    text = comment(collected, left)
    if collected:
        text += f"\n{last}" if last else ""
    (bundle / "comment.md").write_text(text, encoding="utf-8")
    (bundle / "about.json").write_text(json.dumps({"number": number, "quiet": not collected}), encoding="utf-8")
    for path in sorted(parts.glob("*.sarif")):
        shutil.copy(path, bundle)
    (pages / "comment.md").write_text(text, encoding="utf-8")
    for path in sorted(parts.glob("*.html")):
        shutil.copy(path, pages)
    return int(failed.exists() or ended.exists())


def read(zipped: bytes) -> Bundle:
    """Raises PipelineError for anything that `make` would not write."""
    if len(zipped) > WHOLE:
        raise _odd(f"it has {len(zipped):,} bytes")
    try:
        with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
            files = dict(_files(archive))
    except PipelineError:
        raise
    except _DAMAGED as error:
        raise _odd(f"it is no archive that can be read ({type(error).__name__})") from None
    about = _json(files.pop("about.json", b""), "about.json")
    number = about.get("number")
    if type(number) is not int or not 0 < number < 2**31 or type(about.get("quiet")) is not bool:
        raise _odd("about.json has no number of a pull request")
    text = files.pop("comment.md", b"").decode("utf-8", errors="replace")
    for name, findings in files.items():
        _check(_json(findings, name), name)
    return Bundle(number, about["quiet"], text, files)


def _files(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    """Files by name, none of which is ever written to a disk."""
    infos = archive.infolist()
    if len(infos) > MOST + 2 or len({info.filename for info in infos}) < len(infos):
        raise _odd("it holds too many files")
    for info in infos:
        known = {"about.json": 1_000, "comment.md": COMMENT}
        most = known.get(info.filename, FINDINGS if _SARIF.fullmatch(info.filename) else 0)
        if not most:
            raise _odd("it holds a file that does not belong there")
        with archive.open(info) as file:
            content = file.read(most + 1)  # the sizes in the archive's directory may be wrong
        if len(content) > most:
            raise _odd(f"{info.filename} has more than {most:,} bytes")
        yield info.filename, content


def _json(content: bytes, name: str) -> dict[str, Any]:
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise _odd(f"{name} is no JSON object")
    return data


def _check(sarif: dict[str, Any], name: str) -> None:
    """Checks that all findings are from `amlz`: those under another tool's name would replace that tool's own."""
    runs = sarif.get("runs")
    try:
        tools = {run["tool"]["driver"]["name"] for run in runs} if isinstance(runs, list) else set()
    except (TypeError, KeyError):
        tools = set()
    if tools != {"amlz"}:
        raise _odd(f"{name} holds findings of something else than amlz")


def _odd(why: str) -> PipelineError:
    return PipelineError(
        f"the artifact of the preview\n  It is not what a preview writes: {why}.\n"
        "  Nothing was posted. Look at what the pull request changes in pipelines/ and .github/."
    )
