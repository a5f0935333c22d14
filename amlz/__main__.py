"""The entry point of `amlz`, and of `python -m amlz`. It imports little: a signal ends the rest of the start, too."""

from amlz.cli.signals import heeded


def main() -> None:
    """Runs `amlz`; exit codes as in `amlz.cli.main`."""
    with heeded():
        from amlz.cli.main import main as run

        run()


if __name__ == "__main__":
    main()
