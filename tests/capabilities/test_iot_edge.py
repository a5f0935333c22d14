"""Models on devices of IoT Edge: identities, and the manifest that a pipeline completes."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

import pytest

from amlz.capabilities.iot_edge.facts import RUNTIMES
from amlz.capabilities.iot_edge.plan import PLANNER
from amlz.capabilities.iot_edge.spec import IotEdgeSpec
from amlz.core.plan import LandingZonePlan
from amlz.core.relaxations import relaxations
from amlz.core.specs import records
from amlz.stackfile.load import from_object
from components.iot_edge import outputs_of
from tests.capabilities.iot_edge_schema import problems
from tests.conftest import ROOT
from tests.core.stacks import LANDING_ZONE, PEOPLE, Stack, at, messages_of, planned, stack
from tests.reports.test_previews import case

EXAMPLE = ROOT / "examples" / "edge" / "Pulumi.edge.yaml"
SCRIPT = ROOT / "pipelines" / "iot-edge.sh"
HUB = f"/subscriptions/{LANDING_ZONE}/resourceGroups/rg-iot/providers/Microsoft.Devices/IotHubs/iot-plant"
PULLER = "77777777-aaaa-4bbb-8ccc-000000000001"
MODULE = {"repository": "models/churn", "environment": {"LOG_LEVEL": "info"}, "port": 5001}
CREDENTIALS = {"EDGE_REGISTRY_USER": "app", "EDGE_REGISTRY_PASSWORD": "not-a-real-one"}


def with_devices(more: Stack | None = None, **settings: Any) -> Stack:
    """A stack of one environment with devices."""
    edge = {"runtime": "1.5", "modules": {"churn": MODULE}, **settings}
    return stack({"churn/dev": at("10.1.0.0/24", iotEdge=edge)}, access=PEOPLE, **(more or {}))


def spec_of(plan: LandingZonePlan) -> IotEdgeSpec:
    """The devices of a plan."""
    (spec,) = records(plan, IotEdgeSpec)
    return spec


def test_without_its_key_nothing_of_it_is_planned() -> None:
    """No role and no line of the summary."""
    plan = planned(stack(access=PEOPLE))

    assert list(records(plan, IotEdgeSpec)) == []
    assert [role for role in plan.roles() if "iotEdgePuller" in role.holders] == []
    assert list(PLANNER.summary(from_object(stack(access=PEOPLE)))) == []


def test_the_puller_has_the_role_to_pull_and_pipelines_that_to_deploy() -> None:
    """On the environment's registry and on the IoT hub, and nowhere else."""
    plan = planned(with_devices(puller=PULLER, hub=HUB))

    pulls = [role for role in plan.roles() if role.principal.id == PULLER]
    assert [(role.role, role.scope.split("/")[7], role.principal.kind) for role in pulls] == [
        ("AcrPull", "registries", "ServicePrincipal")
    ]
    assert {(role.role, role.scope, role.holders) for role in spec_of(plan).roles} == {
        ("IoT Hub Data Contributor", HUB, ("pipelines",))
    }
    assert plan.outside == (HUB,)


def test_with_a_shared_registry_the_puller_has_its_role_there() -> None:
    """As nodes of clusters have it; the manifest names that registry."""
    shared: Stack = {"sharedRegistry": {}}
    settings = with_devices(shared, puller=PULLER)
    settings["projects"]["churn"]["environments"]["dev"]["registry"] = "shared"
    plan = planned(settings)

    (role,) = [role for role in plan.roles() if role.principal.id == PULLER]
    assert spec_of(plan).registry == f"{role.scope.rsplit('/', 1)[1]}.azurecr.io"


def test_dates_of_support_are_in_every_preview() -> None:
    """In the summary, and among what is less secure than the default."""
    config = from_object(with_devices(puller=PULLER))

    assert {version: runtime.until for version, runtime in RUNTIMES.items()} == {"1.5": "2026-11-10"}
    ((_, summary),) = PLANNER.summary(config)
    assert "IoT Edge 1.5 has support, and security updates, until 2026-11-10 only" in summary
    texts = [relaxation.gives_up for relaxation in relaxations(config)]
    assert [text for text in texts if "2026-11-10" in text] != []
    assert [text for text in texts if "pulls every image" in text] != []


def test_the_manifest_fits_its_schema_once_images_have_versions() -> None:
    """Module, routes, time that messages are kept; the schema finds a wrong one."""
    routes = {"up": "FROM /messages/* INTO $upstream"}
    manifest = dict(spec_of(planned(with_devices(routes=routes, keepMessagesHours=24))).manifest)

    assert problems(manifest) == []
    agent, hub = (manifest["modulesContent"][name]["properties.desired"] for name in ("$edgeAgent", "$edgeHub"))
    module = agent["modules"]["churn"]
    assert module["settings"]["image"].endswith(".azurecr.io/models/churn")
    assert json.loads(module["settings"]["createOptions"])["HostConfig"] == {
        "PortBindings": {"5001/tcp": [{"HostPort": "5001"}]}
    }
    assert module["env"] == {"LOG_LEVEL": {"value": "info"}}
    assert agent["systemModules"]["edgeHub"]["settings"]["image"] == "mcr.microsoft.com/azureiotedge-hub:1.5"
    assert (hub["routes"], hub["storeAndForwardConfiguration"]) == (routes, {"timeToLiveSecs": 86400})
    del agent["modules"]["churn"]["settings"]["image"]
    assert problems(manifest) == ["'image' is a required property"]


