"""Time of a preview, compared with the least that it could take, and of the commands that evaluate nothing.

    python -m tools.benchmarks.preview [ROUNDS]

The least is an interpreter that imports Pulumi and touches the azure-native modules that the program uses.
Time of the processor (user and system), not of the clock: a busy machine changes the latter by half.
Modules are compiled once, independent of the caller's environment, and a first run of each is not counted.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
from collections.abc import Sequence

#: A class of each module that the program uses: modules load at the first touch.
TOUCHED = [
    "applicationinsights.Component",
    "authorization.RoleAssignment",
    "containerregistry.Registry",
    "keyvault.Vault",
    "machinelearningservices.Workspace",
    "managedidentity.UserAssignedIdentity",
    "monitor.DiagnosticSetting",
    "network.VirtualNetwork",
    "operationalinsights.Workspace",
    "privatedns.PrivateZone",
    "resources.ResourceGroup",
    "storage.StorageAccount",
]
BARE = "import pulumi, pulumi_azure_native as a; " + "; ".join(f"a.{name}" for name in TOUCHED)

RUNS: dict[str, Sequence[str]] = {
    "bare imports": ["-c", BARE],
    "preview dev": ["-m", "amlz", "preview", "dev"],
    "preview prod": ["-m", "amlz", "preview", "prod"],
    "check dev": ["-m", "amlz", "check", "dev"],
    "addresses dev": ["-m", "amlz", "addresses", "dev"],
    "schema": ["-m", "amlz", "schema"],
    "--help": ["-m", "amlz", "--help"],
    "bare interpreter": ["-c", "pass"],
}


def seconds(arguments: Sequence[str]) -> float:
    """Returns the processor time of one run, whose output is discarded."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Runs all in turn, several rounds, and prints medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rounds", nargs="?", type=int, default=5, help="runs of each; the median is printed")
    rounds = parser.parse_args().rounds
    taken: dict[str, list[float]] = {name: [] for name in RUNS}
    for arguments in RUNS.values():
        seconds(arguments)
    for _ in range(rounds):
        for name, arguments in RUNS.items():
            taken[name].append(seconds(arguments))
    median = {name: statistics.median(values) for name, values in taken.items()}
    for name, value in median.items():
        sys.stdout.write(f"{name:<18} {value:7.2f} s   {value / median['bare imports']:5.2f} times bare imports\n")


if __name__ == "__main__":
    main()
