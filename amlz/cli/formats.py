"""The value of `--format` and `--also`, compared with the formats that a command has."""

from __future__ import annotations

from collections.abc import Iterable

from amlz.cli.options import refuse
from amlz.reports.formats.registry import Command, Format, formats_of


def formats_named(names: Iterable[str], command: Command, options: str = "--format") -> list[Format]:
    """Returns formats by name. Ends with exit code 2 where the command lacks one. `options`: where they are named."""
    known = {form.value: form for form in formats_of(command)}
    wanted = list(names)
    refuse(any(name not in known for name in wanted), f"{command} has the forms {', '.join(known)}", options)
    return [known[name] for name in wanted]
