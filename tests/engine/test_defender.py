"""Plans of Defender under Pulumi's own engine, over an Azure in which every subscription has every plan."""

from __future__ import annotations

from pathlib import Path

from amlz.rehearsal.life import COMMANDS
from amlz.rehearsal.steps import Step, run
from amlz.simulator.state_store import StateStore
from tests.engine.engine import EngineStack, engine
from tests.simulator.programs import HEAD, NARROW, SUBSCRIPTION

IMPORTED = (
    NARROW
    + HEAD
    + (
        "from components.defender import Defender; from components.resource_registry import ResourceRegistry\n"
        "from amlz.capabilities.defender.spec import DefenderPlanSpec as Plan\n"
        f"at = '{SUBSCRIPTION}'\n"
        "plans = (Plan('keyVaults', 'KeyVaults', 'PerKeyVault', at), Plan('ai', 'AI', None, at))\n"
        "Defender('defender', plans, ResourceRegistry({at: hub}))\n"
    )
)
CREATED = (
    NARROW
    + HEAD
    + (
        f"azure.security.Pricing('arm', pricing_name='Arm', scope_id='subscriptions/{SUBSCRIPTION}',\n"
        "    pricing_tier='Standard', opts=opts)\n"
    )
)
PLANS = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Security/pricings"


def command(stack: EngineStack, name: str) -> Step:
    """A command of the engine, to its end."""
    return run(stack, name, COMMANDS[name], lambda _: None)


def plans(store: StateStore) -> dict[str, tuple[str | None, str | None]]:
    """Tier and sub-plan of each plan that was changed, by its id."""
    return {
        resource.id: (resource.inputs.get("pricingTier"), resource.inputs.get("subPlan")) for resource in store.all()
    }


def test_a_plan_is_imported_and_turned_on_and_one_that_is_created_is_refused(tmp_path: Path) -> None:
    """In one `up`; the next one changes nothing, and a plan that leaves the program stays on."""
    main, config, azure = tmp_path / "__main__.py", tmp_path / "Pulumi.dev.yaml", tmp_path / "azure.sqlite"
    main.write_text(IMPORTED)
    config.write_text("config: {}\n")
    store = StateStore(azure)
    stack = engine().stack(tmp_path / "engine", main, "small", config, store=azure)

    first, again = command(stack, "up"), command(stack, "up")
    on = {f"{PLANS}/AI": ("Standard", None), f"{PLANS}/KeyVaults": ("Standard", "PerKeyVault")}
    assert (first.refused, first.updated, again.refused, again.changed) == ((), 2, (), False)
    assert plans(store) == on

    main.write_text(CREATED)
    refused = command(stack, "up").refused
    assert [refusal.message for refusal in refused] == [f"cannot create already existing resource '{PLANS}/Arm'"]
    assert plans(store) == on
    store.close()
