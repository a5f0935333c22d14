"""Parts of a difference that few edits of the shipped stacks show: aliases, wider roles, outbound rules, findings."""

from __future__ import annotations

from typing import Any

import pytest

from amlz.diff.difference import difference
from amlz.diff.difference_egress import difference_of_egress
from amlz.reports import difference_as

GROUP = "/subscriptions/s/resourceGroups/rg"
URN = "urn:pulumi:dev::lz::amlz:New$azure-native:keyvault:Vault::"


def vault(logical: str, name: str = "kv", **more: Any) -> dict[str, Any]:
    """A vault as a preview records it."""
    keys = ("apiVersion", "provider", "project", "environment")
    return {
        **dict.fromkeys(keys, ""),
        "urn": f"{URN}{logical}", "armType": "Microsoft.KeyVault/vaults", "name": name, "resourceGroup": "rg",
        "id": f"{GROUP}/providers/Microsoft.KeyVault/vaults/{name}", "protect": False, "body": {}, **more,
    }  # fmt: skip


def preview(*resources: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A preview of some resources."""
    return {"stack": "dev", "resources": list(resources), **more}


def finding(logical: str, actual: Any = None, **more: Any) -> dict[str, Any]:
    """Something found at a vault."""
    result = {"id": "a/b", "severity": "warning", "resource": f"{URN}{logical}", "name": "kv", "path": "p"}
    return {**result, "actual": actual, "message": "It is open.", "remedy": "Close it.", "project": "", **more}


def test_what_has_an_alias_is_moved_with_all_that_is_said_of_it() -> None:
    """Its findings are no news, and what it only gives at deployment has its new name."""
    of = {"properties": {"by": {"$unknown": "by, from old"}}}
    old = preview(vault("old"), vault("user", "kv2", body=of), findings=[finding("old")])
    renamed = {"properties": {"by": {"$unknown": "by, from new"}}}
    new = preview(
        vault("new", aliases=[f"{URN}never", f"{URN}old"]),
        vault("user", "kv2", body=renamed),
        findings=[finding("new")],
    )

    result = difference("main", old, new)

    assert [(was["urn"], now["urn"]) for was, now in result.moved] == [(f"{URN}old", f"{URN}new")]
    assert (result.created, result.deleted, result.changed, result.findings, result.guard) == ((), (), (), ((), ()), ())
    assert (result.nothing, result.unchanged) == (False, 1)
    assert difference_as.text(result).split("\n\n")[1] == (
        "Moved, which changes nothing in Azure\n  key vault kv: old becomes new, by an alias"
    )


def test_an_alias_is_for_one_resource_and_not_for_one_that_is_there_still() -> None:
    """As the engine takes them; the others are made and deleted."""
    first, second = vault("first", "kv1", aliases=[f"{URN}old"]), vault("second", "kv2", aliases=[f"{URN}old"])

    taken = difference("main", preview(vault("old", "kv1")), preview(first, second))
    still = difference("main", preview(vault("old", "kv1")), preview(vault("old", "kv1"), second))

    assert [[r["name"] for r in item] for item in (taken.created, taken.deleted)] == [["kv2"], []]
    assert [[r["name"] for r in item] for item in (still.created, still.deleted)] == [["kv2"], []]
    assert (len(taken.moved), len(still.moved)) == (1, 0)


def test_what_would_be_made_again_without_an_alias_is_stopped() -> None:
    """It has the same id in any letter case; another vault instead of it is only a loss."""
    again = difference("main", preview(vault("old")), preview(vault("new", "KV")))
    other = difference("main", preview(vault("old")), preview(vault("new", "other")))

    assert [f.check for f in again.guard] == ["guard/alias-missing", "guard/delete-not-allowed"]
    assert again.guard[0].message == (
        "kv is old in the program and would be new: to Pulumi another resource, made before the other is deleted. "
        "azure-native refuses to make what is there already."
    )
    assert [f.check for f in other.guard] == ["guard/delete-not-allowed"]


def role(scope: str, name: str = "Reader", principal: str = "p") -> dict[str, Any]:
    """A role of an Entra group."""
    return {"who": "readers", "principal": principal, "role": name, "scope": scope}


ROLES: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]], list[str]]] = {
    "the group of what it had": ([role(f"{GROUP}/providers/a/b/c")], [role(GROUP)], [f"{GROUP}/providers/a/b/c"]),
    "the subscription, beside what it keeps": (
        [role(GROUP)], [role(GROUP), role("/subscriptions/S")], [GROUP],
    ),
    "less than it had": ([role(GROUP)], [role(f"{GROUP}/providers/a/b/c")], []),
    "another role": ([role(f"{GROUP}/providers/a/b/c")], [role(GROUP, "Owner")], []),
    "somebody else": ([role(f"{GROUP}/providers/a/b/c")], [role(GROUP, principal="q")], []),
    "the same in another case": ([role(GROUP)], [role(GROUP.upper())], []),
}  # fmt: skip


@pytest.mark.parametrize("case", ROLES)
def test_a_role_on_more_is_told_as_wider(case: str) -> None:
    """With what the same principal had it on before."""
    before, after, narrower = ROLES[case]

    result = difference("main", preview(landingZone={"roles": before}), preview(landingZone={"roles": after}))

    assert [scope for _, scopes in result.widened for scope in scopes] == narrower
    assert (case == "the same in another case") == result.nothing


def firewall(*rules: dict[str, Any], action: str = "Allow") -> dict[str, Any]:
    """A preview with rules of a firewall."""
    collection = {"name": "c", "action": {"type": action}, "rules": list(rules)}
    arm_type = "Microsoft.Network/firewallPolicies/ruleCollectionGroups"
    return preview(vault("rcg", armType=arm_type, body={"properties": {"ruleCollections": [collection]}}))


def network(*to: str, sources: tuple[str, ...] = ("10.0.0.0/26",), protocols: tuple[str, ...] = ("TCP",)) -> Any:
    """A rule by address."""
    return {
        "name": "n", "destinationAddresses": list(to), "destinationPorts": ["443"], "ipProtocols": list(protocols),
        "sourceAddresses": list(sources),
    }  # fmt: skip


HOSTS = {
    "name": "h", "targetFqdns": ["a.example.com"], "protocols": [{"protocolType": "Https", "port": 443}],
    "sourceIpGroups": ["/subscriptions/s/g"],
}  # fmt: skip
TAGS = {**HOSTS, "targetFqdns": [], "fqdnTags": ["WindowsUpdate"]}
MANAGED = {
    "project": "churn", "environment": "dev", "isolationMode": "AllowOnlyApprovedOutbound",
    "outboundRules": [{"kind": "FQDN", "to": "pypi.org"}, {"kind": "PrivateEndpoint", "to": f"{GROUP}/p/a/b/st"}],
}  # fmt: skip
MUST = {
    "name": "m", "destinations": ["AzureMonitor"], "ports": ["443"], "protocols": ["TCP"], "sources": ["10.1.0.0/26"],
}  # fmt: skip
EGRESS: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "another destination": (
        firewall(network("Tag")), firewall(network("Tag", "Other")), (("n: Other 443 TCP",), ()),
    ),
    "another source": (
        firewall(network("Tag")), firewall(network("Tag", sources=("10.0.0.64/26", "10.0.0.0/26"))),
        (("for 10.0.0.64/26: n: Tag 443 TCP",), ()),
    ),
    "another protocol": (
        firewall(network("Tag")), firewall(network("Tag", protocols=("Any",))),
        (("n: Tag 443 Any",), ("n: Tag 443 TCP",)),
    ),
    "host names and tags of them": (
        firewall(), firewall(HOSTS, TAGS), (("h: WindowsUpdate Https:443", "h: a.example.com Https:443"), ()),
    ),
    "a rule that denies": (firewall(), firewall(network("Tag"), action="Deny"), ((), ())),
    "a managed network": (
        preview(), preview(landingZone={"managedNetworks": [MANAGED]}),
        (
            (
                "churn, dev, FQDN: pypi.org", "churn, dev, PrivateEndpoint: st",
                "churn, dev: isolation mode AllowOnlyApprovedOutbound",
            ),
            (),
        ),
    ),
    "a managed network that is opened": (
        preview(landingZone={"managedNetworks": [MANAGED]}),
        preview(landingZone={"managedNetworks": [{**MANAGED, "isolationMode": "AllowInternetOutbound"}]}),
        (
            ("churn, dev: isolation mode AllowInternetOutbound",),
            ("churn, dev: isolation mode AllowOnlyApprovedOutbound",),
        ),
    ),
    "an existing firewall": (
        preview(), preview(landingZone={"existingHub": {"mustAllow": [MUST]}}),
        (("the existing firewall, m: AzureMonitor 443 TCP",), ()),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", EGRESS)
def test_ways_out_are_told_whoever_opens_them(case: str) -> None:
    """By destination, port and protocol, and for whom."""
    old, new, expected = EGRESS[case]

    assert difference_of_egress(old, new) == expected


def test_what_is_found_otherwise_is_new_and_what_is_accepted_is_not_gone() -> None:
    """Another order is no other value; what belongs to no resource counts as what does."""
    kept = vault("a")
    old = preview(
        kept, findings=[finding("a", ["x", "y"]), finding("a", 1, id="c/d"), finding("", id="e/f", resource="")]
    )
    same = preview(
        kept, findings=[finding("a", ["y", "x"]), finding("a", 1, id="c/d"), finding("", id="e/f", resource="")]
    )
    accepted = finding("a", 1, id="c/d", reason="later")
    other = preview(kept, findings=[finding("a", ["x", "z"])], acceptedFindings=[accepted])

    result = difference("main", old, other)

    assert difference("main", old, same).nothing
    assert [[f["id"] for f in item] for item in (*result.findings, result.accepted)] == [["a/b"], ["e/f"], ["c/d"]]


def test_a_verdict_on_what_is_replaced_is_the_same_verdict() -> None:
    """Its id is another one, and it is about the same resource."""
    result = {"resource": f"{URN}a", "policy": "p", "verdict": "audit", "blocks": False}
    old, new = (
        preview(vault("a", name), verdicts=[{**result, "id": vault("a", name)["id"]}]) for name in ("kv1", "kv2")
    )

    value = difference("main", old, new)

    assert (value.verdicts, [changed.replaced for changed in value.changed]) == (((), ()), [True])


APPROVERS: dict[str, tuple[Any, Any, list[str]]] = {
    "removed": (["Grace", "ada"], [], ["approvers of deployments removed: ada, grace"]),
    "another one": (["ada"], ["Ada", "eve"], ["more people approve deployments: eve"]),
    "fewer": (["ada", "eve"], ["Ada"], []),
    "the first ones": ([], ["ada"], []),
    "of an environment that is production no longer": (["ada"], None, []),
    "of a new environment": (None, ["ada"], []),
}


@pytest.mark.parametrize("case", APPROVERS)
def test_approvers_of_production_who_are_removed_or_more_are_a_finding(case: str) -> None:
    """No resource holds them, so a difference without a changed resource is still one."""
    before, after, lost = APPROVERS[case]
    old, new = ({"approvers": {} if names is None else {"churn/prod": names}} for names in (before, after))

    result = difference("main", preview(landingZone=old), preview(landingZone=new))

    assert [finding.message for finding in result.guard] == [f"churn/prod is production: {words}." for words in lost]
    assert (result.nothing, result.fails("warning")) == (not lost, bool(lost))


def test_a_preview_of_an_earlier_version_has_no_approvers() -> None:
    """Nobody was named there."""
    old, new = preview(landingZone={}), preview(landingZone={"approvers": {"churn/prod": []}})

    assert difference("main", old, new).guard == ()
