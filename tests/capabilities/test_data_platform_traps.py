"""Traps of data platforms and clusters, each with the test that would fail for it."""

from __future__ import annotations

import re
from importlib.util import find_spec

import pytest

from tests.capabilities.test_aks import with_cluster
from tests.capabilities.traps import missing
from tests.conftest import ROOT
from tests.core.stacks import messages_of
from tests.reports.test_previews import case

EXAMPLE = ROOT / "examples" / "kubernetes" / "Pulumi.kubernetes.yaml"
ZONE_LINKS = "Microsoft.Network/privateDnsZones/virtualNetworkLinks"

_HERE = "tests/capabilities/test_data_platform_traps.py"
#: The trap, and the files with the tests that cover it: a name of a test, or of a case after the colon.
TRAPS: dict[int, tuple[str, tuple[str, ...]]] = {
    1: ("modules of the SDK that do not exist", (f"{_HERE}:test_modules_and_classes_that_lead_nowhere_are_not_used",)),
    2: ("classes that compile, and that Azure refuses", (
        f"{_HERE}:test_modules_and_classes_that_lead_nowhere_are_not_used",
        "tests/cases/stack-files/synapse-wrong.txt:A linked service between Synapse and Azure ML is not supported",
    )),
    3: ("roles of a cluster's identity must exist before it, and take time to apply", (
        "tests/capabilities/test_aks.py:test_identities_get_the_documented_roles_and_no_others",
        f"{_HERE}:test_a_cluster_waits_for_every_role_of_its_identities",
    )),
    4: ("attaching, local accounts and their policy contradict each other without Trusted Access", (
        "tests/capabilities/test_aks_azure_ml.py:test_azure_is_sent_the_binding_the_extension_and_the_compute_target",
        "tests/policy/test_attached.py:aks-accounts",
        "tests/capabilities/test_aks_azure_ml.py:IDENTITY, ATTACHMENT",
    )),
    5: ("settings of the extension are texts, TLS must be chosen, and minor versions change by themselves", (
        "tests/capabilities/test_aks_azure_ml.py:test_settings_are_texts_and_serve_over_tls_or_not_at_all",
        f"{_HERE}:test_a_version_that_azure_changes_is_ignored",
    )),
    6: ("AKS links its zone to the network of the cluster by itself", (
        f"{_HERE}:test_the_zone_of_a_cluster_is_linked_to_the_hub_alone",
    )),
    7: ("default ranges of pods and services overlap common hubs", (
        "tests/cases/stack-files/aks-wrong.txt:overlaps",
        f"{_HERE}:test_ranges_of_pods_and_services_have_no_default",
    )),
    8: ("the managed resource group is Azure's, `computeMode` is required, and one workspace signs browsers in", (
        "tests/capabilities/test_databricks.py:test_azure_is_sent_a_workspace_without_public_access_or_addresses",
        "tests/capabilities/test_databricks.py:test_the_workspace_by_which_browsers_sign_in_is_locked_everywhere",
        "tests/cases/checks/data-unprotected-production/sign-in-protected-in-development--none.json:dbw-a",
    )),
    9: ("managed private endpoints stay pending", (
        "tests/capabilities/test_approve_endpoint.py:"
        "test_a_pending_connection_of_the_endpoint_is_approved_and_no_other",
        "tests/capabilities/test_synapse.py:test_an_endpoint_without_a_connection_fails_the_pipeline",
        "tests/capabilities/test_data_factory.py:test_an_endpoint_without_a_connection_fails_the_pipeline",
    )),
    10: ("the managed network and exfiltration protection of Synapse are fixed, and end the link to Azure ML", (
        'tests/azure/change_cases.py:"managedVirtualNetwork", "managedVirtualNetworkSettings.preventDataExfiltration"',
        "tests/cases/stack-files/synapse-wrong.txt:A linked service between Synapse and Azure ML is not supported",
    )),
    11: ("Fabric bills while idle, needs administrators, and has no class for private links of workspaces", (
        "tests/capabilities/test_fabric.py:"
        "test_a_capacity_of_production_is_locked_and_protected_and_its_bill_is_named",
        "tests/capabilities/test_fabric.py:test_a_capacity_has_an_administrator",
        "tests/capabilities/test_fabric.py:test_a_second_run_makes_shortcuts_and_gives_jobs_their_role",
    )),
    12: ("a datastore on OneLake takes IDs and Files only, is a preview, and batch endpoints cannot write to it", (
        "tests/capabilities/test_fabric.py:test_a_datastore_on_onelake_is_named_by_ids_and_takes_files_only",
        "docs/how-to/fabric.md:Batch endpoints cannot write there",
    )),
    13: ("Azure ML pushes no lineage to a private Purview", (
        "tests/capabilities/test_purview.py:test_workspaces_are_registered_only_where_azure_ml_pushes_to",
        "docs/how-to/synapse.md:does not push its lineage to a Purview account through a private endpoint",
    )),
    14: ("`publicNetworkAccess` of Data Factory does not limit what pipelines reach", (
        "tests/capabilities/test_data_factory.py:test_the_preview_names_what_is_less_secure",
        "docs/how-to/data-factory.md:Azure applies that property to self-hosted integration runtimes only",
    )),
    15: ("IoT Edge 1.5 is past its end of support", (
        "tests/capabilities/test_iot_edge.py:test_dates_of_support_are_in_every_preview",
    )),
}  # fmt: skip


