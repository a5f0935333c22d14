"""Connected clusters of the stack file, and the settings of their extension."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.capabilities.arc.config import ArcClusterConfig
from amlz.core.addresses import environments
from amlz.core.capability import setting
from amlz.core.config import EnvironmentConfig, LandingZoneConfig
from amlz.core.problems import Path

#: From `service` to the setting of the extension.
_SERVICES = {"loadBalancer": "LoadBalancer", "nodePort": "NodePort", "clusterIP": "ClusterIP"}


def clusters_of(environment: EnvironmentConfig) -> dict[str, ArcClusterConfig]:
    """Returns the connected clusters of an environment, by name."""
    return setting(environment, "arc", dict) or {}


def connected(config: LandingZoneConfig) -> Iterator[tuple[Path, EnvironmentConfig, ArcClusterConfig]]:
    """Returns every connected cluster, with its path and its environment."""
    for project, name, environment in environments(config):
        for key, cluster in clusters_of(environment).items():
            yield ("projects", project, "environments", name, "arc", key), environment, cluster


def extension_settings(cluster: ArcClusterConfig) -> dict[str, str]:
    """Returns the settings of Azure ML's extension as `az k8s-extension` takes them: facts.EXTENSION_PAGE."""
    settings = {"enableTraining": str(cluster.training), "enableInference": str(cluster.serving is not None)}
    if cluster.serving is not None:
        settings |= {
            "inferenceRouterServiceType": _SERVICES[cluster.serving.service],
            "inferenceRouterHA": str(cluster.serving.replicas == 3),
            "allowInsecureConnections": "False",
            "sslSecret": cluster.serving.certificate,
            "sslCname": cluster.serving.host,
        }
    return {**settings, "installNvidiaDevicePlugin": str(cluster.gpu_plugin)}
