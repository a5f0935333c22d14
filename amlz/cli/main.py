"""The command line of `amlz`: the list of its verbs, and the exit codes.

A verb is a module without logic: it reads its input, calls one function, and writes the report. Imports are inside of
verbs, so that each loads only what it needs: `check` never loads Pulumi.
"""

from __future__ import annotations

import atexit
import gc
import sys
from typing import Annotated

import typer

from amlz.cli import signals
from amlz.cli.help import SectionedGroup, complete
from amlz.cli.options import shown, version, write
from amlz.cli.verbs import SECTIONS, name_of

#: Objects that exist before the first garbage collection: more than a check creates, all of which live to its end.
START = 200_000
#: Words of pydantic, which converts values for typer, and those in their stead.
_CONVERTER = {"Value error, ": "", "Input should be": "it must be", ", unable to parse string as an integer": ""}

app = typer.Typer(
    name="amlz",
    cls=SectionedGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["--help", "-h"]},
)
for _section in SECTIONS.values():
    for _verb in _section:
        if isinstance(_verb, typer.Typer):
            app.add_typer(_verb)
        else:
            app.command(name_of(_verb))(_verb)


def _version(asked: bool) -> None:
    """Prints the version of `amlz` and ends."""
    if asked:
        write(f"amlz {version()}\n", None)
        raise typer.Exit()


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Landing zones for Azure Machine Learning: checked and previewed without a cloud."""


def _run() -> int:
    """Runs the verb that the command line names. Returns its exit code: 2 for wrong arguments, in any state of the
    streams.
    """
    from amlz.reports import streams

    streams.check_folder()
    try:
        code = complete(typer.main.get_command(app)).main(prog_name="amlz", standalone_mode=False)
    except typer.TyperException as error:
        for words, instead in _CONVERTER.items():
            error.message = error.message.replace(words, instead)
        try:
            if sys.stderr is not None:
                getattr(error, "show")()  # noqa: B009 - every error that typer raises can show itself, its base cannot
                sys.stderr.flush()
        except OSError:
            streams.forget(2)
        return error.exit_code
    except OSError as error:
        if error.filename is not None or isinstance(error, BrokenPipeError):
            raise
        raise streams.unwritable(error) from None
    return code if isinstance(code, int) else 0


def main() -> None:
    """Runs `amlz`. Exit codes: 0, 1 findings, 2 the input is wrong, 3 a defect of `amlz` itself; a signal ends it."""
    from amlz.core.problems import LandingZoneError
    from amlz.policy.engine.errors import PolicyError
    from amlz.reports import streams

    gc.set_threshold(START)
    atexit.register(gc.freeze)  # nothing is looked through once more at the end: an eighth of the time of a check
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    code = 0
    try:
        with signals.heeded():
            code = _run()
            streams.finish()
    except (LandingZoneError, PolicyError) as error:
        streams.say(shown(f"{error}\n"))
        code = 2
    except BrokenPipeError:
        streams.forget(1)
    except Exception as error:
        import traceback

        streams.say(shown(f"{''.join(traceback.format_exception(error))}\n"))
        streams.say("This is a defect of amlz, not of your input. Please report it with the lines above.\n")
        code = 3
    sys.exit(code)
