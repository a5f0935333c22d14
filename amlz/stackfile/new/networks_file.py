"""Reads the ranges that a network team hands over, as CSV or YAML.

CSV: a row for each range, with the columns `use` and `range`. YAML: a mapping from each use to its range, or to a list
of ranges. A use is `hub`, `spoke` or `spoke NAME`, `on-premises`, or `PROJECT/ENVIRONMENT`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import field
from pathlib import Path

import yaml

from amlz.azure.regular_files import read_regular
from amlz.core.problems import LandingZoneError
from amlz.core.terminal import in_one_line
from amlz.dataclass import dataclass
from amlz.stackfile.new.questions import NETWORK, problem_of

#: Headings that network teams use for the two columns, in lower case.
_USE = ("use", "purpose", "name", "usage")
_RANGE = ("range", "cidr", "prefix", "addressprefix", "address prefix", "address space", "network")
_USES = "`hub`, `spoke`, `spoke NAME`, `on-premises`, or `PROJECT/ENVIRONMENT`"
_EXAMPLE = "docs/how-to/start-a-stack.md shows an example."
_ENVIRONMENT = re.compile(r"([a-z][a-z0-9-]*)/([a-z][a-z0-9]*)")
#: The name of a spoke that the file does not name.
MAIN = "main"


@dataclass(frozen=True, slots=True)
class Networks:
    """Ranges by use, in CIDR form as written. `hub` is None where the file has none.

    `environments`: by project and environment.
    """

    hub: str | None = None
    spokes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    on_premises: tuple[str, ...] = ()
    environments: dict[tuple[str, str], str] = field(default_factory=dict)


def read_networks(path: Path) -> Networks:
    """Reads a file of ranges. Raises LandingZoneError with the line of the first entry that is not understood."""
    display_path = in_one_line(str(path))
    try:
        text = read_regular(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _refused(display_path, "It is not text in UTF-8.", "Save it as UTF-8.") from None
    except OSError as error:
        raise _refused(
            display_path, f"It cannot be read: {(error.strerror or str(error)).lower()}.", "Name another file."
        ) from None
    rows = _of_yaml(display_path, text) if path.suffix.lower() in (".yaml", ".yml") else _of_csv(display_path, text)
    return _collected(display_path, rows)


@dataclass(frozen=True, slots=True)
class _Row:
    """A range and its use, with the line in the file."""

    line: int
    use: str
    cidr: str


def _of_csv(display_path: str, text: str) -> Iterator[_Row]:
    try:
        dialect: type[csv.Dialect] | csv.Dialect = csv.Sniffer().sniff(text.partition("\n")[0], ",;\t")
    except csv.Error:
        dialect = csv.excel
    reader = csv.reader(io.StringIO(text), dialect)
    try:
        head = [cell.strip().lower() for cell in next(reader, [])]
        use, cidr = _column(display_path, head, _USE), _column(display_path, head, _RANGE)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) <= max(use, cidr):
                raise _refused(
                    f"{display_path}:{reader.line_num}", "The row has too few columns.", "Write a use and a range."
                )
            yield _Row(reader.line_num, cells[use].strip(), cells[cidr].strip())
    except csv.Error as error:
        raise _refused(f"{display_path}:{reader.line_num}", f"It is not CSV: {error}.", _EXAMPLE) from None


def _column(display_path: str, head: list[str], names: tuple[str, ...]) -> int:
    for name in names:
        if name in head:
            return head.index(name)
    raise _refused(f"{display_path}:1", f"The first row has no column `{names[0]}`.", f"Add the column. {_EXAMPLE}")


def _of_yaml(display_path: str, text: str) -> Iterator[_Row]:
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        position = f"{display_path}:{mark.line + 1}" if mark else display_path
        raise _refused(
            position, f"It is not YAML: {getattr(error, 'problem', None) or 'nested too deeply'}.", _EXAMPLE
        ) from None
    if not isinstance(root, yaml.MappingNode):
        raise _refused(f"{display_path}:1", "It is not a mapping from uses to ranges.", _EXAMPLE)
    for key, value in root.value:
        items = value.value if isinstance(value, yaml.SequenceNode) else [value]
        for item in items:
            line = item.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode) or not isinstance(item, yaml.ScalarNode):
                raise _refused(f"{display_path}:{line}", "It is not a range or a list of ranges.", _EXAMPLE)
            yield _Row(line, key.value.strip(), item.value.strip())


def _collected(display_path: str, rows: Iterator[_Row]) -> Networks:
    hub: str | None = None
    spokes: dict[str, tuple[str, ...]] = {}
    on_premises: tuple[str, ...] = ()
    environments: dict[tuple[str, str], str] = {}
    for row in rows:
        position, use = f"{display_path}:{row.line}", row.use.lower()
        wrong = problem_of(NETWORK, row.cidr)
        if wrong:
            raise LandingZoneError(f"{position}\n  {wrong}")
        spoke = re.fullmatch(r"spoke(?:[ :]+([a-z][a-z0-9-]*))?", use)
        environment = _ENVIRONMENT.fullmatch(use)
        if use in ("on-premises", "onpremises", "on premises"):
            on_premises = (*on_premises, row.cidr)
        elif spoke:
            name = spoke[1] or MAIN
            spokes[name] = (*spokes.get(name, ()), row.cidr)
        elif use == "hub" and hub is None:
            hub = row.cidr
        elif environment and environment.groups() not in environments:
            environments[environment[1], environment[2]] = row.cidr
        elif use == "hub" or environment:
            raise _refused(position, f"`{in_one_line(row.use)}` has a range already.", "Remove one of the two.")
        else:
            raise _refused(position, f"`{in_one_line(row.use)}` is not a known use.", f"Write {_USES}.")
    return Networks(hub, spokes, on_premises, environments)


def _refused(position: str, value: str, remedy: str) -> LandingZoneError:
    return LandingZoneError(f"{position}\n  {value}\n  {remedy}")
