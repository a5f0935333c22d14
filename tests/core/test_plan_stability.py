"""Nothing moves: after any addition, removal, change or new order, all other parts keep their values."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import chain

from hypothesis import given, settings
from hypothesis import strategies as st

from amlz.core.plan import LandingZonePlan
from amlz.core.specs import ProjectEnvironmentSpec, SharedRegistrySpec, SpokeSpec
from tests.core.stacks import PEOPLE, Stack, at, built, cluster, planned, stack
from tests.layers import MUCH

#: Compared values: everything by which Azure or Pulumi identifies a resource, by its role in the plan.
Print = dict[str, str | int]

PROJECTS = ("churn", "fraud", "pricing", "demand-1")
ENVIRONMENTS = ("dev", "staging", "prod")


@dataclass
class Editing:
    """A stack that is being edited, and what the edits were about.

    `touched`: owners of environments and names of spokes. `everything`: an edit was about the whole landing zone.
    """

    asked: Stack
    draw: Callable[[st.SearchStrategy[object]], object]
    touched: set[str] = field(default_factory=set)
    everything: bool = False

    def pick(self, choices: object) -> str:
        """One of some words."""
        return str(self.draw(st.sampled_from(sorted(choices))))  # type: ignore[call-overload]

    def owners(self) -> list[str]:
        """Every environment that there is."""
        return [f"{p}/{e}" for p, project in self.asked["projects"].items() for e in project["environments"]]

    def environment(self, owner: str) -> Stack:
        """Settings of an environment."""
        project, name = owner.split("/")
        result: Stack = self.asked["projects"][project]["environments"][name]
        return result


def add_environment(edit: Editing) -> None:
    """In the first free /24 of any spoke, before, between or after the others."""
    missing = {f"{p}/{e}" for p in PROJECTS for e in ENVIRONMENTS} - set(edit.owners()) - edit.touched
    if not missing:
        return
    owner, spoke = edit.pick(missing), edit.pick(edit.asked["spokes"])
    project, name = owner.split("/")
    used = {edit.environment(other)["network"] for other in edit.owners()}
    base = edit.asked["spokes"][spoke]["addressSpace"][0].rsplit(".", 2)[0]
    network = next(cidr for n in range(16) if (cidr := f"{base}.{n}.0/24") not in used)
    environments = edit.asked["projects"].setdefault(project, {"environments": {}})["environments"]
    environments[name] = at(network, spoke=spoke)
    edit.touched |= {owner, spoke}
    reorder(edit)


def remove_environment(edit: Editing) -> None:
    """And its project, when it was the last one."""
    owner = edit.pick(edit.owners())
    if owner == "anchor/dev":
        return
    project, name = owner.split("/")
    edit.touched |= {owner, edit.environment(owner)["spoke"]}
    del edit.asked["projects"][project]["environments"][name]
    if not edit.asked["projects"][project]["environments"]:
        del edit.asked["projects"][project]


def remove_project(edit: Editing) -> None:
    """With all of its environments."""
    project = edit.pick(edit.asked["projects"])
    if project == "anchor":
        return
    for name, environment in edit.asked["projects"].pop(project)["environments"].items():
        edit.touched |= {f"{project}/{name}", environment["spoke"]}


def add_spoke(edit: Editing) -> None:
    """With a separate range."""
    number = next(
        n for n in range(1, 99) if f"spoke{n}" not in edit.asked["spokes"] and f"spoke{n}" not in edit.touched
    )
    edit.asked["spokes"][f"spoke{number}"] = {"addressSpace": [f"10.{100 + number}.0.0/16"]}
    edit.touched.add(f"spoke{number}")
    reorder(edit)


def remove_spoke(edit: Editing) -> None:
    """One in which nothing lives."""
    lived_in = {edit.environment(owner)["spoke"] for owner in edit.owners()}
    empty = set(edit.asked["spokes"]) - lived_in
    if empty:
        name = edit.pick(empty)
        edit.touched.add(name)
        del edit.asked["spokes"][name]


def reorder(edit: Editing) -> None:
    """Projects, their environments, and spokes."""
    for mapping in (
        edit.asked["spokes"],
        edit.asked["projects"],
        *(p["environments"] for p in edit.asked["projects"].values()),
    ):
        order = list(edit.draw(st.permutations(sorted(mapping))))  # type: ignore[call-overload]
        items = dict(mapping)
        mapping.clear()
        mapping.update((key, items[key]) for key in order)


def change_environment(edit: Editing) -> None:
    """Its counts and choices, not its range."""
    owner = edit.pick(edit.owners())
    if owner == "anchor/dev":
        return
    choices = {
        "clusters": {"cpu": cluster(20), "gpu": cluster(7, priority="lowPriority")},
        "growth": 40,
        "batch": False,
        "registry": "shared",
        "scoringNodes": 25,
        "production": owner.endswith("dev"),
        "imageBuild": {"maxNodes": 3},
        "security": {"highBusinessImpact": False},
        "instances": {"ada": {"size": "Standard_D4s_v5", "owner": "11111111-aaaa-4bbb-8ccc-000000000009"}},
    }
    key = edit.pick(choices)
    environment = edit.environment(owner)
    if key in environment:
        del environment[key]
    else:
        environment[key] = choices[key]
    edit.touched |= {owner, environment["spoke"]}


def change_everything(edit: Editing) -> None:
    """Settings that all environments share."""
    choices = {"egress": ["pythonPackages"], "onPremises": ["192.168.0.0/16"], "access": PEOPLE, "tags": {"a": "b"}}
    key = edit.pick({*choices, "hub"})
    if key == "hub":
        edit.asked["hub"] |= {"bastion": not edit.asked["hub"].get("bastion", False), "gatewaySubnet": True}
    elif key in edit.asked:
        del edit.asked[key]
    else:
        edit.asked[key] = choices[key]
    edit.everything = True


EDITS = (
    add_environment,
    remove_environment,
    remove_project,
    add_spoke,
    remove_spoke,
    reorder,
    change_environment,
    change_everything,
)


def roles_of(environment: ProjectEnvironmentSpec) -> Print:
    """Names of role assignments, and their parts of logical names."""
    own = environment.registry.roles if environment.registry else environment.shared_registry_roles
    parts = (environment.group_roles, environment.key_vault.roles, environment.storage.roles, own)
    result = chain(*parts, environment.insights.roles, environment.workspace.roles)
    return {f"role {role.key} on {role.scope}": role.name for role in result}


def print_of(environment: ProjectEnvironmentSpec) -> Print:
    """Ids and logical names of an environment."""
    registry = environment.registry
    own = (environment.key_vault.endpoint, environment.workspace.endpoint)
    endpoints = (*environment.storage.endpoints, *map(built, own))
    return {
        "key": environment.key,
        "group": environment.group.id,
        "vault": environment.key_vault.id,
        "storage": environment.storage.id,
        "insights": environment.insights.id,
        "workspace": environment.workspace.id,
        "training subnet": str(environment.computes.subnet),
        **({"registry": registry.id} if registry else {}),
        **{f"identity {identity.role}": identity.id for identity in environment.identities},
        **{f"endpoint {e.group}": f"{e.id} {e.interface} {e.subnet}" for e in endpoints},
        **{f"cluster {c.name}": environment.computes.id(c.name) for c in environment.computes.clusters},
        **{f"instance {i.key}": environment.computes.id(i.name) for i in environment.computes.instances},
        **roles_of(environment),
    }


def addresses_of(plan: LandingZonePlan) -> dict[str, Print]:
    """Blocks and subnets, by owner."""
    return {
        str(block.owner): {"block": f"{block.network} {block.cidr}", **{s.role: s.cidr for s in block.subnets}}
        for space in plan.addresses.spokes
        for block in space.blocks
    }


def spoke_print(spoke: SpokeSpec) -> Print:
    """Ids of a spoke's parts, the ranges of its subnets, and the priorities of their rules."""
    return {
        "group": spoke.group.id,
        "network": spoke.network.id,
        "routes": built(spoke.routes).id,
        "to hub": built(spoke.to_hub).id,
        "from hub": built(spoke.from_hub).id,
        **{f"link {link.role} {link.zone.name}": link.id for link in spoke.links},
        **{f"subnet {s.name}": f"{s.cidr} {s.security_group} {s.route_table}" for s in spoke.network.subnets},
        **{
            f"rule {group.role} {group.name} {rule.direction} {rule.name}": rule.priority
            for group in spoke.security_groups
            for rule in group.rules
        },
    }


