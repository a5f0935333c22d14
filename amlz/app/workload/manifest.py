"""`.amlz/workload.json` of a repository: the choices it was made with, and its generated files as they were written.

A new version of the templates is merged with the team's changes of those: docs/decisions/workload.md.
"""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from amlz.app.workload.files import RenderedFile
from amlz.app.workload.repository import CodeHost, Repository
from amlz.azure.regular_files import read_regular
from amlz.core.problems import LandingZoneError

MANIFEST = ".amlz/workload.json"


class WorkloadManifest(BaseModel):
    """The manifest. `files`: lines of each generated file by path, as they were written last."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = 1
    project: str
    ci: CodeHost
    endpoint: str
    files: dict[str, list[str]]

    def text(self, path: str) -> str | None:
        """Returns a file as it was written; None where it was not."""
        lines = self.files.get(path)
        return None if lines is None else "".join(lines)


def manifest_text(repository: Repository, files: dict[str, RenderedFile]) -> str:
    """Returns the manifest of a repository."""
    generated = {path: file.text.splitlines(True) for path, file in files.items() if file.owner == "generated"}
    manifest = WorkloadManifest(
        project=repository.project, ci=repository.options.ci, endpoint=repository.options.endpoint, files=generated
    )
    return json.dumps(manifest.model_dump(), indent=1, ensure_ascii=False) + "\n"


def read_manifest(folder: Path) -> WorkloadManifest:
    """Returns the manifest of a folder. Raises LandingZoneError where it has none, or a damaged one."""
    try:
        return WorkloadManifest.model_validate_json(read_regular(folder / MANIFEST))
    except OSError:
        raise LandingZoneError(
            f"{folder}\n  It has no {MANIFEST}: `amlz workload init` did not write it.\n"
            "  Name the folder of a repository that it wrote."
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        key_path = ".".join(map(str, first["loc"])) or "the file"
        raise LandingZoneError(
            f"{folder / MANIFEST}\n  It cannot be read: {key_path}: {first['msg']}.\n"
            f"  Restore it: git checkout {MANIFEST}"
        ) from None
