"""The tables of facts as pages of docs/."""

from __future__ import annotations

from amlz.core.discovery import capability_facts
from amlz.core.facts.custom_roles import CUSTOM_ROLES
from amlz.core.facts.egress import AZURE_ML_ALIAS, EXFILTRATION_PAGE, REQUIRED, SCENARIOS
from amlz.core.facts.managed_network import ADDED_ENDPOINTS, REQUIRED_ENDPOINTS, REQUIRED_TAGS
from amlz.core.facts.networks import ENVIRONMENT_SHARES, FORBIDDEN, HUB_SUBNETS, RESERVED_ADDRESSES
from amlz.core.facts.roles import CAPABILITIES_DEPLOYER, DEPLOYER, GRANTS, LOCK_ACTIONS, LOCK_ROLE, RBAC_ADMINISTRATOR
from tools.docgen.templating import Row, rendered


def roles_page() -> str:
    """docs/reference/roles.md: who gets what where, and why."""
    grants = [(g.who, g.role, g.target, _when(g.when), g.why, f"<{g.source}>") for g in GRANTS]
    deployer = [(d.on, d.role, _when(d.when), d.why) for d in (*DEPLOYER, *CAPABILITIES_DEPLOYER)]
    custom = [
        (
            name,
            ", ".join(f"`{action}`" for action in row.actions),
            row.description,
            f"<{row.source.replace(' ', '> ', 1)}",
        )
        for name, row in CUSTOM_ROLES.items()
    ]
    return rendered(
        "roles.md.jinja",
        grants=grants,
        deployer=deployer,
        custom=custom,
        rbac_administrator=RBAC_ADMINISTRATOR,
        lock_role=LOCK_ROLE,
        lock_actions=LOCK_ACTIONS,
    )


def egress_page() -> str:
    """docs/reference/egress.md: outbound rules of compute targets."""
    required = [
        (r.name, r.tag, "/".join(r.protocols), ", ".join(r.ports), r.only or "always", r.why, f"<{r.source}>")
        for r in REQUIRED
    ]
    hosts = [
        (rule.scenario, ", ".join(f"`{host}`" for host in rule.hosts), rule.why, f"<{rule.source}>")
        for rules in SCENARIOS.values()
        for rule in rules
    ]
    return rendered(
        "egress.md.jinja",
        required=required,
        hosts=hosts,
        nodes=_kubernetes(),
        services=_services(),
        managed=_managed_networks(),
        azure_ml_alias=AZURE_ML_ALIAS,
        exfiltration_page=EXFILTRATION_PAGE,
    )


def _kubernetes() -> list[Row]:
    """Egress of nodes of attached clusters."""
    return [
        (r.name, ", ".join(f"`{host}`" for host in r.hosts), r.scheme, r.only or "always", r.why, f"<{r.source}>")
        for capability_fact in capability_facts()
        for r in capability_fact.egress
    ]


def _services() -> list[Row]:
    """Service tags that the firewall opens for capabilities."""
    return [
        (r.name, r.tag, "/".join(r.protocols), ", ".join(r.ports), r.why, f"<{r.source}>")
        for capability_fact in capability_facts()
        for r in capability_fact.tags
    ]


def _managed_networks() -> list[Row]:
    """Egress that Azure always allows, and the rules that are added."""
    to = "private endpoint to"
    rows = [
        *((f"{to} the {row.part}", "Azure", row.why, row.source) for row in REQUIRED_ENDPOINTS),
        *((f"`{row.tag}`", "Azure", row.why, row.source) for row in REQUIRED_TAGS),
        *((f"{to} {row.group}s", f"built here, with {row.only}", row.why, row.source) for row in ADDED_ENDPOINTS),
    ]
    return [(where, by, why, f"<{source}>") for where, by, why, source in rows]


def addresses_page() -> str:
    """docs/reference/addresses.md: where subnets are."""
    hub = [(s.role, s.name, f"+{s.offset}", f"/{s.prefix}", s.source) for s in HUB_SUBNETS.values()]
    shares = [(role, f"{start:.2f}", f"1/{2**bits}") for role, start, bits in ENVIRONMENT_SHARES]
    forbidden = [(f.cidr, f.why, f"<{f.source}>") for f in FORBIDDEN]
    return rendered("addresses.md.jinja", hub=hub, shares=shares, forbidden=forbidden, reserved=RESERVED_ADDRESSES)


def _when(word: str) -> str:
    return {
        "nonProduction": "not in production",
        "production": "in production",
        "batch": "with batch",
        "noSharedKeys": "without storage keys",
        "ownKey": "with a customer-managed key",
        "managedNetwork": "with a managed network",
        "productionFiles": "in production, without storage keys",
        "computes": "with `peopleCreateComputes`",
        "nonProductionComputes": "with `peopleCreateComputes`, not in production",
        "studioDeployments": "with `studioDeployments`, not in production",
        "locks": "with production",
        "roles": "where groups get the logs",
        "hubBuilt": "where the hub is built here",
        "hubBuiltLocks": "with production, where the hub is built here",
        "hubExists": "with an existing hub",
        "scopeExists": "with the private link scope of another stack's hub",
        "zonesExist": "with existing zones",
        "ddosPlan": "with `ddosProtectionPlan`",
        "logsExist": "with an existing central log",
        "partRoles": "with an existing vault, registry or Application Insights",
        "partEndpoints": "with one to which an endpoint is built here",
        "identityUses": "with an existing identity",
        "identityRoles": "with one of compute targets, where people create these",
        "lakeRoles": "with an existing lake on which roles are given here",
        "modelRegistryRoles": "with an Azure ML registry on which roles are given here",
        "lakeEndpoints": "with an existing lake to which endpoints are built here",
    }.get(word, word)
