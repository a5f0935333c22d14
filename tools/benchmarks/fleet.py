"""Time of reports of a fleet: generated reports of one preview, in other units, subscriptions and ranges.

    python -m tools.benchmarks.fleet [--work] [STACKS]...

Prints for each number of stacks (100 and 1,000, unless configured) the seconds of the processor and the peak memory of
each verb, each in its own process, and the time of the overlap check alone. With --work, only those of `fleet work` in
two processes: all stacks changed, none changed, and one changed. A thousand stacks take a quarter of an hour.
"""

from __future__ import annotations

import argparse
import ipaddress
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from amlz.fleet.addresses import overlaps, uses
from amlz.fleet.config import load_fleet
from amlz.fleet.folder import read_reports

ROOT = Path(__file__).parents[2]
STACK = ROOT / "tests" / "stacks" / "Pulumi.dev.yaml"
VERBS = ("report", "addresses", "limits", "order", "rings")
#: Stacks of a unit.
_OF_UNIT = 10


def main() -> None:
    """Generates a fleet of each size, runs every verb, and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stacks", nargs="*", type=int, default=[100, 1000], help="numbers of stacks")
    parser.add_argument("--work", action="store_true", help="measure `fleet work` instead")
    options = parser.parse_args()
    if options.work:
        for size in options.stacks:
            _work(size)
        return
    # In another process: the peak memory of a process that is started is at least that of the one that starts it.
    preview = [sys.executable, "-m", "amlz", "preview", str(STACK), "--format", "json", "--fail-on", "none"]
    text = subprocess.run(preview, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for size in options.stacks:
        with tempfile.TemporaryDirectory() as name:
            fleet = generate(Path(name), text, size)
            sys.stdout.write(f"{size:,} stacks, {len(text) * size / 1e6:,.0f} MB of reports\n")
            for verb in VERBS:
                seconds, peak = _run(fleet, verb)
                sys.stdout.write(f"  fleet {verb:<12}{seconds:7.2f} s{peak:8,.0f} MB\n")
            reports = read_reports(load_fleet(fleet))
            start = time.process_time()
            result = overlaps(uses(reports))
            seconds, count = time.process_time() - start, sum(len(s.summary.ranges) for s in reports.stacks)
            sys.stdout.write(f"  overlaps of {count:,} ranges{seconds:9.3f} s, {len(result)} found\n")
            sys.stdout.flush()


def _work(size: int) -> None:
    """Prints the cost of previews of stack files of dev's size: the peak memory is that of the largest process."""
    sys.stdout.write(f"{size:,} stack files\n")
    text = STACK.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "reports").mkdir()
        for number in range(size):
            (folder / f"Pulumi.s{number:04}.yaml").write_text(_of_unit(text, number), encoding="utf-8")
        one = folder / "Pulumi.s0000.yaml"
        for title, changed in (("all changed", ""), ("none changed", ""), ("one changed", "# Another comment.\n")):
            one.write_text(one.read_text(encoding="utf-8") + changed, encoding="utf-8")
            start = time.monotonic()
            seconds, peak = _measured(
                [
                    "fleet",
                    "work",
                    "--shard",
                    "1/1",
                    "--wave",
                    "1",
                    "--to",
                    "reports",
                    "--skip-unchanged",
                    "--processes",
                    "2",
                ],
                folder,
            )
            wall = time.monotonic() - start
            sys.stdout.write(f"  work, {title:<13}{seconds:7.2f} s{peak:8,.0f} MB, {wall:.0f} s of the clock\n")
            sys.stdout.flush()


def _of_unit(text: str, number: int) -> str:
    """Returns the stack file of another business unit, so that no name is the same."""
    changed, count = re.subn(r"(?m)^(    businessUnit: ).*$", rf"\g<1>u{number:04}", text)
    assert count == 1
    return changed


def generate(folder: Path, text: str, size: int) -> Path:
    """Writes a fleet: each report has its own subscription and ranges, so that none overlaps."""
    first = "10.20."
    assert first in text
    for number in range(size):
        unit = folder / "reports" / f"unit{number // _OF_UNIT:04}"
        unit.mkdir(parents=True, exist_ok=True)
        start = ipaddress.IPv4Address("20.0.0.0") + number * 2**16
        own = text.replace(first, ".".join(str(start).split(".")[:2]) + ".").replace(
            "a1b2c3d4-1111", f"{number:08x}-1111"
        )
        own = own.replace('"stack": "dev"', f'"stack": "stack{number:04}"', 1)
        (unit / f"stack{number:04}.json").write_text(own, encoding="utf-8")
    units = sorted(path.name for path in (folder / "reports").iterdir())
    lines = [f"  {unit}: {{reports: reports/{unit}, space: emea, ring: first}}\n" for unit in units]
    head = "schemaVersion: 1\nspaces: [emea]\nrings: [{name: first}, {name: rest}]\nwanted: 0.1.0\nunits:\n"
    (folder / "fleet.yaml").write_text(head + "".join(lines), encoding="utf-8")
    return folder / "fleet.yaml"


def _run(fleet: Path, verb: str) -> tuple[float, float]:
    """Returns the seconds of the processor and the peak memory in MB of a verb in a separate process."""
    return _measured(["fleet", verb, "--fleet", str(fleet), "--format", "json"], ROOT)


def _measured(arguments: list[str], folder: Path) -> tuple[float, float]:
    """Returns the seconds of the processor and the peak memory in MB of a command of `amlz`."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "amlz", *arguments]
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


if __name__ == "__main__":
    main()
