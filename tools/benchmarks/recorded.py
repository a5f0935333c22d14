"""Accuracy of the simulated Azure: `python -m tools.benchmarks.recorded` replays recorded conversations with Azure.

Five figures: verdict and error code of writes; sent values that come back as predicted; settable values that Azure
added, predicted; read-only values that Azure added, predicted by path and kind; recorded changes against the table of
changes. Each for all recordings, and for the fifth that `tools/derive_recorded.py --split` holds out.

Resources that a recording uses and never creates (groups, parents, references) are created first, as the recording
first shows them. A write that Azure refused and the simulator took is undone, so that each write is compared alone.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from amlz.azure import table
from amlz.azure.change_rule import Kind
from amlz.azure.changes import changes
from amlz.azure.ids import ids_in, parse
from amlz.simulator.arm.addresses import BadPath, address, token_of
from amlz.simulator.arm.endpoint import SimulatedArm
from amlz.simulator.arm.messages import Answer, Request
from tools.benchmarks.recordings import HOME, TRANSIENT, Exchange, at, held_out, is_no_json, kind_of, leaves, recordings

#: Kinds of values that are others in every recording: the right kind is the right answer.
_RANDOM = frozenset({"guid", "date", "etag"})
_WRITES = ("PUT", "PATCH", "DELETE")


@dataclass
class Figures:
    """Right and wrong answers of each figure, and examples of the wrong ones."""

    right: Counter[str] = field(default_factory=Counter)
    all: Counter[str] = field(default_factory=Counter)
    wrong: Counter[tuple[str, ...]] = field(default_factory=Counter)
    seeds: Counter[str] = field(default_factory=Counter)

    def count(self, figure: str, right: bool, *example: str) -> None:
        """Notes one answer."""
        self.all[figure] += 1
        self.right[figure] += right
        if not right:
            self.wrong[(figure, *example)] += 1

    def text(self) -> str:
        """The figures, a line each."""
        return "".join(f"  {name:<12}{self.share(name)}\n" for name in FIGURES)

    def share(self, name: str) -> str:
        """Right of all, in percent."""
        count = self.all[name]
        return f"{self.right[name]:>6} of {count:>6}  {100 * self.right[name] / count:6.2f} %" if count else "  none"


FIGURES = ("verdict", "sent", "settable", "read-only", "changes")


def replay(exchanges: list[Exchange], arm: SimulatedArm, figures: Figures) -> None:
    """Replays one recording against an Azure that starts empty, and counts."""
    arm.reset()
    sent = [one.request for one in exchanges if isinstance(one.request, dict)]
    location = next((body["location"] for body in sent if isinstance(body.get("location"), str)), "westus")
    waiting: dict[str, Exchange] = {}
    bodies: dict[str, Any] = {}
    shown = _first_shown(exchanges)
    gone: set[str] = set()
    for one in exchanges:
        if is_no_json(one):
            continue
        try:
            kind = address(one.path, one.method == "POST").type
        except BadPath:
            continue
        token = token_of(kind, one.path) if kind else ""
        _prepare(one, location, shown, arm, figures)
        answer = arm.answer(Request(one.method, one.path, one.version, one.request))
        key = one.path.lower()
        if one.method == "GET" and answer.status == 404 and _is_resource(one, key):  # made before the recording begins
            needs = [*_above(one.path), one.path]
            _make([path for path in needs if path.lower() not in gone], one.version, location, shown, arm, figures)
        if one.method in _WRITES and token:
            _verdict(one, answer, figures)
            if one.method == "PUT" and one.status >= 400 and answer.status == 201:
                arm.answer(Request("DELETE", one.path, one.version))
            if one.method == "DELETE" and one.status < 300:
                gone.add(key)
                bodies = {path: body for path, body in bodies.items() if not f"{path}/".startswith(f"{key}/")}
        if one.method in ("PUT", "PATCH") and one.status < 300 and answer.status < 300 and token:
            if isinstance(one.response, dict) and one.response and isinstance(one.request, dict):
                read = answer.body or arm.answer(Request("GET", one.path, one.version, seconds=600)).body
                _values(one, one.request, read, token, figures)
                waiting.pop(key, None)
                if one.method == "PUT":
                    _change(kind, token, bodies.get(key), one, figures)
                    bodies[key] = one
            else:
                waiting[key] = one
        elif one.method == "GET" and one.status == 200 and key in waiting and answer.status == 200:
            request = waiting.pop(key).request
            if isinstance(one.response, dict) and isinstance(request, dict):
                _values(one, request, answer.body, token, figures)


def _first_shown(exchanges: list[Exchange]) -> dict[str, Any]:
    """Returns the first body of each resource that a GET shows, by its path in lower case."""
    shown: dict[str, Any] = {}
    for one in exchanges:
        if one.method == "GET" and _is_resource(one, one.path.lower()):
            shown.setdefault(one.path.lower(), one.response)
    return shown


def _prepare(exchange: Exchange, location: str, shown: dict[str, Any], arm: SimulatedArm, figures: Figures) -> None:
    """Makes what an accepted write needs and its recording never makes: what it is in, and what it refers to."""
    if exchange.method not in ("PUT", "PATCH", "DELETE") or exchange.status >= 300:
        return
    _purge(exchange, location, arm)
    needs = _above(exchange.path)
    if exchange.method != "PUT":
        needs.append(exchange.path)
    if exchange.method != "DELETE":
        own = exchange.path.lower()
        needs += [path for item in ids_in(exchange.request) for path in (*_above(item), item) if path.lower() != own]
    _make(needs, exchange.version, location, shown, arm, figures)


def _make(
    needs: list[str], version: str, location: str, shown: dict[str, Any], arm: SimulatedArm, figures: Figures
) -> None:
    """Makes what does not exist of these."""
    for path in dict.fromkeys(needs):
        if arm.answer(Request("GET", path, version)).status != 404:
            continue
        body = shown.get(path.lower(), {"location": location, "properties": {}})
        seeded = arm.answer(Request("PUT", path, version, body))
        if seeded.status >= 300:
            figures.seeds[f"{path.rpartition('/providers/')[2]} {seeded.body}"[:300]] += 1


def _purge(exchange: Exchange, location: str, arm: SimulatedArm) -> None:
    """Frees the name of a vault that Azure created again: recordings leave out that the deleted one was purged."""
    parsed = parse(exchange.path)
    body = exchange.request.get("properties", {}) if isinstance(exchange.request, dict) else {}
    if parsed.type.lower() != "microsoft.keyvault/vaults" or exchange.method != "PUT" or body.get("createMode"):
        return
    deleted = f"/subscriptions/{parsed.subscription}/providers/Microsoft.KeyVault/locations/{location}/deletedVaults"
    arm.answer(Request("POST", f"{deleted}/{parsed.name}/purge", exchange.version))


def _is_resource(exchange: Exchange, key: str) -> bool:
    return (
        exchange.status == 200
        and isinstance(exchange.response, dict)
        and str(exchange.response.get("id")).lower() == key
    )


def _above(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(5, len(parts), 2) if parts[end - 2].lower() != "providers"]


def _verdict(exchange: Exchange, answer: Answer, figures: Figures) -> None:
    if exchange.code in TRANSIENT or exchange.status >= 500:
        return
    code = answer.body["error"]["code"] if isinstance(answer.body, dict) and "error" in answer.body else ""
    gone = {"ResourceGroupNotFound", "ResourceNotFound", "ParentResourceNotFound"}
    if exchange.method == "DELETE" and exchange.code in gone and code in gone:
        code = exchange.code  # without its resource group, Azure names the resource group or the parent, at random
    right = (exchange.status < 300) == (answer.status < 300) and (exchange.status < 300 or code == exchange.code)
    kind = parse(exchange.path).type.lower()
    figures.count(
        "verdict", right, kind, exchange.method, f"{exchange.status} {exchange.code}", f"{answer.status} {code}"
    )


def _values(exchange: Exchange, request: dict[str, Any], ours: Any, token: str, figures: Figures) -> None:
    sent = dict(leaves(request))
    kind = parse(exchange.path).type.lower()
    for path, value in leaves(exchange.response):
        predicted = at(ours, path)
        name = _name(path)
        if at(request, path) is not None or path in sent:
            right = predicted == value or (kind_of(value) in _RANDOM and kind_of(predicted) == kind_of(value))
            figures.count("sent", right, kind, name, str(value)[:60], str(predicted)[:60])
        elif settable(token, path):
            right = predicted == value or (kind_of(value) in _RANDOM and kind_of(predicted) == kind_of(value))
            figures.count("settable", right, kind, name, str(value)[:60], str(predicted)[:60])
        else:
            right = predicted is not None and kind_of(predicted) == kind_of(value)
            figures.count("read-only", right, kind, name, str(value)[:60], str(predicted)[:60])
    for path, value in sent.items():
        if (
            value is not None
            and at(exchange.response, path) is None
            and at(ours, path) is not None
            and value not in ({}, [])
        ):
            figures.count("sent", False, kind, _name(path), "absent", str(at(ours, path))[:60])


def _change(kind: str, token: str, before: Exchange | None, exchange: Exchange, figures: Figures) -> None:
    """A changed value that Azure took, against the table of changes."""
    if before is None:
        return
    for change in changes(kind, _settable(before, token), _settable(exchange, token), exchange.version):
        path = tuple(change.row.path.replace("[", ".[").split("."))
        taken = at(exchange.response, path) == change.row.new if all("[" not in part for part in path) else True
        if taken and change.row.new is not None:
            wrong = change.kind in (Kind.REFUSED, Kind.FIXED, Kind.IGNORED)
            figures.count(
                "changes", not wrong, kind, change.row.path, str(change.row.old)[:40], str(change.row.new)[:40]
            )


def _settable(exchange: Exchange, token: str) -> dict[str, Any]:
    """Returns the request without keys of every resource that this type does not have: an extension has no region."""
    return {
        key: value
        for key, value in exchange.request.items()
        if key not in ("id", "name", "type") and (key != "location" or settable(token, (key,)))
    }


def settable(token: str, path: tuple[Any, ...]) -> bool:
    """Returns whether a request may set the value at these keys, by the table of shapes."""
    shapes, shape = table.shapes(token), table.entry(token)["shape"]
    return _settable_at(shapes, shape, [key for key in path if not isinstance(key, int)])


def _settable_at(shapes: list[dict[str, Any]], shape: int, keys: list[Any]) -> bool:
    if not keys:
        return True
    if keys[0] in shapes[shape]["same"]:
        return True
    for rule in shapes[shape]["as"].values():
        place, child = (rule, None) if isinstance(rule, str) else rule
        parts = place.split("/")
        if keys[: len(parts)] == parts:
            rest = keys[len(parts) :]
            if not rest or child is None or "keys" in child:
                return not (child and "keys" in child and len(rest) > 1)
            if "map" in child:
                rest = rest[1:]
            targets = [child["is"]] if "is" in child else list(child.get("cases", {}).values())
            return any(_settable_at(shapes, target, rest) for target in targets)
        if parts[: len(keys)] == keys:
            return True
    return False


def _name(path: tuple[Any, ...]) -> str:
    return ".".join("[]" if isinstance(key, int) else str(key) for key in path).replace(".[]", "[]")


def main() -> None:
    """Prints the figures; with --wrong, the most frequent wrong answers too."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recordings", type=Path, default=HOME / "recordings.jsonl.gz", help="the recordings")
    parser.add_argument("--wrong", type=int, default=0, help="show so many wrong answers of each figure")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    given = parser.parse_args()
    arm, whole, held = SimulatedArm(), Figures(), Figures()
    for name, exchanges in recordings(given.recordings):
        replay(exchanges, arm, held if held_out(name) else whole)
    if given.json:
        sys.stdout.write(
            json.dumps([{name: [f.right[name], f.all[name]] for name in FIGURES} for f in (whole, held)]) + "\n"
        )
        return
    sys.stdout.write(f"four fifths\n{whole.text()}held out\n{held.text()}")
    for text, count in (whole.seeds + held.seeds).most_common(given.wrong):
        sys.stdout.write(f"not seeded: {count:>4} {text}\n")
    for figures, title in ((whole, "four fifths"), (held, "held out")):
        for figure in FIGURES if given.wrong else ():
            sys.stdout.write(f"-- {title}: {figure}\n")
            wrong = Counter({key: count for key, count in figures.wrong.items() if key[0] == figure})
            for key, count in wrong.most_common(given.wrong):
                sys.stdout.write(f"{count:>5}  {' | '.join(key[1:])}\n")


if __name__ == "__main__":
    main()
