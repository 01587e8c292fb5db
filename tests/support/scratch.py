"""Images without a shell, for tests on the engine."""

from __future__ import annotations

from typing import Final

SCRATCH: Final = "FROM scratch\nCOPY --from=busybox:1 /bin/busybox /busybox\n"
"""The head of a Dockerfile; `/busybox` does what its first argument says, and there is nothing else."""
SLEEPS: Final = f'{SCRATCH}CMD ["/busybox", "sleep", "60"]\n'
"""One whose container runs, and does nothing."""
