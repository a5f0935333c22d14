"""Names of virtual networks end in `-vnet`, as others in this company do."""

from amlz.core.custom_names import NameRequest


def name(request: NameRequest) -> str | None:
    """Returns the name of a virtual network; None for all others."""
    return f"{'-'.join(request.words)}-vnet" if request.kind == "virtualNetwork" else None
