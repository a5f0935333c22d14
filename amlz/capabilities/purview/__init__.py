"""A Microsoft Purview account that scans the data lake, created or existing."""

from amlz.capabilities.purview.config import ACCOUNT_ID
from amlz.capabilities.purview.facts import FACTS
from amlz.core.capability import Capability

CAPABILITY = Capability(
    title="Microsoft Purview",
    component="components.purview:Purview",
    page="how-to/purview.md",
    output="purview",
    patterns={
        ACCOUNT_ID: (
            "the id of a Purview account",
            "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-data/providers/Microsoft.Purview/"
            "accounts/pview-contoso",
        ),
    },
    facts=FACTS,
)
