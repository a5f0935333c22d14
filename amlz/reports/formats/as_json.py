"""A preview as JSON: everything, for programs. The shape is a contract, see docs/reference/command-line.md."""

from __future__ import annotations

from typing import Any

from amlz.azure.graph import Resource
from amlz.azure.providers import providers_of
from amlz.checks.accepted.finding import Accepted
from amlz.core.plan import LandingZonePlan
from amlz.core.planning.deployer import custom_roles
from amlz.core.problems import dotted
from amlz.core.relaxations import relaxations
from amlz.core.specs import DataLakeSpec, LakeStoreSpec, RoleAssignmentSpec
from amlz.reports import (
    addresses,
    alerts,
    cost,
    difference_as,
    existing_hub,
    existing_networks,
    kubernetes,
    managed_networks,
    permission_counts,
    policy,
    quota,
    slo,
)
from amlz.reports.formats.registry import Report
from amlz.reports.html.dns import dns
from amlz.reports.html.egress import egress
from amlz.reports.html.reachability import reachability
from amlz.reports.html.topology import topology
from amlz.reports.json_text import dump
from amlz.reports.preview import NOT_COVERED, Preview
from amlz.reports.records import finding_record, record

SCHEMA_VERSION = 1


def write(report: Report) -> str:
    """Returns a preview, or a difference where there is one."""
    return render(report.preview()) if report.against is None else difference_as.as_json(report.against)


def render(preview: Preview) -> str:
    """The whole preview."""
    preview = preview.shown
    urns = {resource.id.lower(): resource.urn for resource in preview.graph}
    return dump(
        {
            "schemaVersion": SCHEMA_VERSION,
            "stack": preview.stack,
            "landingZone": _landing_zone(preview),
            "topology": record(topology(preview)),
            "addresses": addresses.records(preview.plan.addresses),
            "egress": record(egress(preview)),
            "dns": record(dns(preview)),
            "reachability": record(reachability(preview)),
            "resources": [_resource(resource) for resource in preview.graph],
            "verdicts": [policy.record(answer, urns) for answer in preview.verdicts.answers],
            "policiesNotJudged": [_not_judged(*item) for item in policy.not_judged(preview.verdicts)],
            "findings": [finding_record(finding) for finding in preview.findings],
            "acceptedFindings": [_accepted(one) for one in preview.accepted],
            "quota": quota.records(preview.plan),
            "cost": cost.record(preview.costs) if preview.costs is not None else None,
            "alerts": alerts.records(preview.plan),
            "objectives": slo.in_preview(preview.plan),
            "permissions": permission_counts.records(preview.permissions),
            "customSections": [record(section) for section in preview.sections],
            "notCovered": list(NOT_COVERED),
        }
    )


def _not_judged(assignment: str, of: str, why: str) -> dict[str, str]:
    return {"assignment": assignment, "policy": of, "why": why}


def _landing_zone(preview: Preview) -> dict[str, Any]:
    plan, config = preview.plan, preview.config
    return {
        "organisation": config.organisation,
        "businessUnit": plan.business_unit,
        "cloud": plan.cloud,
        "location": plan.location,
        "tenantId": plan.tenant_id,
        "subscriptions": list(plan.subscriptions),
        "existingHub": existing_hub.record(plan),
        "dataLake": _lake(plan),
        "existingParts": [{"what": part, "demands": list(demands)} for part, demands in plan.parts],
        "existingNetworks": existing_networks.records(plan),
        "relaxations": [{"path": dotted(r.path), "givesUp": r.gives_up} for r in relaxations(config)],
        "kubernetes": kubernetes.records(plan),
        "managedNetworks": managed_networks.as_records(plan),
        "roles": [_role(role) for role in plan.roles()],
        "approvers": {str(spec.owner): list(spec.approvers) for spec in plan.environments if spec.production},
        "deployerRoles": [
            {"subscription": d.subscription, "role": d.role, "why": d.why, "condition": d.condition}
            for d in plan.deployer
        ],
        "resourceProviders": [
            {"subscription": p.subscription, "namespace": p.namespace, "why": p.why, "source": p.source}
            for p in providers_of(preview.graph)
        ],
        "customRoles": [
            {"subscription": r.subscription, "name": r.name, "roleId": r.role_id, "actions": list(r.actions)}
            for r in custom_roles(plan.roles())
        ],
    }


def _lake(plan: LandingZonePlan) -> dict[str, Any] | None:
    """The data lake: whose it is, its containers, and the datastores on them; None where there is none."""
    lake = plan.part(DataLakeSpec)
    if lake is None:
        return None
    stores = [
        {"project": e.project, "environment": e.environment, "name": one.name, "container": one.container}
        for e in plan.environments
        for one in e.datastores
    ]
    return {
        "account": lake.account_id,
        "built": isinstance(lake.store, LakeStoreSpec),
        "containers": [container.name for container in lake.containers],
        "datastores": stores,
        "demands": list(lake.demands),
    }


def _role(role: RoleAssignmentSpec) -> dict[str, Any]:
    principal = role.principal
    return {
        "who": role.who,
        "principal": principal.id,
        "principalType": principal.kind,
        "role": role.role,
        "scope": role.scope,
        "why": role.why,
    }


def _resource(resource: Resource) -> dict[str, Any]:
    return {
        "urn": resource.urn,
        "token": resource.token,
        "armType": resource.arm_type,
        "apiVersion": resource.api_version,
        "id": resource.id,
        "name": resource.name,
        "location": resource.location,
        "subscription": resource.subscription,
        "resourceGroup": resource.resource_group,
        "project": resource.project or "",
        "environment": resource.environment or "",
        "dependsOn": list(resource.depends_on),
        "parent": resource.parent or "",
        "provider": resource.provider or "",
        "protect": resource.protect,
        "source": resource.source or "",
        "aliases": list(resource.aliases),
        "body": resource.body,
    }


def _accepted(accepted: Accepted) -> dict[str, Any]:
    by = accepted.by
    return {
        **finding_record(accepted.finding),
        "acceptedUntil": by.expires_on,
        "reason": by.reason,
        "ticket": by.ticket,
    }
