"""Names by patterns of the stack file, and own names by role."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from amlz.core.facts.names import NAME_RULES, TYPES
from amlz.core.name_patterns import FROM_KEYS, INSIDE
from amlz.core.planning.naming import KINDS
from amlz.core.specs import LogAnalyticsSpec
from tests.core.stacks import at, built, messages_of, planned, stack
from tests.core.test_names import names_in
from tests.custom_files import own_folder

PATTERN = "{type}-{businessUnit}-{project}-{environment}-{region}-{instance}"
NAMING: dict[str, Any] = {
    "pattern": PATTERN,
    "patterns": {
        "keyVault": "{type}-{project}-{environment}-{suffix}",
        "storageAccount": "{type}{project}{environment}{suffix}",
    },
    "abbreviations": {"westeurope": "weu"},
}


def named(naming: dict[str, Any] | None, **settings: Any) -> dict[str, str]:
    """Names of one environment and of the hub by their paths in the plan."""
    more = {"naming": naming} if naming is not None else {}
    plan = planned(stack({"churn/prod": at("10.1.0.0/24", **settings)}, **more))
    parts = {"hub": plan.hub, "spoke": plan.spokes[0], "environment": plan.environments[0]}
    names = {f"{key}.{path}": name for key, part in parts.items() for path, name in names_in(part)}
    return {path: name for path, name in names.items() if "roles" not in path and ".zones" not in path}


def test_a_pattern_names_every_resource_of_its_own_words() -> None:
    """Types, short forms, instance; the purpose at the end; no words where there are none."""
    names = named(NAMING)

    expected = {
        "hub.log_analytics.name": "log-retail-hub-weu-01",
        "hub.network.name": "vnet-retail-hub-weu-01",
        "hub.firewall.name": "afw-retail-hub-weu-01",
        "hub.firewall.address.name": "pip-retail-hub-weu-01-firewall",
        "spoke.network.name": "vnet-retail-spoke-main-weu-01",
        "spoke.routes.name": "rt-retail-spoke-main-weu-01",
        "spoke.network.subnets[0].name": "snet-retail-churn-prod-weu-01-training",
        "spoke.security_groups[0].name": "nsg-retail-churn-prod-weu-01-training",
        "environment.group.place.resource_group": "rg-retail-churn-prod-weu-01",
        "environment.workspace.name": "mlw-retail-churn-prod-weu-01",
        "environment.insights.name": "appi-retail-churn-prod-weu-01",
        "environment.identities[1].name": "id-retail-churn-prod-weu-01-compute",
        "environment.key_vault.endpoint.name": "pep-retail-churn-prod-weu-01-vault",
        "environment.key_vault.endpoint.interface": "nic-retail-churn-prod-weu-01-vault",
        "environment.registry.name": "crretailchurnprodweu01",
    }
    assert {path: names[path] for path in expected} == expected


def test_a_pattern_of_a_kind_replaces_that_of_all() -> None:
    """With the suffix that the kind has without a pattern."""
    names, plain = named(NAMING), named(None)

    assert {
        "vault": names["environment.key_vault.name"],
        "storage": names["environment.storage.name"],
    } == {
        "vault": f"kv-churn-prod-{plain['environment.key_vault.name'][-5:]}",
        "storage": f"stchurnprod{plain['environment.storage.name'][-5:]}",
    }


def test_parts_inside_another_resource_keep_their_names_without_a_pattern_of_their_kind() -> None:
    """Their names are unique there; each kind can have a pattern."""
    patterns = {
        "diagnosticSetting": "{type}-{businessUnit}",
        "lock": "{type}-{purpose}-{region}",
        "peering": "{type}-{purpose}-{region}",
        "zoneLink": "{type}-{businessUnit}-{project}",
        "zoneGroup": "{type}-contoso",
        "ruleCollectionGroup": "{type}-{businessUnit}-{purpose}",
    }
    paths = {
        "spoke.to_hub.name": ("peer-hub", "peer-hub-weu"),
        "spoke.from_hub.name": ("peer-spoke-main", "peer-spoke-main-weu"),
        "spoke.links[0].name": ("link-spoke-main", "link-retail-spoke-main"),
        "environment.key_vault.lock.name": ("lock-vault", "lock-vault-weu"),
        "environment.key_vault.diagnostics.name": ("to-central-log", "diag-retail"),
    }

    whole, own = named(NAMING), named({**NAMING, "patterns": {**NAMING["patterns"], **patterns}})

    assert {path: (whole[path], own[path]) for path in paths} == paths
    plan = planned(stack(naming={**NAMING, "patterns": {**NAMING["patterns"], **patterns}}))
    group = plan.environments[0].key_vault
    assert group.endpoint is not None
    assert group.endpoint.zone_group.endswith("/privateDnsZoneGroups/zg-contoso")
    assert [g.azure_name for g in built(built(plan.hub).firewall).groups] == ["rcg-retail-azure-ml"]
    assert [g.name for g in built(built(plan.hub).firewall).groups] == ["rcg-azure-ml"]


def test_an_own_name_by_role_replaces_one_name_and_no_other() -> None:
    """With a pattern and without one, also in references."""
    own = {"churn/prod/identity/compute": "uai-own", "hub/firewall": "afw-own", "churn/prod/lock/vault": "lock-own"}
    changed = {
        "environment.identities[1].name": "uai-own",
        "hub.firewall.name": "afw-own",
        "environment.key_vault.lock.name": "lock-own",
    }

    for naming in (NAMING, {}):
        before, after = named(naming), named({**naming, "names": own})
        assert {path: name for path, name in after.items() if before[path] != name} == changed


def test_without_naming_nothing_is_named_otherwise() -> None:
    """Own names of other roles, and patterns of kinds that are not built, change nothing."""
    plain = named(None)

    assert named({"patterns": {"bastion": "{type}-own"}}) == plain
    assert named({}) == plain


def test_the_instance_and_the_suffix_are_added_or_not() -> None:
    """The suffix where the pattern has neither; the instance with leading zeros."""
    base = {**NAMING, "patterns": {}, "pattern": "{type}-{project}-{environment}"}

    assert named(base)["environment.workspace.name"].startswith("mlw-churn-prod-")
    assert len(named(base)["environment.workspace.name"]) == len("mlw-churn-prod-") + 5
    for pattern, instance, name in (
        ("{type}-{project}-{environment}-{instance}", "01", "mlw-churn-prod-01"),
        ("{type}-{project}-{environment}-{instance:3}", "7", "mlw-churn-prod-007"),
        ("{project}-{environment}-{type}-{instance}", "b", "churn-prod-mlw-b"),
    ):
        naming = {**base, "pattern": pattern, "instance": instance}
        assert named(naming)["environment.workspace.name"] == name


def test_short_forms_hold_for_whole_words_before_widths() -> None:
    """Types by kind; regions, projects, environments and purposes by word."""
    naming = {
        **NAMING,
        "pattern": "{type}-{project:3}-{environment}-{region}",
        "patterns": {},
        "types": {"identity": "uai", "storageAccount": "sto"},
        "abbreviations": {"westeurope": "weu", "prod": "p", "compute": "cmp"},
    }

    names = named(naming)

    assert names["environment.identities[1].name"] == "uai-chu-p-weu-cmp"
    assert names["environment.storage.name"].startswith("stochupweu")


RULE = '''"""Names for a test."""


def name(request):
    return f"{request.default}-{request.suffix or 'none'}" if request.kind in ("virtualNetwork", "workspace") else None
'''


def test_a_rule_of_the_business_unit_gets_the_name_by_the_pattern(tmp_path: Path) -> None:
    """As its default, with the suffix that it contains; an own name by role is taken as it is."""
    patterns = {**NAMING["patterns"], "workspace": "{type}-{project}-{suffix}"}
    suffix = named(None)["environment.workspace.name"][-5:]

    with own_folder(tmp_path) as write:
        write("naming/names.py", RULE)
        names = named({**NAMING, "patterns": patterns, "names": {"hub/virtualNetwork": "vnet-own"}})

    assert (names["spoke.network.name"], names["hub.network.name"], names["environment.workspace.name"]) == (
        "vnet-retail-spoke-main-weu-01-none",
        "vnet-own",
        f"mlw-churn-{suffix}-{suffix}",
    )


@settings(derandomize=True, max_examples=25, deadline=None)
@given(
    unit=st.from_regex(r"\A[a-z][a-z0-9]{1,9}\Z"),
    words=st.lists(
        st.sampled_from(["{project}", "{environment}", "{businessUnit}", "{region:3}"]), min_size=4, max_size=6
    ),
)
def test_a_pattern_with_all_words_is_refused_or_names_all_differently(unit: str, words: list[str]) -> None:
    """No pattern gives a name that Azure refuses, or one name to two resources."""
    options = stack(
        {"churn/dev": at("10.1.0.0/24"), "churn/prod": at("10.1.1.0/24"), "fraud/dev": at("10.1.2.0/24")},
        businessUnit=unit,
        naming={"pattern": "-".join(["{type}", *words])},
    )

    problems = messages_of(options)

    if problems:
        assert {problem.split("\n")[0].split(".")[0] for problem in problems} == {"naming"}
    else:
        plan = planned(options)
        vaults = [environment.key_vault.name for environment in plan.environments]
        assert len(set(vaults)) == len(vaults)
        assert [NAME_RULES["keyVault"].problem(name) for name in vaults] == [None] * 3


def test_every_kind_has_a_type_and_a_column() -> None:
    """The generated page lists them."""
    assert set(NAME_RULES) - set(TYPES) == {"cluster", "computeInstance", "connection", "container", "datastore"}
    assert set(KINDS) == set(NAME_RULES) - FROM_KEYS
    assert set(KINDS) > INSIDE


def test_names_of_an_existing_log_and_hub_are_left() -> None:
    """A pattern names what is built."""
    log = (
        "/subscriptions/c0c0c0c0-1111-4222-8333-444455556666/resourceGroups/rg-log/providers/"
        "Microsoft.OperationalInsights/workspaces/log-central"
    )
    options = stack(naming=deepcopy(NAMING), hub={"addressSpace": "10.0.0.0/24", "logAnalytics": {"existing": log}})

    hub = built(planned(options).hub)

    assert not isinstance(hub.log_analytics, LogAnalyticsSpec)
    assert hub.log_analytics.id == log
