"""How long a preview takes against the least it could take, and how long the commands take that evaluate nothing.

    python -m tools.benchmarks.preview [ROUNDS]

The least is an interpreter that imports Pulumi and touches the azure-native modules that the program uses.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
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
    """How long one run takes, its output thrown away."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    """Runs all in turn, several rounds, and prints medians and ratios."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    taken: dict[str, list[float]] = {name: [] for name in RUNS}
    for _ in range(rounds):
        for name, arguments in RUNS.items():
            taken[name].append(seconds(arguments))
    median = {name: statistics.median(values) for name, values in taken.items()}
    for name, value in median.items():
        sys.stdout.write(f"{name:<18} {value:7.2f} s   {value / median['bare imports']:5.2f} times bare imports\n")


if __name__ == "__main__":
    main()
