"""The benchmarks answer --help, and refuse arguments that they do not take."""

from __future__ import annotations

import importlib
import sys

import pytest

from tests.conftest import ROOT

FOLDER = ROOT / "tools" / "benchmarks"
NAMES = sorted(path.stem for path in FOLDER.glob("*.py") if '__name__ == "__main__"' in path.read_text("utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_a_benchmark_answers_help_with_its_description(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And an unknown option with exit code 2. Nothing is measured."""
    module = importlib.import_module(f"tools.benchmarks.{name}")
    answers = []
    for word in ("--help", "--nope"):
        monkeypatch.setattr(sys, "argv", [name, word])
        with pytest.raises(SystemExit) as ended:
            module.main()
        answers.append((ended.value.code, capsys.readouterr()))

    (code, shown), (other, refused) = answers
    assert (code, other) == (0, 2)
    assert str(module.__doc__).splitlines()[0] in shown.out
    assert "--nope" in refused.err or "required" in refused.err


def test_every_benchmark_is_found() -> None:
    """Those that `make bench` runs, that of the engine, and two more."""
    others = {"engine", "generated", "recorded"}
    assert {*NAMES} == others | {"fleet", "landing_zone", "policies", "preview", "pull_request", "subscriptions"}
