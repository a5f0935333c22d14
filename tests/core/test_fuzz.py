"""Shipped stack files, broken at random: each gives a plan that holds, or is refused in words.

AMLZ_FUZZ is how many mutations each file gets, AMLZ_FUZZ_SEED where they begin. AMLZ_SLOW=all draws eight thousand.
"""

from __future__ import annotations

import copy
import functools
import itertools
import os
import random
import re
import string
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

import pytest
import yaml

from amlz.core.addresses import AddressPlan, AddressSpace
from amlz.core.plan import make_plan
from amlz.core.problems import LandingZoneError, StackFileError
from amlz.stackfile.load import load
from amlz.stackfile.schema import json_schema
from tests.conftest import ROOT, STACKS
from tests.layers import MUCH
from tests.mutations import within

MUTATIONS = int(os.environ.get("AMLZ_FUZZ", "1000" if MUCH else "25"))
SEED = int(os.environ.get("AMLZ_FUZZ_SEED", "1"))

_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

#: Part of every secret that is planted. It must never be repeated.
CANARY = "Zq7Wv2Kx9Rt4"

#: Values in positions of another type.
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 7, 10**9, 10**30,
    1.5, -0.0, 1e308, float("inf"), float("nan"), "", " ", "~", "x", "X" * 300,
    "Zürich", "naïve\n", "a\tb", "\u200b", "\U0001f4a5", "💥" * 70, "yes", "0x1F",
    "1e3", "2026-11-21", "*", "&a", "!x", "%", "{", "'",
    [], {}, [None], [[]], [{}], {"": ""}, {"x": None},
    {1: 2}, {None: 1}, [1, "a", None], {"secure": "v1:abc"}, {"secure": ""},
    "10.20.0.0/24", "10.20.16.0/20", "10.20.16.0/25",
    "10.40.32.0/19", "10.60.16.0/25", "10.20.16.1/25", "172.17.0.0/20",
    "0.0.0.0/0", "0.0.0.0/8", "10.0.0.0/8", "255.255.255.255/32",
    "10.20.16.0/31", "10.20.16.0/33", "10.20.16.0", "::/0",
    "2001:db8::/48", "/", "10.20.16.0/", "/24",
    "10.20.016.0/24", "10.20.16.0/-1", "10.20.16.0/255.255.255.0", "99999999999",
    "shared", "own", "main", "research", "prod",
    "churn", "image-build", "hub", "Standard_D4s_v5", "standard_d4s_v5", "Alert",
    "11111111-aaaa-4bbb-8ccc-000000000002",
    "22222222-aaaa-4bbb-8ccc-000000000001", "{11111111-aaaa-4bbb-8ccc-000000000002}",
)  # fmt: skip

#: Values that are secrets by their form, and keys that make one of anything.
SECRETS = (
    f"{CANARY}{'a' * (86 - len(CANARY))}==",
    f"DefaultEndpointsProtocol=https;AccountName=x;AccountKey={CANARY}",
    f"https://x.blob.core.windows.net/?sv=1&sig={CANARY}{'b' * 20}",
    f"-----BEGIN PRIVATE KEY-----\n{CANARY}",
    f"postgres://someone:{CANARY}@host/db",
    f"Server=x;Password={CANARY}",
    f"eyJhbGciOiJIUzI1.{CANARY}.x",
)
SECRET_NAMES = ("password", "clientSecret", "storageAccountKey", "sasToken", "connectionString")


@functools.cache
def known_keys() -> tuple[str, ...]:
    """Every key of the stack file, wherever it belongs."""
    parts = (json_schema()["properties"]["config"]["properties"]["amlz:landingZone"], *json_schema()["$defs"].values())
    return tuple(sorted({key for part in parts for key in part.get("properties", ())}))


def shipped(stack: str) -> str:
    """The text of a shipped stack file."""
    name = STACKS[stack]
    return (ROOT / (name if name.endswith(".yaml") else f"Pulumi.{name}.yaml")).read_text(encoding="utf-8")


def text_broken(text: str, dice: random.Random) -> str:
    """A file's text with one to three accidents of an editor, and sometimes a secret in it."""
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        lines = text.split("\n")
        one, other = dice.randrange(len(lines)), dice.randrange(len(lines))
        text = dice.choice(ACCIDENTS)(text, lines, (one, other), dice)
    if dice.random() < 0.2:
        lines = text.split("\n")
        at = dice.randrange(len(lines))
        depth = len(lines[at]) - len(lines[at].lstrip())
        secret = f"{dice.choice(SECRET_NAMES)}: {CANARY}" if dice.random() < 0.5 else f"x: '{dice.choice(SECRETS)}'"
        lines.insert(at, " " * depth + secret)
        text = "\n".join(lines)
    return text


Accident = Callable[[str, list[str], tuple[int, int], random.Random], str]


