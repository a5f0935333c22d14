"""Shards of all waves: for people, for programs, and as outputs of a step of a pipeline."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from amlz.core.problems import LandingZoneError
from amlz.core.words import plural
from amlz.fleet.shards import MOST_JOBS, WorkShard
from amlz.reports.fleet.page import FleetPage, FleetTable


def page(waves: Sequence[Sequence[WorkShard]]) -> FleetPage:
    """Returns the report."""
    every = [shard for wave in waves for shard in wave]
    rows = tuple(
        (str(s.wave), s.name, "yes" if s.production else "no", ", ".join(stack.name for stack in s.stacks))
        for s in every
    )
    table = FleetTable("Shards", ("wave", "shard", "production", "stacks"), rows, "There is no stack.")
    record: dict[str, object] = {
        "shards": [
            {"wave": s.wave, "shard": s.name, "production": s.production, "stacks": [one.name for one in s.stacks]}
            for s in every
        ]
    }
    stacks = sum(len(shard.stacks) for shard in every)
    verdict = f"{plural(stacks, 'stack')} in {plural(len(every), 'job')} of {plural(len(waves), 'wave')}."
    return FleetPage("Shards", "good", verdict, (table,), (), record, False)


def step(waves: Sequence[Sequence[WorkShard]], host: str, most: int) -> str:
    """Returns outputs of a step, `waveN` and `anyN` for each wave of a pipeline that has `most` waves.

    Raises LandingZoneError where there are more waves, or more jobs than a matrix may have.
    """
    if len(waves) > most:
        raise LandingZoneError(
            f"--waves {most}\n  The stacks need {len(waves)} waves, so the pipeline would leave some out.\n"
            f"  Generate it again: `amlz fleet pipeline {host} --waves {len(waves)}`."
        )
    return "".join(f"{line}\n" for line in _lines([*waves, *[()] * (most - len(waves))], host))


def _lines(waves: Sequence[Sequence[WorkShard]], host: str) -> Iterator[str]:
    for number, wave in enumerate(waves, 1):
        if len(wave) > MOST_JOBS:
            raise LandingZoneError(
                f"wave {number}\n  It has {len(wave)} jobs, and a matrix of GitHub Actions has at most {MOST_JOBS}.\n"
                "  Pass a smaller number of shards by --of."
            )
        if host == "github":
            rows = [{"shard": s.name, "production": s.production} for s in wave]
            yield _output(host, f"wave{number}", {"include": rows})
        else:  # names of jobs: letters, digits and underscores
            yield _output(host, f"wave{number}", {f"shard_{s.number}_of_{s.of}": {"shard": s.name} for s in wave})
        yield _output(host, f"any{number}", "true" if wave else "false")


def _output(host: str, name: str, value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
    return f"{name}={text}" if host == "github" else f"##vso[task.setvariable variable={name};isOutput=true]{text}"
