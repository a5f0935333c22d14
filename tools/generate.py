"""Writes what is generated: the schema, and the pages of docs/ that are made from the code.

python -m tools.generate [--check]
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from amlz.core.workload import workload_schema
from amlz.reports.json_schema import report_schema
from amlz.stackfile.schema import json_schema
from tools.docgen import changes as changes_page
from tools.docgen import policies as policy_docs
from tools.docgen import runbooks
from tools.docgen.checks import checks_page
from tools.docgen.clouds import clouds_page
from tools.docgen.configuration import configuration_page
from tools.docgen.names import names_page
from tools.docgen.permissions import can_page
from tools.docgen.reach import reach_page
from tools.docgen.scanners import scanners_page
from tools.docgen.tables import addresses_page, egress_page, roles_page

DOCS = Path(__file__).parent.parent / "docs"

PAGES: Mapping[str, Callable[[], str]] = {
    "landing-zone.schema.json": lambda: json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n",
    "report.schema.json": lambda: json.dumps(report_schema(), indent=2, ensure_ascii=False) + "\n",
    "workload.schema.json": lambda: json.dumps(workload_schema(), indent=2, ensure_ascii=False) + "\n",
    "reference/configuration.md": configuration_page,
    "reference/checks.md": checks_page,
    "reference/can.md": can_page,
    "reference/roles.md": roles_page,
    "reference/scanners.md": scanners_page,
    "reference/egress.md": egress_page,
    "reference/names.md": names_page,
    "reference/addresses.md": addresses_page,
    "reference/changes.md": changes_page.page,
    "reference/clouds.md": clouds_page,
    "reference/reach.md": reach_page,
    **{f"runbooks/{name}": page for name, page in runbooks.pages().items()},
    **{f"reference/policies/{name}": partial(policy_docs.page, name) for name in policy_docs.names()},
}


def main() -> None:
    """Writes all pages; with --check only names those that differ."""
    differs = [name for name, page in PAGES.items() if _read(DOCS / name) != page()]
    if "--check" not in sys.argv:
        for name in differs:
            (DOCS / name).parent.mkdir(parents=True, exist_ok=True)
            (DOCS / name).write_text(PAGES[name](), encoding="utf-8")
    for name in differs:
        sys.stderr.write(f"docs/{name}\n")
    sys.exit(int(bool(differs) and "--check" in sys.argv))


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


if __name__ == "__main__":
    main()
