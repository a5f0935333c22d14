"""Files of a generated repository: templates, their paths, and their owners."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from jinja2 import Environment, PackageLoader, StrictUndefined

from amlz.app.workload.repository import CodeHost, Repository
from amlz.reports.json_text import dump

#: generated: `amlz workload update` moves it to a new version. team: written once, then never touched.
#: contract: written again, with the client IDs that it has.
Owner = Literal["generated", "team", "contract"]


@dataclass(frozen=True, slots=True)
class WorkloadFile:
    """A template and its path in the repository. `ci`: only with this code hosting service."""

    template: str
    path: str
    owner: Owner
    ci: CodeHost | None = None


@dataclass(frozen=True, slots=True)
class RenderedFile:
    """A file of a repository, and whose it is."""

    text: str
    owner: Owner


_MODULES = (
    "approvals",
    "azure",
    "batch",
    "credential",
    "drift",
    "health",
    "jobs",
    "models",
    "problem",
    "rollout",
    "settings",
    "zone",
)
_JOBS = ("batch-deployment", "batch-endpoint", "deployment", "drift", "endpoint", "train")
_WORKFLOWS = ("batch", "deploy", "monitor", "retire", "rollback", "test", "train", "watch")
_PIPELINES = ("alert", "batch", "monitor", "prepare", "retire", "rollback", "test", "train", "watch")
FILES: tuple[WorkloadFile, ...] = (
    WorkloadFile("readme.md", "README.md", "generated"),
    WorkloadFile("mlops/init.py", "mlops/__init__.py", "generated"),
    WorkloadFile("mlops/main.py", "mlops/__main__.py", "generated"),
    *(WorkloadFile(f"mlops/{name}.py", f"mlops/{name}.py", "generated") for name in _MODULES),
    *(WorkloadFile(f"aml/{name}.yml", f"aml/{name}.yml", "generated") for name in _JOBS),
    WorkloadFile("checks/test_steps.py", "tests/test_steps.py", "generated"),
    WorkloadFile("checks/test_rollout.py", "tests/test_rollout.py", "generated"),
    WorkloadFile("checks/conftest.py", "tests/conftest.py", "generated"),
    WorkloadFile("checks/test_model.py", "tests/test_model.py", "team"),
    WorkloadFile("checks/requests.json", "checks/requests.json", "team"),
    *(WorkloadFile(f"source/{name}.py", f"source/{name}.py", "team") for name in ("data", "drift", "score", "train")),
    WorkloadFile("source/init.py", "source/__init__.py", "team"),
    WorkloadFile("source/conda.yml", "source/conda.yml", "team"),
    WorkloadFile("source/requirements.txt", "requirements.txt", "team"),
    WorkloadFile("source/settings.yml", "settings.yml", "team"),
    WorkloadFile("source/model_card.md", "MODEL_CARD.md", "team"),
    WorkloadFile("source/gitignore", ".gitignore", "team"),
    WorkloadFile("github/prepare.yml", ".github/actions/prepare/action.yml", "generated", "github"),
    WorkloadFile("github/zizmor.yml", ".github/zizmor.yml", "generated", "github"),
    *(
        WorkloadFile(f"github/{name}.yml", f".github/workflows/{name}.yml", "generated", "github")
        for name in _WORKFLOWS
    ),
    *(
        WorkloadFile(f"azure_devops/{name}.yml", f"pipelines/{name}.yml", "generated", "azure-devops")
        for name in _PIPELINES
    ),
)


def rendered(repository: Repository) -> dict[str, RenderedFile]:
    """Returns the files of a repository by path."""
    # GitHub's and Azure ML's expressions are `${{ … }}`, so the templates have other marks.
    environment = Environment(
        loader=PackageLoader("amlz.app.workload"),
        variable_start_string="«",
        variable_end_string="»",
        block_start_string="«%",
        block_end_string="%»",
        comment_start_string="«#",
        comment_end_string="#»",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        autoescape=False,
    )
    values = repository.values()
    result = {
        file.path: RenderedFile(environment.get_template(f"{file.template}.jinja").render(values), file.owner)
        for file in FILES
        if file.ci in (None, repository.options.ci)
    }
    for stage in repository.stages:
        text = dump(stage.contract.model_dump(by_alias=True))
        result[f"contract/{stage.name}.json"] = RenderedFile(text, "contract")
    return result
