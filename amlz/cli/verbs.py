"""The verbs of `amlz` in the order of `amlz --help`, and an example of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import typer

from amlz.cli import (
    addresses,
    can,
    check,
    cost,
    dashboards,
    diff,
    doctor,
    egress,
    explain,
    fleet,
    init,
    mesh,
    policy,
    preview,
    project,
    quota,
    reach,
    ready,
    rehearse,
    roles,
    runbook,
    schema,
    simulate,
    slo,
    stacks,
    upgrade,
    workload,
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
        egress.egress,
        roles.roles,
    ),
    "Operate": (ready.ready, cost.cost, quota.quota, slo.slo, runbook.runbook, dashboards.dashboards),
    "Train and serve models": (workload.app, mesh.app),
    "Run many landing zones": (fleet.app, upgrade.app),
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
    "egress": "amlz egress dev --format csv --output egress.csv",
    "roles": "amlz roles dev --deployer --format bicep",
    "ready": "amlz ready dev churn/dev",
    "cost": "amlz cost dev --against origin/main",
    "quota": "amlz quota dev --spare 20",
    "slo": "amlz slo dev --format json",
    "runbook": "amlz runbook dev drift",
    "dashboards": "amlz dashboards prod --to dashboards",
    "workload outputs": "amlz workload outputs dev churn dev",
    "workload monitor": "amlz workload monitor prod churn prod --deployment churn-online/blue "
    "--baseline churn-training:1 --target churned",
    "workload init": "amlz workload init dev churn --to ../churn --ci github",
    "workload update": "amlz workload update dev --to ../churn",
    "mesh render": "amlz mesh render dev --to mesh",
    "workload drift-events": "amlz workload drift-events prod churn prod --event-hub ID --identity ID",
    "mesh rotate": "amlz mesh rotate prod --step 1 --to mesh",
    "mesh check": "amlz mesh check mesh --kuma 3.0",
    "fleet report": "amlz fleet report --today 2027-03-31 --format html --output fleet.html",
    "fleet addresses": "amlz fleet addresses",
    "fleet reserve": "amlz fleet reserve emea /20 --unit retail",
    "fleet limits": "amlz fleet limits",
    "fleet order": "amlz fleet order --format json",
    "fleet rings": "amlz fleet rings --ring rest --today 2027-03-31",
    "fleet render": "amlz fleet render --engine pko --output stacks.yaml",
    "fleet record": "amlz fleet record prod --commit COMMIT --today 2027-03-31 --to reports",
    "fleet work": "amlz fleet work --shard 2/7 --wave 1 --to reports",
    "fleet shards": "amlz fleet shards",
    "fleet pipeline": "amlz fleet pipeline github --waves 2 --output fleet.yml",
    "upgrade status": "amlz upgrade status",
    "upgrade preview": "amlz upgrade preview v0.2.0 --format markdown",
    "upgrade merge": "amlz upgrade merge v0.2.0",
    "upgrade migrate": "amlz upgrade migrate dev --dry-run",
    "rehearse": "amlz rehearse dev",
    "simulate": "amlz simulate dev --listen 127.0.0.1:8443",
    "recover": "pulumi stack export | amlz recover dev > repaired.json",
    "import-subnets": "pulumi stack export | amlz import-subnets dev > subnets.json",
}


def name_of(verb: Verb) -> str:
    """Returns the name of a verb, or of a command with subcommands, on the command line."""
    return str(verb.info.name) if isinstance(verb, typer.Typer) else verb.__name__.replace("_", "-")