@pytest.mark.parametrize("number", range(1, 16))
def test_every_trap_has_a_test(number: int) -> None:
    """Or, where the landing zone builds nothing of it, a sentence for its users."""
    assert missing(TRAPS[number][1]) == []


def test_modules_and_classes_that_lead_nowhere_are_not_used() -> None:
    """Two namespaces of ARM have other modules; Azure refuses new linked services, and clusters connect themselves."""
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "components").glob("*.py"))

    assert [name for name in ("hybridkubernetes", "devices") if find_spec(f"pulumi_azure_native.{name}")] == []
    assert re.findall(r"\b(?:LinkedService|ConnectedCluster|WorkspaceLinkedService)\(", text) == []


def test_a_cluster_waits_for_every_role_of_its_identities() -> None:
    """In the graph that is sent; the rehearsal has Azure's delay until a role applies."""
    graph = case(EXAMPLE).graph
    (cluster,) = graph.of_type("Microsoft.ContainerService/managedClusters")
    identities = {
        resource.urn
        for resource in graph.of_type("Microsoft.ManagedIdentity/userAssignedIdentities")
        if resource.name.endswith(("-aks", "-aks-nodes"))
    }
    roles = [
        resource.urn
        for resource in graph.of_type("Microsoft.Authorization/roleAssignments")
        if identities.intersection(resource.depends_on)
    ]

    assert len(identities) == 2
    assert len(roles) == 5
    assert set(roles) - set(cluster.depends_on) == set()


def test_a_version_that_azure_changes_is_ignored() -> None:
    """Of the extension, and of the cluster under automatic upgrades."""
    text = (ROOT / "components" / "aks.py").read_text(encoding="utf-8")
    extension = (ROOT / "components" / "aks_azure_ml.py").read_text(encoding="utf-8")

    assert "kubernetesVersion" in text
    assert 'ignore_changes=["version"' in extension


def test_the_zone_of_a_cluster_is_linked_to_the_hub_alone() -> None:
    """A second link to the network of its spoke would collide with Azure's."""
    graph = case(EXAMPLE).graph
    links = [link for link in graph.of_type(ZONE_LINKS) if ".azmk8s.io/" in link.id]

    assert [link.body["properties"]["virtualNetwork"]["id"].rsplit("/", 1)[1] for link in links] == ["vnet-retail-hub"]


def test_ranges_of_pods_and_services_have_no_default() -> None:
    """The stack file has both: those of the SDK are sent nowhere."""
    for key in ("podNetwork", "serviceNetwork"):
        settings = with_cluster()
        del settings["projects"]["churn"]["environments"]["dev"]["aks"][key]
        assert [text for text in messages_of(settings) if key in text] != []
