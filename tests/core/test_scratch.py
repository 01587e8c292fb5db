from __future__ import annotations

import errno
import tempfile
from typing import TYPE_CHECKING

import pytest

from grader.core.errors import SandboxError
from grader.core.scratch import scratch_folder

if TYPE_CHECKING:
    from pathlib import Path


def test_is_gone_afterwards() -> None:
    with scratch_folder() as folder:
        (folder / "x").write_text("")
    assert not folder.exists()


def test_nowhere_to_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(SandboxError, match="can't be written here") as caught, scratch_folder():
        pass
    assert "TMPDIR" in str(caught.value.hint)


def test_a_full_disk_is_this_machines_doing() -> None:
    with pytest.raises(SandboxError, match="No space left"), scratch_folder():
        raise OSError(errno.ENOSPC, "No space left on device")
