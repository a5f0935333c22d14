"""The whole landscape in few rows: for each source, what it reaches and what it does not, by kind of destination."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from amlz.reach.alike import LISTED, Alike, DestinationIndex
from amlz.reach.answers import Evaluator, ReachAnswer, port_text
from amlz.reach.ends import End, destinations, sources
from amlz.reach.packet import Reachability

#: In the order of rows.
ORDER = (Reachability.REACHABLE, Reachability.PARTLY, Reachability.UNKNOWN, Reachability.BLOCKED)


#: Source with its environment, verdict and reason.
RowKey = tuple[str, str | None, Reachability, str]


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """Destinations with the same verdict. `why`: the deciding rule or hop, "" where everything passes."""

    source: str
    owner: str | None
    verdict: str
    to: str
    count: int
    why: str


def everything(evaluator: Evaluator) -> Iterator[ReachAnswer]:
    """Returns the answers for all named sources and destinations, on the usual ports."""
    ends = destinations(evaluator.land)
    for source in sources(evaluator.land):
        yield from _answers(evaluator, source, ends)


def summary(evaluator: Evaluator) -> list[SummaryRow]:
    """Returns the rows of `everything`, without a question about each pair of a source and a destination."""
    index = DestinationIndex(evaluator)
    result: list[SummaryRow] = []
    for source in sources(evaluator.land):
        asked, alike = index.of(source)
        result += rows(_answers(evaluator, source, asked), alike)
    return result


def _answers(evaluator: Evaluator, source: End, ends: Iterable[End]) -> Iterator[ReachAnswer]:
    for destination in ends:
        if is_requested(source, destination):
            yield from evaluator.ask(source, destination, "tcp")
            if destination.kind in ("tag", "host"):
                yield from evaluator.ask(source, destination, "udp")


def is_requested(source: End, destination: End) -> bool:
    """Returns whether a pair belongs to the summary: not a subnet and itself, nor two ends outside of the networks."""
    if source.kind in ("on-premises", "internet") and destination.subnet is None:
        return False
    return source.subnet is None or source.subnet is not destination.subnet


def rows(answers: Iterable[ReachAnswer], alike: Iterable[Alike] = ()) -> list[SummaryRow]:
    """Returns answers in few rows: for each source by verdict and reason, destinations of one kind together.

    `alike`: destinations that have one of the answers, too many to list.
    """
    result: dict[RowKey, tuple[list[ReachAnswer], list[Alike]]] = {}
    for answer in answers:
        result.setdefault(_key(answer), ([], []))[0].append(answer)
    for others in alike:
        result.setdefault(_key(others.answer), ([], []))[1].append(others)
    numbers = {source: number for number, source in enumerate(dict.fromkeys(key[:2] for key in result))}
    order = sorted(result, key=lambda key: (numbers[key[:2]], ORDER.index(key[2]), key[3]))
    return [_row(key, *result[key]) for key in order]


def _key(answer: ReachAnswer) -> RowKey:
    return answer.source.name, answer.source.owner, answer.verdict, _why(answer)


def merged(values: Iterable[SummaryRow]) -> list[SummaryRow]:
    """Returns rows of sources with the same destinations, verdict and reason as one."""
    alike: dict[tuple[str, str, str], list[SummaryRow]] = {}
    for row in values:
        alike.setdefault((row.verdict, row.to, row.why), []).append(row)
    return [
        replace(same[0], source=", ".join(map(_called, same)), owner=None) if len(same) > 1 else same[0]
        for same in alike.values()
    ]


def _called(row: SummaryRow) -> str:
    return f"{row.source} ({row.owner})" if row.owner else row.source


def _row(key: RowKey, answers: Sequence[ReachAnswer], alike: Sequence[Alike]) -> SummaryRow:
    source, owner, verdict, why = key
    count = len({(answer.destination.kind, answer.destination.name) for answer in answers})
    count += sum(others.number for others in alike)
    return SummaryRow(source, owner, verdict.value, "; ".join(_groups(owner, answers, verdict, alike)), count, why)


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


def _groups(
    owner: str | None, answers: Sequence[ReachAnswer], verdict: Reachability, alike: Sequence[Alike]
) -> Iterator[str]:
    """Returns the destinations of some answers in words: by kind, and by environment."""
    own: list[ReachAnswer] = []
    others: dict[str | None, list[ReachAnswer]] = {}
    for answer in answers:
        if answer.destination.endpoint:
            is_own = bool(owner) and answer.destination.owner == owner
            (own if is_own else others.setdefault(answer.destination.owner, [])).append(answer)
    if own:
        yield f"its endpoints: {_endpoints(own)}"
    for environment, item in others.items():
        if verdict is not Reachability.BLOCKED or not environment:
            called = f"endpoints of {environment}" if environment else "shared endpoints"
            yield f"{called}: {_endpoints(item, named=not environment)}"
    blocked = [other for other in others if other] if verdict is Reachability.BLOCKED else []
    environments = len(blocked) + sum(group.environments for group in alike)
    if environments:
        called = (
            f"{environments} {'other ' if owner else ''}environments" if environments > LISTED else ", ".join(blocked)
        )
        number = sum(len({a.destination.name for a in others[e]}) for e in blocked)
        yield f"endpoints of {called} ({number + sum(group.number for group in alike if group.environments)})"
    yield from _simple(answers, verdict, sum(group.number for group in alike if not group.environments))


def _endpoints(answers: Sequence[ReachAnswer], named: bool = False) -> str:
    def called(answer: ReachAnswer) -> str:
        endpoint = answer.destination.endpoint
        groups = ", ".join(endpoint.groups) if endpoint else ""
        name = answer.destination.name if named else groups or answer.destination.name
        return name if port_text(answer.ports) == "443" else f"{name} ({port_text(answer.ports)})"

    return ", ".join(dict.fromkeys(map(called, answers)))


def _simple(answers: Sequence[ReachAnswer], verdict: Reachability, more: int) -> Iterator[str]:
    """Returns destinations that are no endpoints in words. `more`: subnets without a separate answer."""
    subnets = [a for a in answers if a.destination.kind == "subnet"]
    if len(subnets) + more > LISTED and verdict is Reachability.BLOCKED:
        yield f"{len({a.destination.name for a in subnets}) + more} subnets of machines"
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
