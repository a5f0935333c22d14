"""Service endpoint policies of training subnets: compute targets reach no storage of other tenants."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.core.addresses import environments
from amlz.core.config import LandingZoneConfig
from amlz.core.facts.egress import AZURE_ML_ALIAS
from amlz.core.own_subnets import BUILD
from amlz.core.owners import EnvironmentKey, Owner
from amlz.core.planning.context import Context
from amlz.core.planning.places import spoke_place
from amlz.core.problems import Path, Problem
from amlz.core.specs import EndpointDefinitionSpec, ServiceEndpointPolicySpec

#: Part of a policy's name. The build subnet gets the policy of the training subnet.
ROLE = "training"
#: The subnets that have one: those of clusters and instances.
FILTERED = (ROLE, BUILD)


def plan_endpoint_policy(context: Context, spoke: str, owner: Owner) -> ServiceEndpointPolicySpec | None:
    """Returns the policy of an environment; None where it has none."""
    if not isinstance(owner, EnvironmentKey):
        return None
    project, name = owner
    policy_config = context.config.projects[project].environments[name].endpoint_policy(name, context.config.cloud)
    if policy_config is None:
        return None
    place = spoke_place(context, spoke)
    policy = context.owner_namer(owner).name("serviceEndpointPolicy", ROLE)
    path: Path = ("projects", project, "environments", name)
    context.take("serviceEndpointPolicy", policy, place.group_id, path)
    definitions = [EndpointDefinitionSpec("azure-ml", "Global", (AZURE_ML_ALIAS,), "Azure ML's own storage")]
    if policy_config.allow:
        why = "Accounts that the stack file allows"
        definitions.append(EndpointDefinitionSpec("storage", "Microsoft.Storage", policy_config.allow, why))
    of_owner, of_spoke = {"project": project, "environment": name}, context.config.spokes[spoke].tags
    tags = context.tags(of_spoke, of_owner, owner=owner, place=("spokes", spoke))
    return ServiceEndpointPolicySpec(f"{project}-{name}-{ROLE}", policy, place, tuple(definitions), tags)


def check_input(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns settings that a policy of the training subnet excludes."""
    for project, name, environment in environments(config):
        path: Path = ("projects", project, "environments", name, "security", "storageEndpointPolicy")
        policy = environment.security.storage_endpoint_policy
        if policy is None:
            continue
        if environment.isolation.managed and policy.enabled:
            yield Problem(
                path,
                "It is of the training subnet, and with `isolation: managed` there is none: a managed network that "
                "lets out only what is approved reaches storage by private endpoints alone.",
                "Remove it, or set `isolation: injected`.",
            )
        for index, account in enumerate(policy.allow):
            if account in policy.allow[:index]:
                yield Problem((*path, "allow", index), f"{account} is in the list twice.", "Remove one.")
