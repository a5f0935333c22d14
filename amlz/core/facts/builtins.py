"""Built-in policies that other clouds than the public one are known to have.

Azure refuses an initiative that names a built-in its cloud does not have. Users report some as missing in Azure
Government (https://github.com/Azure/Enterprise-Scale/issues/1806) and many in China, of Azure ML's among them
(https://github.com/Azure/Enterprise-Scale/issues/1960). Microsoft's repository of built-ins has a folder for Azure
Government, which may be incomplete; of those that guardrails here name, it has the following, in versions that fit. It
has none for China.
"""

from __future__ import annotations

from collections.abc import Mapping

SOURCE = "https://github.com/Azure/azure-policy/tree/master/built-in-policies/policyDefinitions/Azure%20Government"

#: By cloud: names of definitions. A cloud that is not here has them all.
LISTED: Mapping[str, frozenset[str]] = {
    "usGovernment": frozenset(
        {
            "152b15f7-8e1f-4c1f-ab71-8c010ba5dbc0",  # Key vaults: keys expire
            "405c5871-3e91-4644-8a63-58e19d68ff5b",  # Key vaults: no public network access
            "438c38d2-3772-465a-a9cc-7a6666a275ce",  # Workspaces: no public network access
            "5b9159ae-1701-4a6f-9a7a-aa9c8ddd0580",  # Registries: a customer-managed key
            "a6abeaec-4d90-4a02-805f-6b26c4d3fbe9",  # Key vaults: private link
            "ba769a63-b8cc-4b2d-abf6-ac33c7204be8",  # Workspaces: a customer-managed key
        }
    ),
    "china": frozenset(),
}
