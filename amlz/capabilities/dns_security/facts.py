"""Facts of DNS security policies."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.change_rule import tracked
from amlz.azure.protection import Protection, other, ranked
from amlz.core.billing import Body, Omitted, Quantity, free
from amlz.core.capability_facts import ArmType, Emits, Facts, NameRule, Noun

POLICY = "Microsoft.Network/dnsResolverPolicies"
RULE = f"{POLICY}/dnsSecurityRules"
LINK = f"{POLICY}/virtualNetworkLinks"
LIST = "Microsoft.Network/dnsResolverDomainLists"

#: A domain of at least two labels, in lower case and without wildcards.
DOMAIN = r"^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]*[a-z0-9])?$"

#: 2024-11-06: a policy is for networks of its region, and a network has one policy.
PAGE = "https://learn.microsoft.com/azure/dns/dns-security-policy"

#: The pattern of the published types, version 2023-07-01-preview.
_PATTERN = r"[a-zA-Z0-9]([a-zA-Z0-9_-]*[a-zA-Z0-9])?"
_SAYS = "letters, digits, hyphens and underscores, starting and ending with a letter or digit"


def _bill(_: Body) -> Iterator[Quantity | Omitted]:
    yield Omitted("DNS security policies: no meter of them is known here")


FACTS = Facts(
    types=(
        ArmType(
            POLICY,
            Noun("DNS security policy", "DNS security policies"),
            kind="dnsSecurityPolicy",
            names=NameRule("dnssp-", 1, 80, _PATTERN, _SAYS, "group"),
            # Category DnsResponse, to the table DNSQueryLogs:
            # https://learn.microsoft.com/azure/azure-monitor/reference/supported-logs/microsoft-network-dnsresolverpolicies-logs
            # https://learn.microsoft.com/azure/azure-monitor/reference/supported-metrics/microsoft-network-dnsresolverpolicies-metrics
            emits=Emits(logs=True, metrics=True, dedicated=True),
        ),
        ArmType(
            LIST,
            Noun("DNS domain list", "DNS domain lists"),
            kind="dnsDomainList",
            names=NameRule("dnsdl-", 1, 80, _PATTERN, _SAYS, "group"),
        ),
        ArmType(RULE, Noun("DNS security rule", "DNS security rules")),
        ArmType(LINK, Noun("network link", "network links")),
    ),
    changes={kind: tracked() for kind in (POLICY, RULE, LINK, LIST)},
    bills={POLICY: _bill, **dict.fromkeys((LIST, RULE, LINK), free)},
    protections=(
        Protection(LIST, "other domains filtered", other("domains.*")),
        Protection(RULE, "domains resolved", ranked("action.actionType", "Block", "Alert", "Allow")),
        Protection(RULE, "domains resolved", ranked("dnsSecurityRuleState", "Enabled", "Disabled")),
    ),
    removed={RULE: "filters of names deleted"},
)
