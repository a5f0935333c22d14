"""docs/reference/clouds.md: what differs by cloud, from the tables that decide it."""

from __future__ import annotations

from amlz.capabilities.defender.facts import PLANS
from amlz.core.facts.builtins import LISTED
from amlz.core.facts.builtins import SOURCE as BUILTINS_PAGE
from amlz.core.facts.clouds import CLOUDS, ENDPOINTS, PARITY_AS_OF, PARITY_PAGE, title
from amlz.core.facts.dns import ZONE_ROWS
from amlz.core.facts.egress import NOT_THERE, REQUIRED_HOSTS
from amlz.core.facts.federation import AUDIENCES
from amlz.core.facts.offers import DOUBTS
from amlz.core.facts.regions import REGIONS, WITH_AZURE_ML, ZONELESS
from amlz.core.facts.services import COSMOS_DB
from amlz.policy.library import library
from tools.docgen.templating import Row, code, rendered

_SERVICES = {
    "portal": "portal",
    "signIn": "signing in",
    "resourceManager": "Azure Resource Manager",
    "studio": "Azure ML studio",
    "workspace": "workspaces",
    "onlineEndpoints": "managed online endpoints",
    "vault": "vaults",
    "storage": "storage accounts",
    "registry": "container registries",
}


def clouds_page() -> str:
    """The whole page."""
    return rendered(
        "clouds.md.jinja",
        clouds=[f"`{cloud}`" for cloud in CLOUDS],
        names=_names(),
        zones=[(f"`{row.cloud}`", row.group, code(row.zones), f"<{row.source}>") for row in ZONE_ROWS],
        hosts=[(f"`{row.cloud}`", code(row.hosts), row.why, f"<{row.source}>") for row in REQUIRED_HOSTS],
        regions=_regions(),
        missing=_missing(),
        builtins=_builtins(),
        parity_page=PARITY_PAGE,
        parity_as_of=PARITY_AS_OF,
    )


def _names() -> list[Row]:
    hosts: dict[str, dict[str, str]] = {}
    sources: dict[str, dict[str, None]] = {}
    for row in ENDPOINTS:
        hosts.setdefault(row.service, {})[row.cloud] = f"`{row.host}`"
        sources.setdefault(row.service, {})[f"<{row.source}>"] = None
    rows: list[Row] = [(_SERVICES[s], *(hosts[s][c] for c in CLOUDS), " ".join(sources[s])) for s in hosts]
    entra = "https://learn.microsoft.com/entra/workload-id"
    federation = f"<{entra}/workload-identity-federation-config-app-trust-managed-identity>"
    provider = f"<{CLOUDS['public'].source}>"
    rows += [
        ("`environment` of the provider", *(f"`{c.environment}`" for c in CLOUDS.values()), provider),
        ("audience of federated credentials", *(f"`{AUDIENCES[c]}`" for c in CLOUDS), federation),
        (
            f"application of {COSMOS_DB.name}", *(f"`{COSMOS_DB.application_ids[c]}`" for c in CLOUDS),
            f"<{COSMOS_DB.source}>",
        ),
    ]  # fmt: skip
    return rows


def _regions() -> list[Row]:
    rows: list[Row] = []
    for cloud in CLOUDS:
        known, offered = REGIONS[cloud], WITH_AZURE_ML.get(cloud)
        with_zones = code(sorted(known.names - ZONELESS[cloud].names))
        azure_ml = (
            f"{code(sorted(offered.names))} ({offered.as_of})" if offered else "not listed by a page that was read"
        )
        rows.append((f"`{cloud}`", code(sorted(known.names)), with_zones, azure_ml, _day(known.as_of, known.source)))
    return rows


def _missing() -> list[Row]:
    every = tuple(CLOUDS)
    plans = [
        (f"`defender: [{key}]`", [c for c in every if c not in plan.clouds], "refused", plan.clouds_source)
        for key, plan in PLANS.items()
    ]
    scenarios = [(f"`egress: [{row.scenario}]`", list(row.clouds), "refused", row.source) for row in NOT_THERE]
    doubts = [(f"what {row.says}", list(row.clouds), "a finding", row.source) for row in DOUBTS]
    return [
        (item, ", ".join(title(cloud) for cloud in where), how, f"<{source}>")
        for item, where, how, source in (*plans, *scenarios, *doubts)
        if where
    ]


def _builtins() -> list[Row]:
    policies = library()
    rows: list[Row] = []
    for cloud, names in LISTED.items():
        listed = ", ".join(f"{result.title} (`{name}`)" for name in sorted(names) if (result := policies.entry(name)))
        rows.append((f"`{cloud}`", listed or "none", f"<{BUILTINS_PAGE}>" if listed else "no list"))
    return rows


def _day(as_of: str, source: str) -> str:
    return f"{as_of}, <{source}>" if as_of else f"<{source}>"
