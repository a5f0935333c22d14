"""DELETE: at once, or as an operation at whose end the resource is gone."""

from __future__ import annotations

from amlz.simulator import existing, validation
from amlz.simulator.arm.addresses import GROUP, Address
from amlz.simulator.arm.answers import leading, marks
from amlz.simulator.arm.azure import Azure
from amlz.simulator.arm.messages import Answer, Request
from amlz.simulator.arm.reads import not_found
from amlz.simulator.arm.timing import timing
from amlz.simulator.errors import AzureRefused


def delete(azure: Azure, request: Request, address: Address) -> Answer:
    """Deletes a resource and what is in it. Raises AzureRefused."""
    if existing.inputs_from_the_start(address.id) is not None:  # the status and the code are ours
        raise AzureRefused(405, "MethodNotAllowed", f"{address.id} cannot be deleted.", address.id)
    resource = azure.store.get(address.id)
    if resource is None:
        problem = not_found(azure, address, "delete")
        if problem.code in ("ResourceGroupNotFound", "ParentResourceNotFound") or problem.target != address.id:
            raise problem
        return Answer(204)
    taken = timing(address.type.lower(), "delete")
    headers = marks(resource)
    with azure.store.change():
        if address.type == GROUP:
            validation.refuse_locked(azure.store, resource)
        else:
            validation.delete(azure.store, resource)  # whether it may be deleted, asked when the request arrives
        if not taken.seconds:
            azure.remove(resource)
    if taken.seconds:
        begun = azure.operations.under_way(resource.id)
        if begun is None or begun.verb != "delete":
            begun = azure.operations.begin(resource.id, "delete", "Deleting", taken.seconds)
        headers |= leading(resource, begun, taken, request.version)
    return Answer(taken.status, headers)
