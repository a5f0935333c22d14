"""The reports of one stack for a pull request: `amlz` once for each form, and what its exit code was."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from pipelines.problems import PipelineError

#: Form of `--format`, and the end of the file's name. The first one's exit code counts.
FORMS = {"markdown": "md", "sarif": "sarif"}


def reports(stack: str, revision: str, folder: Path) -> int:
    """Writes STACK.md and so on. The exit code: 0, or 1 where something stops the change. Raises PipelineError."""
    folder.mkdir(parents=True, exist_ok=True)
    today = datetime.now(UTC).date().isoformat()
    codes = [_report(stack, revision, form, folder / f"{stack}.{end}", today) for form, end in FORMS.items()]
    return codes[0]


def _report(stack: str, revision: str, form: str, path: Path, today: str) -> int:
    amlz = [sys.executable, "-m", "cli", "preview", stack]
    asked = ["--against", revision, "--format", form, "--output", str(path), "--today", today]
    code = subprocess.run([*amlz, *asked], check=False).returncode
    if code not in (0, 1):
        raise PipelineError(f"{stack}\n  Its preview failed; what it said stands above.")
    return code
