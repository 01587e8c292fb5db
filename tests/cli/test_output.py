from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from grader.cli._exports import ExportOutput
from grader.cli.output import Output
from grader.core.errors import SandboxError, UsageError
from tests.support.factories import make_result

if TYPE_CHECKING:
    from pathlib import Path


def test_parse() -> None:
    assert Output.parse("json").path is None
    assert Output.parse("json:-").path is None
    assert str(Output.parse("json:a:b.json").path) == "a:b.json"
    assert [one.name for one in Output.parse_all(["json", "junit:r.xml"])] == ["json", "junit"]


def test_a_path_in_the_home_which_no_shell_expands_behind_a_colon(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(elsewhere))
    assert Output.parse("json:~/r.json").path == elsewhere / "r.json"
    assert ExportOutput.parse("csv:~/s.csv").path == elsewhere / "s.csv"
    assert str(Output.parse("json:~r.json").path) == "~r.json"


@pytest.mark.parametrize("text", ["", "jsn", "jsn:x", ":x", "../json", "_screen", "json:no/x", "json:."])
def test_refused(text: str) -> None:
    with pytest.raises(UsageError):
        Output.parse(text)


def test_a_file_can_be_read_by_others(elsewhere: Path) -> None:
    Output.parse("json:r.json").write([make_result()])
    assert stat.S_IMODE((elsewhere / "r.json").stat().st_mode) == 0o644
    assert (elsewhere / "r.json").read_bytes().endswith(b"\n")


def test_a_folder_that_has_gone(elsewhere: Path) -> None:
    (elsewhere / "there").mkdir()
    output = Output.parse("json:there/r.json")
    (elsewhere / "there").rmdir()
    with pytest.raises(SandboxError, match="can't be written: No such file"):
        output.write([make_result()])


def test_a_device_is_written_to_and_not_replaced(elsewhere: Path) -> None:
    os.mkfifo(elsewhere / "pipe")
    reader = os.open(elsewhere / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    Output.parse("json:pipe").write([make_result()])
    assert stat.S_ISFIFO((elsewhere / "pipe").stat().st_mode)
    assert os.read(reader, 10).startswith(b"{")
    os.close(reader)


def test_a_name_that_is_too_long() -> None:
    with pytest.raises(UsageError, match="can't be written: File name too long"):
        Output.parse(f"json:{'a' * 300}/b")


def test_a_folder_that_may_not_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(UsageError, match="you may not write there"):
        Output.parse("json:r.json")
