"""The functions of the policy language, by family; `BY_NAME` finds them without regard to case.

Source: Azure/azure-policy-linter ExpressionBuiltInFunctions.cs (2026-07), which presents itself as the implementation
of the template functions that Azure Policy supports. `if` and `utcNow` are in expressions.py and references.py.
"""

from __future__ import annotations

from amlz.policy.engine.functions import arithmetic, encoding, logic, members, ranges, texts
from amlz.policy.engine.functions.table import Function

BY_NAME: dict[str, Function] = {
    function.name.lower(): function
    for family in (arithmetic, encoding, logic, members, ranges, texts)
    for function in family.FUNCTIONS
}

#: Functions of templates that a policy rule may not use: R, "Policy functions".
FORBIDDEN = frozenset(
    name.lower()
    for name in [
        *("copyIndex", "dateTimeAdd", "dateTimeFromEpoch", "dateTimeToEpoch", "deployment", "environment"),
        *("extensionResourceId", "lambda", "listAccountSas", "listKeys", "listSecrets", "managementGroup"),
        *("newGuid", "pickZones", "providers", "reference", "resourceId", "subscriptionResourceId"),
        *("tenantResourceId", "tenant", "variables"),
    ]
)
