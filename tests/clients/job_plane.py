"""A stand-in for jobs of Azure ML: it runs the command of a job, or the scoring script of a batch deployment, here.

Paths are those of azure-ai-ml 1.35: jobs, their run history, and blobs of the default datastore.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from amlz.simulator.arm.messages import Answer, error
from tests.conftest import ROOT

if TYPE_CHECKING:
    from tests.clients.data_plane import DataPlane

_BIN = ROOT / ".tools" / "clients" / "bin"
_BATCH = "import score, sys; score.init(); print(*score.run(sys.argv[1:]), sep='\\n')"


@dataclass
class JobPlane:
    """State. `jobs`: bodies by name. `commands`: what was run. `arm`: returns a resource."""

    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    arm: Callable[[str], Any] = lambda _id: None

    def answer(self, data: DataPlane, method: str, path: str, body: Any) -> Answer:
        """The answer to a request: of ARM about a job, of a batch endpoint, or of the run history."""
        if path.endswith("/rundata"):
            return Answer(200, {}, {"runMetadata": {"runId": body["runId"], "outputs": {}}})
        if path.endswith("/details"):
            job = self.jobs[path.split("/")[-2]]
            return Answer(200, {}, {"runId": job["name"], "status": job["properties"]["status"], "logFiles": {}})
        if path.endswith("/jobs"):
            return self._scored(data, path.removesuffix("/jobs"), body["properties"])
        name = path.rsplit("/", 1)[1]
        if method == "PUT":
            self.jobs[name] = self._run(data, path, body["properties"])
            return Answer(201, {}, self.jobs[name])
        return (
            Answer(200, {}, self.jobs[name]) if name in self.jobs else error(404, "UserError", "There is no such job.")
        )

    def _run(self, data: DataPlane, job_id: str, wanted: dict[str, Any]) -> dict[str, Any]:
        """Runs the command of a job with its code, its inputs and its outputs in folders."""
        name, command = job_id.rsplit("/", 1)[1], wanted["command"]
        with tempfile.TemporaryDirectory() as folder:
            _write(Path(folder, "code"), data.files(job_id, self.arm(wanted["codeId"])["properties"]["codeUri"]))
            for key, given in (wanted.get("inputs") or {}).items():
                _write(Path(folder, key), data.files(job_id, given["uri"]))
                command = command.replace(f"${{{{inputs.{key}}}}}", f"{folder}/{key}")
            for key in wanted["outputs"]:
                command = command.replace(f"${{{{outputs.{key}}}}}", f"{folder}/{key}")
            status = self._ran(["bash", "-c", command], Path(folder, "code"), {})[0]
            for key in wanted["outputs"]:
                self._keep(data, job_id, f"azureml/{name}/{key}", Path(folder, key))
        studio = {"Studio": {"endpoint": f"https://ml.azure.com/runs/{name}", "jobServiceType": "Studio"}}
        done = {"status": "Failed" if status else "Completed", "services": studio, "properties": {}, "tags": {}}
        return {"id": job_id, "name": name, "type": "jobs", "properties": {**wanted, **done}}

    def _scored(self, data: DataPlane, endpoint_id: str, wanted: dict[str, Any]) -> Answer:
        """Scores the files of an input with the default deployment, as one mini batch."""
        default = self.arm(endpoint_id)["properties"]["defaults"]["deploymentName"]
        deployment = self.arm(f"{endpoint_id}/deployments/{default}")["properties"]
        (given,) = wanted["inputData"].values()
        name = f"batchjob-{len(self.jobs)}"
        with tempfile.TemporaryDirectory() as folder:
            code = deployment["codeConfiguration"]
            assert code["scoringScript"] == "score.py"
            _write(Path(folder, "code"), data.files(endpoint_id, self.arm(code["codeId"])["properties"]["codeUri"]))
            _write(Path(folder, "model"), data.files(endpoint_id, data.registries.url(deployment["model"]["assetId"])))
            _write(Path(folder, "data"), data.files(endpoint_id, given["uri"]))
            files = sorted(map(str, Path(folder, "data").iterdir()))
            code_folder, model = Path(folder, "code"), {"AZUREML_MODEL_DIR": f"{folder}/model"}
            status, rows = self._ran([str(_BIN / "python"), "-c", _BATCH, *files], code_folder, model)
            _write(Path(folder, "score"), {deployment["outputFileName"]: rows.encode()})
            self._keep(data, endpoint_id, f"azureml/{name}/score", Path(folder, "score"))
        properties = {"status": "Failed" if status else "Completed"}
        self.jobs[name] = {"id": f"{endpoint_id}/jobs/{name}", "name": name, "type": "jobs", "properties": properties}
        return Answer(201, {}, self.jobs[name])

    def _ran(self, command: list[str], folder: Path, more: Mapping[str, str]) -> tuple[int, str]:
        self.commands.append(command[-1] if command[0] == "bash" else "score.py")
        environment = {"PATH": f"{_BIN}:{os.environ['PATH']}", "LANG": "C.UTF-8", **more}
        ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        return ran.returncode, ran.stdout

    def _keep(self, data: DataPlane, resource_id: str, path: str, folder: Path) -> None:
        """Writes the files of a folder as blobs of the default datastore."""
        for file in folder.rglob("*"):
            if file.is_file():
                blob = f"/{data.container(resource_id)}/{path}/{file.relative_to(folder).as_posix()}"
                data.blobs[blob] = file.read_bytes()


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
