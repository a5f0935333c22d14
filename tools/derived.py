"""The command line of scripts that derive a data file from published sources."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path


def run(description: str | None, sources: str, target: Path, derived: Callable[[Path], tuple[str, str]]) -> None:
    """Writes the data file, or with --check reports whether it is current. Ends the process.

    `sources`: help text of --shared. `derived`: returns the file's text and a summary.
    """
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, required=True, help=sources)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where the data differs")
    options = parser.parse_args()
    text, summary = derived(options.shared)
    differs = not target.exists() or target.read_text(encoding="utf-8") != text
    if not options.check:
        target.write_text(text, encoding="utf-8")
    sys.stderr.write(f"{summary}\n")
    sys.exit(int(options.check and differs))
