"""Time that Pulumi's own engine needs for landing zones of several sizes, and how much of it is the provider's.

    python -m tools.benchmarks.engine [RESOURCES …] [--stock N] [--saved N]

Preview, up and up again of each size, by default 300 and 1,000; 4,000 takes minutes. Each is measured as shipped, and
up to N resources (by default 1,000) also with the SDK's aliases kept (docs/decisions/aliases.md). The provider answers
from memory and counts its own processor time: the engine and the program should be what takes the time. Seconds are of
this machine, the rest are ratios of one run.

An engine that keeps its state in files writes the whole state after each operation, which is quadratic and hides the
rest: `up` writes it once, at the end (PULUMI_SKIP_CHECKPOINTS), and `up, saved` as Pulumi does by default, up to N
resources (by default 300).
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from amlz.app.preview import PROGRAM, PROJECT
from amlz.rehearsal.engine import EngineStack, find
from amlz.simulator.plugin import SPENT
from tools.benchmarks.generated import azure, of_size, registered, write

#: Command of the engine, by the name of what is measured.
COMMANDS = {
    "preview": ("preview", "--skip-plugin-pre-install"),
    "up": ("up", "--yes", "--skip-preview"),
    "up again": ("up", "--yes", "--skip-preview"),
    "up, saved": ("up", "--yes", "--skip-preview"),
}
#: The state is written once.
ONCE = {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}


@dataclass(frozen=True, slots=True)
class Measured:
    """One command: seconds, seconds of all processors together, and of these the provider's."""

    seconds: float
    processor: float
    provider: float


def measured(stack: EngineStack, spent: Path, arguments: tuple[str, ...]) -> Measured:
    """Runs a command."""
    for file in spent.parent.glob(f"{spent.name}.*"):
        file.unlink()
    before, started = os.times(), time.perf_counter()
    error = stack.events(*arguments, on_event=lambda _: None)
    seconds, after = time.perf_counter() - started, os.times()
    if error:
        raise SystemExit(error)
    processor = after.children_user + after.children_system - before.children_user - before.children_system
    return Measured(seconds, processor, _spent(spent))


def size(resources: int, keep_aliases: bool, saved: bool) -> Iterator[tuple[str, int, Measured]]:
    """Measurements of a landing zone: its name, the number of resources, the figures."""
    written = of_size(resources, keep_aliases)
    count = azure(registered({**written, "keepApiVersionAliases": False}))
    names = [["preview", "up", "up again"], *([["up, saved"]] if saved else [])]
    for item in names:
        with tempfile.TemporaryDirectory() as folder:
            config, spent = Path(folder) / "Pulumi.generated.yaml", Path(folder) / "spent"
            write(written, config)
            store = Path(folder) / "azure.sqlite"
            stack = find().stack(Path(folder) / "engine", PROGRAM, PROJECT, config, store=store)
            stack.environment.update({SPENT: str(spent), **({} if item == ["up, saved"] else ONCE)})
            for name in item:
                yield name, count, measured(stack, spent, COMMANDS[name])


def _spent(file: Path) -> float:
    """Seconds of all processes of the provider."""
    return sum(float(path.read_text(encoding="utf-8") or 0) for path in file.parent.glob(f"{file.name}.*"))


def main() -> None:
    """Prints the figures, a line as soon as it is known."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("resources", nargs="*", type=int, default=[300, 1_000], help="of each landing zone, about")
    parser.add_argument("--stock", type=int, default=1_000, help="up to so many, also with the SDK's aliases kept")
    parser.add_argument("--saved", type=int, default=300, help="up to so many, also with the state saved each time")
    namespace = parser.parse_args()
    sys.stdout.write("resources  aliases  command    seconds  ms each  provider  of processor time\n")
    for resources in namespace.resources:
        for keep in (False, True) if resources <= namespace.stock else (False,):
            for name, count, item in size(resources, keep, saved=not keep and resources <= namespace.saved):
                sys.stdout.write(
                    f"{count:>9,}  {'stock' if keep else 'shipped':<7}  {name:<9}  {item.seconds:>7.1f}  "
                    f"{1000 * item.seconds / count:>7.1f}  {item.provider:>6.1f} s  "
                    f"{item.provider / item.processor:>6.0%} of {item.processor:.1f} s\n"
                )
                sys.stdout.flush()


if __name__ == "__main__":
    main()
