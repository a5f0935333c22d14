"""Clusters that are connected by Azure Arc: what opens, what is attached, and what a pipeline prints."""

from __future__ import annotations

import json
import shlex
import subprocess
from typing import Any

import pytest

from amlz.capabilities.arc.facts import IDENTITY
from amlz.capabilities.arc.plan import PLANNER
from amlz.capabilities.arc.spec import ArcClusterSpec, ArcSpec
from amlz.core.plan import LandingZonePlan
from amlz.core.relaxations import relaxations
from amlz.core.specs import RuleGroupSpec, records
from amlz.reports import kubernetes
from amlz.stackfile.load import from_object
from components.arc import outputs_of
from tests.capabilities.kubernetes_schemas import problems
from tests.conftest import ROOT
from tests.core.stacks import LANDING_ZONE, Stack, at, built, messages_of, planned, stack
from tests.reports.test_previews import case

EXAMPLE = ROOT / "examples" / "kubernetes" / "Pulumi.kubernetes.yaml"
SCRIPT = ROOT / "pipelines" / "arc.sh"
GROUP = f"/subscriptions/{LANDING_ZONE}/resourceGroups/rg-plant/providers"
CLUSTER = f"{GROUP}/Microsoft.Kubernetes/connectedClusters/arc-plant"
RELAY = f"{GROUP}/Microsoft.Relay/namespaces/ArcPlantRelay"
TLS = {"certificate": "tls", "host": "models.contoso.com", "service": "nodePort"}


def plant(**settings: Any) -> Stack:
    """A connected cluster that trains and is attached."""
    return {"cluster": CLUSTER, "relay": RELAY, "computeTargets": {"kube": "churn"}, "training": True, **settings}


def with_clusters(**clusters: Stack) -> Stack:
    """A stack of one environment with connected clusters."""
    return stack({"churn/dev": at("10.1.0.0/24", arc=clusters)})


def spec_of(plan: LandingZonePlan) -> ArcClusterSpec:
    """The only connected cluster of a plan."""
    ((spec,),) = (spec.clusters for spec in records(plan, ArcSpec))
    return spec


def opened(plan: LandingZonePlan) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """The firewall's rules for connected clusters: hosts and sources."""
    groups: list[RuleGroupSpec] = [g for g in built(built(plan.hub).firewall).groups if g.name == "rcg-arc"]
    return {rule.name: (rule.hosts, rule.sources) for group in groups for rule in group.application_rules}


def test_without_its_key_nothing_of_it_is_planned() -> None:
    """No role, rule or line of the summary."""
    plan = planned(stack())

    assert list(records(plan, ArcSpec)) == []
    assert opened(plan) == {}
    assert list(PLANNER.summary(from_object(stack()))) == []


def test_without_a_relay_the_cluster_is_not_attached_and_the_preview_names_the_next_step() -> None:
    """The relay is made with the extension, by a command: its ID is known after that."""
    settings = with_clusters(plant=plant(relay=None, nodes=["10.60.0.0/24"]))
    plan = planned(settings)

    assert (spec_of(plan).roles, spec_of(plan).attached) == ((), ())
    assert kubernetes.records(plan) == []
    assert [name for name in opened(plan) if "relay" in name] == []
    ((_, text),) = PLANNER.summary(from_object(settings))
    assert text == "churn/dev plant: not attached; pipelines/arc.sh prints the commands before, then set `relay`"
    assert list(PLANNER.contradictions(from_object(settings))) == []
    path = ("projects", "churn", "environments", "dev", "arc", "plant")
    assert list(PLANNER.contradictions(from_object(with_clusters(plant=plant())))) == [(path, IDENTITY)]


def test_the_identity_of_the_workspace_has_the_roles_that_attaching_requires() -> None:
    """On the cluster and its relay, and nowhere else."""
    plan = planned(with_clusters(plant=plant()))
    spec = spec_of(plan)

    assert [(role.role, role.scope) for role in spec.roles] == [
        ("Reader", CLUSTER),
        ("Kubernetes Extension Contributor", CLUSTER),
        ("Azure Kubernetes Service Cluster Admin Role", CLUSTER),
        ("Azure Relay Owner", RELAY),
    ]
    assert {role.principal.id for role in spec.roles} == {plan.environments[0].workspace.identity}
    assert plan.outside == (CLUSTER, RELAY)
    texts = [relaxation.gives_up for relaxation in relaxations(from_object(with_clusters(plant=plant())))]
    assert [text for text in texts if text.startswith("a relay with keys and a public address")] != []


