"""The verbs of `amlz` in the order of `amlz --help`, and an example of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import typer

from amlz.cli import (
    addresses,
    can,
    check,
    diff,
    doctor,
    explain,
    init,
    policy,
    preview,
    project,
    reach,
    rehearse,
    roles,
    schema,
    simulate,
    stacks,
)

Verb = Callable[..., None] | typer.Typer
#: Verbs and groups of verbs by the task that they serve, the first tasks of a new user before the others.
SECTIONS: Final[dict[str, tuple[Verb, ...]]] = {
    "Start": (init.init, doctor.doctor),
    "Write stack files": (check.check, project.app, stacks.stacks, addresses.addresses, schema.schema),
    "See what would happen": (
        preview.preview,
        diff.diff,
        explain.explain,
        policy.app,
        can.can,
        reach.reach,
        roles.roles,
    ),
    "Practise and repair": (rehearse.rehearse, simulate.simulate, rehearse.recover, rehearse.import_subnets),
}
#: A command line of each verb, as its `--help` shows it.
EXAMPLES: Final[dict[str, str]] = {
    "init": "amlz init dev --from networks.csv",
    "doctor": "amlz doctor",
    "check": "amlz check dev",
    "project add": "amlz project add dev fraud --environments dev,prod",
    "project remove": "amlz project remove dev churn --environment dev",
    "stacks": "amlz stacks",
    "addresses": "amlz addresses dev",
    "schema": "amlz schema --output stack.schema.json",
    "preview": "amlz preview dev --against origin/main --format markdown",
    "diff": "amlz diff dev Pulumi.proposed.yaml",
    "explain": "amlz explain exposure/public-access",
    "policy list": "amlz policy list",
    "policy show": "amlz policy show guardrails-compute",
    "policy explain": "amlz policy explain dev cpu-cluster guardrails-compute",
    "policy evaluate": "amlz policy evaluate --jsonl < requests.jsonl",
    "policy test": "amlz policy test policies/cases",
    "policy import": "amlz policy import assignments.json definitions.json",
    "policy import-aliases": "amlz policy import-aliases providers.json",
    "policy remediate": "amlz policy remediate dev",
    "can": "amlz can dev ml-engineers create-compute",
    "reach": "amlz reach dev --from internet --to churn/dev",
    "roles": "amlz roles dev --deployer --format bicep",
    "rehearse": "amlz rehearse dev",
    "simulate": "amlz simulate dev --listen 127.0.0.1:8443",
    "recover": "pulumi stack export | amlz recover dev > repaired.json",
    "import-subnets": "pulumi stack export | amlz import-subnets dev > subnets.json",
}


def name_of(verb: Verb) -> str:
    """Returns the name of a verb, or of a command with subcommands, on the command line."""
    return str(verb.info.name) if isinstance(verb, typer.Typer) else verb.__name__.replace("_", "-")
