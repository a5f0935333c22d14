"""A stand-in for the data plane of Azure ML registries: discovery, the copy of a model, models and their tags.

Discovery and copy: Microsoft's page "Manage models with deployment templates" (2026-05-12), which states 202 and
Azure-AsyncOperation. The Location and its empty body are what azure-ai-ml 1.35 takes as the end; other paths are its
own. No page states that a copy has the tags of its source, so it has none here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from amlz.simulator.arm.messages import Answer, error

if TYPE_CHECKING:
    from tests.clients.data_plane import DataPlane

_DISCOVERY = re.compile(r"/registrymanagement/v1\.0/registries/([^/]+)/discovery")
_REGISTRY = re.compile(
    r"/mferp/managementfrontend/subscriptions/[^/]+/resourceGroups/[^/]+/providers/[^/]+/registries/([^/]+)"
)
_VERSION = re.compile(r"/(models|tempdatarefs)/([^/]+)/versions/([^/]+)")
_SOURCE = re.compile(r"azureml://locations/[^/]+/workspaces/([^/]+)/models/([^/]+)/versions/([^/]+)")
#: The subscription and the resource group of every registry.
SUBSCRIPTION, GROUP = "c2c2c2c2-1111-4222-8333-444455556666", "rg-models"


@dataclass
class RegistryPlane:
    """State. `models`: by registry, name and version. `names`: registries that exist. `forbidden`: the caller may read
    them alone. `workspaces`: ARM IDs by GUID. `arm`: returns a resource.
    """

    models: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    forbidden: list[str] = field(default_factory=list)
    workspaces: dict[str, str] = field(default_factory=dict)
    arm: Callable[[str], Any] = lambda _id: None

    def answer(self, data: DataPlane, method: str, path: str, body: Any) -> Answer:
        """The answer to a request."""
        if path == "/operations/status":
            return Answer(200, {}, {"status": "Succeeded"})
        if path == "/operations/result":
            return Answer(200)
        if discovery := _DISCOVERY.fullmatch(path):
            return self._discovered(data, discovery[1])
        match = _REGISTRY.match(path)
        if match is None or match[1] not in self.names:
            return error(404, "NotFound", "There is no such registry.")
        registry, rest = match[1], path[match.end() :]
        if method != "GET" and registry in self.forbidden:
            return error(403, "AuthorizationFailed", "The client does not have authorization to perform this action.")
        if rest == "/import":
            return self._imported(data, registry, body["properties"])
        if rest.endswith("/versions"):
            return Answer(
                200,
                {},
                {"value": [one for key, one in self.models.items() if key[:2] == (registry, rest.split("/")[2])]},
            )
        version = _VERSION.fullmatch(rest)
        if version is None:
            return error(501, "NotSimulated", path)
        return self._of_version(data.base, method, (registry, version[2], version[3]), (version[1], body))

    def _discovered(self, data: DataPlane, registry: str) -> Answer:
        if registry not in self.names:
            return error(404, "NotFound", "There is no such registry.")
        where = {"primaryRegionResourceProviderUri": f"{data.base}/", "primaryRegion": "westeurope"}
        return Answer(
            200, {}, {"registryName": registry, "subscriptionId": SUBSCRIPTION, "resourceGroup": GROUP, **where}
        )

    def _imported(self, data: DataPlane, registry: str, wanted: dict[str, Any]) -> Answer:
        """Copies a model and its files."""
        source = _SOURCE.fullmatch(wanted["sourceAssetId"])
        assert source, wanted
        model_id = f"{self.workspaces[source[1]]}/models/{source[2]}/versions/{source[3]}"
        model = self.arm(model_id)
        key = (registry, wanted["destinationName"], wanted["destinationVersion"])
        url = f"{data.base}/{'-'.join(key)}"
        for name, content in data.files(model_id, model["properties"]["modelUri"]).items():
            data.blobs[f"/{'-'.join(key)}/{name}"] = content
        properties = {"modelUri": url, "modelType": model["properties"]["modelType"], "flavors": {}, "tags": {}}
        self._put(key, properties)
        headers = {
            "Azure-AsyncOperation": f"{data.base}/operations/status",
            "Location": f"{data.base}/operations/result",
        }
        return Answer(202, {**headers, "Retry-After": "0"})

    def url(self, model_id: str) -> str:
        """Returns the address of the files of a model."""
        (model,) = [model for model in self.models.values() if model["id"] == model_id]
        return str(model["properties"]["modelUri"])

    def _put(self, key: tuple[str, str, str], properties: dict[str, Any]) -> None:
        registry, name, version = key
        self.models[key] = {
            "id": f"azureml://registries/{registry}/models/{name}/versions/{version}",
            "name": version,
            "properties": properties,
        }

    def _of_version(self, base: str, method: str, key: tuple[str, str, str], asked: tuple[str, Any]) -> Answer:
        kind, body = asked
        if method == "GET":
            model = self.models.get(key)
            return Answer(200, {}, model) if model else error(404, "NotFound", "There is no such model.")
        if kind == "tempdatarefs":
            if key in self.models:  # azure-ai-ml states that Azure answers so, and goes on without an upload
                return error(409, "AssetAlreadyExists", "Asset already exists")
            credential = {"credentialType": "SAS", "sasUri": f"{base}/{'-'.join(key)}?sig=simulated"}
            return Answer(200, {}, {"blobReferenceForConsumption": {"credential": credential}})
        known = self.models.get(key, {"properties": {"flavors": {}}})
        self._put(key, {**known["properties"], **body["properties"]})
        return Answer(200, {}, self.models[key])