def test_nodes_reach_the_hosts_of_arc_and_azure_ml_and_the_relay_of_their_own_cluster() -> None:
    """By its name and the gateways of the stack file: below the domain of relays, anybody can register names."""
    train = plant(nodes=["10.60.0.0/24"], relayGateways=["g0-prod-am3-010-sb.servicebus.windows.net"])
    other = {"cluster": f"{CLUSTER}-2", "relay": f"{RELAY}2", "computeTargets": {"serve": "churn"}, "serving": TLS}
    rules = opened(planned(with_clusters(train=train, serve={**other, "nodes": ["10.61.0.0/24"]})))

    both, one, two = ("10.60.0.0/24", "10.61.0.0/24"), ("10.60.0.0/24",), ("10.61.0.0/24",)
    assert {name: sources for name, (_, sources) in rules.items()} == {
        "arc-agents": both,
        "arc-images": both,
        "arc-upgrades": both,
        "arc-azure-ml": both,
        "arc-python": one,
        "arc-packages": one,
        "arc-relay-churn-dev-train": one,
        "arc-relay-churn-dev-serve": two,
    }
    assert rules["arc-relay-churn-dev-train"][0] == (
        "arcplantrelay.servicebus.windows.net",
        "g0-prod-am3-010-sb.servicebus.windows.net",
    )
    assert rules["arc-relay-churn-dev-serve"][0] == ("arcplantrelay2.servicebus.windows.net",)
    assert "westeurope.dp.kubernetesconfiguration.azure.com" in rules["arc-agents"][0]


def test_hosts_of_logs_are_opened_by_choice_alone() -> None:
    """Third-party accounts answer below these domains."""
    plain = opened(planned(with_clusters(plant=plant(nodes=["10.60.0.0/24"]))))
    logs = opened(planned(with_clusters(plant=plant(nodes=["10.60.0.0/24"], systemLogs=True))))

    assert logs.keys() - plain.keys() == {"arc-logs"}


def test_endpoints_take_nodes_of_their_own_environment() -> None:
    """On 443."""
    plan = planned(with_clusters(plant=plant(nodes=["10.60.0.0/24"])))

    rules = {group.role: group.rules for group in plan.spokes[0].security_groups}["churn-dev-endpoints"]
    assert [(r.priority, r.sources, r.ports) for r in rules if r.name == "arc"] == [(123, ("10.60.0.0/24",), ("443",))]


def test_settings_serve_over_tls_or_not_at_all() -> None:
    """By the names that `az` takes; it makes the relay and passes its key, so none is here."""
    trains = spec_of(planned(with_clusters(plant=plant()))).settings
    serves = spec_of(planned(with_clusters(plant=plant(serving={**TLS, "replicas": 1}, gpuPlugin=True)))).settings

    assert trains == {"enableTraining": "True", "enableInference": "False", "installNvidiaDevicePlugin": "False"}
    assert serves == {
        "enableTraining": "True",
        "enableInference": "True",
        "inferenceRouterServiceType": "NodePort",
        "inferenceRouterHA": "False",
        "allowInsecureConnections": "False",
        "sslSecret": "tls",
        "sslCname": "models.contoso.com",
        "installNvidiaDevicePlugin": "True",
    }


def test_objects_fit_their_published_rules() -> None:
    """An instance type without labels runs on any node; a schema finds a wrong one."""
    gpu = {"nodes": {"pool": "gpu"}, "cores": 8, "memoryGb": 64, "gpus": 1}
    types = {"any": {"cores": 2, "memoryGb": 8}, "gpu": gpu}
    targets = {"one": "churn", "two": "churn", "three": "fraud"}
    objects = spec_of(planned(with_clusters(plant=plant(computeTargets=targets, instanceTypes=types)))).objects

    assert [(one["kind"], one["metadata"]["name"], problems(dict(one))) for one in objects] == [
        ("Namespace", "churn", []),
        ("Namespace", "fraud", []),
        ("InstanceType", "any", []),
        ("InstanceType", "gpu", []),
    ]
    assert [one["spec"].get("nodeSelector") for one in objects[2:]] == [None, {"pool": "gpu"}]
    wrong = {**objects[3], "spec": {"resources": {**objects[3]["spec"]["resources"], "requests": {"cpu": 8}}}}
    assert problems(wrong) == ["8 is not of type 'string'", "'memory' is a required property"]


def test_azure_is_sent_the_compute_target_after_its_roles() -> None:
    """With the identity of the environment's other compute targets."""
    graph = case(EXAMPLE).graph
    (compute,) = [
        r for r in graph.of_type("Microsoft.MachineLearningServices/workspaces/computes") if r.name == "k-plant"
    ]

    properties = compute.body["properties"]
    assert properties["resourceId"].endswith("/Microsoft.Kubernetes/connectedClusters/arc-plant")
    assert (properties["computeType"], properties["properties"]) == ("Kubernetes", {"namespace": "fraud"})
    roles = {r.urn for r in graph.of_type("Microsoft.Authorization/roleAssignments") if "/rg-plant/" in r.id}
    assert len(roles) == 4
    assert roles <= set(compute.depends_on)
    (identity,) = compute.body["identity"]["userAssignedIdentities"]
    assert identity.endswith("-compute")


