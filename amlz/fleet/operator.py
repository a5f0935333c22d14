"""Stack resources of the Pulumi Kubernetes Operator 2.9, one for each stack of a fleet.

Fields: https://github.com/pulumi/pulumi-kubernetes-operator, deploy/crds/pulumi.com_stacks.yaml (v2.9.0, 2026-07-29).
The operator runs `up` as soon as a resource changes, without approval and without the guard. Each resource therefore
pins the commit that was recorded after its preview, and a pull request that changes the commit is the approval.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any, Final

from amlz.core.problems import LandingZoneError, listed
from amlz.fleet.config import OperatorConfig, UnitOperatorConfig
from amlz.fleet.folder import FleetReports
from amlz.fleet.order import OrderedStack, ordered

#: A rule of the CRD: `size(self.metadata.name) <= 42`.
LONGEST_NAME: Final = 42
#: Seconds between attempts after a failure, at most; the operator's default is a day.
_BACKOFF = 3600
_HASHED = 8
#: Stacks that an error lists, at most.
_LISTED = 10


def operator_stacks(reports: FleetReports) -> list[dict[str, Any]]:
    """Returns the resources in the order of deployment.

    Raises LandingZoneError where a setting, a report or a commit is missing: a resource without its prerequisites
    would be deployed too early.
    """
    config = reports.fleet.config
    display_path = reports.fleet.display_path
    if config.operator is None:
        raise _missing(
            display_path, "`operator` is missing: namespace, image and service account of the operator's pods."
        )
    without = [name for name, unit in config.units.items() if unit.operator is None]
    if without:
        raise _missing(
            display_path, f"`operator` is missing in {_few(without, 'units')}: repository and state of the unit."
        )
    if reports.unusable:
        names = [report.key for report in reports.unusable]
        raise LandingZoneError(
            f"{display_path}\n  {_few(names, 'reports')} cannot be used, so the order of deployment is not known.\n"
            "  `amlz fleet report` shows why. Publish them again."
        )
    stacks = ordered(reports)
    unrecorded = [one.stack.key for one in stacks if one.stack.record is None]
    if unrecorded:
        raise LandingZoneError(
            f"{display_path}\n  No commit is recorded of {_few(unrecorded, 'stacks')}, so nothing can be pinned.\n"
            "  Run `amlz fleet record STACK --commit COMMIT` in the unit's pipeline, next to the report."
        )
    return list(_resources(stacks, config.operator, reports))


def resource_name(key: str) -> str:
    """Returns the name of a stack's resource: `retail-prod` of retail/prod.

    A hash follows where the name was shortened or has other letters, so that two stacks never share a name.
    """
    plain = re.sub(r"[^a-z0-9]+", "-", key.lower()).strip("-")
    if plain == key.replace("/", "-", 1) and "-" not in key and len(plain) <= LONGEST_NAME:
        return plain
    digest = hashlib.sha256(key.encode()).hexdigest()[:_HASHED]
    return f"{plain[: LONGEST_NAME - _HASHED - 1].strip('-')}-{digest}"


def _resources(
    stacks: tuple[OrderedStack, ...], operator: OperatorConfig, reports: FleetReports
) -> Iterator[dict[str, Any]]:
    for one in stacks:
        unit = reports.fleet.config.units[one.stack.unit].operator
        record = one.stack.record
        assert unit is not None
        assert record is not None
        yield {
            "apiVersion": "pulumi.com/v1",
            "kind": "Stack",
            "metadata": {
                "name": resource_name(one.stack.key),
                "namespace": operator.namespace,
                "labels": _labels(one),
                "annotations": {"amlz/stack": one.stack.key},
            },
            "spec": _spec(one, record.program.commit, unit, operator),
        }


def _labels(ordered: OrderedStack) -> dict[str, str]:
    """Labels by which other engines select stacks. A value of Kubernetes ends with a letter or digit."""
    ring = {"amlz/ring": ordered.stack.ring.rstrip("-_")} if ordered.stack.ring else {}
    return {
        "amlz/unit": ordered.stack.unit.rstrip("-_"),
        **ring,
        "amlz/wave": str(ordered.wave),
        "amlz/production": str(ordered.production).lower(),
    }


def _spec(ordered: OrderedStack, commit: str, unit: UnitOperatorConfig, operator: OperatorConfig) -> dict[str, Any]:
    prerequisites = {"prerequisites": [{"name": resource_name(key)} for key in ordered.after]} if ordered.after else {}
    return {
        "stack": ordered.stack.name,
        "projectRepo": unit.repository,
        "commit": commit,
        "backend": unit.backend,
        "secretsProvider": unit.secrets_provider,
        "useLocalStackOnly": True,
        "continueResyncOnCommitMatch": False,
        "retryMaxBackoffDurationSeconds": _BACKOFF,
        "workspaceReclaimPolicy": "Delete",
        "serviceAccountName": operator.service_account,
        **prerequisites,
        "workspaceTemplate": {
            "spec": {
                "image": operator.image,
                "securityProfile": "restricted",
                "serviceAccountName": operator.service_account,
                "env": [{"name": "ARM_USE_OIDC", "value": "true"}],
                "podTemplate": {"metadata": {"labels": {"azure.workload.identity/use": "true"}}},
            }
        },
    }


def _missing(display_path: str, sentence: str) -> LandingZoneError:
    return LandingZoneError(f"{display_path}\n  {sentence}\n  docs/reference/fleet.md lists the keys.")


def _few(names: list[str], noun: str) -> str:
    more = [f"{len(names) - _LISTED} other {noun}"] if len(names) > _LISTED else []
    return listed([*names[:_LISTED], *more])
