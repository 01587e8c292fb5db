"""The docker commands that a student types: a shell script, or a page with commands in it."""

from __future__ import annotations

import codecs
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal

from pydantic import Field

from grader.core.clock import budget
from grader.core.errors import SandboxError, SubmissionError, TimedOut
from grader.core.matchers import Expectation
from grader.core.model import Model
from grader.core.quantities import Bytes, Seconds  # noqa: TC001 - pydantic reads it
from grader.core.script import Script, read
from grader.core.specs import MIB, Given
from grader.core.text import quoted
from grader.core.transcript import Transcript
from grader.sandbox.context import survey
from grader.sandbox.workspace import Workspace, begin
from grader.submissions import Submission, Work
from grader.submissions._files import Inside, lay, listing, note, require

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_FILE: Final = 1024 * 1024
"""Bytes of the file with the commands."""
_ENDINGS: Final = frozenset({".sh", ".bash", ".zsh", ".md", ".markdown", ".txt", ".ps1", ".bat", ".cmd", ""})
_SHELL: Final = frozenset({".sh", ".bash", ".zsh", ""})
"""Endings of files that are commands as a whole."""
_BOMS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_AROUND: Final = 120.0
"""Seconds for opening and closing the shell, and for what the engine is asked between commands."""
_NOT_ANSWERS: Final = frozenset({"task.md", "license", "dockerfile", "makefile", ".gitignore", ".dockerignore"})


class Dialogue(Model):
    """What a person types into a command that waits for it."""

    to: Expectation
    """Which commands, by their text."""
    lines: tuple[str, ...]
    """Typed one after the other, each when nothing more comes."""


class Commands(Submission):
    """A file with docker commands, run line by line in a shell beside a disposable engine.

    A shell script (`.sh`) is run as it is. Of other files the commands are taken: in fenced blocks, after prompts, in
    backticks or on lines of their own; what is left out is listed in the transcript.
    """

    opens: ClassVar[type] = Workspace
    isolated: ClassVar[bool] = True

    kind: Literal["commands"] = "commands"
    max_bytes: Annotated[Bytes, Field(gt=0, le=200 * MIB)] = 10 * MIB
    """Bytes that a submission may have, unpacked; the folder that it is copied to has 256 MiB."""
    file: tuple[Inside, ...] = ("commands.sh", "commands.md", "commands.txt", "commands", "command.sh", "solution.sh",
                                "solution.md", "solution.txt", "answer.md", "answer.txt", "README.md")  # fmt: skip
    """Names of the file, the first one that exists counts; if none does, the only script or text that there is."""
    required: tuple[Inside, ...] = ()
    """Files that must be there."""
    given: dict[Inside, Given] = Field(default_factory=dict)
    """The author's files, by where they are laid in the submission."""
    to_pull: tuple[str, ...] = ()
    """Those of the exercise's images that are not on the engine at the start: `docker pull` fetches them."""
    terminal: bool = False
    """Runs the commands in a terminal, which `docker run -it` needs."""
    dialogue: tuple[Dialogue, ...] = ()
    """What is typed into commands; without it, what the file shows as typed there."""
    env: dict[str, str] = Field(default_factory=dict)
    """Variables that the commands find set."""
    command_timeout: Annotated[Seconds, Field(gt=0, le=600)] = 60.0
    """Seconds that one command may take."""
    timeout: Annotated[Seconds, Field(gt=0, le=3600)] = 300.0
    """Seconds that all commands together may take."""

    @contextmanager
    def open(self, work: Work) -> Iterator[Workspace]:
        """Run the commands; what they left and did is the target."""
        from grader.sandbox.disposable.engine import Isolated

        engine = work.ledger.engine
        if not isinstance(engine, Isolated):
            raise SandboxError(
                "commands that students type can't be run on your own engine",
                hint="Use --engine isolated, or leave the option out.",
            )
        root = work.snapshot.root.resolve()
        require(root, self.required)
        file = self._file(root)
        script = self._script(file, work)
        note(work, [name for place, given in self.given.items() for name in lay(work, place, given)])
        work.taken["commands"] = file.relative_to(root).as_posix()
        work.preparation.settle()
        originals = begin(
            engine, root, work.allow.rules(work.images, runtime=engine.spec.runtime), work.images, self.to_pull
        )
        files = survey(root, file).files
        yield Workspace(work.ledger, engine, originals, self._run(engine, script, file.name, work), files)

    def _file(self, root: Path) -> Path:
        for name in self.file:
            path = root / name
            if path.is_file() and path.resolve().is_relative_to(root):
                return _checked(path)
        found = [path for path in sorted(root.iterdir()) if path.is_file() and not path.is_symlink() and _may_be(path)]
        if len(found) == 1:
            return _checked(found[0])
        which = "there are several files that it could be" if found else "there is none in the submission"
        raise SubmissionError(
            f"a file with your commands is needed, and {which}",
            hint=f"Call it {self.file[0]}. The submission holds: {listing(root)}.",
        )

    def _script(self, file: Path, work: Work) -> Script:
        task = work.exercise / "task.md"
        text = _decode(file.read_bytes())
        language: Literal["shell", "text"] = "shell" if file.suffix.lower() in _SHELL else "text"
        work.show(file.relative_to(work.snapshot.root.resolve()).as_posix(), language, text)
        script = read(text, file.name, task.read_text(encoding="utf-8") if task.is_file() else "")
        doubtful = [one for one in script.left_out if one.doubtful]
        if doubtful:
            lines = ", ".join(str(one.number) for one in doubtful[:10])
            work.flags.append(f"{quoted(file.name)}: not run, and perhaps meant as commands: line {lines}")
        if not script.commands:
            work.facts["transcript"] = Transcript(file=file.name, left_out=script.left_out)
            raise SubmissionError(
                f"there is no command in {quoted(file.name)} that could be run",
                hint="Write one command a line, as you would type it. Lines that begin with # are notes.",
            )
        return script

    def _run(self, engine: Any, script: Script, name: str, work: Work) -> Transcript:
        from grader.sandbox.replay import Recorder, Replay

        replay = Replay(
            name, script, self.terminal, self.command_timeout, self.timeout, env=self.env, dialogue=self._typed
        )
        recorder = Recorder(engine, replay)
        try:
            with budget("commands", self.timeout + _AROUND):
                recorder.run(work.progress.phase)
        except TimedOut as error:
            engine.doubt = error.message
            work.flags.append(f"the commands were ended: {error.message}")
        finally:
            if any(line.timed_out for line in recorder.lines):
                engine.doubt = engine.doubt or "a command did not end in time"
            left_out = (*script.left_out, *recorder.not_run())
            transcript = Transcript(file=name, lines=tuple(recorder.lines), left_out=left_out)
            work.facts["transcript"] = transcript
        return transcript

    def _typed(self, text: str) -> str | None:
        found = next((one for one in self.dialogue if one.to.problem(text) is None), None)
        return "".join(f"{line}\n" for line in found.lines) if found is not None else None


def _may_be(path: Path) -> bool:
    return path.suffix.lower() in _ENDINGS and path.name.lower() not in _NOT_ANSWERS


def _checked(path: Path) -> Path:
    if path.stat().st_size > MAX_FILE:
        raise SubmissionError(f"{quoted(path.name)} is larger than {MAX_FILE // 1024} KiB")
    return path


def _decode(data: bytes) -> str:
    """Read text as editors write it; Windows' own write UTF-16 at times."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    return data.decode("utf-8", "replace")
