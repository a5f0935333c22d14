"""The tables of facts as pages of docs/."""

from __future__ import annotations

from collections.abc import Iterable

from amlz.core.facts.egress import AZURE_ML_ALIAS, EXFILTRATION_PAGE, REQUIRED, SCENARIOS
from amlz.core.facts.kubernetes import HOSTS
from amlz.core.facts.managed_network import ADDED_ENDPOINTS, REQUIRED_ENDPOINTS, REQUIRED_TAGS
from amlz.core.facts.networks import ENVIRONMENT_SHARES, FORBIDDEN, HUB_SUBNETS, RESERVED_ADDRESSES
from amlz.core.facts.roles import DEPLOYER, GRANTS, LOCK_ACTIONS, LOCK_ROLE, RBAC_ADMINISTRATOR


def roles_page() -> str:
    """docs/reference/roles.md: who gets what where, and why."""
    grants = [(g.who, g.role, g.target, _when(g.when), g.why, f"<{g.source}>") for g in GRANTS]
    deployer = [(d.on, d.role, _when(d.when), d.why) for d in DEPLOYER]
    return (
        _page(
            "Roles",
            "Every role assignment is made from this table. People are groups, `pipelines` are service principals.",
            ("who", "role", "on", "when", "why", "source"),
            grants,
        )
        + _section(
            "The deployer",
            "Built-in roles that the deployer needs on each subscription; `amlz preview` lists yours. They are wider "
            "than the plan: `amlz roles STACK --deployer` writes custom roles with exactly the actions that the plan "
            "needs ([the command line](command-line.md#amlz-roles-stack---deployer)). "
            f"*{RBAC_ADMINISTRATOR}* always has a condition: only the roles that the plan gives on that subscription, "
            "each only to the type of principal that gets it (`deployerRoles` of `amlz preview STACK --format json`). "
            f"*{LOCK_ROLE}* is a custom role with `{'`, `'.join(LOCK_ACTIONS)}`. See [rights of the "
            "deployer](../how-to/pipelines.md#rights-of-the-deployer).",
            ("subscription", "role", "when", "why"),
            deployer,
        )
        + _WORKSPACE_IDENTITY
    )


#: Microsoft's table: https://learn.microsoft.com/azure/machine-learning/how-to-identity-based-service-authentication
_WORKSPACE_IDENTITY = """
## Ceiling of the workspace identity

Microsoft's table for a user-assigned workspace identity is the ceiling: no row above gives it more on a part of the
workspace than the table lists. Narrower roles are used only where a page of Microsoft documents them.

| on | Microsoft's table | narrower role documented | given here |
| --- | --- | --- | --- |
| workspace | Contributor | none for a user-assigned identity. *Azure AI Administrator* (preview) is given by Azure to system-assigned identities | Contributor |
| storage account | Contributor; Storage Blob Data Contributor | none | both; file, queue and table data roles without storage keys or with batch |
| key vault | Contributor; Key Vault Administrator | with access policies instead of roles: every permission but *purge* | both roles |
| container registry | Contributor | none. *AcrPush* is used in public samples, not documented | Contributor; *AcrPull* on a shared registry that another environment pushes to (`sharedRegistry.writers`), which is not documented either |
| Application Insights | Contributor | none | Contributor |

Contributor on a storage account, a vault or a registry can switch public access and account keys on again. Guardrails deny
that in production and audit it elsewhere. Source:
<https://learn.microsoft.com/azure/machine-learning/how-to-identity-based-service-authentication>.

## Creating computes

*AzureML Data Scientist* cannot create, start or delete computes. *AzureML Compute Operator* can create them
(<https://learn.microsoft.com/azure/machine-learning/how-to-assign-roles>). Assigning a managed identity to a compute needs
*Managed Identity Operator* on that identity, which no row gives to people: they can create computes, but not with the
workspace's or the environment's identity. Code on a compute instance without an identity runs as its owner, with the
owner's roles. Where `computeOperators` are listed for production, people create computes in production's subnet: leave the
list empty there, and let pipelines submit jobs to the clusters of the stack file.
"""  # noqa: E501


def egress_page() -> str:
    """docs/reference/egress.md: what computes may reach."""
    required = [
        (r.name, r.tag, "/".join(r.protocols), ", ".join(r.ports), r.only or "always", r.why, f"<{r.source}>")
        for r in REQUIRED
    ]
    hosts = [
        (rule.scenario, ", ".join(f"`{host}`" for host in rule.hosts), rule.why, f"<{rule.source}>")
        for rules in SCENARIOS.values()
        for rule in rules
    ]
    chosen = _section(
        "By choice",
        "Hosts that `egress` in the stack file opens. Other clouds than the public one take not all of them, and one "
        "has hosts beside the tags: [clouds](clouds.md).",
        ("choice", "hosts", "why", "source"),
        hosts,
    )
    page = _page(
        "Egress",
        "Outbound rules of computes, in their subnets and in the firewall. `Storage` of the region includes accounts "
        "of other tenants; `security.storageEndpointPolicy` closes it: see below. Each way for data to leave is in "
        "[exfiltration](../explanation/exfiltration.md).",
        ("rule", "service tag", "protocol", "ports", "when", "why", "source"),
        required,
    )
    return page + chosen + _STORAGE + _kubernetes() + _managed_networks()


