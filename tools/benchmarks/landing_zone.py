"""Growth of a preview with all findings by the size of the landing zone, and the cost of the SDK's aliases.

    python -m tools.benchmarks.landing_zone [ROUNDS] [--all]

Each size is a generated landing zone, previewed in a separate process. Time is what the processor spent on it (user
and system), which other work on the machine changes least; memory is the most that was resident. Aliases are compared
at 250 and 1,000 resources. With --all at 4,000 as well, and a landing zone of 10,000 is previewed: that takes minutes.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path

from tools.benchmarks.generated import of_size, write
from tools.benchmarks.preview import BARE

SIZES = (250, 1000, 4000, 10_000)
#: Seconds of the processor, and megabytes at most.
Sample = tuple[float, float]


def spent(arguments: list[str]) -> Sample:
    """Seconds of the processor and megabytes at most, of one run, its output thrown away."""
    # From a separate process: the reported peak of memory is that of all children so far.
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(_spent, (arguments,))


def _spent(arguments: list[str]) -> Sample:
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def median(arguments: list[str], rounds: int) -> Sample:
    """The medians of several runs."""
    pairs = [spent(arguments) for _ in range(rounds)]
    return statistics.median(time for time, _ in pairs), statistics.median(memory for _, memory in pairs)


def main() -> None:
    """Runs all in turn and prints times, memory, ratios and growth."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rounds", nargs="?", type=int, default=3, help="runs of each; the median is printed")
    parser.add_argument("--all", action="store_true", help="larger sizes too: minutes")
    options = parser.parse_args()
    rounds, stock = options.rounds, SIZES[:3] if options.all else SIZES[:2]
    sizes = SIZES if options.all else SIZES[:3]
    bare = median(["-c", BARE], rounds)
    sys.stdout.write(f"{'bare imports':<28} {bare[0]:7.2f} s {bare[1]:6.0f} MB\n")
    shipped: dict[int, Sample] = {}
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            shipped[size] = _run(Path(folder), size, False, rounds)
            if size in stock:
                time, memory = _run(Path(folder), size, True, 1)
                ratios = f"{time / shipped[size][0]:.1f} times the time, {memory / shipped[size][1]:.1f} the memory"
                sys.stdout.write(f"{'':<28} aliases cost {ratios}\n")
        operated = {size: _run(Path(folder), size, False, 1, operated=True) for size in SIZES[:3]}
    for size, (time, _) in shipped.items():
        sys.stdout.write(f"{size:,} resources, as shipped: {time / bare[0]:.2f} times bare imports\n")
    for name, samples in (("as shipped", shipped), ("operated", operated)):
        for small, large in pairwise(samples):
            grown = (samples[large][0] - samples[small][0]) / (large - small) * 1000
            times = samples[large][0] / samples[small][0]
            sys.stdout.write(
                f"{name}, from {small:,} to {large:,}: {times:.2f} times the time, {grown:.2f} ms a resource\n"
            )


def _run(folder: Path, size: int, aliases: bool, rounds: int, operated: bool = False) -> Sample:
    file = folder / f"Pulumi.g{size}{'aliases' if aliases else ''}{'operated' if operated else ''}.yaml"
    write(of_size(size, aliases, operated), file)
    time, memory = median(["-m", "amlz", "preview", str(file)], rounds)
    name = f"{size:,} resources, {'stock aliases' if aliases else 'operated' if operated else 'as shipped'}"
    sys.stdout.write(f"{name:<28} {time:7.2f} s {memory:6.0f} MB\n")
    sys.stdout.flush()
    return time, memory


if __name__ == "__main__":
    main()
