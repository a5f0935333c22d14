"""DNS resolver of the hub: names of private endpoints on premises, and names of the organisation in Azure."""

from amlz.capabilities.dns_resolver.facts import DOMAIN, FACTS
from amlz.core.capability import Capability

CAPABILITY = Capability(
    title="DNS resolver",
    component="components.dns_resolver:DnsResolver",
    page="explanation/hub.md",
    logical="resolver",
    patterns={DOMAIN: ("a domain in lower case", "corp.contoso.com")},
    facts=FACTS,
)