@pytest.mark.parametrize("cloud", ["usGovernment", "china"])
def test_other_clouds_are_refused_with_the_reason(cloud: str) -> None:
    """Of one, no list of hosts is published; in the other, Azure Arc has no Kubernetes."""
    location = {"usGovernment": "usgovvirginia", "china": "chinanorth3"}[cloud]
    texts = messages_of(with_clusters(plant=plant()) | {"cloud": cloud, "location": location})

    assert [text for text in texts if "hosts that Azure ML's extension reaches" in text] != []


def run(*arguments: str, outputs: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    """The script, with the outputs of a stack."""
    command = ["bash", str(SCRIPT), *arguments]
    return subprocess.run(command, input=json.dumps(outputs), capture_output=True, text=True, check=False)


def printed(spec: ArcClusterSpec) -> dict[str, Any]:
    """Outputs of a stack, as its component makes them."""
    (arc,) = records(planned(with_clusters(plant=plant())), ArcSpec)
    return {"arcClusters": {"churn/dev": {"plant": outputs_of(arc, spec)}}}


def test_the_pipeline_prints_commands_that_a_shell_takes_apart() -> None:
    """Connecting, the certificate, the extension, and the ID of the relay; no key is in them."""
    spec = spec_of(planned(with_clusters(plant=plant(serving=TLS))))
    ran = run("churn/dev", "plant", "commands", outputs=printed(spec))

    lines = [shlex.split(line) for line in ran.stdout.splitlines() if not line.startswith("#")]
    place = ["--subscription", LANDING_ZONE, "--resource-group", "rg-plant"]
    on = [*place, "--cluster-type", "connectedClusters", "--cluster-name", "arc-plant", "--name", "azureml"]
    config = ["--config", *(f"{key}={value}" for key, value in spec.settings.items())]
    kind = ["--extension-type", "Microsoft.AzureML.Kubernetes", "--auto-upgrade-minor-version", "true"]
    train = ["--scope", "cluster", "--release-train", "stable", "--release-namespace", "azureml"]
    secret = ["secret", "generic", "tls", "--namespace", "azureml", "--from-file=cert.pem", "--from-file=key.pem"]
    relay = 'configurationSettings."relayserver.hybridConnectionResourceID"'
    assert (ran.returncode, ran.stderr) == (0, "")
    assert lines == [
        ["az", "connectedk8s", "connect", *place, "--name", "arc-plant", "--location", "westeurope"],
        ["kubectl", "create", "namespace", "azureml"],
        ["kubectl", "create", *secret],
        ["az", "k8s-extension", "create", *on, *kind, *train, *config],
        ["az", "k8s-extension", "update", *on, *config, "--yes"],
        ["az", "k8s-extension", "show", *on, "--query", relay, "--output", "tsv", "|", "cut", "-d/", "-f1-9"],
    ]


def test_the_pipeline_prints_objects_and_hosts() -> None:
    """Before the relay exists, it names what is missing from the list of hosts."""
    attached = printed(spec_of(planned(with_clusters(plant=plant()))))
    before = printed(spec_of(planned(with_clusters(plant=plant(relay=None)))))

    (namespace,) = json.loads(run("churn/dev", "plant", "objects", outputs=attached).stdout)["items"]
    assert namespace == {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "churn"}}
    hosts, first = (run("churn/dev", "plant", "hosts", outputs=outputs) for outputs in (attached, before))
    only = set(hosts.stdout.splitlines()) - set(first.stdout.splitlines())
    assert only == {"HTTPS 443 arcplantrelay.servicebus.windows.net"}
    assert "HTTP 80 archive.ubuntu.com" in hosts.stdout
    assert (hosts.stderr, first.stderr) == ("", "The host of the relay follows once `relay` is set.\n")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("churn/test", "plant", "hosts"), "The outputs of the stack have no connected cluster plant of churn/test."),
        (("churn/dev", "plant", "all"), "all is none of commands, objects and hosts."),
        (("churn/dev", "plant"), "Usage: arc.sh PROJECT/ENVIRONMENT CLUSTER commands|objects|hosts"),
    ],
)
def test_wrong_arguments_end_in_a_sentence(arguments: tuple[str, ...], says: str) -> None:
    """And status 1."""
    ran = run(*arguments, outputs=printed(spec_of(planned(with_clusters(plant=plant())))))

    assert (ran.returncode, ran.stdout) == (1, "")
    assert says in ran.stderr


def test_each_cluster_has_its_own_relay_and_may_be_in_several_environments() -> None:
    """A relay of two clusters is refused; a cluster of two environments keeps its relay."""
    other = plant(cluster=f"{CLUSTER}-2", computeTargets={"other": "churn"})
    both = {
        "churn/dev": at("10.1.0.0/24", arc={"plant": plant()}),
        "fraud/dev": at("10.1.1.0/24", arc={"plant": plant()}),
    }

    (text,) = messages_of(with_clusters(plant=plant(), other=other))
    assert "It is the relay of the cluster at projects.churn.environments.dev.arc.plant" in text
    assert len({role.name for spec in records(planned(stack(both)), ArcClusterSpec) for role in spec.roles}) == 8