def _delete(_text: str, lines: list[str], at: tuple[int, int], _dice: random.Random) -> str:
    return "\n".join(lines[: at[0]] + lines[at[0] + 1 :])


def _duplicate(_text: str, lines: list[str], at: tuple[int, int], _dice: random.Random) -> str:
    return "\n".join([*lines[: at[1]], lines[at[0]], *lines[at[1] :]])


def _swap(_text: str, lines: list[str], at: tuple[int, int], _dice: random.Random) -> str:
    lines[at[0]], lines[at[1]] = lines[at[1]], lines[at[0]]
    return "\n".join(lines)


def _indent(_text: str, lines: list[str], at: tuple[int, int], dice: random.Random) -> str:
    line = lines[at[0]]
    lines[at[0]] = dice.choice((f" {line}", f"  {line}", line[1:], line[2:], f"\t{line}", line.lstrip(), f"#{line}"))
    return "\n".join(lines)


def _insert(text: str, _lines: list[str], _at: tuple[int, int], dice: random.Random) -> str:
    signs = ":-#'\"[]{},&*!|>%@`?~.=<\\\t\r\n \x00\x1b\x85\u2028\ufeff\U0001f4a5é0Aa" + string.printable[:62]
    place = dice.randrange(len(text) + 1)
    return text[:place] + "".join(dice.choices(signs, k=dice.choice((1, 1, 1, 2, 5)))) + text[place:]


def _remove(text: str, _lines: list[str], _at: tuple[int, int], dice: random.Random) -> str:
    place = dice.randrange(len(text) + 1)
    return text[:place] + text[place + dice.choice((1, 1, 2, 10)) :]


def _truncate(text: str, _lines: list[str], _at: tuple[int, int], dice: random.Random) -> str:
    return text[: dice.randrange(len(text) + 1)]


ACCIDENTS: tuple[Accident, ...] = (_delete, _duplicate, _swap, _indent, _insert, _remove, _truncate)


def values_broken(text: str, dice: random.Random) -> str:
    """A file whose values are other ones: wrong types, nothing, huge, missing, unknown, and sometimes a secret."""
    values = copy.deepcopy(yaml.safe_load(text))
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        if places := list(_places(values)):
            _replace(*dice.choice(places), dice)
    if dice.random() < 0.2 and (places := list(_places(values))):
        holder, key = dice.choice(places)
        if isinstance(holder, dict) and dice.random() < 0.3:
            holder[dice.choice(SECRET_NAMES)] = dice.choice((CANARY, [CANARY]))
        elif isinstance(holder, dict) and dice.random() < 0.3:
            holder[dice.choice(SECRETS)] = None
        else:
            holder[key] = dice.choice(SECRETS)
    in_unicode, width = dice.random() < 0.5, dice.choice((40, 4000))
    return str(yaml.dump(values, Dumper=_Dumper, sort_keys=False, allow_unicode=in_unicode, width=width))


def counts_and_ranges_moved(text: str, dice: random.Random) -> str:
    """A file in which some ranges, counts and switches are others: many of these can be planned."""
    values = copy.deepcopy(yaml.safe_load(text))
    places = [(holder, key) for holder, key in _places(values["config"]) if _other(holder[key], dice) is not None]
    for holder, key in dice.choices(places, k=dice.choice((1, 1, 2, 4))):
        holder[key] = _other(holder[key], dice)
    return str(yaml.dump(values, Dumper=_Dumper, sort_keys=False))


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every mapping and list, with each of its keys or positions."""
    for key, item in list(value.items() if isinstance(value, dict) else enumerate(value)):
        yield value, key
        if isinstance(item, dict | list):
            yield from _places(item)


def _replace(holder: Any, key: Any, dice: random.Random) -> None:
    result = dice.randrange(6)
    if result == 0:
        del holder[key]
    elif result == 1 and isinstance(holder, dict):
        unknown = ("unknown", "Network", "max_nodes", f"{key}s", "", 0, "<<")
        holder[dice.choice((*unknown, *dice.choices(known_keys(), k=14)))] = dice.choice(ODD)
    elif result == 2 and isinstance(holder, dict):
        holder[dice.choice((f"{key}2", "image-build", "hub", "shared", "X", "a-b-1"))] = holder[key]
    elif result == 3 and isinstance(holder[key], list):
        holder[key] = holder[key] * dice.choice((0, 2, 60))
    else:
        holder[key] = dice.choice(ODD)


def _other(value: Any, dice: random.Random) -> Any:
    """Another value of the same kind, near enough to be meant. Nothing for what is neither range nor number."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return dice.choice((value + 1, value * 2, value * 40, dice.randrange(1, 300)))
    if not isinstance(value, str) or not re.fullmatch(r"\d+(\.\d+){3}/\d+", value):
        return None
    start, length = value.split("/")
    moved = int(IPv4Address(start)) + dice.choice((0, 0, 128, 256, 1024, -256, 1 << 16)) * dice.randrange(8)
    length = dice.choice((length, "16", "20", "23", "24", "25", "26", "27", "29", "32"))
    return str(IPv4Network((moved % 2**32, int(length)), strict=False))


