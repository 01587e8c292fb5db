from __future__ import annotations

import shutil
import subprocess

import pytest

from tests.support.commands import grader


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_prints_a_script(shell: str) -> None:
    ran = grader("completion", shell)
    assert (ran.code, ran.err) == (0, "")
    assert "_GRADER_COMPLETE" in ran.out
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=ran.out, text=True, check=True, timeout=10)


def test_unknown_shell() -> None:
    ran = grader("completion", "tcsh")
    assert ran.code == 2
    assert "'bash', 'zsh', 'fish'" in ran.err
