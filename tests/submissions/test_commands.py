"""Submissions of docker commands: which file counts, how it is read, what is typed into it."""

from __future__ import annotations

from contextlib import nullcontext
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from grader.core.errors import SandboxError, SubmissionError
from grader.core.progress import Silent
from grader.submissions import Work
from grader.submissions.commands import MAX_FILE, Commands, _decode
from grader.submissions.intake import Snapshot
from tests.support.engine import write

if TYPE_CHECKING:
    from pathlib import Path

UNUSED: Any = None


def chosen(folder: Path, **fields: Any) -> str:
    return Commands(**fields)._file(folder.resolve()).name


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["commands.sh", "README.md"], "commands.sh"),
        (["README.md", "solution.md"], "solution.md"),
        (["terminal_output.md"], "terminal_output.md"),
        (["my answer.txt", "picture.png", "task.md"], "my answer.txt"),
        (["answers"], "answers"),
    ],
)
def test_which_file_has_the_commands(tmp_path: Path, names: list[str], expected: str) -> None:
    assert chosen(write(tmp_path, dict.fromkeys(names, "docker ps\n"))) == expected


@pytest.mark.parametrize(
    ("names", "said"),
    [([], "there is none"), (["a.md", "b.md"], "there are several"), (["picture.png"], "there is none")],
)
def test_when_no_file_can_be_told(tmp_path: Path, names: list[str], said: str) -> None:
    with pytest.raises(SubmissionError, match=said) as caught:
        chosen(write(tmp_path, dict.fromkeys(names, "docker ps\n")))
    assert "commands.sh" in (caught.value.hint or "")


def test_a_link_that_leads_out_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path / "outside", {"secret.sh": "docker ps\n"})
    folder = write(tmp_path / "work", {"notes.txt": "docker ps\n"})
    (folder / "commands.sh").symlink_to(tmp_path / "outside" / "secret.sh")
    assert chosen(folder) == "notes.txt"


def test_a_file_without_end(tmp_path: Path) -> None:
    with pytest.raises(SubmissionError, match="larger than"):
        chosen(write(tmp_path, {"commands.sh": b"#" * (MAX_FILE + 1)}))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_encodings_of_editors(encoding: str) -> None:
    assert _decode("docker run –it “x”\r\n".encode(encoding)) == "docker run –it “x”\r\n"  # noqa: RUF001


def test_bytes_that_are_no_text() -> None:
    assert _decode(b"docker ps \xff\n") == "docker ps �\n"


def test_a_dialogue_is_for_the_commands_that_it_names() -> None:
    kind = Commands.model_validate({"dialogue": [{"to": {"contains": "busybox"}, "lines": ["hostname", "exit"]}]})
    assert kind._typed("docker run -it busybox:1") == "hostname\nexit\n"
    assert kind._typed("docker ps") is None


def test_the_users_own_engine_is_refused(tmp_path: Path) -> None:
    work: Any = SimpleNamespace(ledger=SimpleNamespace(engine=object()), snapshot=nullcontext(tmp_path))
    with pytest.raises(SandboxError, match="can't be run on your own engine"), Commands().open(work):
        pass


@pytest.mark.parametrize(
    ("name", "language"),
    [("commands.sh", "shell"), ("commands", "shell"), ("README.md", "text"), ("answer.txt", "text")],
)
def test_the_file_is_kept_as_it_was_handed_in(tmp_path: Path, name: str, language: str) -> None:
    folder = write(tmp_path / "work", {name: "docker ps\r\n\x1b[2J\n", "other.sh": "secret"}).resolve()
    work = Work(
        snapshot=Snapshot(folder, "sha256:0", 0, 0),
        exercise=tmp_path,
        ledger=UNUSED,
        preparation=UNUSED,
        progress=Silent(),
    )
    Commands()._script(Commands()._file(folder), work)
    [kept] = work.facts["sources"]
    assert (kept.path, kept.language, kept.text) == (name, language, "docker ps\n\\x1b[2J\n")
