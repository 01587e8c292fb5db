"""The command line: one file per command, imported only when it is used."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> None:
    """Run the `grader` command."""
    import gc

    # Thousands of objects are made while modules load, and none of them is garbage.
    gc.set_threshold(500_000)
    # A caller may have closed them: what is said then goes nowhere, instead of into whatever file is opened next.
    sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - until the end
    sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - as above
    from grader.cli.run import run

    code = run()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        pass  # the reader had enough, for example `| head`
    except OSError:
        code = code or 3  # what was written has not arrived
    # Everything is closed and removed by now. Taking the interpreter apart would cost another 40 ms.
    os._exit(code)
