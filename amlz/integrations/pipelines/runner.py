"""The machine that a step runs on: how a step passes on a value, and shows messages."""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from amlz.integrations.pipelines.problems import PipelineError
from amlz.reports.files import terminal


@dataclass(frozen=True, slots=True)
class Runner:
    """GitHub's or Azure's, as its environment variables show; else a terminal, which only gets messages."""

    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    out: TextIO = field(default_factory=lambda: sys.stdout)

    @property
    def github(self) -> bool:
        """https://docs.github.com/actions/reference/workflows-and-actions/variables"""
        return self.environment.get("GITHUB_ACTIONS") == "true"

    @property
    def azure(self) -> bool:
        """https://learn.microsoft.com/azure/devops/pipelines/build/variables"""
        return self.environment.get("TF_BUILD") == "True"

    def get(self, name: str) -> str:
        """A variable that the host sets. Raises PipelineError where it does not."""
        value = self.environment.get(name, "")
        if not value:
            raise PipelineError(
                f"{name}\n  This variable is not in the environment.\n  docs/how-to/pipelines.md lists the "
                "variables that a step needs."
            )
        return value

    def output(self, name: str, value: str) -> None:
        """For later steps and jobs. `value`: one line. Raises PipelineError for more: it would be another output."""
        if value.splitlines() != [value][: len(value)]:
            raise PipelineError(f"output {name}\n  Its value has more than one line.")
        if self.github:
            self._append("GITHUB_OUTPUT", f"{name}={value}\n")
        elif self.azure:
            self.out.write(f"##vso[task.setvariable variable={name};isOutput=true]{value}\n")
        else:
            self.out.write(f"{name}={value}\n")

    def path(self, folder: str) -> None:
        """Programs of later steps of this job are found here first."""
        if self.github:
            self._append("GITHUB_PATH", f"{folder}\n")
        elif self.azure:
            self.out.write(f"##vso[task.prependpath]{folder}\n")

    def variable(self, name: str, value: str) -> None:
        """In the environment of later steps of this job. `value`: one line, made by this program."""
        if self.github:
            self._append("GITHUB_ENV", f"{name}={value}\n")
        elif self.azure:
            self.out.write(f"##vso[task.setvariable variable={name}]{value}\n")

    def summary(self, markdown: str) -> None:
        """On the page of the run."""
        if self.github:
            self._append("GITHUB_STEP_SUMMARY", f"{markdown}\n")
        elif self.azure:
            path = Path(self.get("AGENT_TEMPDIRECTORY")) / f"{uuid.uuid4()}.md"
            path.write_text(markdown, encoding="utf-8")
            self.out.write(f"##vso[task.uploadsummary]{path}\n")
        else:
            self.out.write(f"{markdown}\n")

    def notice(self, text: str) -> None:
        """One line, where people look first."""
        line = terminal(" ".join(text.split()))
        if self.github:
            self.out.write(f"::notice::{line.replace('%', '%25')}\n")
        else:
            self.out.write(f"{line}\n")

    def _append(self, variable: str, text: str) -> None:
        with open(self.get(variable), "a", encoding="utf-8") as file:
            file.write(text)
