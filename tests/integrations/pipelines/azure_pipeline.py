"""The agent of Azure Pipelines, as far as the pipelines need it: templates made one, each script run for real."""

from __future__ import annotations

import fnmatch
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import ROOT
from tests.integrations.pipelines.azure_expressions import evaluate, filled, text
from tests.integrations.pipelines.workflow import Runs

FOLDER = ROOT / "pipelines"
SET = re.compile(r"^##vso\[task\.setvariable variable=(\w+);isOutput=true\](.*)$", re.MULTILINE)


def pipeline(path: str, folder: Path = FOLDER) -> dict[str, Any]:
    """A pipeline as Azure Pipelines reads it, its templates in place. `path`: below `folder`."""
    return _made(folder / path, {})


def _made(path: Path, given: Mapping[str, Any]) -> dict[str, Any]:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    wanted = data.pop("parameters", [])
    unknown = set(given) - {item["name"] for item in wanted}
    assert not unknown, f"{path}: {unknown} are no parameters"
    parameters = {item["name"]: given[item["name"]] if item["name"] in given else item["default"] for item in wanted}
    made: dict[str, Any] = _templates(filled(data, {"parameters": parameters}), path)
    if "extends" in made:
        base = made.pop("extends")
        return {**_made(path.parent / base["template"], base["parameters"]), **made}
    return made


def _templates(templates: Any, path: Path) -> Any:
    """Steps, with templates expanded."""
    if isinstance(templates, list):
        parts = []
        for item in templates:
            if isinstance(item, dict) and "template" in item:
                parts += _made(path.parent / item["template"], item.get("parameters", {}))["steps"]
            else:
                parts.append(_templates(item, path))
        return parts
    if isinstance(templates, dict) and "extends" not in templates:
        return {key: _templates(value, path) for key, value in templates.items()}
    return templates


