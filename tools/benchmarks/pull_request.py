"""Time of a pull request's reports: the difference to another revision and every form, against one preview.

    python -m tools.benchmarks.pull_request [RESOURCES] [ROUNDS]

A generated landing zone (4,000 resources, unless configured) is in a separate git repository, next to a copy
of the program; the working tree adds a project, takes one away, grows a cluster, gives a role and changes a tag. Times
are those that pass on a clock, since the revision is previewed on another core. The HTML is opened in Chromium where
one is on PATH, which does not end before the page is laid out and painted.
"""

from __future__ import annotations

import argparse
import copy
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from amlz.reports.formats.registry import Command, formats_of
from tools.benchmarks.generated import of_size, write

ROOT = Path(__file__).parents[2]
STACK = "Pulumi.generated.yaml"
#: Every format of a difference, and the ending of its file.
FORMS = {str(output_format): output_format.ending for output_format in formats_of(Command.against)}
_GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@example.com")


def main() -> None:
    """Makes the repository, runs all in turn and prints times, ratios and sizes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("resources", nargs="?", type=int, default=4000, help="of the landing zone, about")
    parser.add_argument("rounds", nargs="?", type=int, default=3, help="runs of each; the median is printed")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _repository(folder / "repository", of_size(options.resources))
        one, every = [], []
        for _ in range(options.rounds):
            one.append(_seconds(folder, ["preview", STACK]))
            every.append(_seconds(folder, _reports(folder)))
        least, most = statistics.median(one), statistics.median(every)
        _tell("one preview", f"{least:7.2f} s")
        _tell("difference and all reports", f"{most:7.2f} s   {most / least:5.2f} times one preview")
        for form, end in FORMS.items():
            _tell(f"  {form}", f"{(folder / f'report.{end}').stat().st_size / 1e6:7.2f} MB")
        opened = _opened(folder, options.rounds)
        _tell("Chromium opens the HTML", f"{opened:7.2f} s" if opened else "    not measured: no Chromium is on PATH")


def _tell(value: str, how: str) -> None:
    sys.stdout.write(f"{value:<28}{how}\n")
    sys.stdout.flush()


def _repository(folder: Path, landing_zone: dict[str, Any]) -> None:
    """The program and the stack file in a commit, and the change in the working tree."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True)
    for name in listed.stdout.decode().splitlines():
        if (ROOT / name).is_file() and not name.startswith("tests/"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    write(landing_zone, folder / STACK)
    for arguments in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "before")):
        subprocess.run([*_GIT, *arguments], cwd=folder, check=True)
    write(changed(landing_zone), folder / STACK)


def changed(landing_zone: dict[str, Any]) -> dict[str, Any]:
    """Its content after a pull request."""
    after = copy.deepcopy(landing_zone)
    projects = after["projects"]
    first, second, *_, last = projects
    projects["renamed"] = projects.pop(last)
    projects[first]["environments"]["dev"]["clusters"] = {"cpu": {"size": "Standard_D4s_v5", "maxNodes": 12}}
    projects[second]["access"] = {"dataScientists": ["11111111-aaaa-4bbb-8ccc-000000000002"]}
    return after | {"tags": {"costCentre": "0816"}}


def _reports(folder: Path) -> list[str]:
    (form, end), *others = FORMS.items()
    also = [part for item, its in others for part in ("--also", f"{item}={folder / f'report.{its}'}")]
    first = ["--format", form, "--output", str(folder / f"report.{end}")]
    return ["preview", STACK, "--against", "HEAD", "--fail-on", "none", *first, *also]


def _seconds(folder: Path, arguments: list[str]) -> float:
    environment = {**os.environ, "PYTHONPATH": str(folder / "repository")}
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "amlz", *arguments],
        cwd=folder / "repository",
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - start


def _opened(folder: Path, rounds: int) -> float:
    """Seconds until the page is a picture, less what an empty page takes; 0 where there is no Chromium."""
    chromium = next((text for name in ("chromium", "google-chrome", "chrome") if (text := shutil.which(name))), "")
    if not chromium:
        return 0.0
    (folder / "empty.html").write_text("<!doctype html><title>Empty</title>", encoding="utf-8")
    taken: dict[str, list[float]] = {"empty.html": [], "report.html": []}
    for _ in range(rounds):
        for page, seconds in taken.items():
            arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}"]
            arguments += [f"--screenshot={folder / 'page.png'}", "--window-size=1280,900", f"file://{folder / page}"]
            start = time.perf_counter()
            subprocess.run([chromium, *arguments], check=True, capture_output=True, timeout=120)
            seconds.append(time.perf_counter() - start)
    empty, report = (statistics.median(item) for item in taken.values())
    return max(report - empty, 0.001)


if __name__ == "__main__":
    main()
