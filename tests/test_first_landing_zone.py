"""The how-to, tried as a new user would: every command of it, one after the other."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from amlz.core.delegation import lock_role
from tests.conftest import ROOT, SAMPLES
from tests.integrations.pipelines.common import begun, git

PAGE = (ROOT / "docs" / "tutorials" / "first-landing-zone.md").read_text(encoding="utf-8")
#: Blocks of the page: language and text, in their order.
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)

#: Replaces commands that need an account: each records its call, on a line, as JSON.
STAND_IN = """#!/bin/sh
'''exec' "{python}" -S "$0" "$@"
' '''
import json, os, pathlib, subprocess, sys
words = [pathlib.Path(sys.argv[0]).name, *sys.argv[1:]]
given = sys.stdin.read() if "-" in words else ""
with open({log!r}, "a") as file:
    file.write(json.dumps(words + ([json.loads(given)] if given else [])) + "\\n")
if "--query" in words:
    name = words[words.index("--name") + 1] if "--name" in words else "me"
    print(words[words.index("--query") + 1] + "-of-" + name)
if words[:3] == ["gh", "pr", "merge"]:
    subprocess.run(["git", "push", "--quiet", "origin", "HEAD:main"], check=True)
if words[:3] == ["pulumi", "stack", "init"]:
    path = pathlib.Path("Pulumi." + words[3] + ".yaml")
    path.write_text("secretsprovider: " + words[5] + "\\nencryptedkey: bm90aGluZw==\\n" + path.read_text())
