"""Derives amlz/azure/data/recorded/*.json from recorded conversations with Azure.

    python -m tools.derive_recorded --recordings … --facts … [--split]

`--split` leaves a fifth of the recordings out (tools/benchmarks/recordings.py), so that tools/benchmarks/recorded.py
can measure the tables on recordings that they were not derived from. The shipped tables use all of them.
A row is written only where the recordings agree; what they contradict gives no row. A value that depends on the region
in which it was recorded (tools/recorded/regional.py) gives no row either.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from amlz.azure.recorded import DATA
from amlz.simulator.arm.addresses import BadPath, address, token_of
from tools.benchmarks.recorded import settable
from tools.benchmarks.recordings import HOME, Exchange, held_out, kind_of, recordings
from tools.recorded import from_facts
from tools.recorded.answers import AcceptedWrite, answer_rows
from tools.recorded.observed import Seen, observations
from tools.recorded.regional import is_regional
from tools.recorded.trees import Observation, explains, grown, is_about

#: Fewer sightings than these are too weak for a value that was sent and does not come back.
_ENOUGH = 2
#: The share of other values that have to come back as one value, for that value to be a rule.
_MOST = 0.8


def main() -> None:
    """Writes the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recordings", type=Path, default=HOME / "recordings.jsonl.gz")
    parser.add_argument("--facts", type=Path, default=HOME / "facts.json")
    parser.add_argument("--split", action="store_true", help="leave the held-out fifth out")
    given = parser.parse_args()
    facts = json.loads(given.facts.read_text(encoding="utf-8"))
    seen, writes = _gathered(given.recordings, given.split)
    tables: dict[str, dict[str, Any]] = defaultdict(dict)
    for kind in sorted({*seen, *writes, *(fact["type"].lower() for fact in facts)}):
        token = token_of(kind, "")
        if not token and kind not in seen:
            continue
        own = [fact for fact in facts if fact["type"].lower() == kind]
        table: dict[str, Any] = {}
        whole = [one for one in seen.get(kind, ()) if one.whole]
        added = _added(whole, token) if whole else from_facts.added(own)
        returned = _returned(seen.get(kind, []))
        answers = {**from_facts.answers(own), **answer_rows(writes.get(kind, []), own)}
        for key, rows in (("added", added), ("returned", returned), ("answers", answers)):
            if rows:
                table[key] = rows
        if table:
            tables[kind.partition("/")[0]][kind] = table
    for old in DATA.glob("*.json"):
        old.unlink()
    for namespace, types in tables.items():
        (DATA / f"{namespace}.json").write_text(_text(types), encoding="utf-8")


def _text(types: Mapping[str, Any]) -> str:
    """JSON with a row a line."""
    lines = []
    for kind, table in types.items():
        parts = []
        for key, rows in table.items():
            if isinstance(rows, list):
                body = ",\n".join(f"    {json.dumps(row)}" for row in rows)
                parts.append(f'   "{key}": [\n{body}\n   ]')
            else:
                body = ",\n".join(f"    {json.dumps(verb)}: {json.dumps(row)}" for verb, row in rows.items())
                parts.append(f'   "{key}": {{\n{body}\n   }}')
        lines.append(f'  "{kind}": {{\n' + ",\n".join(parts) + "\n  }")
    return '{\n "types": {\n' + ",\n".join(lines) + "\n }\n}\n"


def _gathered(path: Path, split: bool) -> tuple[dict[str, list[Seen]], dict[str, list[AcceptedWrite]]]:
    """Requests with the bodies that came back, and writes with their answers, by type in lower case."""
    seen: dict[str, list[Seen]] = defaultdict(list)
    writes: dict[str, list[AcceptedWrite]] = defaultdict(list)
    for name, exchanges in recordings(path):
        if split and held_out(name):
            continue
        for observation in observations(exchanges):
            seen[observation.kind].append(observation)
        existing: set[str] = set()
        for one in exchanges:
            kind = _kind(one)
            if kind and one.method in ("PUT", "PATCH", "DELETE") and one.status < 300:
                writes[kind].append(AcceptedWrite(one, one.path.lower() in existing))
            if one.method == "PUT" and one.status < 300:
                existing.add(one.path.lower())
            elif one.method == "DELETE":
                existing.discard(one.path.lower())
    return seen, writes


def _kind(exchange: Exchange) -> str:
    try:
        return address(exchange.path).type.lower()
    except BadPath:
        return ""


def _added(seen: list[Seen], token: str) -> list[dict[str, Any]]:
    """Rows of what Azure adds, parents before what is in them."""
    cases: dict[str, list[Observation]] = defaultdict(list)
    paths = sorted({path for one in seen for path in one.added})
    for path in paths:
        for one in seen:
            for outcome in one.outcomes(path):
                cases[path].append(Observation(one.features, one.version, one.exists, outcome, one.new, one.recording))
    rows: list[dict[str, Any]] = []
    for path in paths:
        keys = tuple(key.removesuffix("[]") for key in path.split("."))
        known = bool(token) and settable(token, keys)
        result = grown(cases[path], path)
        if not known and _covered(result) < 0.8 * sum(case.outcome is not None for case in cases[path]):
            result = grown(_by_kind(cases[path]), path)
        mark = {"settable": True} if known else {}
        rows += [{"path": path, **row, **mark} for row in result if not (_is_signed(row) or is_regional(row["value"]))]
        rows += [{"path": path, **mark, **row} for row in _contradicted(cases[path], result) if known]
    return sorted(rows, key=lambda row: (row["path"].count("."), row["path"]))


