"""`amlz import-subnets`: the import file of a stack that was deployed with subnets listed in their networks."""

from __future__ import annotations

import json

from tests.cli.in_process import amlz_here
from tests.conftest import STACKS, previewed


def test_the_command_writes_the_subnets_that_the_state_lacks() -> None:
    """Those that their network lists in the exported state, with parent and provider; the command goes to stderr."""
    network = next(r for r in previewed("minimal").graph if r.arm_type == "Microsoft.Network/virtualNetworks")
    subnets = [r for r in previewed("minimal").graph if r.id.startswith(f"{network.id}/subnets/")]
    listed = {"subnets": [{"name": subnet.name} for subnet in subnets]}
    state = {"urn": network.urn, "type": network.token, "id": network.id, "inputs": listed}

    exported = json.dumps({"deployment": {"resources": [state]}})
    done = amlz_here("import-subnets", STACKS["minimal"], given=exported)

    assert done.returncode == 0, done.stderr
    assert [(load["id"], load["type"]) for load in json.loads(done.stdout)["resources"]] == [
        (subnet.id, "azure-native:network:Subnet") for subnet in subnets
    ]
    assert f"{len(subnets)} subnets to import" in done.stderr
