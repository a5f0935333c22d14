"""The simulated Azure: its answer to a request, as far as that is decided before anything is sent.

It knows ids, since names are decided, and gives plain inputs back. Values that Azure sets stay unknown, and so do lists
and objects: they return with additions by Azure. So does what no table here answers for each service: how it spells
`type`, and whether the `name` of a child holds its parent's.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from amlz.azure import table
from amlz.azure.ids import parse
from amlz.azure.shapes import id_of
from amlz.simulator import model_registries


@dataclass(frozen=True, slots=True)
class PreviewAnswer:
    """An answer: the id ("" where not decided) and the outputs that are known."""

    id: str
    outputs: dict[str, Any]


#: Values that Azure sets and the program reads, of existing resources: derived from the id, the same in every run.
_MADE_UP = uuid.UUID("6f1c1a0e-0d3b-5f0e-9a55-3b8f1c2d4e5f")
#: Ends of the names of vaults, by azure-native's name of a cloud (`environment`).
VAULTS = {"public": "vault.azure.net", "usgovernment": "vault.usgovcloudapi.net", "china": "vault.azure.cn"}
#: The private address of an existing firewall, of a range for documentation (RFC 5737): not a real one.
_FIREWALL_ADDRESS = "192.0.2.4"


class SimulatedAzure:
    """One Azure for one run: the public one, until a provider names another."""

    vaults = VAULTS["public"]

    def in_cloud(self, environment: str) -> None:
        """From here on it is a cloud, by azure-native's name for it. Raises KeyError for one that there is not."""
        self.vaults = VAULTS[environment]

    def preview(self, token: str, inputs: dict[str, Any], subscription: str) -> PreviewAnswer:
        """The answer to a request that is not sent.

        `inputs` are as the provider gets them, what is not decided as amlz.azure.graph.unknown. Raises UnmappedInput
        for a token that the table of shapes does not have.
        """
        resource_id = id_of(token, inputs, subscription)
        outputs = {key: value for key, value in inputs.items() if not isinstance(value, dict | list)}
        names = parse(resource_id).names if resource_id else ()
        if len(names) == 1:
            outputs["name"] = names[0]
        return PreviewAnswer(resource_id or "", outputs)

    def deployed(self, token: str, inputs: dict[str, Any], subscription: str) -> PreviewAnswer:
        """Returns the answer to a request that is sent: everything is decided, the inputs return, and values that Azure
        sets.

        Of that, only what the program reads, and it is made up: principals of identities, addresses of firewalls,
        versions of keys, what Azure creates for an Azure ML registry.
        Raises UnmappedInput as `preview` does.
        """
        answer = self.preview(token, inputs, subscription)
        outputs = {**given_back(token, inputs), **answer.outputs}
        if token == "azure-native:managedidentity:UserAssignedIdentity":
            outputs |= {key: str(uuid.uuid5(_MADE_UP, f"{answer.id}/{key}")) for key in ("clientId", "principalId")}
        if token == "azure-native:network:AzureFirewall":
            rules = outputs.get("ipConfigurations", [])
            outputs["ipConfigurations"] = [{**rule, "privateIPAddress": _FIREWALL_ADDRESS} for rule in rules]
        if token == "azure-native:keyvault:Key":
            vault, key = parse(answer.id).names
            version = uuid.uuid5(_MADE_UP, answer.id).hex
            outputs["keyUriWithVersion"] = f"https://{vault.lower()}.{self.vaults}/keys/{key}/{version}"
        own = ("azure-native:synapse:Workspace", "azure-native:purview:Account")
        if token in own or _is_feature_store(token, inputs):
            principal = str(uuid.uuid5(_MADE_UP, f"{answer.id}/principalId"))
            outputs["identity"] = {**outputs.get("identity", {}), "principalId": principal}
        if token == "azure-native:machinelearningservices:Registry":
            outputs |= model_registries.created(answer.id, outputs)
        return PreviewAnswer(answer.id, outputs)


def _is_feature_store(token: str, inputs: dict[str, Any]) -> bool:
    """Returns whether a resource is a feature store, whose own identity gets roles."""
    return token == "azure-native:machinelearningservices:Workspace" and inputs.get("kind") == "FeatureStore"


def given_back(token: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """Inputs as Azure gives them back: a list of ids that ARM keeps as the keys of an object is that object."""
    shapes = table.shapes(token)

    def converted(value: Any, shape: int) -> Any:
        rules = {key: rule[1] for key, rule in shapes[shape]["as"].items() if isinstance(rule, list)}
        return {key: below(item, rules[key]) if key in rules else item for key, item in value.items()}

    def below(value: Any, rule: Any) -> Any:
        if not isinstance(value, dict | list):
            return value
        if "keys" in rule:
            return {key: {} for key in value}
        if isinstance(value, list):
            return [below(item, rule) for item in value]
        if "map" in rule:
            one = {key: item for key, item in rule.items() if key != "map"}
            return {key: below(item, one) for key, item in value.items()}
        shape = rule["is"] if "is" in rule else rule["cases"].get(value.get(rule["by"]))
        return value if shape is None else converted(value, shape)

    result: dict[str, Any] = converted(inputs, table.entry(token)["shape"])
    return result
