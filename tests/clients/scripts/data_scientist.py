"""The code of a data scientist: get the cluster, create it when it does not exist."""

from __future__ import annotations

from typing import Any

from azure.ai.ml import MLClient
from azure.ai.ml.entities import AmlCompute
from azure.core.exceptions import ResourceNotFoundError
from session import ARGUMENTS, CREDENTIAL, RESULTS, finish, step

SUBSCRIPTION, GROUP, WORKSPACE, SUBNET, IDENTITY = ARGUMENTS
NAME = "cpu-cluster-prod"
client = MLClient(CREDENTIAL, SUBSCRIPTION, GROUP, WORKSPACE, cloud="Simulated")


def get_or_create(**more: Any) -> Any:
    """Returns state and nodes of the cluster, which is created where it does not exist."""
    try:
        cluster = client.compute.get(NAME)
    except ResourceNotFoundError:
        RESULTS["missing"] = True
        wanted = AmlCompute(
            name=NAME, min_instances=0, max_instances=4,
            **{"size": "STANDARD_DS3_V2", "idle_time_before_scale_down": 180, **more},
        )  # fmt: skip
        cluster = client.compute.begin_create_or_update(wanted).result()
    return [
        str(cluster.provisioning_state.value), cluster.min_instances, cluster.max_instances,
        cluster.idle_time_before_scale_down,
    ]  # fmt: skip


step("workspace", lambda: client.workspaces.get(WORKSPACE).name)
step("computes", lambda: [one.name for one in client.compute.list()])
step("cluster", get_or_create)
if SUBNET:
    from azure.ai.ml.entities import IdentityConfiguration, ManagedIdentityConfiguration, NetworkSettings

    identity = IdentityConfiguration(
        type="user_assigned", user_assigned_identities=[ManagedIdentityConfiguration(resource_id=IDENTITY)]
    )
    network = NetworkSettings(subnet=SUBNET)
    agreed: dict[str, Any] = {
        "size": "Standard_D4s_v5",
        "idle_time_before_scale_down": 120,
        "identity": identity,
        "ssh_public_access_enabled": False,
    }
    step("agreed, no subnet", lambda: get_or_create(**agreed))
    step("as agreed", lambda: get_or_create(**agreed, network_settings=network, enable_node_public_ip=False))
step("again", get_or_create)
step("datastores", lambda: sorted(one.name for one in client.datastores.list()))
step("default datastore", lambda: client.datastores.get_default().name)
finish()
