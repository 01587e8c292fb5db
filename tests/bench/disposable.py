"""Disposable engines: how long they take to start and to be as new again, and what an attempt on one costs.

    .venv/bin/python tests/bench/disposable.py [ROUNDS]

Prints medians. It keeps its own records, so that engines which are warm already are neither used nor touched.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from grader.core.specs import EngineSpec
from grader.sandbox.disposable import pool, records, start
from grader.sandbox.disposable.lease import lease
from grader.sandbox.disposable.reset import reset
from grader.sandbox.engine import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from grader.sandbox.engine import Engine

ROOT = Path(__file__).resolve().parents[2]
GRADER = shutil.which("grader", path=str(Path(sys.executable).parent)) or "grader"
IMAGES = ("busybox:1", "python:3-slim")
DOCKERFILE = ("serve-on-3000", "solutions/serve-on-3000/reference")
COMMANDS = ("publish-port-3000", "solutions/publish-port-3000/reference")
ATTEMPTS = 20
PORTIONS = 2


def seconds(work: Callable[[], object]) -> float:
    """Time something."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def show(what: str, times: list[float]) -> None:
    """Print the median of some times."""
    print(f"{what:44} {statistics.median(times):6.3f} s   (min {min(times):.3f}, max {max(times):.3f})", flush=True)


def quiet(_: str) -> None:
    """Report nothing."""


def cold(rounds: int) -> None:
    """Time engines of their own: started, with a client container, and removed."""
    starts, ends = [], []
    for _ in range(rounds + 1):
        started = time.perf_counter()
        engine = lease(connect(), IMAGES, EngineSpec(), quiet)
        starts.append(time.perf_counter() - started)
        ends.append(seconds(engine.close))
    show("cold start", starts[1:])
    show("removal", ends[1:])


@contextmanager
def warm(host: Engine, exercises: tuple[str, ...], count: int) -> Iterator[None]:
    """Have warm engines for some exercises."""
    subprocess.run([GRADER, "engine", "up", *exercises, "--count", str(count)], check=True, capture_output=True)
    try:
        yield
    finally:
        settle()
        for record, _ in list(records.every()):
            pool.remove(host, record.name)


def settle() -> None:
    """Wait until all engines have been seen to."""
    for record, _ in list(records.every()):
        held = records.take(record.name, 60)
        if held is not None:
            held.release()


def resets(host: Engine, rounds: int) -> None:
    """Time resets, after an attempt that left a container, a network and a volume."""
    clean, used = [], []
    with warm(host, COMMANDS[:1], 1):
        [(record, _)] = records.every()
        held = records.take(record.name)
        if held is None:
            raise SystemExit("somebody else uses our engine")
        engine = start.attach(host, record)
        for _ in range(rounds + 1):
            clean.append(seconds(lambda: reset(host, engine, record)))
            engine.api.create_network("net")
            engine.api.create_volume("vol")
            made = engine.api.create_container("busybox:1", ["sleep", "1000"], name="web")
            engine.api.start(made)
            used.append(seconds(lambda: reset(host, engine, record)))
        engine.close()
        held.release()
    show("reset, nothing left", clean[1:])
    show("reset, a container, a network, a volume left", used[1:])


def attempt(mode: str, exercise: str, solution: str) -> float:
    """Time one attempt, which must give full marks."""
    command = [GRADER, "check", exercise, str(ROOT / solution), "--engine", mode, "--report", "json:/dev/null"]
    started = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    took = time.perf_counter() - started
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return took


def warm_against_host(host: Engine, rounds: int) -> None:
    """Time the same Dockerfile exercise on a warm engine and on the host's own, in pairs."""
    times: dict[str, list[float]] = {"host": [], "isolated": []}
    with warm(host, DOCKERFILE[:1], 2):
        for pair in range(rounds + 1):
            # In turn first and second, so that neither always profits from the other's warm caches.
            for mode in ("host", "isolated") if pair % 2 else ("isolated", "host"):
                times[mode].append(attempt(mode, *DOCKERFILE))
                settle()
    show("attempt on the host's engine", times["host"][1:])
    show("attempt on a warm engine", times["isolated"][1:])
    pairs = zip(times["isolated"][1:], times["host"][1:], strict=True)
    print(f"{'difference':44} {statistics.median(ours - theirs for ours, theirs in pairs):6.3f} s")


def twenty_attempts(host: Engine) -> None:
    """Time attempts with commands on a pool of two, two at once."""
    with warm(host, COMMANDS[:1], PORTIONS), ThreadPoolExecutor(PORTIONS) as threads:
        started = time.perf_counter()
        times = list(threads.map(lambda _: attempt("isolated", *COMMANDS), range(ATTEMPTS)))
        took = time.perf_counter() - started
    show(f"one of {ATTEMPTS} attempts with commands", times)
    print(f"{f'all of them, on a pool of {PORTIONS}':44} {took:6.3f} s   ({ATTEMPTS / took:.2f} a second)")


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    with tempfile.TemporaryDirectory(prefix="grader-bench-") as state:
        os.environ["XDG_STATE_HOME"] = state
        host = connect()
        cold(rounds)
        resets(host, rounds)
        warm_against_host(host, rounds)
        twenty_attempts(host)
        host.close()


if __name__ == "__main__":
    main()
