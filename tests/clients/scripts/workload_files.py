"""Reads the YAML of a generated repository with azure-ai-ml's own loaders: argument 1 is its folder."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from azure.ai.ml import (
    load_batch_deployment,
    load_batch_endpoint,
    load_job,
    load_online_deployment,
    load_online_endpoint,
)

FOLDER = Path(sys.argv[3]) / "aml"

endpoint = load_online_endpoint(FOLDER / "endpoint.yml")
deployment = load_online_deployment(FOLDER / "deployment.yml")
batch_endpoint = load_batch_endpoint(FOLDER / "batch-endpoint.yml")
batch_deployment = load_batch_deployment(FOLDER / "batch-deployment.yml")
train, drift = load_job(FOLDER / "train.yml"), load_job(FOLDER / "drift.yml")
result = {
    "endpoint": [endpoint.auth_mode, endpoint.public_network_access],
    "deployment": [deployment.code_configuration.scoring_script, deployment.app_insights_enabled],
    "batch endpoint": batch_endpoint.auth_mode,
    "batch deployment": [batch_deployment.compute, batch_deployment.output_file_name],
    "jobs": [[job.type, str(job.command), sorted(job.outputs)] for job in (train, drift)],
}
sys.stdout.write(json.dumps(result) + "\n")
