"""DNS security policy: names that the networks of the landing zone do not resolve, and a log of all queries."""

from amlz.capabilities.dns_security.facts import DOMAIN, FACTS
from amlz.core.capability import Capability

CAPABILITY = Capability(
    title="DNS security policy",
    component="components.dns_security:DnsSecurity",
    page="how-to/dns-security.md",
    patterns={DOMAIN: ("a domain in lower case", "corp.contoso.com")},
    facts=FACTS,
)
