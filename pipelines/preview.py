"""The reports of one stack for a pull request."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from pipelines.problems import PipelineError

#: Forms of `amlz preview`, and the end of each file's name.
FORMS = {"markdown": "md", "sarif": "sarif", "junit": "junit.xml", "html": "html"}


def reports(stack: str, revision: str, folder: Path) -> int:
    """Writes STACK.md and so on. The exit code: 0, or 1 where something stops the change. Raises PipelineError."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {form: str(folder / f"{stack}.{end}") for form, end in FORMS.items()}
    asked = ["--against", revision, "--today", datetime.now(UTC).date().isoformat()]
    asked += ["--format", "markdown", "--output", paths.pop("markdown")]
    asked += [part for form, path in paths.items() for part in ("--also", f"{form}={path}")]
    code = subprocess.run([sys.executable, "-m", "cli", "preview", stack, *asked], check=False).returncode
    if code not in (0, 1):
        raise PipelineError(f"{stack}\n  Its preview failed; what it said stands above.")
    return code
