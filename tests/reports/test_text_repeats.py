"""A preview as text repeats no line for each of many environments: what they have in common is shown once."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import yaml

from amlz.reports.formats import as_text
from amlz.stackfile.load import load
from tests.conftest import ROOT, preview_of

#: Environments of the landing zone below, half of them with managed networks.
ENVIRONMENTS = 12


def _stack() -> dict[str, Any]:
    file: dict[str, Any] = yaml.safe_load((ROOT / "tests" / "stacks" / "Pulumi.prod.yaml").read_text("utf-8"))
    zone = file["config"]["amlz:landingZone"]
    del zone["sharedRegistry"], zone["hub"]["firewall"]
    zone["spokes"] = {"main": {"addressSpace": ["10.64.0.0/14"]}}
    zone["projects"] = {}
    security = {"publicNetworkAccess": True, "storageSharedKeys": True}
    for number in range(ENVIRONMENTS):
        project = zone["projects"].setdefault(f"p{number // 3}", {"environments": {}})
        environment = {"network": f"10.64.{number}.0/24", "security": security}
        managed = {"isolation": "managed"} if number % 2 else {}
        project["environments"][("dev", "staging", "prod")[number % 3]] = environment | managed
    return file


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The preview of twelve environments, as text."""
    path = tmp_path_factory.mktemp("repeats") / "Pulumi.twelve.yaml"
    path.write_text(yaml.safe_dump(_stack(), sort_keys=False), "utf-8")
    file = load(str(path))
    return as_text.render(preview_of(file))


def test_no_line_is_there_for_each_environment(text: str) -> None:
    """Contents of resource groups, choices, findings, remedies and outbound rules: each text once."""
    counts = Counter(line.strip() for line in text.splitlines())
    names = {line for line in counts if line[:2] in ("p0", "p1", "p2", "p3")}

    often = {line: count for line, count in counts.items() if count >= ENVIRONMENTS // 2 and line not in names}
    assert set(often) <= {"", "The same at", "/"}


def test_outbound_rules_of_alike_managed_networks_are_shown_once(text: str) -> None:
    """Resources of an environment are named by type, and all environments above the rules."""
    assert text.count("by Azure itself") == 1
    assert "  p0, staging; p1, dev; p1, prod; p2, staging; p3, dev; p3, prod\n    lets out only" in text
    assert "PrivateEndpoint the environment's key vault: credentials pass through Key Vault" in " ".join(text.split())


def test_a_choice_of_several_environments_names_them_under_one_key(text: str) -> None:
    """With `<name>` in the key, and what is given up once."""
    assert (
        "  projects.<name>.environments.<name>.security.storageSharedKeys\n"
        "    of p0/dev, p0/staging, p0/prod, p1/dev, p1/staging, p1/prod, p2/dev,\n"
        "    p2/staging, p2/prod, p3/dev, p3/staging, p3/prod\n"
        "    anyone with an account key has all data, unnamed in the logs\n"
    ) in text
