"""The steps of a generated repository with azure-ai-ml: argument 3 is its folder, 4 the URL of the stand-in."""

from __future__ import annotations

import json
import os
import sys
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from azure.ai.ml import MLClient
from session import ARGUMENTS, BASE, CREDENTIAL, RESULTS, finish

FOLDER, DATA_PLANE = ARGUMENTS
sys.path.insert(0, FOLDER)
os.chdir(FOLDER)

from mlops import models, settings, zone  # noqa: E402
from mlops.azure import Azure, Manager  # noqa: E402
from mlops.rollout import RolledBack, Rollout  # noqa: E402
from source.train import train  # noqa: E402

here = zone.read("dev")
client = MLClient(CREDENTIAL, here.subscription, here.resource_group, here.workspace, cloud="Simulated")
azure = Azure(here, client, lambda: None, Manager(BASE, CREDENTIAL))
chosen = settings.read()
changes: list[Any] = []


class Watched(Rollout):
    """Notes each change of traffic, and what Azure has afterwards."""

    def traffic(self, traffic: dict[str, int], mirror: dict[str, int], tags: dict[str, str] | None = None) -> None:
        super().traffic(traffic, mirror, tags)
        endpoint = self.endpoint()
        changes.append([endpoint.traffic, endpoint.mirror_traffic])


rollout = Watched(azure, chosen, wait=lambda _: None)


def noted(name: str, value: Any) -> None:
    """Notes a result, the changes of traffic that it took, and the deployments that exist then."""
    RESULTS[name] = {"result": value, "traffic": list(changes), "deployments": sorted(rollout.deployments())}
    changes.clear()


def broken(deployment: str) -> None:
    """Lets the stand-in answer with errors for a deployment that has live traffic."""
    urllib.request.urlopen(f"{DATA_PLANE}/state", json.dumps({"broken": [deployment]}).encode()).read()


train(Path("output"))
first = models.register(azure, chosen, Path("output"))
RESULTS["registered"] = sorted(models.tags_of(azure, first))
noted("first", rollout.deploy(first, {"model": first}))
noted("second", rollout.deploy(first, {"model": first}))
noted("rolled back by hand", rollout.rollback())
noted("third", rollout.deploy(first, {"model": first}))
noted("retired", rollout.retire(datetime.now(UTC) + timedelta(hours=1000)))
broken("blue")
try:
    rollout.deploy(first, {"model": first})
except RolledBack as reason:
    noted("canary", str(reason))
finish()
