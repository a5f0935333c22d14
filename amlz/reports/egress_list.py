"""Egress of a stack as a list for the owner of a firewall of any kind: a table, CSV, JSON, or commands of a device."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path

from amlz.azure.regular_files import read_regular
from amlz.core.facts.clouds import CloudName
from amlz.core.facts.ip_ranges import IP_RANGES
from amlz.core.facts.tag_hosts import TAG_HOSTS
from amlz.core.names import suffix
from amlz.core.plan import LandingZonePlan
from amlz.core.problems import LandingZoneError, listed
from amlz.core.specs import ApplicationRuleSpec, NetworkRuleSpec, RuleGroupSpec
from amlz.core.terminal import in_one_line
from amlz.core.words import plural
from amlz.reports.existing_hub import demands
from amlz.reports.json_text import dump
from amlz.reports.lines import wrapped
from amlz.reports.styled import heading, joined_text

#: Most characters of the name of a policy, and of an address, in FortiOS:
#: https://docs.fortinet.com/document/fortigate/7.4.8/cli-reference/198499981,
#: https://docs.fortinet.com/document/fortigate/7.4.0/administration-guide/651640/text-strings
LONGEST_KEY, LONGEST_OBJECT = 35, 79
#: First characters with which a spreadsheet begins a formula: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@")
#: Characters that texts of FortiOS do not have, and the backslash, which quotes them.
_REFUSED = frozenset("\"'<>\\")


@dataclass(frozen=True, slots=True)
class Destination:
    """A destination of a rule. `kind`: `service tag`, `host`, `FQDN tag` or `range`.

    `hosts`: names that a service tag reaches, as far as Microsoft lists them, for a device that does not know tags.
    """

    kind: str
    value: str
    hosts: tuple[str, ...] = ()

    @property
    def object_name(self) -> str:
        """Returns a name for it as an object of a device: at most 79 letters, digits, dots and hyphens."""
        owner = "azure" if self.kind in ("service tag", "FQDN tag") else "amlz"
        name = f"{owner}-{self.value.replace('*', 'any').replace('/', '-')}"
        return name if len(name) <= LONGEST_OBJECT else f"{name[: LONGEST_OBJECT - 6]}-{suffix(name)}"


@dataclass(frozen=True, slots=True)
class EgressRule:
    """Traffic that a firewall must allow. `key`: a unique name of at most 35 characters."""

    key: str
    name: str
    protocols: tuple[str, ...]
    ports: tuple[str, ...]
    sources: tuple[str, ...]
    destinations: tuple[Destination, ...]
    why: str

    @property
    def source_names(self) -> tuple[str, ...]:
        """Returns the names of its sources as objects of a device."""
        return tuple(Destination("range", cidr).object_name for cidr in self.sources)

    @property
    def service_names(self) -> tuple[str, ...]:
        """Returns the names of its ports as objects of a device."""
        return tuple(_service_name(transport, self.ports) for transport in self.transports)

    @property
    def transports(self) -> tuple[str, ...]:
        """Returns TCP, UDP or both: a rule by host name is for TCP."""
        if "Any" in self.protocols:
            return ("TCP", "UDP")
        return tuple("UDP" if protocol == "UDP" else "TCP" for protocol in self.protocols)


@dataclass(frozen=True, slots=True)
class EgressList:
    """The egress of a stack. `file`: title and address of the list of addresses by service tag."""

    stack: str
    cloud: CloudName
    rules: tuple[EgressRule, ...]
    demands: tuple[str, ...]
    file: tuple[str, str]

    @property
    def tags(self) -> tuple[Destination, ...]:
        """Returns each service tag and FQDN tag once, by name."""
        return self._of("service tag", "FQDN tag")

    @property
    def hosts(self) -> tuple[Destination, ...]:
        """Returns each host name once, by name."""
        return self._of("host")

    @property
    def ranges(self) -> tuple[Destination, ...]:
        """Returns each range of sources and destinations once, by address."""
        ranges = {cidr for rule in self.rules for cidr in rule.sources} | {one.value for one in self._of("range")}
        return tuple(Destination("range", cidr) for cidr in sorted(ranges, key=_address))

    @property
    def services(self) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
        """Returns the name of an object of a device with TCP or UDP and ports, each once."""
        pairs = {(transport, rule.ports) for rule in self.rules for transport in rule.transports}
        return tuple((_service_name(*pair), *pair) for pair in sorted(pairs))

    def _of(self, *kinds: str) -> tuple[Destination, ...]:
        by_name = {one.value: one for rule in self.rules for one in rule.destinations if one.kind in kinds}
        return tuple(one for _, one in sorted(by_name.items()))


def _service_name(transport: str, ports: tuple[str, ...]) -> str:
    return f"amlz-{'-'.join((transport, *ports))}"


def _address(cidr: str) -> tuple[int, int]:
    network = IPv4Network(cidr)
    return int(network.network_address), network.prefixlen


def egress_list(stack: str, plan: LandingZonePlan) -> EgressList:
    """Returns the egress that the firewall of a stack allows, or that of an existing hub must allow."""
    hub, existing = plan.hub, plan.organisation.existing_hub
    groups: tuple[RuleGroupSpec, ...] = ()
    if hub is not None:
        groups = hub.firewall.groups if hub.firewall is not None else ()
    elif existing is not None:
        groups = existing.must_allow
    rules: list[EgressRule] = []
    for group in groups:
        rules += [_rule(group, rule, plan) for rule in group.network_rules]
        rules += [_rule(group, rule, plan) for rule in group.application_rules]
    return EgressList(stack, plan.cloud, tuple(rules), demands(plan), IP_RANGES[plan.cloud])


def _rule(group: RuleGroupSpec, rule: NetworkRuleSpec | ApplicationRuleSpec, plan: LandingZonePlan) -> EgressRule:
    key = rule.name if len(rule.name) <= LONGEST_KEY - 6 else rule.name[: LONGEST_KEY - 6].rstrip("-")
    key = f"{key}-{suffix(group.name, rule.name)}"
    if isinstance(rule, NetworkRuleSpec):
        to = tuple(_destination(value, plan) for value in rule.destinations)
        return EgressRule(key, rule.name, rule.protocols, rule.ports, rule.sources, to, rule.why)
    hosts = (Destination("host", host) for host in rule.hosts)
    tags = (Destination("FQDN tag", tag) for tag in rule.fqdn_tags)
    protocols, ports = (rule.scheme.upper(),), (str(rule.port),)
    return EgressRule(key, rule.name, protocols, ports, rule.sources, (*hosts, *tags), rule.why)


def _destination(value: str, plan: LandingZonePlan) -> Destination:
    if value[:1].isdigit():
        return Destination("range", value)
    base, _, region = value.partition(".")
    template = f"{base}.{{region}}" if region == plan.location else value
    return Destination("service tag", value, TAG_HOSTS.get(template, {}).get(plan.cloud, ()))


def as_text(egress: EgressList) -> str:
    """Returns the list for people: rules by their sources, and where to find the addresses of service tags."""
    name = in_one_line(egress.stack)
    if not egress.rules:
        return joined_text("\n", [heading(f"{name}: no egress that a firewall must allow."), ""])
    parts: list[str] = [heading(f"{name}: {plural(len(egress.rules), 'rule')} for a firewall")]
    by_sources: dict[tuple[str, ...], list[EgressRule]] = {}
    for rule in egress.rules:
        by_sources.setdefault(rule.sources, []).append(rule)
    for sources, rules in by_sources.items():
        parts.append(wrapped("  from ", ", ".join(sources)))
        for rule in rules:
            how = f"{'/'.join(rule.protocols)} {', '.join(rule.ports)}"
            parts += [wrapped("    ", f"{rule.name}: {how}"), *_destinations(rule), wrapped("      why ", rule.why)]
    if egress.tags:
        title, address = egress.file
        parts.append(heading("Service tags, for a device that knows none"))
        parts.append(
            wrapped("  ", f"{title}, {address}, has the ranges of each entry by its name. It changes every week.")
        )
        parts += [wrapped("  - ", text) for text in _tags(egress)]
    if egress.demands:
        parts += [heading("The existing hub must see to it that"), *(wrapped("  - ", text) for text in egress.demands)]
    return joined_text("\n", [*parts, ""])


def _destinations(rule: EgressRule) -> Iterator[str]:
    kinds: dict[str, list[str]] = {}
    for one in rule.destinations:
        kinds.setdefault(one.kind, []).append(one.value)
    for kind, values in kinds.items():
        yield wrapped(f"      {kind} ", ", ".join(values))


def _tags(egress: EgressList) -> Iterator[str]:
    for tag in egress.tags:
        if tag.kind == "FQDN tag":
            yield f"{tag.value}: a list of hosts that Azure Firewall keeps, not of addresses"
        else:
            yield f"{tag.value}{f', or the hosts {listed(tag.hosts)}' if tag.hosts else ''}"


def as_csv(egress: EgressList) -> str:
    """Returns a row for each destination of each rule. Several values of a cell are separated by spaces."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    columns = ("rule", "protocols", "ports", "sources", "kind", "destination", "hostsOfTag", "entryOfIpRanges", "why")
    writer.writerow(columns)
    for rule in egress.rules:
        for one in rule.destinations:
            entry = one.value if one.kind == "service tag" else ""
            row = (*map(" ".join, (rule.protocols, rule.ports, rule.sources)), one.kind, one.value, " ".join(one.hosts))
            writer.writerow([_cell(value) for value in (rule.name, *row, entry, rule.why)])
    return text.getvalue()