"""


def script() -> str:
    """The page as one script: files are written where it requires that, and a new clone is set up as `make` would."""
    lines = ["set -euo pipefail"]
    for language, text in BLOCKS:
        if language == "shell":
            text = text.replace("make pulumi-lock\n", "echo '# locked' >> pulumi.lock\n")  # it downloads
            lines.append(text.replace("cd landing-zone\n", 'cd landing-zone\n"$SET_UP"\n'))
        elif language == "yaml" and text.startswith("#"):
            lines.append(f"cat > Pulumi.first.yaml <<'END'\n{text}END\n")
        elif language == "yaml":
            lines.append(f"sed -i '/^          dev:/a\\{text.rstrip()}' Pulumi.first.yaml\n")
    return "\n".join(lines)


def tried(folder: Path) -> tuple[str, list[list[str]], Path]:
    """Output of the commands, calls of those that need an account, and the user's clone."""
    log, set_up = folder / "asked.jsonl", folder / "set-up"
    stand_in = STAND_IN.format(python=sys.executable, log=str(log))
    samples = {name: (SAMPLES / f"Pulumi.{name}.yaml").read_text(encoding="utf-8") for name in ("dev", "prod")}
    runs = begun(folder, dict.fromkeys(("az", "gh", "pulumi"), stand_in), samples)
    git(folder, runs, "clone", "-q", "--bare", str(runs.origin), str(folder / "fork.git"))
    module = "tests.integrations.pipelines.workflow"
    made = f"from pathlib import Path; from {module} import environment_of_python as e; e(Path.cwd())"
    set_up.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -c "{made}"\n')
    set_up.chmod(0o755)
    (folder / "page.sh").write_text(script())
    home = folder / "home"
    home.mkdir()
    ran = subprocess.run(
        ["bash", str(folder / "page.sh")], cwd=home, capture_output=True, text=True, check=False,
        env={**runs.environment, "REPOSITORY": str(folder / "fork.git"), "SET_UP": str(set_up)},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    wanted = [json.loads(line) for line in log.read_text().splitlines()]
    return ran.stdout, wanted, home / "landing-zone"


def options(row: list[str]) -> dict[str, str]:
    """Options of a command by name."""
    named = [index for index, word in enumerate(row) if isinstance(word, str) and word.startswith("--")]
    return {row[index]: row[index + 1] for index in named if index + 1 < len(row)}


def roles_are_those_that_are_asked_for(wanted: list[list[str]], clone: Path) -> None:
    """By the preview and by the page of pipelines, and no more; each identity signs in only from its environments."""
    given: dict[str, set[str]] = {}
    for row in wanted:
        if row[1:4] == ["role", "assignment", "create"]:
            result = options(row)
            given.setdefault(result["--assignee-object-id"], set()).add(result["--role"])
    needed = subprocess.run(
        [str(clone / ".venv" / "bin" / "amlz"), "preview", "first", "--format", "json"], cwd=clone,
        capture_output=True, text=True, check=True, env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    rows = json.loads(needed.stdout)["landingZone"]["deployerRoles"]
    deployer = {row["role"] for row in rows}
    conditions = [options(row)["--condition"] for row in wanted if "--condition" in row]
    assert conditions == [row["condition"] for row in rows if row["condition"]] * 2  # also with production
    custom = [
        json.loads(options(row)["--role-definition"]) for row in wanted if row[1:4] == ["role", "definition", "create"]
    ]
    assert custom == [{key: value for key, value in lock_role([rows[0]["subscription"]]).items() if key in custom[0]}]
    assert custom[0]["Name"] in deployer

    state, key = "Storage Blob Data Contributor", "Key Vault Crypto User"
    assert given == {
        "id-of-me": {state, "Key Vault Crypto Officer"},
        "principalId-of-id-landing-zone-reader": {"Reader", "Storage Blob Data Reader", key},
        "principalId-of-id-landing-zone-deployer": {*deployer, state, key},
        "principalId-of-id-landing-zone-production": {*deployer, state, key},
    }
    subjects = [
        (options(row)["--identity-name"], options(row)["--subject"]) for row in wanted if "federated-credential" in row
    ]
    assert subjects == [
        (f"id-landing-zone-{who}", f"repo:fabrikam/landing-zone:environment:{environment}")
        for who, environment in (
            ("reader", "landing-zone-preview"), ("deployer", "landing-zone"), ("production", "landing-zone-production"),
        )
    ]  # fmt: skip


def pipelines_read_what_is_set(wanted: list[list[Any]]) -> None:
    """Variables and environments by the names that the workflows have."""
    texts = "".join(path.read_text(encoding="utf-8") for path in (ROOT / ".github/workflows").glob("*.yml"))
    optional = {"AMLZ_CODE_SCANNING", "AMLZ_APPROVAL", "AMLZ_UPSTREAM"}

    assert {row[3] for row in wanted if row[1] == "variable"} == {*re.findall(r"vars\.(\w+)", texts)} - optional
    environments = {row[5].rsplit("/", 1)[1]: row[-1] for row in wanted if row[:2] == ["gh", "api"]}
    assert environments.keys() == {"landing-zone-preview", "landing-zone", "landing-zone-production"}
    reviewed = [name for name, rules in environments.items() if "reviewers" in rules and rules["prevent_self_review"]]
    assert reviewed == ["landing-zone-production"]


def test_a_new_user_comes_from_the_clone_to_production(tmp_path: Path) -> None:
    """The page shows the comments' real text, and the default branch holds the files that it lists."""
    result, wanted, clone = tried(tmp_path)

    shown = [text.strip() for language, text in BLOCKS if language == "text"]
    assert [head.removeprefix("## ✅ ") in result.splitlines() for head in shown] == [True, True]
    words = [row[:3] for row in wanted if row[0] != "az" and "variable" not in row and "api" not in row]
    assert words == [
        ["gh", "pr", "create"], ["pulumi", "stack", "init"], ["gh", "pr", "merge"], ["pulumi", "stack", "output"],
        ["gh", "pr", "create"],
    ]  # fmt: skip
    config = yaml.safe_load((clone / "Pulumi.first.yaml").read_text(encoding="utf-8"))
    assert sorted(config["config"]["amlz:landingZone"]["projects"]["triage"]["environments"]) == ["dev", "prod"]
    assert sorted(path.name for path in clone.glob("Pulumi.*.yaml")) == ["Pulumi.first.yaml"]
    roles_are_those_that_are_asked_for(wanted, clone)
    pipelines_read_what_is_set(wanted)