_STORAGE = f"""
## Storage of other tenants

`Storage` of the region is required on port 443, and the tag holds storage accounts of every tenant. A service endpoint
policy of the training subnet lets through only Azure ML's own storage (`{AZURE_ML_ALIAS}`) and the accounts under
`security.storageEndpointPolicy.allow`. Production in the public cloud has one unless its network is managed; elsewhere
`security.storageEndpointPolicy: {{}}` adds it. `enabled: false` removes it, and every preview names that. Requests to
storage then leave the subnet through its service endpoint, past the firewall. Accounts with a private endpoint, the
environment's own and the data lake, are reached through that.

| before | what |
| --- | --- |
| turning it on where computes exist | scale clusters to zero; recreate instances from before December 2022 |
| curated environments | their images must come from `mcr.microsoft.com`, not from `viennaglobal.azurecr.io` |
| public data in the region | list its account under `allow`; otherwise it is not reached |
| `egress: [visualStudioCode]` | it names a storage account, which is not reached if it is in the region |

In a managed network there is no such subnet; with `outbound: approvedOnly` only private endpoints reach storage.

Source: <{EXFILTRATION_PAGE}>. It was not tried against Azure.
"""


def _kubernetes() -> str:
    """What nodes of attached clusters reach."""
    rows = [
        (r.name, ", ".join(f"`{host}`" for host in r.hosts), r.scheme, r.only or "always", r.why, f"<{r.source}>")
        for r in HOSTS["public"]
    ]
    return _section(
        "Nodes of attached Kubernetes clusters",
        "Hosts that the firewall opens to the ranges under `nodes` of [attached "
        "clusters](../how-to/kubernetes.md), to no other. "
        "In other clouds than the public one `nodes` is refused: no page names their hosts there.",
        ("rule", "hosts", "protocol", "when", "why", "source"),
        rows,
    )


def _managed_networks() -> str:
    """What Azure lets out by itself, and what is added."""
    to = "private endpoint to"
    rows = [
        *((f"{to} the {row.part}", "Azure", row.why, row.source) for row in REQUIRED_ENDPOINTS),
        *((f"`{row.tag}`", "Azure", row.why, row.source) for row in REQUIRED_TAGS),
        *((f"{to} {row.group}s", f"built here, with {row.only}", row.why, row.source) for row in ADDED_ENDPOINTS),
    ]
    return _section(
        "Managed networks",
        "What they let out while only what is approved may leave, besides the hosts by choice. With "
        "`outbound: internet` tags and hosts need no rule. [Isolation](../explanation/isolation.md) tells more.",
        ("to", "by", "why", "source"),
        [(where, by, why, f"<{source}>") for where, by, why, source in rows],
    )


def addresses_page() -> str:
    """docs/reference/addresses.md: where subnets are."""
    hub = [(s.role, s.name, f"+{s.offset}", f"/{s.prefix}", s.source) for s in HUB_SUBNETS.values()]
    shares = [(role, f"{start:.2f}", f"1/{2**bits}") for role, start, bits in ENVIRONMENT_SHARES]
    forbidden = [(f.cidr, f.why, f"<{f.source}>") for f in FORBIDDEN]
    return (
        _page(
            "Addresses",
            "Ranges stand in the stack file, so nothing moves by itself: adding, removing or reordering leaves every "
            "other environment where it is. Where subnets are follows from the range alone; counts of nodes only "
            f"decide whether they hold. Azure keeps {RESERVED_ADDRESSES} addresses of every subnet.",
            ("role", "subnet", "place in the hub", "size", "source"),
            hub,
        )
        + _section(
            "An environment's range",
            "Divided the same way for every environment whose computes are in a subnet; with `isolation: managed` all "
            "of it is for endpoints. Where `subnets` says ranges, these are built and no others.",
            ("subnet", "begins at", "share"),
            shares,
        )
        + _section("Refused", "No network may touch these.", ("range", "why", "source"), forbidden)
    )


def _when(word: str) -> str:
    return {
        "nonProduction": "not in production",
        "production": "in production",
        "batch": "with batch",
        "noSharedKeys": "without storage keys",
        "ownKey": "with a key of its own",
        "managedNetwork": "with a managed network",
        "locks": "with production",
        "roles": "where groups get the logs",
        "hubBuilt": "where the hub is built here",
        "hubBuiltLocks": "with production, where the hub is built here",
        "hubExists": "with an existing hub",
        "zonesExist": "with existing zones",
        "logsExist": "with an existing central log",
        "partRoles": "with an existing vault or registry",
        "partEndpoints": "with one to which an endpoint is built here",
        "lakeRoles": "with an existing lake on which roles are given here",
        "lakeEndpoints": "with an existing lake to which endpoints are built here",
    }.get(word, word)


def _page(title: str, text: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return f"# {title}\n\n{text}\n\n{_table(head, rows)}"


def _section(title: str, text: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return f"\n## {title}\n\n{text}\n\n{_table(head, rows)}"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
