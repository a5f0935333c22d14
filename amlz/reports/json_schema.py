"""The JSON Schema of what `amlz preview --format json` writes, with and without --against, --engine and --all.

A new key leaves `schemaVersion` as it is; a key that is removed, or changes its meaning, raises it.
"""

from __future__ import annotations

from amlz.azure.change_rules import Kind
from amlz.checks.finding import Severity
from amlz.reports.html.dns import Dns
from amlz.reports.html.egress import Egress
from amlz.reports.html.topology import Topology
from amlz.reports.policy import ORDER
from amlz.reports.records import Schema, maybe, schema_of, some, thing

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
TEXT: Schema = {"type": "string"}
YES_NO: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
ANY: Schema = {}
TEXTS = some(TEXT)
VERSION: Schema = {"const": 1}


def _one_of(*names: str) -> Schema:
    return {"enum": list(names)}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


_OWNER = {"project": TEXT, "environment": TEXT}
_CHANGE = {"path": TEXT, "old": ANY, "new": ANY}
_FOUND = {
    "id": TEXT,
    "severity": _one_of(*(severity.value for severity in Severity)),
    "resource": TEXT,
    "name": TEXT,
    **_OWNER,
    "path": TEXT,
    "expected": ANY,
    "actual": ANY,
    "message": TEXT,
    "remedy": TEXT,
    "source": TEXT,
}
_ROLE = {"who": TEXT, "principal": TEXT, "principalType": TEXT, "role": TEXT, "scope": TEXT, "why": TEXT}
_SHORT = {"urn": TEXT, "armType": TEXT, "id": TEXT, "name": TEXT, "resourceGroup": TEXT, **_OWNER}

_PARTS: dict[str, Schema] = {
    "resource": thing(
        urn=TEXT, token=TEXT, armType=TEXT, apiVersion=TEXT, id=TEXT, name=TEXT, location=TEXT, subscription=TEXT,
        resourceGroup=TEXT, **_OWNER, dependsOn=TEXTS, parent=TEXT, provider=TEXT, protect=YES_NO, source=TEXT,
        aliases=TEXTS, body={"type": "object"},
    ),
    "finding": thing(**_FOUND),
    "acceptedFinding": thing(**_FOUND, acceptedUntil=TEXT, reason=TEXT, ticket=TEXT),
    "reason": thing(
        condition=TEXT, path=TEXT, operator=TEXT, expected=ANY, actual=ANY, truth=maybe(YES_NO)
    ),
    "verdict": thing(
        resource=TEXT, id=TEXT, assignment=TEXT, policy=TEXT, reference=TEXT, effect=TEXT,
        verdict=_one_of(*ORDER), enforced=YES_NO, blocks=YES_NO, forecast=YES_NO, exemption=TEXT, message=TEXT,
        why=TEXT, reasons=some(_ref("reason")), details={"type": "object"},
    ),
    "role": thing(**_ROLE),
    "space": thing(
        network=TEXT, ranges=TEXTS, free=TEXTS, exists=YES_NO,
        blocks=some(thing(
            owner=TEXT, range=TEXT, subnets=some(thing(role=TEXT, range=TEXT, holds=COUNT, needed=COUNT))
        )),
    ),
    "quota": thing(
        subscription=TEXT, region=TEXT, dedicated=COUNT, lowPriority=COUNT,
        families=some(thing(family=TEXT, dedicated=COUNT, lowPriority=COUNT)),
        unknown=some(thing(owner=TEXT, name=TEXT, size=TEXT, nodes=COUNT, priority=TEXT)),
    ),
    "changedProperty": thing(**_CHANGE, does=_one_of(*(kind.value for kind in Kind)), why=TEXT, source=TEXT),
    "shortResource": thing(**_SHORT),
}  # fmt: skip

