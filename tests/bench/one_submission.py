"""One Dockerfile project with ten checks: `grader check` against a script of docker commands, in pairs in one run.

    .venv/bin/python tests/bench/one_submission.py [PAIRS]

Prints medians and the ratio. Both build with the same cache, warm after the first, uncounted pair.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent / "one_submission"
GRADER = shutil.which("grader", path=str(Path(sys.executable).parent)) or "grader"


def seconds(argv: list[str]) -> float:
    """Time one run, which must give full marks."""
    started = time.perf_counter()
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
    took = time.perf_counter() - started
    if done.returncode != 0:
        sys.exit(f"{' '.join(argv)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return took


def main() -> None:
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    project = str(HERE / "project")
    ours = [GRADER, "check", str(HERE / "ten-checks"), project]
    by_hand = [str(HERE / "by_hand.sh"), project]
    helps = [seconds([GRADER, "--help"]) for _ in range(pairs + 1)][1:]
    seconds(ours), seconds(by_hand)
    times: dict[str, list[float]] = {"ours": [], "by hand": []}
    for pair in range(pairs):
        # In turn first and second, so that neither always profits from the other's warm caches.
        order = [("ours", ours), ("by hand", by_hand)]
        for name, argv in order if pair % 2 else reversed(order):
            times[name].append(seconds(argv))
    medians = {name: statistics.median(found) for name, found in times.items()}
    print(f"grader --help   {statistics.median(helps):6.3f} s")
    print(f"grader check    {medians['ours']:6.3f} s   (min {min(times['ours']):.3f}, max {max(times['ours']):.3f})")
    least, most = min(times["by hand"]), max(times["by hand"])
    print(f"docker commands {medians['by hand']:6.3f} s   (min {least:.3f}, max {most:.3f})")
    print(f"ratio           {medians['ours'] / medians['by hand']:6.2f}   (median of {pairs} pairs)")


if __name__ == "__main__":
    main()
