"""`python -m pip list`, which Pulumi's host runs before each command: pip itself takes a second for the same answer.

The engine gets a copy of this file as `pip/__main__.py`, in a folder before that of pip. Everything else goes to pip.
"""

from __future__ import annotations

import json
import runpy
import sys
from importlib.metadata import distributions
from pathlib import Path

#: Arguments of the command: the host requires name, version and folder of each installed package.
LIST = ["list", "-v", "--format", "json"]


def installed() -> list[dict[str, str]]:
    """Returns every installed package as pip lists it; the first of a name counts."""
    packages: dict[str, dict[str, str]] = {}
    for item in distributions():
        name, folder = item.metadata["Name"], str(item.locate_file(""))
        if name:
            packages.setdefault(name.lower(), {"name": name, "version": item.version, "location": folder})
    return sorted(packages.values(), key=lambda package: package["name"].lower())


def main() -> None:
    """Answers the host, or runs pip."""
    if sys.argv[1:] == LIST:
        sys.stdout.write(json.dumps(installed()))
        return
    own = Path(__file__).parent.parent
    sys.path[:] = [folder for folder in sys.path if Path(folder) != own]
    sys.modules.pop("pip", None)
    runpy.run_module("pip", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
