"""Reads the quotas that Azure has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from amlz.azure.regular_files import read_regular
from amlz.core.problems import LandingZoneError


def current_quotas(path: Path) -> Any:
    """Returns Azure's list of quotas as JSON. Raises LandingZoneError for a file that is none."""
    try:
        return json.loads(read_regular(path).decode("utf-8-sig"))
    except OSError as error:
        raise LandingZoneError(
            f"--current {path}\n  It cannot be read: {error.strerror}.\n  Name a file that exists."
        ) from None
    except (ValueError, RecursionError):
        raise LandingZoneError(
            f"--current {path}\n  It is no JSON in UTF-8.\n  Fetch it with the first command that `amlz quota STACK "
            "--commands` shows."
        ) from None