@pytest.mark.parametrize(
    ("cloud", "location", "domain"),
    [("usGovernment", "usgovvirginia", "azurecr.us"), ("china", "chinanorth3", "azurecr.cn")],
)
def test_images_are_pulled_from_the_registry_of_the_cloud(cloud: str, location: str, domain: str) -> None:
    """By its public name, which resolves to the private endpoint in the network."""
    plan = planned(with_devices({"cloud": cloud, "location": location}))

    assert spec_of(plan).registry.endswith(f".{domain}")


def test_azure_is_sent_roles_alone() -> None:
    """The hub, its devices and their deployments belong to their owner."""
    graph = case(EXAMPLE).graph

    assert list(graph.of_type("Microsoft.Devices/IotHubs")) == []
    roles = [r for r in graph.of_type("Microsoft.Authorization/roleAssignments") if "Microsoft.Devices/" in r.id]
    assert roles != []
    assert {r.body["properties"]["roleDefinitionId"].rsplit("/", 1)[1] for r in roles} == {
        "4fc6c259-987e-4a07-842e-c321cc9d413f"
    }


def run(*arguments: str, spec: IotEdgeSpec, **variables: str) -> subprocess.CompletedProcess[str]:
    """The script, with the outputs of a stack."""
    outputs = json.dumps({"iotEdge": {"churn/dev": outputs_of(spec)}})
    environment = {"PATH": os.environ["PATH"], **variables}
    command = ["bash", str(SCRIPT), *arguments]
    return subprocess.run(command, input=outputs, capture_output=True, text=True, check=False, env=environment)


@pytest.mark.parametrize(
    ("version", "end"), [("1.4.2", ":1.4.2"), (f"sha256:{'a' * 64}", f"@sha256:{'a' * 64}")], ids=["tag", "digest"]
)
def test_the_pipeline_prints_a_manifest_with_versions_and_credentials(version: str, end: str) -> None:
    """The credentials come from its environment: they are in no output of the stack."""
    spec = spec_of(planned(with_devices(puller=PULLER)))
    ran = run("churn/dev", f"churn={version}", spec=spec, **CREDENTIALS)

    printed = json.loads(ran.stdout)
    assert (ran.returncode, ran.stderr, problems(printed)) == (0, "", [])
    agent = printed["modulesContent"]["$edgeAgent"]["properties.desired"]
    assert agent["modules"]["churn"]["settings"]["image"] == f"{spec.registry}/models/churn{end}"
    assert agent["runtime"]["settings"]["registryCredentials"] == {
        "models": {"address": spec.registry, "username": "app", "password": "not-a-real-one"}
    }


def test_without_a_puller_the_manifest_has_no_credentials() -> None:
    """Even where the variables are set."""
    ran = run("churn/dev", "churn=1", spec=spec_of(planned(with_devices())), **CREDENTIALS)

    assert "registryCredentials" not in ran.stdout
    assert ran.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "variables", "says"),
    [
        (("churn/test", "churn=1"), CREDENTIALS, "The outputs of the stack have no IoT Edge of churn/test."),
        (("churn/dev",), CREDENTIALS, "Name the version of ['churn'], as MODULE=TAG."),
        (("churn/dev", "fraud=1"), CREDENTIALS, "There is no module 'fraud'. There are: ['churn']."),
        (("churn/dev", "churn=a b"), CREDENTIALS, "'a b' of churn is no tag and no digest."),
        (("churn/dev", "churn="), CREDENTIALS, "'' of churn is no tag and no digest."),
        (("churn/dev", "churn=1"), {}, "Set EDGE_REGISTRY_USER and EDGE_REGISTRY_PASSWORD"),
        ((), CREDENTIALS, "Usage: iot-edge.sh PROJECT/ENVIRONMENT MODULE=TAG"),
    ],
)
def test_wrong_arguments_end_in_a_sentence(arguments: tuple[str, ...], variables: dict[str, str], says: str) -> None:
    """And status 1, with nothing printed."""
    ran = run(*arguments, spec=spec_of(planned(with_devices(puller=PULLER))), **variables)

    assert (ran.returncode, ran.stdout) == (1, "")
    assert says in ran.stderr


def test_a_port_of_a_device_is_offered_once() -> None:
    """By one module."""
    modules = {"one": MODULE, "two": {"repository": "models/two", "port": 5001}}

    (text,) = messages_of(with_devices(modules=modules))
    assert "Module 'one' has port 5001 of the device, too." in text
