"""Runs `amlz`: python -m amlz."""

from amlz.cli.main import main

if __name__ == "__main__":
    main()
