from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from grader.core.script import Command, read

FILES: Final = Path(__file__).parent / "files"
SAMPLES: Final = sorted(path.with_suffix("") for path in FILES.glob("*.yaml"))


def shown(command: Command) -> object:
    """Give a command as the YAML files write it."""
    if command.stdin is None and command.note is None and not command.references:
        return command.text
    entry: dict[str, Any] = {"run": command.text}
    if command.stdin is not None:
        entry["stdin"] = command.stdin
    if command.note is not None:
        entry["note"] = command.note
    if command.references:
        names = ("text", "command", "name", "image")
        entry["references"] = [
            {name: getattr(one, name) for name in names if getattr(one, name) is not None} for one in command.references
        ]
    return entry


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_files_as_students_write_them(path: Path) -> None:
    expected = yaml.safe_load(Path(f"{path}.yaml").read_text(encoding="utf-8"))
    found = read(path.read_bytes().decode("utf-8", "replace"), path.name)
    assert [shown(command) for command in found.commands] == expected["commands"]
    assert {one.reason for one in found.left_out} == set(expected.get("left_out", ()))
    assert [one.text.split("\n")[0] for one in found.left_out if one.doubtful] == expected.get("doubtful", [])
