"""Parts of an environment that exist: what is built towards them, asked of their owners, and excluded."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import replace

from amlz.azure.ids import parse
from amlz.core.addresses import environments
from amlz.core.config import EnvironmentConfig, LandingZoneConfig
from amlz.core.config.parts import ExistingInsightsConfig, ExistingRegistryConfig, ExistingVaultConfig
from amlz.core.config.shared import camel
from amlz.core.facts.clouds import CloudName, host_of
from amlz.core.facts.roles import DEPLOYER
from amlz.core.planning.context import Context
from amlz.core.planning.destinations import owners_of_destinations
from amlz.core.planning.existing_groups import demands_of_groups
from amlz.core.planning.existing_identities import demands_of_identities
from amlz.core.planning.registry import check_replicas
from amlz.core.problems import Path, Problem
from amlz.core.specs import ExistingKeyVaultSpec, ExistingRegistrySpec, Place, ProjectEnvironmentSpec
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class BroughtPart:
    """A part that exists: its key in the stack file, what it is, and what answers under its name."""

    key: str
    what: str
    asked: ExistingVaultConfig | ExistingRegistryConfig | ExistingInsightsConfig

    @property
    def endpoint_range(self) -> str | None:
        """The range of its private endpoint that exists; None where it has none."""
        return None if isinstance(self.asked, ExistingInsightsConfig) else self.asked.endpoint_range

    @property
    def endpoint_built(self) -> bool:
        """Returns whether a private endpoint to it is built here."""
        return not isinstance(self.asked, ExistingInsightsConfig) and self.asked.endpoint_range is None

    @property
    def name(self) -> str:
        """Its name."""
        return parse(self.asked.id).name

    def hosts(self, region: str, cloud: CloudName) -> tuple[str, ...]:
        """The public names that its private endpoint answers under."""
        name = self.name.lower()
        if self.key == "key_vault":
            return (f"{name}.{host_of('vault', cloud)}",)
        registries = host_of("registry", cloud)
        return (f"{name}.{registries}", f"{name}.{region}.data.{registries}")


def parts_of(environment: EnvironmentConfig) -> Iterator[BroughtPart]:
    """Returns the parts of an environment that exist already."""
    parts = environment.existing
    if parts.key_vault is not None:
        yield BroughtPart("key_vault", "vault", parts.key_vault)
    if parts.container_registry is not None:
        yield BroughtPart("container_registry", "registry", parts.container_registry)
    if parts.application_insights is not None:
        yield BroughtPart("application_insights", "Application Insights", parts.application_insights)


def as_existing(spec: ProjectEnvironmentSpec, environment: EnvironmentConfig) -> ProjectEnvironmentSpec:
    """An environment of which vault, registry and Application Insights are built only where they do not exist."""
    vault, registry = environment.existing.key_vault, environment.existing.container_registry
    if vault is not None:
        endpoint = spec.key_vault.endpoint if vault.endpoint_range is None else None
        spec = replace(spec, key_vault=ExistingKeyVaultSpec(vault.id, endpoint, spec.key_vault.roles))
    if registry is not None and spec.registry is not None:
        endpoint = spec.registry.endpoint if registry.endpoint_range is None else None
        spec = replace(spec, registry=ExistingRegistrySpec(registry.id, endpoint, spec.registry.roles))
    insights = environment.existing.application_insights
    if insights is not None:
        theirs = parse(insights.id)
        place = Place(theirs.subscription, theirs.resource_group, spec.insights.place.location)
        spec = replace(spec, insights=replace(spec.insights, place=place, exists=True))
    return spec


def ids_of_parts(config: LandingZoneConfig) -> tuple[str, ...]:
    """Ids of all parts that exist, each once."""
    return tuple(dict.fromkeys(part.asked.id for _, _, e in environments(config) for part in parts_of(e)))


def ranges_of_parts(environment: EnvironmentConfig) -> tuple[str, ...]:
    """The ranges of endpoints that exist, each once."""
    ranges = (part.endpoint_range for part in parts_of(environment))
    return tuple(dict.fromkeys(cidr for cidr in ranges if cidr is not None))


def through_firewall(context: Context, environment: EnvironmentConfig) -> tuple[str, ...]:
    """Returns names of parts whose endpoints are not in the hub: the firewall lets compute targets through to them."""
    hub = [ipaddress.IPv4Network(cidr) for cidr in context.hub_ranges]
    hosts: list[str] = []
    for part in parts_of(environment):
        if part.endpoint_range is not None and not environment.isolation.managed:
            network = ipaddress.IPv4Network(part.endpoint_range)
            if not any(network.subnet_of(cidr) for cidr in hub):
                hosts += part.hosts(context.config.location, context.config.cloud)
    return tuple(hosts)


def demands_of_parts(context: Context) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Returns the tasks of owners: the part by kind and name, and a sentence each."""
    by_id: dict[str, tuple[BroughtPart, list[str]]] = {}
    for project, name, environment in environments(context.config):
        for part in parts_of(environment):
            by_id.setdefault(part.asked.id, (part, []))[1].append(f"{project} {name}")
    parts = ((f"{part.what} {part.name}", tuple(_demands(context, part))) for part, _ in by_id.values())
    theirs = (*parts, *demands_of_identities(context.config), *owners_of_destinations(context))
    return (*_of_log(context), *demands_of_groups(context.config), *theirs)