_HUB = thing(
    virtualNetwork=TEXT, firewallAddress=TEXT, logAnalytics=TEXT, demands=TEXTS,
    mustAllow=some(thing(
        name=TEXT, protocols=TEXTS, ports=TEXTS, sources=TEXTS, destinations=TEXTS, why=TEXT
    )),
)  # fmt: skip
_LAKE = thing(
    account=TEXT, built=YES_NO, containers=TEXTS, demands=TEXTS,
    datastores=some(thing(**_OWNER, name=TEXT, container=TEXT)),
)  # fmt: skip
_MANAGED = thing(
    **_OWNER, workspace=TEXT, isolationMode=TEXT, firewall=maybe(TEXT),
    outboundRules=some(thing(
        by=_one_of("azure", "stack"), id=maybe(TEXT), kind=TEXT, to=TEXT, group=maybe(TEXT), why=TEXT, source=TEXT
    )),
)  # fmt: skip
_LANDING_ZONE = thing(
    organisation=TEXT, businessUnit=TEXT, cloud=TEXT, location=TEXT, tenantId=TEXT, subscriptions=TEXTS,
    existingHub=maybe(_HUB), dataLake=maybe(_LAKE), existingParts=some(thing(what=TEXT, demands=TEXTS)),
    relaxations=some(thing(path=TEXT, givesUp=TEXT)),
    kubernetes=some(thing(**_OWNER, name=TEXT, cluster=TEXT, namespace=TEXT, demands=TEXTS)),
    managedNetworks=some(_MANAGED), roles=some(_ref("role")),
    deployerRoles=some(thing(subscription=TEXT, role=TEXT, why=TEXT, condition=maybe(TEXT))),
)  # fmt: skip


def _both(schema: Schema) -> Schema:
    return thing(new=some(schema), gone=some(schema))


_REPORTS: dict[str, Schema] = {
    "preview": thing(
        schemaVersion=VERSION, stack=TEXT, landingZone=_LANDING_ZONE, topology=schema_of(Topology),
        addresses=some(_ref("space")), egress=schema_of(Egress), dns=schema_of(Dns), resources=some(_ref("resource")),
        verdicts=some(_ref("verdict")), policiesNotJudged=some(thing(assignment=TEXT, policy=TEXT, why=TEXT)),
        findings=some(_ref("finding")), acceptedFindings=some(_ref("acceptedFinding")), quota=some(_ref("quota")),
        notCovered=TEXTS,
    ),
    "difference": thing(
        schemaVersion=VERSION, stack=TEXT, against=TEXT, isNew=YES_NO, created=some(_ref("shortResource")),
        deleted=some(_ref("shortResource")),
        changed=some(thing(**_SHORT, replaced=YES_NO, properties=some(_ref("changedProperty")))),
        unchanged=COUNT, lost=some(thing(**_SHORT, why=TEXT)), addresses=some(thing(**_CHANGE)),
        moved=some(thing(**_SHORT, **{"from": TEXT})),
        roles=thing(new=some(_ref("role")), gone=some(_ref("role")), widened=some(thing(**_ROLE, before=TEXTS))),
        accepted=some(_ref("acceptedFinding")), egress=_both(TEXT), findings=_both(_ref("finding")),
        verdicts=_both(_ref("verdict")), guard=some(_ref("finding")), notTold=TEXT,
    ),
    "allStacks": thing(
        schemaVersion=VERSION, against=TEXT, stacks=some({"anyOf": [_ref("preview"), _ref("difference")]}),
        unchanged=TEXTS, gone=TEXTS, productionEnded=TEXTS, failed=some(thing(stack=TEXT, why=TEXT)),
    ),
}  # fmt: skip


def report_schema() -> Schema:
    """The whole: any of the three, each by itself under $defs."""
    return {
        "$schema": _DRAFT,
        "title": "Output of amlz preview --format json",
        "description": "A preview, a difference (--against, --engine) or all stacks (--all): "
        "docs/reference/command-line.md.",
        "anyOf": [_ref(name) for name in _REPORTS],
        "$defs": {**_REPORTS, **_PARTS},
    }
