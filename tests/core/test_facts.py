from __future__ import annotations

import pytest

from tests.support.factories import make_state

RUNC = (
    "failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: "
)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (
            f'{RUNC}unable to start container process: exec: "/bin/sh": stat /bin/sh: no such file: unknown',
            'exec: "/bin/sh": stat /bin/sh: no such file',
        ),
        (f"{RUNC}unable to start container process: error during container init: exec: x", "exec: x"),
        ("no space left on device", "no space left on device"),
        ("", ""),
    ],
)
def test_why_a_container_could_not_be_started(error: str, reason: str) -> None:
    assert make_state(error=error).reason == reason