def _of_log(context: Context) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Returns the tasks of the owner of an existing central log with a hub that is built."""
    log = context.config.hub.log_analytics.existing
    if log is not None and context.config.access.platform_team:
        yield f"log {parse(log).name}", ("the platform team has Log Analytics Reader on it: no role is given there",)


def _demands(context: Context, part: BroughtPart) -> Iterator[str]:
    if part.key == "key_vault":
        yield "it takes roles instead of access policies, with soft delete and purge protection on"
        yield "it lets in trusted services of Azure"
    elif part.key == "application_insights":
        yield "it keeps its data in a Log Analytics workspace"
        yield "people who read telemetry have roles on it: none is given there"
        if context.private_link_scope:
            yield "it is in a private link scope of its owner, unless telemetry over public addresses is accepted"
    else:
        yield "it is of tier Premium, and its quarantine is off"
    if part.endpoint_range is not None:
        hosts = " and ".join(part.hosts(context.config.location, context.config.cloud))
        yield f"{hosts} answer in {part.endpoint_range}, and traffic of compute targets on port 443 reaches that"
    elif part.endpoint_built and context.config.dns.mode != "created":
        yield (
            "no other private endpoint of it writes its names to the same zones: the one that is built here would take "
            "them over"
        )


def deployer_on_parts(config: LandingZoneConfig) -> Iterator[tuple[str, str, str]]:
    """Returns the roles of the deployer on existing parts: subscription, role, why. Each subscription once."""
    given: dict[str, dict[str, None]] = {}
    for _, _, environment in environments(config):
        for part in parts_of(environment):
            when = given.setdefault(parse(part.asked.id).subscription, {"partRoles": None})
            if part.endpoint_built:
                when["partEndpoints"] = None
    for subscription, when in given.items():
        yield from ((subscription, row.role, row.why) for row in DEPLOYER if row.on == "parts" and row.when in when)


def _log(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns contradictions in the settings of an existing central log."""
    settings = config.hub.log_analytics
    for field in sorted(settings.model_fields_set - {"existing"}):
        if settings.existing is not None:
            yield Problem(
                ("hub", "logAnalytics", camel(field)),
                f"{camel(field)} is of a log that is created here, and `existing` names one that is not.",
                "Remove one of the two.",
            )


def check_input(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns settings that an existing part excludes."""
    yield from _log(config)
    endpoints: dict[str, Path] = {}
    for project, name, environment in environments(config):
        path: Path = ("projects", project, "environments", name)
        for part in parts_of(environment):
            place: Path = (*path, "existing", camel(part.key))
            if getattr(environment.names, part.key, None) is not None:
                yield Problem(
                    (*path, "names", camel(part.key)),
                    f"It names a {part.what} that is created here, and `existing` one that is not.",
                    "Remove one of the two.",
                )
            if part.endpoint_range is not None and config.dns.mode == "created":
                yield Problem(
                    (*place, "endpointRange"),
                    "Private DNS zones are created here, and names of endpoints that exist already are not in them: "
                    f"the {part.what} would not be found.",
                    "Remove it, so that an endpoint is built here; or set `dns.mode: existing` or `policy`, "
                    "where the zones with its names are.",
                )
            if part.endpoint_built:
                other = endpoints.setdefault(part.asked.id, place)
                if other != place:
                    yield Problem(
                        place,
                        f"{'.'.join(map(str, other))} builds an endpoint to this {part.what} too: two would overwrite "
                        "each other's names.",
                        f"Give each environment a separate {part.what}. Or give it an endpoint elsewhere, set its "
                        "`endpointRange` in both, and set `dns.mode` to existing or policy.",
                    )
        yield from _registry_alone(environment, path)
        yield from _insights_alone(environment, path)
        yield from _of_own_registry(environment, path)
        yield from check_replicas(config, environment.registry_replicas, (*path, "registryReplicas"))


def _of_own_registry(environment: EnvironmentConfig, path: Path) -> Iterator[Problem]:
    """Returns settings of a registry that is not the environment's own."""
    settings = (
        ("registryRetentionDays", environment.registry_retention_days, "retentionDays", "retention"),
        ("registryReplicas", environment.registry_replicas, "replicas", "replicas"),
    )
    for key, value, of_shared, word in settings:
        place = (*path, key)
        if not value:
            continue
        if environment.registry == "shared":
            text = "It is for the registry of this environment, which uses the shared one."
            yield Problem(place, text, f"Remove it, and set `sharedRegistry.{of_shared}`.")
        elif environment.existing.container_registry is not None:
            text = "It is for a registry that is built here, and `existing.containerRegistry` names one that exists."
            yield Problem(place, text, f"Remove it: the owner of that registry sets its {word}.")


def _insights_alone(environment: EnvironmentConfig, path: Path) -> Iterator[Problem]:
    if environment.existing.application_insights is not None and environment.security.insights_keys:
        yield Problem(
            (*path, "security", "insightsKeys"),
            "It is for an Application Insights that is built here, and `existing.applicationInsights` names one that "
            "exists.",
            "Remove it: the owner of that one decides on its keys.",
        )


def _registry_alone(environment: EnvironmentConfig, path: Path) -> Iterator[Problem]:
    if environment.existing.container_registry is None:
        return
    place: Path = (*path, "existing", "containerRegistry")
    if environment.registry == "shared":
        yield Problem(
            place,
            "It names a registry that exists, and `registry: shared` wants the landing zone's.",
            "Remove one of the two.",
        )
