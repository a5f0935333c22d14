"""The folders of the program and of a business unit: the same repository, unless `amlz` is installed as a package."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

#: The package `amlz` itself.
PACKAGE = Path(__file__).parent
_SHIPPED = PACKAGE / "shipped"
#: True if `amlz` is installed without its repository: only a wheel has this folder, written by tools/wheel.py.
PACKAGED = _SHIPPED.is_dir()
#: The shipped files: the Pulumi program, `policies/`, lock files, the JSON Schema.
PRODUCT = _SHIPPED if PACKAGED else PACKAGE.parent
#: The files of the business unit: stack files and `custom/`. The repository, or the current folder of a package.
ROOT = PRODUCT
if PACKAGED:
    with suppress(OSError):  # the current folder is gone, which the command line reports
        ROOT = Path.cwd()