def hub_print(plan: LandingZonePlan) -> Print:
    """Resources that the hub always has, and the priorities of its rules."""
    hub, shared = built(plan.hub), plan.part(SharedRegistrySpec)
    return {
        "group": hub.group.id,
        "log": hub.log_analytics.id,
        "network": built(hub.network).id,
        "firewall": built(hub.firewall).id,
        "policy": built(hub.firewall).policy_id,
        "address": built(hub.firewall).address.id,
        **({"registry": shared.registry.id} if shared else {}),
        **{f"zone {zone.name}": zone.id for zone in hub.dns.zones},
        **{f"subnet {subnet.name}": subnet.cidr for subnet in built(hub.network).subnets},
        **{f"rules {group.name}": group.priority for group in built(hub.firewall).groups},
        **{
            f"rule {group.name} {rule.direction} {rule.name}": rule.priority
            for group in hub.security_groups
            for rule in group.rules
        },
    }


def prints_of(plan: LandingZonePlan) -> dict[str, Print]:
    """All of it, by owner, spoke and hub."""
    environments = {f"{e.project}/{e.environment}": print_of(e) for e in plan.environments}
    places = addresses_of(plan)
    return (
        {"hub": hub_print(plan)}
        | {spoke.name: spoke_print(spoke) for spoke in plan.spokes}
        | {owner: item | {f"address {k}": v for k, v in places[owner].items()} for owner, item in environments.items()}
    )


