"""The monthly estimate in text, JSON and Markdown, alone or against another revision."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from amlz.core.billing import HOURS, Meter
from amlz.core.cost import CostLine, Costs, PricedLine, meters
from amlz.core.prices import API
from amlz.core.words import plural
from amlz.diff.cost_difference import CostDifference, cost_difference
from amlz.reports.json_text import dump
from amlz.reports.lines import wrapped
from amlz.reports.markdown_text import escaped

#: Of every estimate.
LIMITS = (
    "Retail prices: no discount, reservation, savings plan, tax or free grant of an account.",
    "Tiers apply to the sum of the landing zone; Azure applies them to the billing account or the subscription.",
    f"A month has {HOURS:g} hours.",
)


def as_text(stack: str, costs: Costs) -> str:
    """The estimate for a terminal."""
    lines = [f"{stack}: a month's consumption{at_prices(costs)}"]
    for owner in costs.estimate.owners:
        lines += ["", f"{owner}{sum_text(costs, costs.of(owner))}"]
        lines += [text for line in fixed(costs, owner) for text in _row(line)]
    if len(costs.estimate.owners) > 1 and costs.prices is not None:
        lines += ["", f"all{sum_text(costs, costs.total)}"]
    for title, texts in beyond(costs):
        lines += ["", title, *(wrapped("  - ", text) for text in texts)]
    return "\n".join(lines) + "\n"


def summary(costs: Costs) -> str:
    """The sums of a preview for a terminal, and what they leave out."""
    lines = [wrapped("", f"A month's consumption{at_prices(costs)}")]
    lines += [f"  {owner}{sum_text(costs, costs.of(owner))}" for owner in costs.estimate.owners]
    lines += [f"  all{sum_text(costs, costs.total)}", wrapped("  ", left_out(costs))]
    return "\n".join(lines)


def left_out(costs: Costs) -> str:
    """Returns a sentence on what the sums leave out."""
    return (
        f"Not in the sums: {plural(len(costs.open), 'quantity', 'quantities')} by use, "
        f"{plural(len(costs.unpriced), 'quantity', 'quantities')} without a price, and "
        f"{plural(len(costs.estimate.omitted), 'kind')} of charges without a meter. amlz cost lists them."
    )


def as_markdown(stack: str, costs: Costs) -> str:
    """The estimate for a comment or a page."""
    return (
        "\n".join([f"## {escaped(stack)}: a month's consumption{escaped(at_prices(costs))}", "", *markdown(costs)])
        + "\n"
    )


def sums(costs: Costs) -> Iterator[str]:
    """Returns the sums of a preview in Markdown, and what they leave out."""
    currency = costs.prices.currency if costs.prices else ""
    yield f"**A month's consumption**{escaped(at_prices(costs))}"
    yield ""
    yield f"| environment | {currency} |"
    yield "| --- | ---: |"
    for owner in costs.estimate.owners:
        yield f"| {escaped(owner)} | {amounts(*costs.of(owner))} |"
    yield f"| all | {amounts(*costs.total)} |"
    yield ""
    yield escaped(left_out(costs))


@dataclass(frozen=True, slots=True)
class CostTable:
    """The estimate in an HTML report. `owners`: name, sum, and rows of meter, quantity and cost. `beyond`: lists with
    titles of what is in no sum.
    """

    prices: str
    owners: tuple[tuple[str, str, tuple[tuple[str, str, str], ...]], ...]
    total: str
    beyond: tuple[tuple[str, tuple[str, ...]], ...]


def table(costs: Costs) -> CostTable:
    """Returns the estimate for an HTML report."""
    return CostTable(
        at_prices(costs).removeprefix(", ").capitalize(),
        tuple(
            (
                owner,
                sum_text(costs, costs.of(owner)).removeprefix(": "),
                tuple((line.line.meter.title, quantity(line.line), cost_text(line)) for line in fixed(costs, owner)),
            )
            for owner in costs.estimate.owners
        ),
        sum_text(costs, costs.total).removeprefix(": "),
        tuple((title, tuple(texts)) for title, texts in beyond(costs)),
    )


def markdown(costs: Costs) -> Iterator[str]:
    """Returns the tables of an estimate, without a heading."""
    currency = costs.prices.currency if costs.prices else ""
    for owner in costs.estimate.owners:
        yield f"**{escaped(owner)}**{escaped(sum_text(costs, costs.of(owner)))}"
        yield ""
        yield f"| meter | quantity |{f' {currency} |' if currency else ''}"
        yield "| --- | ---: |" + (" ---: |" if currency else "")
        for line in fixed(costs, owner):
            cells = (line.line.meter.title, quantity(line.line), *((cost_text(line),) if currency else ()))
            yield f"| {' | '.join(escaped(cell) for cell in cells)} |"
        yield ""
    for title, texts in beyond(costs):
        yield f"<details><summary>{title}</summary>"
        yield ""
        yield from (f"- {escaped(text)}" for text in texts)
        yield ""
        yield "</details>"
        yield ""


def as_json(stack: str, costs: Costs, against: str | None = None, before: Costs | None = None) -> str:
    """The estimate for programs."""
    report = {"schemaVersion": 1, "stack": stack, **record(costs)}
    if against is not None:
        report |= {"against": against, "difference": difference_records(cost_difference(before, costs))}
    return dump(report)


def record(costs: Costs) -> dict[str, Any]:
    """Returns the estimate as a record."""
    priced = costs.prices is not None
    return {
        "hoursOfMonth": HOURS,
        "prices": {"source": costs.prices.source, "currency": costs.prices.currency, "date": costs.prices.date}
        if costs.prices
        else None,
        "environments": [
            {
                "environment": owner,
                "cost": _range(*costs.of(owner)) if priced else None,
                "meters": [_line(line) for line in costs.by_owner[owner]],
            }
            for owner in costs.estimate.owners
        ],
        "total": _range(*costs.total) if priced else None,
        "notInEstimate": [{"what": text, "resources": count} for text, count in costs.estimate.omitted],
    }


def difference_text(stack: str, against: str, before: Costs | None, after: Costs) -> str:
    """Returns what changes against a revision, for a terminal."""
    rows = cost_difference(before, after).lines
    lines = [f"{stack} against {against}: a month's consumption{at_prices(after)}"]
    if before is None:
        lines.append(f"The stack is not in {against}: everything is new.")
    lines += ["", *rows] if rows else ["", "No quantity differs."]
    lines += ["", *(wrapped("  - ", text) for text in LIMITS)]
    return "\n".join(lines) + "\n"


def difference_markdown(stack: str, against: str, before: Costs | None, after: Costs) -> str:
    """Returns what changes against a revision, for a comment."""
    lines = [f"## {escaped(stack)} against {escaped(against)}: a month's consumption{escaped(at_prices(after))}", ""]
    lines += [f"- {escaped(line)}" if line[:1] != " " else f"  - {escaped(line.strip())}"
              for line in cost_difference(before, after).lines] or ["No quantity differs."]  # fmt: skip
    return "\n".join([*lines, "", f"<sub>{' '.join(LIMITS)}</sub>"]) + "\n"


def commands(costs: Costs, folder: str = "prices") -> str:
    """Returns the commands that fetch the prices of an estimate, for a shell."""
    groups: dict[str, list[tuple[Meter, str]]] = {}
    for meter, region in meters(costs.estimate):
        groups.setdefault(meter.service, []).append((meter, region))
    lines = [f"mkdir -p {folder}"]
    for service, members in sorted(groups.items()):
        file = f'"{folder}/$(date +%F)-{re.sub("[^a-z0-9]+", "-", service.lower())}.json"'
        lines.append(
            f"curl --fail --silent --show-error --get '{API}' --data-urlencode 'api-version=2023-01-01-preview' \\\n"
            f'  --data-urlencode "\\$filter={_filter(service, members)}" \\\n  --output {file}'
        )
    return "\n".join(lines) + "\n"


def _filter(service: str, members: list[tuple[Meter, str]]) -> str:
    names = sorted({f"armSkuName eq '{m.size}'" if m.size else f"meterName eq '{m.name}'" for m, _ in members})
    regions = sorted({f"armRegionName eq '{region}'" for _, region in members})
    text = f"serviceName eq '{service}' and priceType eq 'Consumption' and ({' or '.join(names)})"
    return text if any(meter.everywhere for meter, _ in members) else f"{text} and ({' or '.join(regions)})"


def quantity(line: CostLine) -> str:
    """Returns a quantity in words, with its unit."""
    if line.high is None:
        return f"{line.low:,.0f} {line.meter.unit} and more" if line.low else "by use"
    low, high = f"{line.low:,.0f}", f"{line.high:,.0f}"
    unit = line.meter.unit.removesuffix("s") if high == "1" and line.meter.unit != "series" else line.meter.unit
    return f"{high} {unit}" if low == high else f"{low} to {high} {unit}"


def at_prices(costs: Costs) -> str:
    """Returns which prices an estimate is at, after a comma."""
    if costs.prices is None:
        return ", without prices"
    day = f" of {costs.prices.date}" if costs.prices.date else ", whose date is not known"
    return f", at the prices in {costs.prices.source}{day}"


def fixed(costs: Costs, owner: str) -> list[PricedLine]:
    """Returns the lines with a quantity, those that use alone decides left out."""
    return [line for line in costs.by_owner[owner] if line.line.high is not None or line.line.low]


def _row(line: PricedLine) -> Iterator[str]:
    title, amount = line.line.meter.title, quantity(line.line)
    if len(title) > 35:
        yield f"  {title}"
        title = ""
    yield f"  {title:<35}{amount:>26}{cost_text(line):>17}".rstrip()


def cost_text(line: PricedLine) -> str:
    """Returns the cost of a line in words, "" where no prices were given."""
    if line.low is None:
        return "" if line.why is None else "no price"
    return amounts(line.low, line.high)


def amounts(low: float, high: float | None) -> str:
    """Returns a range of amounts. `high`: None where only use decides."""
    if high is None:
        return f"{low:,.0f} and more"
    return f"{high:,.0f}" if f"{low:,.0f}" == f"{high:,.0f}" else f"{low:,.0f} to {high:,.0f}"


def sum_text(costs: Costs, ends: tuple[float, float]) -> str:
    """Returns a sum with its currency, "" where no prices were given."""
    return f": {amounts(*ends)} {costs.prices.currency}" if costs.prices else ""


def beyond(costs: Costs) -> Iterator[tuple[str, list[str]]]:
    """Returns what is in no sum: lists with their titles."""
    by_use: dict[str, list[CostLine]] = {}
    for line in costs.open:
        by_use.setdefault(line.line.meter.title, []).append(line.line)
    if by_use:
        yield (
            "By use: set `cost.assumed` for a quantity",
            [
                f"{title}, {plural(sum(line.resources for line in lines), 'resource')}: {lines[0].basis} "
                f"({lines[0].meter.key})"
                for title, lines in by_use.items()
            ],
        )
    if costs.unpriced:
        reasons = dict.fromkeys(
            f"{line.line.meter.title} ({line.line.meter.key}): {line.why}" for line in costs.unpriced
        )
        yield "Without a price", list(reasons)
    yield (
        "Not in the estimate",
        [
            *(f"{text}, {plural(count, 'resource')}" for text, count in costs.estimate.omitted),
            "what is created outside of this program, and traffic out of Azure",
        ],
    )
    if costs.prices is None:
        yield "Prices", ["Fetch them: amlz cost STACK --commands > fetch.sh, then sh fetch.sh",
                         "Use them: amlz cost STACK --prices prices"]  # fmt: skip
    yield "Limits", list(LIMITS)


def _line(line: PricedLine) -> dict[str, Any]:
    row, meter = line.line, line.line.meter
    return {
        "meter": meter.key,
        "title": meter.title,
        "unit": meter.unit,
        "region": row.region,
        "resources": row.resources,
        "quantity": _range(row.low, row.high),
        "basis": row.basis,
        "assumed": row.assumed,
        "price": [{"above": tier.above, "price": tier.price} for tier in line.price],
        "cost": None if line.low is None else _range(line.low, line.high),
        "why": line.why,
    }


def difference_records(difference: CostDifference) -> list[dict[str, Any]]:
    """Returns a record an owner of which a quantity differs."""
    return [
        {
            "environment": row.owner,
            "cost": _range(row.low, row.high) if difference.currency else None,
            "meters": [{"meter": meter.key, "before": before, "after": after} for meter, before, after in row.meters],
        }
        for row in difference.rows
    ]


def _range(low: float, high: float | None) -> dict[str, float | None]:
    return {"low": round(low, 4), "high": None if high is None else round(high, 4)}