def jobs(data: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Jobs and deployments by name, in their order."""
    every = [*data.get("jobs", []), *(job for stage in data.get("stages", []) for job in stage["jobs"])]
    return {job.get("job") or job["deployment"]: job for job in every}


def steps(job: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The steps of a job or of a deployment."""
    values: list[dict[str, Any]] = job["steps"] if "steps" in job else job["strategy"]["runOnce"]["deploy"]["steps"]
    return values


@dataclass
class Agents:
    """Runs the jobs of a pipeline in clones. `variables`: of the pipeline, its variable group, and the host."""

    runs: Runs
    path: str
    variables: dict[str, str]
    folder: Path = FOLDER
    results: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    printed: dict[tuple[str, str], str] = field(default_factory=dict)

    def all(self) -> dict[str, str]:
        """Every job after those that it waits for, and as what each ends. A matrix is run with its first row."""
        self.again(*self._jobs)
        return self.results

    def again(self, *names: str) -> None:
        """These jobs, one after the other. Their artifacts replace earlier ones."""
        self.runs.artifacts.clear()
        shutil.rmtree(self.runs.folder / "artifacts", ignore_errors=True)
        for name in names:
            self._job(name, self._jobs[name])

    @property
    def _jobs(self) -> dict[str, dict[str, Any]]:
        return jobs(pipeline(self.path, self.folder))

    def _job(self, name: str, job: Mapping[str, Any]) -> None:
        waits = job.get("dependsOn", [])
        named = [waits] if isinstance(waits, str) else waits
        before = self._before(named)
        needs = {n: {"outputs": self.outputs[n], "result": self.results[n]} for n in self.results}
        values = {"results": [self.results[n] for n in before], "variables": self.variables, "dependencies": needs}
        if not evaluate(job.get("condition", "succeeded()"), values):
            self.results[name], self.outputs[name] = "Skipped", {}
            return
        own = {key: text(self._runtime(value, values)) for key, value in job.get("variables", {}).items()}
        matrix = job.get("strategy", {}).get("matrix")
        if matrix:
            own |= next(iter(yaml.safe_load(self._runtime(matrix, values)).values()))
        self.outputs[name] = {}
        self.results[name] = self._steps(name, job, {**self.variables, **own})

    def _before(self, named: list[str]) -> set[str]:
        """These jobs, and every job before them in the graph."""
        values = set(named)
        for name in named:
            waits = self._jobs[name].get("dependsOn", [])
            values |= self._before([waits] if isinstance(waits, str) else waits)
        return values

    def _runtime(self, value: Any, values: Mapping[str, Any]) -> Any:
        match = re.fullmatch(r"\$\[(.*)\]", str(value).strip())
        return evaluate(match[1], values) if match else value

    def _steps(self, name: str, job: Mapping[str, Any], variables: dict[str, str]) -> str:
        at = self.runs.clone("HEAD")
        result = "Succeeded"
        for step in steps(job):
            values = {"results": [result], "variables": variables}
            if not evaluate(step.get("condition", "succeeded()"), values):
                continue
            code = self.step(name, step, at, variables)
            result = "Failed" if code else result
        return result

    def step(self, job: str, step: Mapping[str, Any], at: Path, variables: dict[str, str]) -> int:
        """Runs a step of a job in its clone. The exit code."""
        if "checkout" in step:
            assert (step["checkout"], step["persistCredentials"]) == ("self", False)
            return 0
        if "publish" in step:
            self._publish(_macros(step["artifact"], variables), at / step["publish"])
            return 0
        if step.get("task") == "DownloadPipelineArtifact@2":
            pattern = step["inputs"]["itemPattern"].removesuffix("/**")
            for artifact in fnmatch.filter(self.runs.artifacts, pattern):
                shutil.copytree(self.runs.artifacts[artifact], at / step["inputs"]["targetPath"] / artifact)
            return 0
        if step.get("task") == "PublishTestResults@2":
            assert list(at.glob(step["inputs"]["testResultsFiles"]))
            return 0
        if step.get("task") == "UsePythonVersion@0":
            return 0
        script, more = step.get("bash", ""), dict[str, str]()
        if step.get("task") == "AzureCLI@2":
            wanted = step["inputs"]
            assert (wanted["addSpnToEnvironment"], wanted["scriptType"]) == (True, "bash")
            script = wanted["inlineScript"]
            more = {"servicePrincipalId": wanted["azureSubscription"], "tenantId": "t", "idToken": "a-token-of-the-run"}
            self.runs.signed_in.append(wanted["azureSubscription"])
        assert script, step
        return self._script(job, step, _macros(script, variables), at, {**variables, **more})

    def _script(self, job: str, step: Mapping[str, Any], script: str, at: Path, variables: dict[str, str]) -> int:
        own = {key: _macros(value, variables) for key, value in step.get("env", {}).items()}
        path = at.parent / "step.sh"
        path.write_text(script)
        named = {
            key.upper().replace(".", "_"): value for key, value in variables.items() if key != "System.AccessToken"
        }
        named |= {key: value for key, value in variables.items() if "." not in key}
        environment = {**self.runs.environment, **named, "TF_BUILD": "True", **own}
        environment |= {"AGENT_TEMPDIRECTORY": str(at.parent)}
        ran = subprocess.run(  # without `-e`: so Azure's task does it
            ["bash", "--noprofile", "--norc", str(path)], cwd=at, env=environment, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        self.runs.ran.add((self.path, job, step["displayName"]))
        self.printed[job, step["displayName"]] = ran.stdout + ran.stderr
        for key, value in SET.findall(ran.stdout):
            self.outputs[job][f"{step['name']}.{key}"] = value
        return ran.returncode

    def _publish(self, name: str, path: Path) -> None:
        to = self.runs.folder / "artifacts" / name
        assert name not in self.runs.artifacts, f"two artifacts {name}"
        if path.is_dir():
            shutil.copytree(path, to)
        else:
            to.mkdir(parents=True)
            shutil.copy(path, to)
        self.runs.artifacts[name] = to


def _macros(macros: str, variables: Mapping[str, str]) -> str:
    """`$(name)` in place; one that there is not stays as it is."""
    return re.sub(r"\$\(([\w.]+)\)", lambda item: variables.get(item[1], item[0]), macros)


def commands(path: str, folder: Path = FOLDER) -> set[tuple[str, str, str]]:
    """Every script of a pipeline: file, job and what it is called."""
    return {
        (path, name, step["displayName"])
        for name, job in jobs(pipeline(path, folder)).items()
        for step in steps(job)
        if "bash" in step or step.get("task") == "AzureCLI@2"
    }
