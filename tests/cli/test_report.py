from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import pytest

from grader.cli import _folders, _result_files
from grader.cli.output import Output
from grader.core import kinds
from grader.core.errors import UsageError
from grader.core.report import PACKAGE, Edition, Report
from grader.core.result import Result
from grader.store import open_store
from tests.support.commands import PROGRAM, grader, process
from tests.support.factories import make_check_result, make_result
from tests.support.populated import make_store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.support.populated import Made


class Pages(Report):
    """A format with folders, which writes a file per result, and lists what it was given."""

    suffix: ClassVar[str] = "txt"
    folders: ClassVar[bool] = True
    broken: ClassVar[BaseException | None] = None
    seen: ClassVar[list[Pages]] = []

    def start_in(self, folder: Path) -> None:
        assert not list(folder.iterdir())
        self.folder = folder
        self.results: list[Result] = []
        (folder / "assets").mkdir()

    def add(self, result: Result) -> None:
        if not hasattr(self, "results"):
            self.results = []
        self.results.append(result)
        if hasattr(self, "folder"):
            (self.folder / "assets" / f"{len(self.results)}.txt").write_text(result.submission.id)
        if self.broken is not None:
            raise self.broken

    def stop(self) -> None:
        self.remarks.append("colours are lost")
        self.seen.append(self)


class OfOne(Report):
    """A format for one attempt."""

    suffix: ClassVar[str] = "txt"
    single: ClassVar[bool] = True

    def add(self, result: Result) -> None:
        self.stream.write(f"{result.submission.id} {result.exercise.id}\n")