def broken(stack: str) -> Iterator[tuple[int, str]]:
    """Every mutation of a shipped file, with its seed: of its text, of its values, of its ranges and counts in turn."""
    kinds = (text_broken, values_broken, counts_and_ranges_moved)
    text = shipped(stack)
    for seed in range(SEED, SEED + MUTATIONS):
        dice = random.Random(f"{stack} {seed}")
        yield seed, kinds[seed % len(kinds)](text, dice)


@pytest.mark.parametrize("stack", STACKS)
def test_a_broken_stack_file_gives_a_plan_that_holds_or_is_refused_in_words(stack: str, tmp_path: Path) -> None:
    """Never another exception, never a secret in a message."""
    path = tmp_path / "Pulumi.broken.yaml"
    wrong = []
    for seed, text in broken(stack):
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        with within(10):
            wrong += [f"{stack}, seed {seed}: {item}" for item in unlike_the_promise(path)]

    assert wrong == []


def unlike_the_promise(path: Path) -> list[str]:
    """Errors of the answer to a stack file."""
    try:
        file = load(str(path))
        try:
            plan = make_plan(file.config)
        except StackFileError as error:
            raise StackFileError(file.at(error.problems)) from None
    except LandingZoneError as error:
        return ill_said(error, str(path))
    except Exception as error:
        return [f"{type(error).__name__} instead of words: {error}"]
    return misplaced(plan.addresses)


def ill_said(error: LandingZoneError, file: str) -> list[str]:
    """Parts that a file's messages lack: where, what, what to do; each once, and no secret."""
    text = str(error)
    wrong = [f"a secret in: {text}"] if CANARY.lower() in text.lower() else []
    if not isinstance(error, StackFileError) or not error.problems:
        return [*wrong, f"no problem in {error!r}"]
    wide = (line for line in text.split("\n") if len(line) > 80 and line.startswith("  "))
    wrong += [f"wider than 80 columns: {line}" for line in wide if len(line.split()) > 1 and "`" not in line]
    for problem in error.problems:
        value = str(problem)
        head, *sentences = value.split("\n")
        if not re.fullmatch(re.escape(file) + r":[1-9]\d*(  \S.*)?", head):
            wrong.append(f"no place in: {value}")
        if len(sentences) != 2 or not all(re.fullmatch(r"  \S.*[.?]", sentence) for sentence in sentences):
            wrong.append(f"not a sentence on what, and one on what to do: {value}")
        if not all(line.isprintable() for line in value.split("\n")):
            wrong.append(f"signs that do not print in: {value!r}")
    repeated = [str(p) for p, q in itertools.pairwise(sorted(error.problems, key=str)) if p == q]
    return wrong + [f"twice: {item}" for item in repeated]


def misplaced(plan: AddressPlan) -> list[str]:
    """Rules that an address plan breaks."""
    ranges = [IPv4Network(cidr) for space in plan.spaces for cidr in space.ranges]
    spaces = [space for space in plan.spaces if isinstance(space, AddressSpace)]
    blocks = [(IPv4Network(block.cidr), block, space) for space in spaces for block in space.blocks]
    subnets = [(IPv4Network(subnet.cidr), subnet, cidr) for cidr, block, _ in blocks for subnet in block.subnets]
    free = [IPv4Network(cidr) for space in spaces for cidr in space.free]
    return [
        *_overlapping("ranges", ranges),
        *_overlapping("blocks", [cidr for cidr, _, _ in blocks]),
        *_overlapping("subnets", [cidr for cidr, _, _ in subnets]),
        *_overlapping("subnets or free ranges", [*free, *(cidr for cidr, _, _ in subnets)]),
        *(
            f"{block.owner} is outside of {space.network}"
            for cidr, block, space in blocks
            if not any(cidr.subnet_of(IPv4Network(own)) for own in space.ranges)
        ),
        *(f"{cidr} is outside of its block" for cidr, _, within in subnets if not cidr.subnet_of(within)),
        *(
            f"{cidr} has {subnet.needed} addresses to hold"
            for cidr, subnet, _ in subnets
            if cidr.num_addresses - 5 < subnet.needed or cidr.prefixlen > 29
        ),
    ]


def _overlapping(value: str, ranges: list[IPv4Network]) -> list[str]:
    """Of sorted ranges, two that overlap are neighbours."""
    return [f"{value} overlap: {a} and {b}" for a, b in itertools.pairwise(sorted(ranges)) if a.overlaps(b)]
