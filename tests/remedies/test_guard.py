"""Remedies of the guard: entries are pasted, commands name the resource, and the finding is gone."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
import yaml

from amlz.azure.graph import Resource
from amlz.checks.finding import Finding, Severity
from amlz.checks.guard.change import LossAllowance, edit_of
from amlz.checks.guard.destructive import guard
from amlz.core.config.allowed_loss import AllowedLossConfig
from tests.checks.test_guard import DATA, resource

ML = "Microsoft.MachineLearningServices/workspaces"


def compute(name: str, size: str) -> Resource:
    """A cluster of a size, in a workspace."""
    made = resource(f"{ML}/computes", name, "churn/dev", properties={"properties": {"vmSize": size}})
    where = f"/subscriptions/s/resourceGroups/rg/providers/{ML}/mlw/computes/{name}"
    return replace(made, id=where, urn=f"urn:pulumi:s::p::t::churn-dev-{name}")


BASTION = resource("Microsoft.Network/bastionHosts", "bas", zones=["1"])
OTHER_BASTION = resource("Microsoft.Network/bastionHosts", "bas", zones=["1", "2"])


def entry_of(finding: Finding) -> tuple[str, AllowedLossConfig]:
    """The list and the entry that a remedy adds to it, read as YAML."""
    (name,) = re.findall(r"list `(allow\w+)`", finding.remedy)
    (entry,) = re.findall(r"`(\{resource: .*\})`", finding.remedy)
    data: dict[str, Any] = yaml.safe_load(entry)
    return name, AllowedLossConfig(**data)


@pytest.mark.parametrize("new", [[], [resource("Microsoft.Storage/storageAccounts", "other", "churn/dev")]])
def test_the_entry_that_a_loss_tells_allows_it(new: list[Resource]) -> None:
    """Pasted into the list as it is: nothing is found any more."""
    (finding,) = guard(edit_of([DATA], new), LossAllowance())
    name, entry = entry_of(finding)

    allowed = LossAllowance(delete=(entry,)) if name == "allowDelete" else LossAllowance(replace=(entry,))

    assert guard(edit_of([DATA], new), allowed) == ()


def test_the_cluster_for_images_is_deleted_by_command() -> None:
    """The stack file cannot name it, so the remedy has the command; without the cluster in the state, it is created."""
    old, new = compute("image-build", "Standard_D4s_v5"), compute("image-build", "Standard_D8s_v5")

    (finding,) = guard(replace(edit_of([old], [new]), of_state=True), LossAllowance())

    assert finding.severity is Severity.ERROR
    assert (
        "`az ml compute delete --name image-build --workspace-name mlw --resource-group rg --subscription s --yes`"
        in finding.remedy
    )
    assert guard(replace(edit_of([], [new]), of_state=True), LossAllowance()) == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (compute("image-build", "Standard_D4s_v5"), compute("image-build", "Standard_D8s_v5")),
        (BASTION, OTHER_BASTION),
    ],
)
def test_what_is_deleted_first_is_a_warning_between_revisions_and_an_error_of_the_state(
    old: Resource, new: Resource
) -> None:
    """The entry of the remedy: a comparison cannot show the deletion, the state can."""
    change = edit_of([old], [new])
    (finding,) = guard(change, LossAllowance())
    _, entry = entry_of(finding)
    allowed = LossAllowance(replace=(entry,))

    assert [item.severity for item in guard(change, allowed)] == [Severity.WARNING]
    assert guard(replace(change, of_state=True), allowed)[0].severity is Severity.ERROR


def test_everything_else_is_deleted_by_its_id() -> None:
    """The id as it is in Azure."""
    (finding,) = guard(edit_of([BASTION], [OTHER_BASTION]), LossAllowance())

    assert f"`az resource delete --ids {BASTION.id}`" in finding.remedy


def test_a_cluster_with_another_name_is_no_finding() -> None:
    """The stack file's key is its name: the new one is created, the old one deleted."""
    old, new = compute("gpu", "Standard_D4s_v5"), compute("gpu", "Standard_D8s_v5")

    (finding,) = guard(edit_of([old], [new]), LossAllowance())

    assert finding.remedy.startswith("Revert the change; or rename the compute: give its key in `projects.churn.")
    assert guard(edit_of([old], [compute("gpu-large", "Standard_D8s_v5")]), LossAllowance()) == ()


def test_an_entry_that_allows_nothing_is_removed() -> None:
    """By its index in the list."""
    (finding,) = guard(
        edit_of([DATA], [DATA]), LossAllowance(replace=(AllowedLossConfig(resource="st", reason="x" * 10),))
    )

    assert finding.remedy == "Remove `allowReplace[0]` from the stack file: it would allow a later data loss."


def test_what_holds_data_is_never_deleted_by_a_remedy() -> None:
    """No command, but the page with the steps."""
    new = resource("Microsoft.Storage/storageAccounts", "st", "churn/dev", kind="BlobStorage")

    (finding,) = guard(edit_of([DATA], [new]), LossAllowance())

    assert ("az resource delete" in finding.remedy, "docs/explanation/guard.md" in finding.remedy) == (False, True)
