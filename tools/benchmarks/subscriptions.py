"""Time of a preview by subscriptions: 100 environments in ten subscriptions and in one.

    python -m tools.benchmarks.subscriptions [ROUNDS]

Each landing zone is previewed in a separate process, with all findings. Time is what the processor spent on it. The
last lines are the milliseconds of each further resource, above 10 environments in as many subscriptions.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tools.benchmarks.generated import azure, registered, spread, write
from tools.benchmarks.landing_zone import median

#: Environments and subscriptions of each landing zone, the smallest first.
SIZES = ((10, 10), (100, 10), (100, 1))


def main() -> None:
    """Previews all in turn and prints resources, times and memory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rounds", nargs="?", type=int, default=1, help="runs of each; the median is printed")
    rounds = parser.parse_args().rounds
    samples: list[tuple[str, int, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        for environments, subscriptions in SIZES:
            file = Path(folder) / f"Pulumi.e{environments}s{subscriptions}.yaml"
            written = spread(environments, subscriptions)
            write(written, file)
            time, memory = median(["-m", "amlz", "preview", str(file)], rounds)
            name, count = f"environments: {environments}, subscriptions: {subscriptions}", azure(registered(written))
            samples.append((name, count, time))
            sys.stdout.write(f"{name:<36} {count:6,} resources {time:7.2f} s {memory:6.0f} MB\n")
            sys.stdout.flush()
    _, fewest, least = samples[0]
    for name, count, time in samples[1:]:
        sys.stdout.write(f"{name}: {(time - least) / (count - fewest) * 1000:.2f} ms a resource\n")


if __name__ == "__main__":
    main()
