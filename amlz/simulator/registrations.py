"""Resource providers of subscriptions: a request for one that is not registered is refused.

Only where the simulator knows which are registered (`register`); of other subscriptions all are.
"""

from __future__ import annotations

from collections.abc import Iterable

from amlz.azure.ids import parse
from amlz.azure.providers import needed
from amlz.azure.shapes import to_body
from amlz.simulator.errors import AzureRefused
from amlz.simulator.state_store import StateStore, StoredResource

#: https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-register-resource-provider
CODE = "MissingSubscriptionRegistration"
_MESSAGE = (
    "The subscription is not registered to use namespace '{namespace}'. See https://aka.ms/rps-not-found for how to "
    "register subscriptions."
)
#: Of the target of a private endpoint in another subscription. Azure has other words for it ("The received access token
#: is not valid"), whose code is not known: https://github.com/Azure/acr/issues/249
_OF_TARGET = _MESSAGE + " The private endpoint needs it: {why}."


def register(store: StateStore, subscription: str, namespaces: Iterable[str]) -> None:
    """Registers resource providers. From the first call on, others of that subscription are refused."""
    store.registered.setdefault(subscription.lower(), set()).update(namespace.lower() for namespace in namespaces)


def refuse(store: StateStore, resource: StoredResource) -> None:
    """Refuses a request whose providers are not registered. Raises AzureRefused."""
    if not store.registered:
        return
    properties = to_body(resource.token, resource.inputs).get("properties") or {}
    for row in needed(resource.type, resource.id, properties):
        registered = store.registered.get(row.subscription.lower())
        if registered is not None and row.namespace.lower() not in registered:
            own = row.namespace.lower() == resource.type.lower().partition("/")[0]
            text = _MESSAGE if own and row.subscription == parse(resource.id).subscription else _OF_TARGET
            raise AzureRefused(409, CODE, text.format(namespace=row.namespace, why=row.why), resource.id)
