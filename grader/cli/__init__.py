"""The command line: one file per command, imported only when it is used."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the `grader` command."""
    import gc

    # Thousands of objects are made while modules load, and none of them is garbage.
    gc.set_threshold(500_000)
    from grader.cli.run import run

    code = run()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        code = code or 1  # what was written has not arrived
    # Everything is closed and removed by now. Taking the interpreter apart would cost another 40 ms.
    os._exit(code)
