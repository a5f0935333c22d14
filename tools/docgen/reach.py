"""The page of `amlz reach`: how to ask, and the tables of facts and of limitations."""

from __future__ import annotations

from amlz.reach.facts import FACTS, NOT_MODELLED

_PAGE = """# `amlz reach STACK`

Reachability: which source reaches which destination on which port, by the requests that the program would send.

    amlz reach prod                                                   # every named source and destination
    amlz reach prod --from churn/dev --to churn/prod                  # one environment to another
    amlz reach prod --from on-premises --to churn/prod --port 443
    amlz reach prod --from snet-churn-dev-training --to pypi.org
    amlz reach prod --from internet --format json

| option | names |
| --- | --- |
| `--from` | a subnet, network, project, `project/environment`, address or range, `on-premises`, `internet` |
| `--to` | the same, or a private endpoint, its target or host name, a service tag, a host of the internet |
| `--port` | one port. Without it: ports of the service, those of rules that name it, or all ports of a subnet |
| `--protocol` | `tcp` (default), `udp` or `icmp` |
| `--format` | `text`, `json` (every hop of every answer) or `markdown` |

A workspace as source is its managed network. `on-premises` is
the ranges of [`onPremises`](configuration.md#amlzlandingzone). `internet` is the public
addresses that no rule names: tags and hosts are separate destinations.

## Answers

| answer | meaning |
| --- | --- |
| `reachable` | every packet arrives, and the reply too |
| `partly` | some addresses or resources are reached; the answer shows the hop that decides about the others |
| `blocked` | no packet arrives, or no reply; the answer shows the hop that blocks it |
| `cannot tell` | a deciding part is not built here, or is known only at deployment; the answer shows which |

A few answers are shown with every hop: security groups, routes, peerings, firewalls, gateways, DNS. `x` marks the hop
that blocks, `?` one that is unknown. Many answers are shown as a table, for each source by verdict. The exit code
is 0, or 2 for a source or destination that the stack does not have.

The firewall of an existing hub is not built here: what passes it is `cannot tell`. An answer that rests on an
assumption names it, for example that DNS servers on premises forward the private zones.

## Facts

Each page is that of Microsoft, with the date that it shows.

{facts}

## Not modelled

{limits}
"""


def reach_page() -> str:
    """Returns the page."""
    rows = ["| fact | source | date |", "| --- | --- | --- |"]
    rows += [f"| {fact.says} | [page]({fact.source}) | {fact.date} |" for fact in FACTS]
    return _PAGE.format(facts="\n".join(rows), limits="\n".join(f"- {text}" for text in NOT_MODELLED))
