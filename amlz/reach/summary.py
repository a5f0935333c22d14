"""The whole landscape in few rows: for each source, what it reaches and what it does not, by kind of destination."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from amlz.reach.answers import Evaluator, ReachAnswer, port_text
from amlz.reach.ends import End, destinations, sources
from amlz.reach.packet import Reachability

#: In the order of rows.
ORDER = (Reachability.REACHABLE, Reachability.PARTLY, Reachability.UNKNOWN, Reachability.BLOCKED)


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """Destinations with the same verdict. `why`: the deciding rule or hop, "" where everything passes."""

    source: str
    owner: str
    verdict: str
    to: str
    count: int
    why: str


def everything(evaluator: Evaluator) -> Iterator[ReachAnswer]:
    """Returns the answers for all named sources and destinations, on the usual ports."""
    ends = destinations(evaluator.land)
    for source in sources(evaluator.land):
        for destination in ends:
            if asked(source, destination):
                yield from evaluator.ask(source, destination, "tcp")
                if destination.kind in ("tag", "host"):
                    yield from evaluator.ask(source, destination, "udp")


def asked(source: End, destination: End) -> bool:
    """Returns whether a pair belongs to the summary: not a subnet and itself, nor two ends outside of the networks."""
    if source.kind in ("on-premises", "internet") and destination.subnet is None:
        return False
    return source.subnet is None or source.subnet is not destination.subnet


def rows(answers: Iterable[ReachAnswer]) -> list[SummaryRow]:
    """Returns answers in few rows: for each source by verdict and reason, destinations of one kind together."""
    found: dict[tuple[str, str, Reachability, str], list[ReachAnswer]] = {}
    for answer in answers:
        key = answer.source.name, answer.source.owner, answer.verdict, _why(answer)
        found.setdefault(key, []).append(answer)
    names = list(dict.fromkeys(source for source, *_ in found))
    order = sorted(found, key=lambda key: (names.index(key[0]), ORDER.index(key[2]), key[3]))
    return [_row(key, found[key]) for key in order]


def merged(found: Iterable[SummaryRow]) -> list[SummaryRow]:
    """Returns rows of sources with the same destinations, verdict and reason as one."""
    alike: dict[tuple[str, str, str], list[SummaryRow]] = {}
    for row in found:
        alike.setdefault((row.verdict, row.to, row.why), []).append(row)
    return [
        replace(same[0], source=", ".join(map(_called, same)), owner="") if len(same) > 1 else same[0]
        for same in alike.values()
    ]


def _called(row: SummaryRow) -> str:
    return f"{row.source} ({row.owner})" if row.owner else row.source


def _row(key: tuple[str, str, Reachability, str], answers: Sequence[ReachAnswer]) -> SummaryRow:
    source, owner, verdict, why = key
    count = len({(answer.destination.kind, answer.destination.name) for answer in answers})
    return SummaryRow(source, owner, verdict.value, "; ".join(_groups(owner, answers, verdict)), count, why)


def _why(answer: ReachAnswer) -> str:
    hop = answer.decisive
    if answer.verdict is Reachability.REACHABLE or hop is None:
        return ""
    if hop.at == answer.destination.name or (
        answer.destination.endpoint and hop.at == answer.destination.endpoint.target_name
    ):
        return hop.says
    if answer.source.managed is not None:
        return f"{hop.says}, {hop.rule}" if hop.rule else hop.says
    own = answer.source.subnet.group if answer.source.subnet else None
    if own is not None and hop.at == own.name:
        return f"its security group, {hop.rule}"
    group = answer.destination.subnet.group if answer.destination.subnet else None
    if group is not None and hop.at == group.name and answer.source.subnet is not answer.destination.subnet:
        return f"the security group of the destination, {hop.rule}"
    return f"{hop.at}, {hop.rule}" if hop.rule else f"{hop.at}: {hop.says}"


def _groups(owner: str, answers: Sequence[ReachAnswer], verdict: Reachability) -> Iterator[str]:
    """Returns the destinations of some answers in words: by kind, and by environment."""
    own = [a for a in answers if a.destination.endpoint and owner and a.destination.owner == owner]
    if own:
        yield f"its endpoints: {_endpoints(own)}"
    others: dict[str, list[ReachAnswer]] = {}
    for answer in answers:
        if answer.destination.endpoint and answer not in own:
            others.setdefault(answer.destination.owner, []).append(answer)
    for environment, found in others.items():
        if verdict is not Reachability.BLOCKED or not environment:
            called = f"endpoints of {environment}" if environment else "shared endpoints"
            yield f"{called}: {_endpoints(found, named=not environment)}"
    blocked = [each for each in others if each]
    if verdict is Reachability.BLOCKED and blocked:
        several = len(blocked) > 3
        called = f"{len(blocked)} {'other ' if owner else ''}environments" if several else ", ".join(blocked)
        yield f"endpoints of {called} ({sum(len({a.destination.name for a in others[e]}) for e in blocked)})"
    yield from _simple(answers, verdict)


def _endpoints(answers: Sequence[ReachAnswer], named: bool = False) -> str:
    def called(answer: ReachAnswer) -> str:
        endpoint = answer.destination.endpoint
        groups = ", ".join(endpoint.groups) if endpoint else ""
        name = answer.destination.name if named else groups or answer.destination.name
        return name if port_text(answer.ports) == "443" else f"{name} ({port_text(answer.ports)})"

    return ", ".join(dict.fromkeys(map(called, answers)))


def _simple(answers: Sequence[ReachAnswer], verdict: Reachability) -> Iterator[str]:
    subnets = [a for a in answers if a.destination.kind == "subnet"]
    if len(subnets) > 3 and verdict is Reachability.BLOCKED:
        yield f"{len({a.destination.name for a in subnets})} subnets of machines"
    else:
        yield from (_with_ports(answer) for answer in subnets)
    tags = [a for a in answers if a.destination.kind == "tag"]
    if tags:
        yield f"service tags {', '.join(map(_with_ports, tags))}"
    hosts = [a for a in answers if a.destination.kind == "host"]
    if hosts:
        named = ", ".join(dict.fromkeys(_with_ports(a) for a in hosts)) if len(hosts) <= 3 else str(len(hosts))
        yield f"hosts that rules name: {named}" if len(hosts) <= 3 else f"{named} hosts that rules name"
    if any(a.destination.kind == "on-premises" for a in answers):
        yield from (_with_ports(a) for a in answers if a.destination.kind == "on-premises")
    if any(a.destination.kind == "internet" for a in answers):
        yield "any other address of the internet"


def _with_ports(answer: ReachAnswer) -> str:
    udp = "udp " if answer.protocol == "udp" else ""
    return f"{answer.destination.name} ({udp}{port_text(answer.ports)})"
