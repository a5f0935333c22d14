"""Reports of units are input from others: despite any content of one, the other landing zones are shown."""

from __future__ import annotations

import copy
import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from amlz.core.problems import LandingZoneError
from amlz.fleet.config import load_fleet
from amlz.fleet.folder import read_reports
from amlz.fleet.record import parsed
from amlz.fleet.summary import summarised
from amlz.reports.fleet import addresses, limits, order, report, rings
from amlz.reports.fleet.page import FleetPage, rendered
from tests.fleet.fleets import network_id, record, write_fleet
from tests.fleet.fleets import report as report_of
from tests.fleet.test_objectives import AVAILABLE
from tests.reports.test_escaping import PAYLOADS, acts_on_a_terminal

REST = "rings:\n  - {name: first}\nwanted: 0.1.0\nversions: [0.1.0]\n"
WRONG: tuple[Any, ...] = (None, 7, -1, 1e308, True, "", "x", "9" * 5000, [], [[]], {}, {"a": 1}, [None], "10.0.0.0/8")
HOST = network_id("hub")


def whole() -> dict[str, Any]:
    """Returns a report with an entry in every list that a fleet reads."""
    value = report_of("dev", ("10.1.0.0/24",), hub="hub", production=True)
    value["landingZone"] = {"existingHub": {"virtualNetwork": HOST, "logAnalytics": HOST}}
    value["addresses"][0]["blocks"] = [
        {"owner": "churn/dev", "range": "10.1.0.0/25", "subnets": [{"range": "10.1.0.0/26"}]}
    ]
    value["verdicts"] = [{"verdict": "undecided", "blocks": True}]
    value["findings"] = [{"severity": "error"}]
    value["acceptedFindings"] = [{"id": "x/y", "acceptedUntil": "2027-01-01"}]
    family = {"family": "standardDSv3Family", "dedicated": 4, "lowPriority": 0}
    value["quota"] = [{"subscription": "a", "region": "b", "families": [family], "unknown": [{"size": "Standard_X"}]}]
    value["objectives"] = [{"environment": "churn/dev", "production": True, "objectives": [AVAILABLE]}]
    return value


def whole_record() -> dict[str, Any]:
    """Returns a record with everything that a fleet reads."""
    events = {"environment": "churn/dev", "name": "answers", "day": "2027-03-01", "good": 1, "total": 2}
    return {**record("dev", "0.1.0"), "objectives": [events]}


def paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Returns the path of everything in a value."""
    if at:
        yield at
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from paths(item, (*at, key))


def at(value: Any, path: tuple[Any, ...]) -> Any:
    """Returns what is at a path."""
    for key in path:
        value = value[key]
    return value


def changed(value: Any, path: tuple[Any, ...], to: Any) -> Any:
    """Returns a copy with another value at a path."""
    result = copy.deepcopy(value)
    at(result, path[:-1])[path[-1]] = to
    return result


def pages(folder: Path, files: dict[str, Any]) -> list[FleetPage]:
    """Returns the pages of every verb over a fleet of a valid landing zone and these reports."""
    fleet = load_fleet(write_fleet(folder, {"good/prod.json": report_of("prod", ("10.9.0.0/24",)), **files}, REST))
    reports = read_reports(fleet, "2027-03-02")
    return [
        report.page(reports),
        addresses.page(reports),
        limits.page(reports),
        order.page(reports),
        rings.page(reports, None),
    ]


def test_a_wrong_value_anywhere_is_a_sentence(tmp_path: Path) -> None:
    """No value of a report or record ends a verb, and the other landing zone is shown."""
    files: dict[str, Any] = {}
    for kind, base in (("", whole()), (".record", whole_record())):
        for number, (path, wrong) in enumerate(itertools.product(paths(base), WRONG)):
            name = f"a{kind[1:]}{number}"
            files[f"bad/{name}.json"] = {**whole(), "stack": name}
            value = changed(base, path, wrong)
            files[f"bad/{name}{kind}.json"] = value if path == ("stack",) else {**value, "stack": name}

    shown = str(pages(tmp_path, files)[0].record)

    assert len(files) > 900
    assert "good/prod" in shown


@pytest.mark.parametrize("key", ["dedicated", "lowPriority"])
def test_numbers_that_no_report_has_are_refused(key: str, tmp_path: Path) -> None:
    """Text, fractions, truth values, infinity and numbers that nothing adds up to."""
    place = ("quota", 0, "families", 0, key)
    texts = [
        json.dumps(changed(whole(), place, "N")).replace('"N"', n) for n in ("1e400", "4.5", "true", "-1", "9" * 4000)
    ]
    for text in (*texts, json.dumps(changed(whole(), place, "4"))):
        shown = pages(tmp_path, {"bad/dev.json": text})

        assert "It is not a whole report of" in str(shown[0].record)


def test_a_body_that_is_nested_too_deeply_is_refused() -> None:
    """By JSON's reader, or by the search for IDs: versions of Python limit them differently."""
    deep: Any = "x"
    for _ in range(5000):
        deep = {"a": deep}
    body = changed(whole(), ("resources", 0, "body"), "DEEP")
    text = json.dumps(body).replace('"DEEP"', '{"a":' * 5000 + "1" + "}" * 5000)
    body["resources"][0]["body"] = deep

    with pytest.raises(LandingZoneError, match=r"It is not JSON: it is nested too deeply\."):
        parsed(text.encode())
    with pytest.raises(LandingZoneError, match=r"It is not a report of `amlz preview`: it is nested too deeply\."):
        summarised(body)


def test_texts_of_reports_act_on_no_viewer(tmp_path: Path) -> None:
    """In every text of reports and records, and in names of files, in every format."""
    files: dict[str, Any] = {f"bad/{payload.replace('/', '-')[:80]}.json": whole() for payload in PAYLOADS}
    for kind, base in (("", whole()), (".record", whole_record())):
        places = [path for path in paths(base) if isinstance(at(base, path), str)]
        for number, (place, payload) in enumerate(itertools.product(places, PAYLOADS)):
            if number % 5:
                continue
            name = f"a{kind[1:]}{number}"
            files[f"bad/{name}.json"] = {**whole(), "stack": name}
            value = changed(base, place, payload)
            files[f"bad/{name}{kind}.json"] = value if place == ("stack",) else {**value, "stack": name}

    for page in pages(tmp_path, files):
        text, markdown, html = (rendered(page, form) for form in ("text", "markdown", "html"))
        assert acts_on_a_terminal(text) == [], page.title
        assert acts_on_a_terminal(markdown) == [], page.title
        assert re.findall(r"(?<!\\)<(?:script>alert|img|b>)", html + markdown) == [], page.title
