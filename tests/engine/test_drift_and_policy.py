"""Pulumi's own engine over the simulated Azure, which changes by itself and has policies: a small program, seconds."""

from __future__ import annotations

from pathlib import Path

import pytest

from amlz.rehearsal import recovery
from amlz.simulator.drift import drift, drift_of
from amlz.simulator.faults import tenant_policy
from amlz.simulator.state_store import StateStore
from tests.engine.engine import EngineFailed, EngineStack, engine
from tests.simulator.programs import HEAD, NARROW, group_id

PROGRAM = (
    NARROW
    + HEAD
    + (
        "group = azure.resources.ResourceGroup('group', resource_group_name='rg', location='westeurope', opts=opts)\n"
        "azure.network.RouteTable('routes', resource_group_name=group.name, route_table_name='rt', opts=opts)\n"
    )
)


def changes(stack: EngineStack, command: str) -> dict[str, int]:
    """How many resources a command changed, by what was done."""
    result: dict[str, int] = {}

    def heard(event: dict[str, object]) -> None:
        summary = event.get("summaryEvent")
        if isinstance(summary, dict):
            result.update(summary["resourceChanges"])

    stack.events(command, "--yes", "--skip-preview", on_event=heard)
    return {key: count for key, count in result.items() if key != "same"}


def test_what_is_changed_by_hand_is_shown_and_repaired_and_a_tenant_may_deny(tmp_path: Path) -> None:
    """A refresh shows just that, the next `up` repairs just that; what a policy denies is refused in Azure's words."""
    main, config, azure = tmp_path / "__main__.py", tmp_path / "Pulumi.dev.yaml", tmp_path / "azure.sqlite"
    main.write_text(PROGRAM)
    config.write_text("config: {}\n")
    store = StateStore(azure)
    stack = engine().stack(tmp_path / "engine", main, "small", config, store=azure)
    stack.do("up")
    routes = store.get(f"{group_id('rg')}/providers/Microsoft.Network/routeTables/rt")
    assert routes is not None
    tagged = drift_of(routes)
    assert tagged is not None
    with store.change():
        drift(store, routes, tagged)

    assert changes(stack, "refresh") == {"update": 1}
    assert changes(stack, "up") == {"update": 1}
    assert store.get(routes.id) == routes

    for kind, item in tenant_policy("Microsoft.Network/virtualNetworks"):
        store.add_outside(kind, item)
    network = "azure.network.VirtualNetwork('net', resource_group_name='rg', virtual_network_name='vnet', opts=opts)\n"
    main.write_text(PROGRAM + network)
    with pytest.raises(EngineFailed) as refused:
        stack.do("up")
    store.close()

    assert 'Status=403 Code="RequestDisallowedByPolicy"' in str(refused.value)


DEFINITION = (
    NARROW
    + HEAD
    + (
        "rule = {'if': {'field': 'type', 'equals': 'x'}, 'then': {'effect': 'audit'}}\n"
        "azure.authorization.PolicyDefinition('rule', policy_definition_name='rule', policy_rule=rule, opts=opts)\n"
    )
)


def test_a_refresh_stops_at_a_deleted_policy_definition_and_the_remedy_works(tmp_path: Path) -> None:
    """azure-native does not take its 404 for a deletion: it is forgotten, and the next `up` creates it again."""
    main, config, azure = tmp_path / "__main__.py", tmp_path / "Pulumi.dev.yaml", tmp_path / "azure.sqlite"
    main.write_text(DEFINITION)
    config.write_text("config: {}\n")
    store = StateStore(azure)
    stack = engine().stack(tmp_path / "engine", main, "small", config, store=azure)
    stack.do("up")
    urn = next(item["urn"] for item in stack.state()["resources"] if item["urn"].endswith("::rule"))
    definition = next(resource for resource in store.all() if resource.name == "rule")

    with store.change():
        store.remove(definition.id)
    with pytest.raises(EngineFailed) as refused:
        stack.do("refresh")
    forgotten = recovery.refresh(stack)
    stack.do("up")
    created = store.get(definition.id)
    store.close()

    assert 'Status=404 Code="PolicyDefinitionNotFound"' in str(refused.value)
    assert (forgotten, created) == ((urn,), definition)