@pytest.fixture(autouse=True)
def formats(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have two formats more: `pages` and `one`."""
    names, load = kinds.names, kinds.load
    more: dict[str, type[Report]] = {"pages": Pages, "one": OfOne}
    monkeypatch.setattr(Pages, "seen", [])
    monkeypatch.setattr(Pages, "broken", None)
    monkeypatch.setattr(kinds, "names", lambda package: (*names(package), *(more if package == PACKAGE else ())))
    monkeypatch.setattr(
        kinds, "load", lambda package, base, name: more[name] if name in more else load(package, base, name)
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Give a class of 14 in two exercises; the command only reads it."""
    return make_store(tmp_path_factory.mktemp("class"))


def written(*arguments: str) -> str:
    ran = grader("report", *arguments)
    assert ran.code == 0, ran.err
    return ran.err


def refused(*arguments: str) -> str:
    ran = grader("report", *arguments)
    assert ran.code == 2, ran.out
    assert not ran.out
    return ran.err


def read(path: str) -> list[Result]:
    data = json.loads(Path(path).read_text(encoding="utf-8"))
    return [Result.model_validate_json(json.dumps(one)) for one in (data if isinstance(data, list) else [data])]


def save(name: str, *results: Result) -> str:
    Path(name).parent.mkdir(exist_ok=True, parents=True)
    Output.parse(f"json:{name}").write(results, Edition.STAFF)
    return name


def names(folder: str) -> list[str]:
    return sorted(path.name for path in Path(folder).iterdir())


def mode(path: str) -> int:
    return stat.S_IMODE(Path(path).stat().st_mode)


def hidden(result: Result) -> list[str]:
    return [check.id for check in result.checks if check.kind == "hidden"]


def without(made: Made, exercise: str | None = None) -> int:
    """Count students and exercises without an attempt."""
    return sum(case in {"missing", "ungraded"} for (which, _), case in made.cases.items() if exercise in {None, which})


class TestStore:
    def test_staff_sees_everything(self, made: Made) -> None:
        left = without(made)
        assert written(made.url, "--to", "json:all.json") == (
            f"json: {28 - left} results to all.json, staff edition\n"
            f"json: {left} without a result left out: not handed in, or not graded\n"
        )
        found = read("all.json")
        assert len(found) == 28 - left
        assert {check.id for one in found for check in one.checks} == {"builds", "answers", "secret", "later", "extra"}
        assert mode("all.json") == 0o600

    def test_students_see_what_they_may(self, made: Made) -> None:
        written(made.url, "--to", "json:all.json", "--edition", "student")
        found = read("all.json")
        graded = [one for one in found if one.checks]
        assert graded
        assert {len(hidden(one)) for one in graded} == {1, 2}  # that waits for the due date is another
        assert "secret" not in Path("all.json").read_text(encoding="utf-8")
        assert mode("all.json") == 0o644

    def test_a_mode_that_somebody_chose_stays(self, made: Made) -> None:
        Path("all.json").touch(0o640)
        Path("all.json").chmod(0o640)
        written(made.url, "--to", "json:all.json")
        assert mode("all.json") == 0o640

    def test_one_student_and_exercise(self, made: Made) -> None:
        who = made.student("passed")
        written(made.url, "--student", who, "--exercise", "one", "--to", "one:r.txt")
        assert Path("r.txt").read_text(encoding="utf-8") == f"{who} one\n"

    def test_the_student_may_be_named_otherwise(self, made: Made) -> None:
        person = made.people[0]
        written(made.url, "--student", person.name, "--exercise", "one", "--to", "one:r.txt")
        assert Path("r.txt").read_text(encoding="utf-8") == f"{person.id} one\n"

    def test_what_counts_is_reported(self, made: Made) -> None:
        who = made.student("twice")
        for counts, passed in (("last", True), ("best", True)):
            written(made.url, "--student", who, "--exercise", "one", "--counts", counts, "--to", "json:r.json")
            [result] = read("r.json")
            assert result.passed is passed

    def test_the_class_goes_with_pages_for_staff(self, made: Made) -> None:
        said = written(made.url, "--to", "pages:out/")
        assert said == f"pages: {28 - without(made)} results to out/, staff edition\npages: colours are lost\n"
        [report] = Pages.seen
        assert report.edition is Edition.STAFF
        assert report.cohort is not None
        assert len(report.cohort.book.entries) == 28
        assert [one.exercise for one in report.cohort.analyses] == ["one", "two"]
        assert [one.attempt for one in report.results] == [
            entry.attempt for entry in report.cohort.book.entries if entry.attempt is not None
        ]

    def test_never_with_pages_for_students(self, made: Made) -> None:
        written(made.url, "--to", "pages:out/", "--edition", "student")
        [report] = Pages.seen
        assert report.edition is Edition.STUDENT
        assert report.cohort is None

    def test_scores_are_formats_too(self, made: Made) -> None:
        said = written(made.url, "--to", "csv:a.csv", "--to", "pages:out/")
        assert said.startswith("csv: 28 rows to a.csv\n")
        assert grader("results", "export", "csv:b.csv", "--store", made.url).code == 0
        assert Path("a.csv").read_bytes() == Path("b.csv").read_bytes()
        assert mode("a.csv") == 0o600

    def test_the_store_of_the_environment(self, made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GRADER_STORE", made.url)
        assert "results to all.json, staff" in written("--to", "json:all.json")

    def test_the_store_may_be_named_as_elsewhere(self, made: Made) -> None:
        assert "results to all.json, staff" in written("--store", made.url, "--to", "json:all.json")
        assert "here is another one" in refused("r.json", "--store", made.url, "--to", "json:r.json")
        assert "there is no store at" in refused("--store", "no.db", "--to", "json:r.json")

    def test_refused(self, made: Made) -> None:
        several = 28 - without(made)
        assert f"one holds one result, and there are {several}\n  Say which: --student" in refused(
            made.url, "--to", "one"
        )
        who = made.student("missing")
        assert "there is none\n  Nothing was handed in, or graded." in refused(
            made.url, "--student", who, "--exercise", "one", "--to", "one"
        )
        assert "there is no result to report" in refused(
            made.url, "--student", who, "--exercise", "one", "--to", "terminal", "--edition", "student"
        )
        assert "a gradebook such as csv is for staff" in refused(made.url, "--to", "csv", "--edition", "student")
        assert "nothing of the exercise 'three'" in refused(made.url, "--exercise", "three", "--to", "json")
        assert "there is no student 'nobody'" in refused(made.url, "--student", "nobody", "--to", "json")
        assert "unknown format 'jsn'" in refused(made.url, "--to", "jsn")
        assert "2 reports go to 'r'" in refused(made.url, "--to", "json:r", "--to", "csv:r")
        assert "others can't be one report" in refused(made.url, "a.json", "--to", "json")
        assert "Missing option '--to'" in refused(made.url)
        assert list(Path().iterdir()) == []

    @pytest.mark.parametrize("name", ["terminal", "pages"])
    def test_students_never_see_each_other(self, made: Made, name: str) -> None:
        said = refused(made.url, "--to", f"{name}:all.txt", "--edition", "student")
        assert f"students would see each other's results in one {name} file" in said
        assert ("--to pages:report/" in said) == (name == "pages")
        written(made.url, "--to", f"{name}:all.txt", "--edition", "student", "--student", made.people[0].id)

    def test_an_empty_store(self) -> None:
        with open_store("grader.db"):
            pass
        assert "there is nothing in" in refused("--to", "json")
        assert "there is no store at" in refused("sqlite:///no.db", "--to", "json")


class TestFiles:
    def test_one_result(self) -> None:
        save("r.json", make_result())
        assert written("r.json", "--to", "one:o.txt") == "one: 1 result to o.txt, student edition\n"

    def test_several_and_folders_and_the_same_twice(self) -> None:
        ada, bob = (make_result(attempt=who, submission=_of(who)) for who in ("ada", "bob"))
        save("all.json", ada, bob)
        save("more/deep/r.json", make_result(attempt="eve", submission=_of("eve")))
        save("more/.hidden.json", make_result(attempt="no", submission=_of("no")))
        save("bob.json", bob)
        assert "3 results to" in written("all.json", "more", "bob.json", "--to", "json:o.json")
        assert [one.submission.id for one in read("o.json")] == ["ada", "bob", "eve"]

    def test_standard_input(self) -> None:
        save("r.json", make_result())
        with Path("r.json").open("rb") as stream:
            done = subprocess.run(
                [PROGRAM, "report", "-", "--to", "terminal"], stdin=stream, capture_output=True, text=True, check=False
            )
        assert (done.returncode, done.stderr) == (0, "terminal: 1 result to standard output, student edition\n")
        assert "The image builds" in done.stdout

    def test_students_see_what_they_may_unless_it_is_for_staff(self) -> None:
        secret = make_check_result(id="secret", visibility="hidden", message="the password is 1234")
        save("r.json", make_result(checks=(secret,)))
        written("r.json", "--to", "json:o.json")
        assert "secret" not in Path("o.json").read_text(encoding="utf-8")
        written("r.json", "--to", "json:o.json", "--edition", "staff")
        assert "1234" in Path("o.json").read_text(encoding="utf-8")

    def test_chosen_ones(self) -> None:
        save("all.json", *(make_result(attempt=who, submission=_of(who)) for who in ("ada", "bob")))
        written("all.json", "--student", "bob", "--exercise", "serve-on-3000", "--to", "one:o.txt")
        assert Path("o.txt").read_text(encoding="utf-8") == "bob serve-on-3000\n"
        assert "no result of the student 'bo'; did you mean 'bob'?" in refused(
            "all.json", "--student", "bo", "--to", "json"
        )
        assert "no result of the exercise 'x'" in refused("all.json", "--exercise", "x", "--to", "json")

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            ("", "'r.json' is empty"),
            ("{", "'r.json' is neither a store nor JSON: EOF while parsing"),
            ("[" * 100_000, "'r.json' is neither a store nor JSON: recursion limit"),
            ("\udcff", "'r.json' is neither a store nor JSON"),
            ("5", "'r.json' is no result: it does not say that its schema is grader/result/v1"),
            ('{"schema": 5}', "'r.json' is no result"),
            ('[{"schema": "grader/result/v2"}]', "'r.json, result 1' is a result of another version"),
            ('{"schema": "grader/gradebook/v1"}', "is no result: its schema is 'grader/gradebook/v1'"),
            ('{"schema": "grader/result/v1"}', "'r.json' is no valid result: attempt: Field required"),
            ('{"schema": "grader/result/v1", "seed": NaN}', "'r.json' is neither a store nor JSON"),
        ],
    )
    def test_what_is_no_result(self, content: str, said: str) -> None:
        Path("r.json").write_text(content, encoding="utf-8", errors="surrogateescape")
        assert said in refused("r.json", "--to", "json:o.json")
        assert not Path("o.json").exists()

    def test_what_a_later_version_adds_is_ignored(self) -> None:
        plain = make_result(checks=(make_check_result(id="a"), make_check_result(id="b")))
        data = {**plain.model_dump(mode="json"), "scores": 5}
        data["checks"][1] |= {"new": {"deep": []}, "newer": None}
        Path("r.json").write_text(json.dumps(data), encoding="utf-8")
        written("r.json", "--to", "json:o.json", "--edition", "staff")
        assert read("o.json") == [plain]

    def test_what_is_wrong_beside_unknown_fields_is_told(self) -> None:
        data = {**make_result().model_dump(mode="json"), "scores": 5, "seed": "x"}
        Path("r.json").write_text(json.dumps(data), encoding="utf-8")
        assert "'r.json' is no valid result: seed: " in refused("r.json", "--to", "json")

    def test_a_result_that_is_too_large(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(_result_files, "MOST_OF_ONE", 1024**2)
        Path("r.json").write_text(json.dumps({"schema": "grader/result/v1", "x": "x" * 1024**2}), encoding="utf-8")
        assert "'r.json' is too large: a result has less than 1 MiB" in refused("r.json", "--to", "json")

    def test_places_without_results(self) -> None:
        Path("empty").mkdir()
        assert "no file ends with .json" in refused("empty", "--to", "json")
        assert "there is no 'gone.json'" in refused("gone.json", "--to", "json")

    def test_too_much(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(_result_files, "MOST_BYTES", 1024**2)
        Path("r.json").write_bytes(b" " * (1024**2 + 1))
        assert "results of more than 1 MiB are not read" in refused("r.json", "--to", "json")

    def test_output_that_is_full(self) -> None:
        save("r.json", make_result())
        with Path("/dev/full").open("w", encoding="utf-8") as full:
            done = subprocess.run(
                [PROGRAM, "report", "r.json", "--to", "json"],
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
        assert (done.returncode, done.stderr) == (
            3,
            "error: standard output can't be written: No space left on device\n",
        )

    def test_a_reader_that_leaves_stops_no_other_report(self) -> None:
        many = [make_result(attempt=str(number), submission=_of(str(number))) for number in range(300)]
        save("all.json", *many)
        first, second = os.pipe()
        os.close(first)
        with os.fdopen(second, "w", encoding="utf-8") as nobody:
            done = subprocess.run(
                [PROGRAM, "report", "all.json", "--edition", "staff", "--to", "json", "--to", "junit:o.xml"],
                stdout=nobody, stderr=subprocess.PIPE, text=True, check=False,
            )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "junit: 300 results to o.xml, staff edition\n")
        assert Path("o.xml").read_text(encoding="utf-8").endswith("</testsuites>\n")

    def test_what_needs_a_store(self) -> None:
        save("r.json", make_result())
        assert "worked out from a store" in refused("r.json", "--to", "csv")
        assert "--counts chooses between" in refused("r.json", "--to", "json", "--counts", "best")


def _of(who: str) -> object:
    return make_result().submission.model_copy(update={"id": who})


class TestFolders:
    def test_a_folder_replaces_an_earlier_report(self, made: Made) -> None:
        for _ in range(2):
            written(made.url, "--to", "pages:out/", "--exercise", "one")
            assert len(list(Path("out/assets").iterdir())) == 14 - without(made, "one")
            Path("out/assets/.DS_Store").touch()
        assert names(".") == ["out"]

    def test_who_may_read_it(self, made: Made) -> None:
        written(made.url, "--to", "pages:out/")
        assert [mode(path) for path in ("out", "out/assets", "out/assets/1.txt")] == [0o700, 0o700, 0o600]
        written(made.url, "--to", "pages:out", "--edition", "student")
        assert [mode(path) for path in ("out", "out/assets", "out/assets/1.txt")] == [0o755, 0o755, 0o644]

    def test_nothing_in_it_names_the_pages(self, made: Made) -> None:
        written(made.url, "--to", "pages:out/", "--edition", "student")
        assert "assets" not in Path("out", _folders.MANIFEST).read_text(encoding="utf-8")

    def test_what_is_not_a_report_stays(self, made: Made) -> None:
        Path("out").mkdir()
        Path("out/thesis.txt").touch()
        assert "the folder 'out' has other things in it than an earlier report" in refused(
            made.url, "--to", "pages:out/"
        )
        assert names("out") == ["thesis.txt"]

    def test_what_was_put_beside_a_report_stays(self, made: Made) -> None:
        written(made.url, "--to", "pages:out/")
        Path("out/assets/notes.txt").touch()
        assert "than an earlier report: assets/notes.txt" in refused(made.url, "--to", "pages:out/")
        Path("out/assets/notes.txt").unlink()
        for manifest in ("[]", "{", '{"made_by": "grader", "files": 5}'):
            Path("out", _folders.MANIFEST).write_text(manifest)
            assert "than an earlier report" in refused(made.url, "--to", "pages:out/")

    def test_an_empty_folder_and_a_link(self, made: Made) -> None:
        Path("there").mkdir()
        Path("link").symlink_to("there")
        written(made.url, "--to", "pages:link/")
        assert Path("link").is_symlink()
        assert Path("there/assets").is_dir()

    def test_refused(self, made: Made) -> None:
        Path("file").touch()
        assert "'file' is a file" in refused(made.url, "--to", "pages:file/")
        assert "the one that you are in" in refused(made.url, "--to", "pages:./")
        assert "the one that you are in" in refused(made.url, "--to", "pages:../")
        assert "in a folder that does not exist" in refused(made.url, "--to", "pages:no/out/")
        assert "is a folder\n  json is one file: json:FILE." in refused(made.url, "--to", "json:out/")
        assert "2 reports go to 'out'" in refused(made.url, "--to", "pages:out/", "--to", "json:out")

    @pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(28, "No space left on device")])
    def test_a_report_that_is_broken_off_leaves_the_old_one(
        self, made: Made, monkeypatch: pytest.MonkeyPatch, error: BaseException
    ) -> None:
        written(made.url, "--to", "pages:out/")
        before = names("out/assets")
        monkeypatch.setattr(Pages, "broken", error)
        ran = grader("report", made.url, "--to", "pages:out/", "--student", made.people[0].id)
        assert ran.code == (130 if isinstance(error, KeyboardInterrupt) else 3)
        assert names(".") == ["out"]
        assert names("out/assets") == before

    @pytest.mark.parametrize("old", [True, False])
    def test_a_folder_that_cannot_be_renamed_is_filled(
        self, made: Made, monkeypatch: pytest.MonkeyPatch, *, old: bool
    ) -> None:
        Path("out/lost+found").mkdir(parents=True)
        there = Path("out").stat().st_ino
        monkeypatch.setattr(Path, "is_mount", lambda self: self.name == "out")
        for edition in ("student", "staff") if old else ("staff",):
            written(made.url, "--to", "pages:out/", "--exercise", "one", "--edition", edition)
        Path("out/.grader-report.killed").mkdir()
        Path("out/.grader-report.killed/1.txt").touch()
        Path("out/link").symlink_to("assets")
        written(made.url, "--to", "pages:out/", "--student", made.student("passed"))
        assert Path("out").stat().st_ino == there
        assert names("out") == [_folders.MANIFEST, "assets", "lost+found"]
        assert names(".") == ["out"]
        Path("out/thesis.txt").touch()
        assert "other things in it than an earlier report: thesis.txt" in refused(made.url, "--to", "pages:out/")
        monkeypatch.setattr(Pages, "broken", OSError(28, "No space left on device"))
        Path("out/thesis.txt").unlink()
        assert grader("report", made.url, "--to", "pages:out/").code == 3
        assert names("out") == [_folders.MANIFEST, "assets", "lost+found"]

    def test_what_came_meanwhile_stays(self) -> None:
        def write() -> None:
            with _folders.replaced(Path("out"), private=True):
                Path("out").mkdir()
                Path("out/thesis.txt").touch()

        with pytest.raises(UsageError, match="other things"):
            write()
        assert names(".") == ["out"]
        assert names("out") == ["thesis.txt"]

    def test_ctrl_c_waits_until_one_of_the_two_is_there(self, monkeypatch: pytest.MonkeyPatch) -> None:
        Path("out").mkdir()
        old = json.dumps({"made_by": "grader", "files": []})
        Path("out", _folders.MANIFEST).write_text(old)
        rename, renamed = Path.rename, 0

        def interrupted(self: Path, target: Path) -> Path:
            nonlocal renamed
            renamed += 1
            os.kill(os.getpid(), signal.SIGINT)
            return rename(self, target)

        monkeypatch.setattr(Path, "rename", interrupted)
        with pytest.raises(KeyboardInterrupt), _folders.replaced(Path("out"), private=False) as folder:
            (folder / _folders.MANIFEST).write_text("new")
        assert renamed == 2
        assert names(".") == ["out"]
        assert Path("out", _folders.MANIFEST).read_text() == "new"


class TestCheck:
    """Of `grader check` and `grader results show`, what they share with this command."""

    def test_shown_to_students_and_staff(self, made: Made) -> None:
        who = made.student("passed")
        for arguments, edition in (((), Edition.STAFF), (("--student-view",), Edition.STUDENT)):
            ran = grader("results", "show", who, "one", "--report", "pages:out/", "--store", made.url, *arguments)
            assert (ran.code, ran.err) == (0, "pages: colours are lost\n")
            assert Pages.seen[-1].edition is edition


def test_help_names_every_format() -> None:
    said = process("report", "--help").out
    wanted: Sequence[str] = [*kinds.names(PACKAGE)[:-2], "csv", "canvas", "moodle"]
    listed = [line.split()[0] for line in said.partition("Formats:")[2].splitlines() if line[:3].strip()]
    assert set(wanted) <= set(listed)
    for name in kinds.names(PACKAGE)[:-2]:
        assert name in process("check", "--help").out
