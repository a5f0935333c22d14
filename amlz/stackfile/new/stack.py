"""Writes a new stack file from answers: a text with comments, which `amlz check` finds valid."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from functools import cache
from pathlib import Path as FilePath

import jinja2
import yaml

from amlz.core.facts.regions import WITHOUT_ZONES
from amlz.core.notices import notices
from amlz.core.notices.notice import Notice
from amlz.core.plan import make_plan
from amlz.core.problems import LandingZoneError, Path, StackFileError, dotted
from amlz.dataclass import dataclass
from amlz.stackfile.load import from_object
from amlz.stackfile.new.hub import CREATED, NewHub, hub_of, listed_values
from amlz.stackfile.new.networks_file import Networks
from amlz.stackfile.new.ranges import divided, with_environments, without_hub
from amlz.stackfile.stack_file import KEY


@dataclass(frozen=True, slots=True)
class NewStack:
    """Answers that a new stack file is made of. `network`: one range for everything that `networks` leaves open.

    `hub_subscription` and `platform_team` are None where they are not configured.
    """

    organisation: str
    business_unit: str
    tenant: str
    location: str
    subscription: str
    network: str | None
    project: str | None
    environments: tuple[str, ...]
    networks: Networks = field(default_factory=Networks)
    hub_subscription: str | None = None
    platform_team: str | None = None
    hub: NewHub = field(default_factory=NewHub)


def stack_of(
    answers: Mapping[str, str], networks: Networks, hub_subscription: str | None, platform_team: str | None
) -> NewStack:
    """Returns the stack of answers by the names of their questions."""
    return NewStack(
        organisation=answers["organisation"],
        business_unit=answers["business_unit"],
        tenant=answers["tenant"],
        subscription=answers["subscription"],
        location=answers["location"],
        network=answers.get("network"),
        project=answers.get("project"),
        environments=listed_values(answers.get("environments", "")),
        networks=networks,
        hub_subscription=hub_subscription,
        platform_team=platform_team,
        hub=hub_of(answers),
    )


#: The option that a path of the configuration comes from. A longer path is below it.
_OPTIONS: dict[Path, str] = {
    ("organisation",): "--organisation",
    ("businessUnit",): "--business-unit",
    ("tenantId",): "--tenant",
    ("location",): "--location",
    ("subscriptions", "landingZone"): "--subscription",
    ("subscriptions", "hub"): "--hub-subscription",
    ("access", "platformTeam"): "--platform-team",
    ("hub", "addressSpace"): "--network, --from",
    ("hub", "existing", "addressSpace"): "--hub-range, --from",
    ("hub", "existing", "firewallAddress"): "--firewall-address",
    ("hub", "existing", "logAnalytics"): "--log",
    ("hub", "existing", "dnsServers"): "--dns-servers",
    ("hub", "virtualWan", "addressSpace"): "--hub-range, --from",
    ("hub", "virtualWan", "logAnalytics"): "--log",
    ("hub", "virtualWan", "dnsServers"): "--dns-servers",
    ("hub",): "--hub",
    ("spokes", "main", "existing"): "--spoke",
    ("spokes",): "--network, --from",
    ("onPremises",): "--from",
    ("projects",): "--project, --environments, --network, --from",
}


@dataclass(frozen=True, slots=True)
class NewText:
    """The text of a new stack file, and doubts about it that stop nothing."""

    text: str
    notices: tuple[Notice, ...]


def new_stack_file(stack: NewStack, schema: str) -> NewText:
    """Returns the text of a stack file. `schema`: path or URL of the JSON Schema, for editors.

    Raises LandingZoneError with every answer that is not valid, by the name of its option.
    """
    networks = _networks(stack)
    projects: dict[str, dict[str, str]] = {}
    for (project, environment), network in networks.environments.items():
        projects.setdefault(project, {})[environment] = network
    text = _template().render(
        **{item: getattr(stack, item) for item in _AS_THEY_ARE},
        schema=schema,
        zones=stack.location not in WITHOUT_ZONES,
        networks=networks,
        hub_range=stack.hub.address_range or networks.hub,
        projects=projects,
    )
    try:
        config = from_object(yaml.safe_load(text)["config"][KEY])
        plan = make_plan(config)
    except StackFileError as error:
        raise LandingZoneError("\n".join(_by_option(error, stack))) from None
    return NewText(text, tuple(notices(config, plan)))


_AS_THEY_ARE = (
    "organisation",
    "business_unit",
    "tenant",
    "location",
    "subscription",
    "hub_subscription",
    "platform_team",
    "hub",
)


def _networks(stack: NewStack) -> Networks:
    wanted = tuple((stack.project, environment) for environment in stack.environments) if stack.project else ()
    given, builds = stack.networks, stack.hub.kind == CREATED
    if not builds and not given.spokes and not given.environments:
        return replace(without_hub(stack.network or "", wanted), on_premises=given.on_premises)
    if (given.hub is not None or not builds) and given.spokes:
        networks = with_environments(given, wanted)
        if networks is None:
            raise LandingZoneError(
                f"--from\n  The spokes have no room for {len(wanted)} more environments.\n"
                "  Add a range to a spoke, or name fewer environments."
            )
        return networks
    if given.hub is not None or given.spokes or given.environments:
        needs = "both a hub and a spoke" if builds else "a spoke"
        raise LandingZoneError(f"--from\n  The file needs {needs}.\n  Add the missing range.")
    networks = divided(stack.network or "", wanted)
    return replace(networks, on_premises=given.on_premises)


def _by_option(error: StackFileError, stack: NewStack) -> Iterator[str]:
    unused = "--network, " if stack.network is None else ", --from" if stack.networks == Networks() else None
    for problem in error.problems:
        option = next(
            (_OPTIONS[problem.path[:n]] for n in (3, 2, 1) if problem.path[:n] in _OPTIONS), dotted(problem.path)
        )
        option = option.replace(unused, "") if unused else option
        yield "\n  ".join(part for part in (option, problem.what, problem.remedy) if part)


def _quoted(text: str) -> str:
    """A text as YAML reads it back: plain where that is the same text, otherwise in double quotes."""
    try:
        plain = yaml.safe_load(text) == text and "#" not in text and ": " not in text
    except yaml.YAMLError:
        plain = False
    return text if plain else json.dumps(text, ensure_ascii=False)


@cache
def _template() -> jinja2.Template:
    folder = FilePath(__file__).parent / "templates"
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # YAML: texts pass through `_quoted`
    )
    environment.filters["yaml"] = _quoted
    return environment.get_template("stack.yaml.jinja")