def _is_signed(row: Mapping[str, Any]) -> bool:
    """Returns whether a value holds a signature, which is nobody's to ship."""
    return "sig=" in json.dumps(row["value"])


def _contradicted(cases: list[Observation], result: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """A row without a value, where Azure added some for which no row has the condition."""
    counted = [case for case in cases if case.new] or cases
    present = [case for case in counted if case.outcome is not None]
    missed = [case for case in present if not any(explains(row, case) for row in result)]
    if len(missed) > 0.2 * len(present):
        newest = max(missed, key=lambda case: (case.version, case.recording))
        yield {"contradicted": True, "seen": f"{len(missed)}/{len(counted)}", "source": newest.recording}


def _covered(rows: list[dict[str, Any]]) -> int:
    return sum(_sightings(row) for row in rows)


def _sightings(row: Mapping[str, Any]) -> int:
    return int(row["seen"].partition("/")[0])


def _by_kind(cases: list[Observation]) -> list[Observation]:
    """Values that differ every time become the newest one, where all are of one kind: only their kind is known."""
    present = [case for case in cases if case.outcome is not None]
    kinds = {kind_of(json.loads(case.outcome or "null")) for case in present}
    if len(kinds) > 1:
        return cases
    newest = max(present, key=lambda case: (case.version, case.recording)).outcome
    return [case if case.outcome is None else case.with_outcome(newest) for case in cases]


def _returned(seen: list[Seen]) -> list[dict[str, Any]]:
    """Rows of values that come back in another form."""
    rows = []
    for path in sorted({path for one in seen for path in one.sent}):
        cases: list[Observation] = []
        pairs: list[tuple[Any, Any]] = []
        letters: dict[str, str] = {}
        instead = {_form(sent, back) for one in seen for sent, back in one.sent.get(path, ())}
        for one in seen:
            for sent, back in one.sent.get(path, ()):
                form = _form(sent, back)
                if form == "same" and f"value:{json.dumps(back)}" in instead:
                    form = f"value:{json.dumps(back)}"  # the value that replaces other ones
                if form == "letters" and _is_word(sent):
                    letters[sent.lower()] = back
                elif form == "segments":
                    letters |= _segments(sent, back)
                cases.append(Observation(one.features, one.version, one.exists, form, one.new, one.recording))
                pairs.append((sent, back))
        if all(case.outcome == "same" for case in cases):
            continue
        for row in grown(_plain(path, cases, seen), path):
            extra = _extra(row, letters, cases, pairs)
            if extra is not None:
                rows.append({"path": path, **extra, **{key: value for key, value in row.items() if key != "value"}})
    return rows


def _extra(
    row: Mapping[str, Any], letters: Mapping[str, str], cases: list[Observation], pairs: list[tuple[Any, Any]]
) -> dict[str, Any] | None:
    """Returns the form of a row; None for one without a change, or with too few sightings."""
    form = row["value"]
    if form == "same" or (form == "absent" and _sightings(row) < _ENOUGH):
        return None
    if form in ("letters", "segments"):
        return {"form": form, "letters": dict(letters)} if letters else None  # without: what names look like, no rule
    if not form.startswith("value:"):
        return {"form": form}
    value = json.loads(form[6:])
    others = [back for case, (sent, back) in zip(cases, pairs, strict=True) if sent != value and is_about(row, case)]
    agreeing = sum(back == value for back in others)
    if agreeing < _ENOUGH or agreeing < _MOST * len(others):
        return None
    return {"form": "value", "value": value}


def _plain(path: str, cases: list[Observation], seen: list[Seen]) -> list[Observation]:
    """The cases of a path in terms of one form, where one explains all: `sent` in capitals may also be the same."""
    pairs = [pair for one in seen for pair in one.sent.get(path, ())]
    for form in ("lower", "location"):
        good = [back == _applied(form, sent) for sent, back in pairs]
        if sum(good) >= 0.97 * len(good) and any(case.outcome != "same" for case in cases):
            return [case.with_outcome(form) for case in cases]
    canonical = {str(back).lower(): back for sent, back in pairs if isinstance(back, str)}
    good = [
        isinstance(back, str) and isinstance(sent, str) and canonical.get(sent.lower()) == back for sent, back in pairs
    ]
    if pairs and all(good) and not any(isinstance(sent, str) and sent.startswith("/") for sent, _ in pairs):
        return [case.with_outcome("letters") for case in cases]
    return cases


def _is_word(text: str) -> bool:
    """Returns whether a text is one of Azure's words, and no name."""
    return sum(sign.isdigit() for sign in text) < 3 and len(text) < 40


def _segments(sent: str, back: str) -> dict[str, str]:
    """Segments of an id, names left out, that come back in other letters."""
    pairs = list(zip(sent.split("/"), back.split("/"), strict=True))
    keys = [pair for at, pair in enumerate(pairs) if at % 2 or (at and pairs[at - 1][0].lower() == "providers")]
    return {left.lower(): right for left, right in keys if left != right}


def _applied(form: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return value.lower().replace(" ", "") if form == "location" else value.lower()


def _form(sent: Any, back: Any) -> str:
    if sent == back:
        return "same"
    if back is None:
        return "absent"
    if isinstance(sent, str) and isinstance(back, str):
        if back == _applied("location", sent):
            return "location"
        if back == sent.lower():
            return "lower"
        if back.lower() == sent.lower():
            return "segments" if sent.startswith("/") else "letters"
    if str(sent) == str(back):
        return "text" if isinstance(back, str) else "number"
    return f"value:{json.dumps(back)}"


if __name__ == "__main__":
    main()
