"""docs/reference/clouds.md: what differs by cloud, from the tables that decide it."""

from __future__ import annotations

from collections.abc import Iterable

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

_HEAD = """# Clouds

```yaml
cloud: usGovernment
location: usgovvirginia
```

`cloud` is `public` where nothing is said, `usGovernment` for Azure Government, `china` for Azure operated by 21Vianet.
It decides private DNS zones, hosts, audiences of tokens, and the `environment` of every provider: the environment
variable `ARM_ENVIRONMENT` does not count. A landing zone is in one cloud, and so is everything that it refers to.
[examples/us-government](../../examples/us-government/Pulumi.us-government.yaml) is a whole stack file.

Sign in to the same cloud before `pulumi up`: `az cloud set --name AzureUSGovernment` or `AzureChinaCloud`.

Changing `cloud` of a landing zone that stands is no move: nothing can be carried over. Build a new one.

**What a page says a cloud has not is refused**, with the page. What a dated list leaves open (a region that may have
opened since, a machine that may be there by now) is a finding: `place/region-not-known`, `place/not-in-cloud`,
`place/zones-not-in-region`. **What no page says is not guessed**; it stands [below](#not-known).
"""

_TAIL = f"""
## Service tags

The tags of [the egress page](egress.md) apply to all three clouds: Microsoft's page has one list of them, and takes one
tag away for 21Vianet that is not opened here (`AzureFrontDoor.FrontEnd`). Tags of a region are written with the
region's name in resources, as everywhere.

## Policies

Guardrails are initiatives of definitions of this repository and of built-ins. **Azure refuses an initiative that names
a built-in its cloud does not have.** Users report some as missing in Azure Government
(<https://github.com/Azure/Enterprise-Scale/issues/1806>) and many in China, of Azure ML's among them
(<https://github.com/Azure/Enterprise-Scale/issues/1960>). So outside of the public cloud guardrails hold the
definitions of this repository, and of the built-ins those that a list has:

BUILTINS
The preview says how many are left out, among what is less secure than the default; a guardrail of which nothing is left
is not assigned. Where you know that your cloud has them, say so:

```yaml
policies: {{builtIns: all}}
```

What you assign yourself is assigned as you say it. Which aliases Azure Policy has in other clouds is not known: a
definition of this repository that reads one that is missing is refused when it is created. Where `pulumi up` is told
so, leave its guardrail out of `policies.guardrails`.

## Not known

Nothing here was tried against a cloud. In particular no page that was read says:

- which API versions other clouds take. Bodies are checked against the published types, which are the public cloud's;
- whether every built-in role has the same id everywhere, and whether all are there: ids are taken to be the same, the
  previews among them (Azure AI Enterprise Network Connection Approver) are the likeliest to be missing;
- the audience of Azure Pipelines' tokens in other clouds, so `pipelineIdentities.azureDevOps` is refused there;
- the zones of a registry of Azure ML (`amlregistry`) in other clouds;
- what data endpoints of registries are called in Azure Government: they are taken to be formed as elsewhere
  (`NAME.REGION.data.azurecr.us`);
- which tiers of Azure Firewall and Azure Bastion are where, whether serverless compute in a subnet is there, and sizes
  of machines, apart from the row above;
- hosts of AutoML and of Visual Studio Code in other clouds: list those that you know under `egressHosts`;
- whether lists of packages and of Hugging Face can be reached from computes in China;
- whether days on which sizes were retired go for other clouds: they are taken to. The one family with GPUs that the
  list for 21Vianet has is among the retired.

Microsoft's pages disagree on hosts of compute instances (`instances.ml.azure.us` and `instances.azureml.us`; for
21Vianet `instances.ml.azure.ms` and `instances.azureml.cn`) and on 21Vianet's sign-in (`login.chinacloudapi.cn`):
whoever forwards names or lists hosts takes both. Network isolation of managed online endpoints was in neither of the
two other clouds (<{PARITY_PAGE}>, {PARITY_AS_OF}).
"""

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
    return _HEAD + _names() + _zones() + _hosts() + _regions() + _missing() + _TAIL.replace("BUILTINS", _builtins())


def _names() -> str:
    hosts: dict[str, dict[str, str]] = {}
    sources: dict[str, dict[str, None]] = {}
    for row in ENDPOINTS:
        hosts.setdefault(row.service, {})[row.cloud] = f"`{row.host}`"
        sources.setdefault(row.service, {})[f"<{row.source}>"] = None
    rows = [(_SERVICES[s], *(hosts[s][c] for c in CLOUDS), " ".join(sources[s])) for s in hosts]
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
    return _section("Names", ("what", *(f"`{cloud}`" for cloud in CLOUDS), "source"), rows)


def _zones() -> str:
    rows = [(f"`{row.cloud}`", row.group, _code(row.zones), f"<{row.source}>") for row in ZONE_ROWS]
    return _section("Private DNS zones", ("cloud", "group", "zones", "source"), rows)


def _hosts() -> str:
    rows = [(f"`{row.cloud}`", _code(row.hosts), row.why, f"<{row.source}>") for row in REQUIRED_HOSTS]
    return _section("Hosts that computes need besides service tags", ("cloud", "hosts", "why", "source"), rows)


def _regions() -> str:
    rows = []
    for cloud in CLOUDS:
        known, offered = REGIONS[cloud], WITH_AZURE_ML.get(cloud)
        with_zones = _code(sorted(known.names - ZONELESS[cloud].names))
        azure_ml = (
            f"{_code(sorted(offered.names))} ({offered.as_of})" if offered else "not listed by a page that was read"
        )
        rows.append((f"`{cloud}`", _code(sorted(known.names)), with_zones, azure_ml, _day(known.as_of, known.source)))
    return _section("Regions", ("cloud", "regions", "with zones", "with Azure ML", "source"), rows)


def _missing() -> str:
    every = tuple(CLOUDS)
    plans = [
        (f"`defender: [{key}]`", [c for c in every if c not in plan.clouds], "refused", plan.clouds_source)
        for key, plan in PLANS.items()
    ]
    scenarios = [(f"`egress: [{row.scenario}]`", list(row.clouds), "refused", row.source) for row in NOT_THERE]
    doubts = [(f"what {row.says}", list(row.clouds), "a finding", row.source) for row in DOUBTS]
    rows = [
        (what, ", ".join(title(cloud) for cloud in where), how, f"<{source}>")
        for what, where, how, source in (*plans, *scenarios, *doubts)
        if where
    ]
    return _section("Not in every cloud", ("what", "not in", "is", "source"), rows)


def _builtins() -> str:
    policies = library()
    rows = []
    for cloud, names in LISTED.items():
        listed = ", ".join(f"{found.title} (`{name}`)" for name in sorted(names) if (found := policies.entry(name)))
        rows.append((f"`{cloud}`", listed or "none", f"<{BUILTINS_PAGE}>" if listed else "no list"))
    return _table(("cloud", "built-ins of guardrails that are listed", "source"), rows)


def _day(as_of: str, source: str) -> str:
    return f"{as_of}, <{source}>" if as_of else f"<{source}>"


def _code(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _section(heading: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return f"\n## {heading}\n\n{_table(head, rows)}"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