def _cell(value: str) -> str:
    """Returns a value that no spreadsheet takes for a formula."""
    return f"'{value}" if value.startswith(_FORMULA) else value


def as_json(egress: EgressList) -> str:
    """Returns the list for programs."""
    title, address = egress.file
    entries = [tag.value for tag in egress.tags if tag.kind == "service tag"]
    return dump(
        {
            "schemaVersion": 1,
            "stack": egress.stack,
            "cloud": egress.cloud,
            "rules": [
                {
                    "name": rule.name,
                    "key": rule.key,
                    "protocols": list(rule.protocols),
                    "ports": list(rule.ports),
                    "sources": list(rule.sources),
                    "destinations": [
                        {"kind": one.kind, "value": one.value, "hosts": list(one.hosts)} for one in rule.destinations
                    ],
                    "why": rule.why,
                }
                for rule in egress.rules
            ],
            "ipRanges": {"title": title, "address": address, "entries": entries},
            "demands": list(egress.demands),
        }
    )


#: Values of a template.
_GIVEN = ("stack", "cloud", "rules", "tags", "hosts", "ranges", "services", "file", "demands")
#: The template of commands for FortiOS.
FORTIOS = Path(__file__).parent / "templates" / "egress" / "fortios.jinja"


def by_template(egress: EgressList, path: Path) -> str:
    """Returns the list as a Jinja template writes it. Raises LandingZoneError, with the line of a mistake.

    The template has the names of `_GIVEN` and the filters `quoted` and `netmask`. It is run in Jinja's sandbox.
    """
    from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters |= {"quoted": quoted, "netmask": netmask}
    try:
        template = environment.from_string(read_regular(path).decode("utf-8"))
        return template.render({name: getattr(egress, name) for name in _GIVEN})
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise LandingZoneError(f"{path}\n  It cannot be read: {reason}.\n  Pass a Jinja template.") from None
    except UnicodeDecodeError:
        raise LandingZoneError(f"{path}\n  It is not UTF-8.\n  Pass a Jinja template.") from None
    except TemplateSyntaxError as error:
        raise LandingZoneError(f"{path}:{error.lineno}\n  It is no Jinja template: {error.message}.") from None
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
        line = _line_of(error)
        raise LandingZoneError(
            f"{path}{f':{line}' if line else ''}\n  The template fails: {in_one_line(str(error)).rstrip('.')}.\n"
            "  docs/how-to/third-party-firewall.md has the values that it can use."
        ) from None


def _line_of(error: BaseException) -> int:
    """Returns the line of the template in which a mistake is: the last one in its traceback; 0 for not known."""
    line, trace = 0, error.__traceback__
    while trace is not None:
        line = trace.tb_lineno if trace.tb_frame.f_code.co_filename == "<template>" else line
        trace = trace.tb_next
    return line


def quoted(text: str) -> str:
    """Returns a text between double quotes, without characters that FortiOS refuses in one.

    https://docs.fortinet.com/document/fortigate/7.4.0/administration-guide/651640/text-strings
    """
    kept = "".join(mark for mark in text if mark not in _REFUSED)
    return f'"{in_one_line(" ".join(kept.split()))}"'


def netmask(cidr: str) -> str:
    """Returns `10.0.0.0 255.255.255.0` for 10.0.0.0/24."""
    network = IPv4Network(cidr)
    return f"{network.network_address} {network.netmask}"