def moved(before: dict[str, Print], after: dict[str, Print]) -> list[str]:
    """Everything that is still there and is not what it was."""
    return [
        f"{owner}: {part}: {before[owner][part]} became {after[owner][part]}"
        for owner in before.keys() & after.keys()
        for part in before[owner].keys() & after[owner].keys()
        if before[owner][part] != after[owner][part]
    ]


def begin() -> Stack:
    """Two spokes, three environments: one of them, the anchor, is never edited."""
    environments = {
        "churn/dev": at("10.101.0.0/24", spoke="spoke1"),
        "anchor/dev": at("10.101.1.0/24", spoke="spoke1", registry="shared"),
        "fraud/prod": at("10.102.0.0/24", spoke="spoke2"),
    }
    spokes = {"spoke1": {"addressSpace": ["10.101.0.0/16"]}, "spoke2": {"addressSpace": ["10.102.0.0/16"]}}
    return stack(environments, spokes=spokes, sharedRegistry={})


@settings(derandomize=True, max_examples=80 if MUCH else 10, deadline=None)
@given(data=st.data())
def test_editing_a_stack_never_moves_what_the_edits_were_not_about(data: st.DataObject) -> None:
    """Untouched things stay the same in every part; touched ones keep every part that they still have."""
    edit = Editing(begin(), data.draw)
    before = prints_of(planned(edit.asked))

    for step in data.draw(st.lists(st.sampled_from(EDITS), min_size=1, max_size=10)):
        step(edit)
    after = prints_of(planned(edit.asked))

    assert moved(before, after) == []
    if not edit.everything:
        environments = {owner for owner in before if "/" in owner} - edit.touched
        assert {o: before[o] for o in environments} == {o: after[o] for o in environments}
        spokes = set(before) - {"hub"} - environments - edit.touched
        assert {s: subnets_and_rules(before[s]) for s in spokes} == {s: subnets_and_rules(after[s]) for s in spokes}


def subnets_and_rules(spoke: Print) -> Print:
    """A spoke without its links: a zone that is the first of its kind is linked to every spoke."""
    return {part: value for part, value in spoke.items() if not part.startswith("link ")}


def test_every_kind_of_edit_is_seen_to_change_something() -> None:
    """So that the test above is about something: touched things differ, and a range that is moved is found."""
    before = prints_of(planned(begin()))
    elsewhere = begin()
    elsewhere["projects"]["churn"]["environments"]["dev"]["network"] = "10.101.7.0/24"

    values = moved(before, prints_of(planned(elsewhere)))

    assert {text.split(": ")[1] for text in values if text.startswith("churn/dev")} == {
        "address block",
        "address training",
        "address endpoints",
    }
    assert {text.split(": ")[0] for text in values} == {"churn/dev", "spoke1"}


def test_something_removed_and_added_again_is_what_it_was() -> None:
    """Its range is in the file, its names follow from what it is."""
    options = begin()
    before = prints_of(planned(options))
    without = deepcopy(options)
    environment = without["projects"].pop("churn")
    planned(without)
    without["projects"]["churn"] = environment

    assert prints_of(planned(without)) == before


def test_an_environment_keeps_its_names_when_its_range_or_its_neighbours_change() -> None:
    """Names come from what a thing is, not from where it is."""
    alone = stack({"churn/dev": at("10.1.0.0/24")})
    crowded = stack({"a1/dev": at("10.1.0.0/24"), "churn/dev": at("10.1.9.0/24"), "zz/prod": at("10.1.2.0/24")})

    (first,) = planned(alone).environments
    second = next(e for e in planned(crowded).environments if e.project == "churn")

    assert print_of(second) == print_of(first)
