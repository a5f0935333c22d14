"""Custom host names that compute targets may reach."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from amlz.core.config.shared import Config

#: A host name, or all below one: as Azure Firewall takes it.
HostName = Annotated[
    str, StringConstraints(pattern=r"^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z]{2,}$", max_length=255)
]


class EgressHostsConfig(Config):
    """Hosts that compute targets may reach over HTTPS, through the firewall."""

    hosts: Annotated[tuple[HostName, ...], Field(min_length=1, max_length=50)]
    """Host names; `*.` matches all hosts below one."""
    why: Annotated[str, StringConstraints(min_length=5, max_length=200)]
    """Purpose of the hosts, shown with the rule."""
    packages: bool = False
    """Hosts of packages: in an environment with a build subnet only image builds reach them."""
    inspect: bool = False
    """The firewall decrypts the traffic. Needs `hub.firewall.tlsInspection`. docs/how-to/tls-inspection.md."""
