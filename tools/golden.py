"""Writes tests/golden/ again after a change that is meant: read the difference before it is committed.

python -m tools.golden [--check]
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from amlz.app.preview import preview_stack
from amlz.core.plan import make_plan
from amlz.reports import difference_markdown
from amlz.reports.formats import as_arm, as_markdown, as_text
from amlz.reports.formats.registry import Format, Report, write
from amlz.stackfile.load import load
from tests.conftest import PREVIEWED, ROOT, STACKS, previewed
from tests.reports.test_html_report import page_of_change
from tests.reports.test_markdown_as_read import with_used_rules
from tests.rich_change import rich_change

GOLDEN = ROOT / "tests" / "golden"


def _urns(stack: str) -> str:
    return "".join(f"{urn}\n" for urn in sorted(resource.urn for resource in previewed(stack).graph))


def _bodies() -> str:
    return json.dumps(json.loads(as_arm.render(previewed("minimal"))), indent=2, ensure_ascii=False) + "\n"


def _open_workspace() -> str:
    """The comment on a workspace that is reachable from the internet."""
    text = (ROOT / STACKS["minimal"]).read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        stack = Path(folder) / "Pulumi.open.yaml"
        stack.write_text(text.replace("10.20.16.0/25}", "10.20.16.0/25, security: {publicNetworkAccess: true}}"))
        file = load(str(stack))
        return as_markdown.render(preview_stack(file, make_plan(file.config)))


def _sarif() -> str:
    preview, changed = rich_change()
    return with_used_rules(write(Format.sarif, Report(lambda: preview, changed)))


FILES: Mapping[str, Callable[[], str]] = {
    **{f"{stack}.txt": partial(lambda stack: as_text.render(previewed(stack)), stack) for stack in PREVIEWED},
    **{f"{stack}.urns": partial(_urns, stack) for stack in PREVIEWED},
    "minimal.arm.json": _bodies,
    "open.md": _open_workspace,
    "change.html": page_of_change,
    "change.md": lambda: difference_markdown.markdown(rich_change()[1]),
    "change.sarif.json": _sarif,
}


def main() -> None:
    """Writes what differs, and names it; with --check only names it, and exits with 1."""
    texts = {name: text() for name, text in FILES.items()}
    known = {path.name: path.read_text(encoding="utf-8") for path in GOLDEN.iterdir()}
    differs = [name for name, text in texts.items() if known.get(name) != text]
    for name in differs:
        if "--check" not in sys.argv:
            (GOLDEN / name).write_text(texts[name], encoding="utf-8")
        sys.stderr.write(f"tests/golden/{name}\n")
    sys.exit(int(bool(differs) and "--check" in sys.argv))


if __name__ == "__main__":
    main()
