"""The MLOps repository of a project: its environments in the order of promotion, and what its files need to know."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from amlz.app.workload.zone import ZoneRules, rules_of
from amlz.core.plan import LandingZonePlan
from amlz.core.problems import LandingZoneError, listed
from amlz.core.specs import ProjectEnvironmentSpec, records
from amlz.core.specs.serving import OnlineEndpointSpec
from amlz.core.workload import WorkloadContract, contract, project_of

CodeHost = Literal["github", "azure-devops"]
#: Longest name of a managed online endpoint:
#: https://learn.microsoft.com/azure/machine-learning/how-to-manage-quotas#azure-machine-learning-online-endpoints-and-batch-endpoints
LONGEST_ENDPOINT = 32
#: Part of the names of batch endpoints, which have the same limit.
_BATCH = "-b"
#: Azure copies at most half of the requests to a deployment:
#: https://learn.microsoft.com/azure/machine-learning/how-to-safely-rollout-online-endpoints
MOST_MIRRORED = 50
#: Size of virtual machines where the stack file has none, of the list that managed online endpoints take.
SIZE = "Standard_D4as_v4"
_GITHUB_ENVIRONMENT = re.compile(r"repo:[^:]+:environment:(.+)")
#: End of the names of GitHub environments without reviewers, for steps that must not wait: rolling back, retiring.
OPERATIONS = "-operations"


@dataclass(frozen=True, slots=True)
class RepositoryOptions:
    """Choices for a new repository. `endpoint`: part of the names of endpoints; `mirror`: percentage of requests."""

    ci: CodeHost
    endpoint: str
    mirror: int


@dataclass(frozen=True, slots=True)
class PromotionStage:
    """An environment in the order of promotion.

    `deploys`: the environment of the code hosting service whose reviewers approve; `operates`: that of steps that must
    not wait for a person. `connection`: the service connection of Azure Pipelines. `size`, `instances`: a deployment as
    the stack file counts it in the quota; without that, None and a number that Azure advises.
    """

    name: str
    production: bool
    contract: WorkloadContract
    deploys: str
    operates: str
    connection: str
    rules: ZoneRules
    size: str | None
    instances: int

    @property
    def stage(self) -> str:
        """The name as Azure Pipelines takes it."""
        return self.name.replace("-", "_")


@dataclass(frozen=True, slots=True)
class Repository:
    """Everything that the files of a repository are made from."""

    stack: str
    project: str
    options: RepositoryOptions
    stages: tuple[PromotionStage, ...]

    def values(self) -> dict[str, Any]:
        """Returns the variables of the templates."""
        return {
            "stack": self.stack,
            "project": self.project,
            "ci": self.options.ci,
            "endpoint": self.options.endpoint,
            "mirror": self.options.mirror,
            "environments": self.stages,
            "first": self.stages[0],
            "later": self.stages[1:],
            "last": self.stages[-1],
            "size": next((stage.size for stage in reversed(self.stages) if stage.size), SIZE),
        }


def repository(plan: LandingZonePlan, stack: str, project: str, options: RepositoryOptions) -> Repository:
    """Returns the repository of a project. Raises LandingZoneError for a project or options that have none."""
    own = project_of(plan, project)
    production = [spec for spec in own if spec.production]
    others = [spec for spec in own if not spec.production]
    if not production:
        raise LandingZoneError(
            f"projects.{project}\n  It has no production environment, so nothing can be promoted to production.\n"
            "  Add an environment `prod`, or set `production: true` in one of its environments."
        )
    if not others:
        raise LandingZoneError(
            f"projects.{project}\n  It has only production: models would be trained there.\n"
            "  Add an environment that is not production, such as `dev`."
        )
    if not 0 <= options.mirror <= MOST_MIRRORED:
        raise LandingZoneError(
            f"--mirror {options.mirror}\n  Azure copies at most {MOST_MIRRORED} % of the requests to a deployment.\n"
            f"  Pass a number from 0 to {MOST_MIRRORED}."
        )
    stages = tuple(_stage(plan, spec, options) for spec in (*others, *production))
    _check_endpoint(options.endpoint, stages)
    return Repository(stack, project, options, stages)


def _check_endpoint(name: str, stages: tuple[PromotionStage, ...]) -> None:
    """Raises LandingZoneError for a name that makes names of endpoints that Azure refuses."""
    if not re.fullmatch(r"[a-z](?:-?[a-z0-9])*", name):
        raise LandingZoneError(
            f"--endpoint {name!r}\n  Names of endpoints have lower-case letters, digits and single hyphens here, a "
            "letter first.\n  Pass a name such as churn."
        )
    longest = max((f"-{stage.name}-{stage.contract.endpoint_suffix}" for stage in stages), key=len)
    whole = f"{name}{_BATCH}{longest}"
    if len(whole) > LONGEST_ENDPOINT:
        raise LandingZoneError(
            f"--endpoint {name}\n  The batch endpoint would be {whole}, of {len(whole)} characters: Azure takes "
            f"{LONGEST_ENDPOINT}.\n  Pass a name of at most {LONGEST_ENDPOINT - len(_BATCH + longest)} characters."
        )


def _stage(plan: LandingZonePlan, spec: ProjectEnvironmentSpec, options: RepositoryOptions) -> PromotionStage:
    own = contract(plan, spec)
    planned = (one for part in spec.capabilities for one in records(part.part, OnlineEndpointSpec))
    endpoint = next((one for one in planned if one.key == options.endpoint and one.size), None)
    pipelines = own.pipelines.get("github" if options.ci == "github" else "azureDevOps")
    subjects = pipelines.subjects if pipelines else []
    names = [match[1] for subject in subjects if (match := _GITHUB_ENVIRONMENT.fullmatch(subject))]
    operating = next((name for name in names if name.endswith(OPERATIONS)), None)
    deploying = next((name for name in names if not name.endswith(OPERATIONS)), None)
    deploys = deploying or own.environment
    connections = [subject.rsplit("/", 1)[1] for subject in subjects if subject.startswith("sc://")]
    return PromotionStage(
        name=own.environment,
        production=own.production,
        contract=own,
        deploys=deploys,
        operates=operating or deploys,
        connection=next(iter(connections), f"{own.project}-{own.environment}"),
        rules=rules_of(plan, own),
        size=endpoint.size if endpoint else None,
        instances=endpoint.instances if endpoint else 3 if own.production else 1,
    )


def _without_approvers(names: list[str], kind: str) -> bool:
    """Returns whether people are named, but none of a code hosting service: logins of GitHub have no @."""
    return bool(names) and not any(("@" in name) == (kind == "azureDevOps") for name in names)


def notes(result: Repository) -> list[str]:
    """Returns sentences about what the landing zone does not have yet and the pipelines need."""
    kind = "github" if result.options.ci == "github" else "azureDevOps"
    without = [stage.name for stage in result.stages if kind not in stage.contract.pipelines]
    lines = []
    if without:
        lines.append(
            f"No identity for pipelines in {listed(without)}: set `pipelineIdentities.{kind}` for {result.project} in "
            "the stack file."
        )
    name = result.options.endpoint
    bare = [stage.name for stage in result.stages if f"endpoint-{name}" not in stage.contract.identities]
    if bare:
        lines.append(
            f"No identity for endpoint {name} in {listed(bare)}: pipelines have no right to deploy with another one. "
            f"Set `serving.endpoints.{name}` there in the stack file."
        )
    title = "Azure DevOps" if kind == "azureDevOps" else "GitHub"
    foreign = [stage.name for stage in result.stages if _without_approvers(stage.contract.approvers, kind)]
    if foreign:
        lines.append(
            f"No approver in {listed(foreign)} is a person of {title}, so nothing can be deployed there: add "
            f"{'sign-in addresses' if kind == 'azureDevOps' else 'logins'} to `approvers` in the stack file."
        )
    if result.stages[0].contract.model_registry is None:
        lines.append(
            "The stack file names no Azure ML registry: to promote models, set `modelRegistry` there, or name an "
            "existing one as `registry` in settings.yml."
        )
    return lines
