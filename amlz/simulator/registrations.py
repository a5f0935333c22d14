"""Resource providers of subscriptions: a request for one that is not registered is refused.

All are registered, except those that `unregister` names.
"""

from __future__ import annotations

from collections.abc import Iterable

from amlz.azure.ids import parse
from amlz.azure.providers import BY_DEFAULT, needed
from amlz.azure.shapes import to_body
from amlz.simulator.errors import AzureRefused
from amlz.simulator.state_store import StateStore, StoredResource

#: https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-register-resource-provider
CODE = "MissingSubscriptionRegistration"
#: Message and details: https://github.com/Azure/azure-sdk-for-node/issues/2305; of a provider that was never
#: registered, https://github.com/MicrosoftDocs/azure-docs/issues/102073
_MESSAGE = (
    "The subscription is not registered to use namespace '{namespace}'. See https://aka.ms/rps-not-found for how to "
    "register subscriptions."
)
#: Of the target of a private endpoint in another subscription. Azure has other words for it ("The received access token
#: is not valid"), whose code is not known: https://github.com/Azure/acr/issues/249
_OF_TARGET = _MESSAGE + " The private endpoint needs it: {why}."


def register(store: StateStore, subscription: str, namespaces: Iterable[str]) -> None:
    """Registers resource providers in a subscription."""
    for namespace in namespaces:
        _note(store, subscription, namespace, registered=True)


def unregister(store: StateStore, subscription: str = "", namespace: str = "") -> None:
    """Takes a resource provider as not registered where `register` does not name it.

    "" for all subscriptions, or all providers but those that every subscription has.
    """
    _note(store, subscription, namespace, registered=False)


def is_registered(store: StateStore, subscription: str, namespace: str) -> bool:
    """Returns whether a subscription has a resource provider registered."""
    here, name = subscription.lower(), namespace.lower()
    if name in BY_DEFAULT:
        return True
    keys = (f"{here}/{name}", f"/{name}", f"{here}/", "/")
    rows = dict(store.database.execute("SELECT * FROM registration WHERE id IN (?, ?, ?, ?)", keys))
    return bool(next((rows[key] for key in keys if key in rows), True))


def all_registered(store: StateStore) -> bool:
    """Returns whether nothing is unregistered."""
    return store.database.execute("SELECT 1 FROM registration WHERE registered = 0 LIMIT 1").fetchone() is None


def _note(store: StateStore, subscription: str, namespace: str, *, registered: bool) -> None:
    row = (f"{subscription}/{namespace}".lower(), int(registered))
    with store.change():
        store.database.execute("INSERT OR REPLACE INTO registration VALUES (?, ?)", row)


def refuse(store: StateStore, resource: StoredResource) -> None:
    """Refuses a request whose providers are not registered. Raises AzureRefused."""
    if all_registered(store):
        return
    properties = to_body(resource.token, resource.inputs).get("properties") or {}
    for row in needed(resource.type, resource.id, properties):
        if not is_registered(store, row.subscription, row.namespace):
            own = row.namespace.lower() == resource.type.lower().partition("/")[0]
            text = _MESSAGE if own and row.subscription == parse(resource.id).subscription else _OF_TARGET
            message = text.format(namespace=row.namespace, why=row.why)
            details = ({"code": CODE, "target": row.namespace, "message": message},)
            raise AzureRefused(409, CODE, message, resource.id, details)
