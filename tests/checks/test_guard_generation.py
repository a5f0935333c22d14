"""Raising the generation of an environment that exists: every name that stays taken is left behind."""

from __future__ import annotations

from pathlib import Path

import yaml

from amlz.checks.guard.change import LossAllowance, edit_of
from amlz.checks.guard.destructive import guard
from amlz.stackfile.load import load
from amlz.stackfile.stack_file import KEY
from tests.conftest import ROOT, STACKS, preview_of, previewed

#: Resources that hold data or a name, and would be replaced.
LOST = ("crretailchurndevuftlz", "kv-retail-churn-de-p3v7y", "mlw-retail-churn-dev-nll3v", "stretailchurndevvaefb")


def test_raising_a_generation_needs_only_the_losses_to_be_allowed(tmp_path: Path) -> None:
    """Endpoints are replaced with their targets, under the same names, so nothing is refused."""
    config = yaml.safe_load((ROOT / STACKS["minimal"]).read_text())
    environment = config["config"][KEY]["projects"]["churn"]["environments"]["dev"]
    environment["generation"] = 2
    allowed = [{"resource": name, "reason": "A new generation (OPS-42)."} for name in LOST]
    config["config"][KEY]["allowReplace"] = allowed
    path = tmp_path / "Pulumi.minimal.yaml"
    path.write_text(yaml.safe_dump(config))
    file = load(str(path), tmp_path)

    edit = edit_of(previewed("minimal").graph, preview_of(file).graph)

    assert guard(edit, LossAllowance.of(file.config)) == ()
    assert sorted(f.name for f in guard(edit, LossAllowance())) == sorted(LOST)
    endpoints = {
        resource.logical for resource, _ in edit.replaced if resource.type == "Microsoft.Network/privateEndpoints"
    }
    assert len(endpoints) == 7
