from __future__ import annotations

import base64
import io
import json
import zlib
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from grader.core.cohort import Cohort
from grader.core.errors import UsageError
from grader.core.report import Edition
from grader.reports._html import klass
from grader.reports._html.figures import bins
from grader.reports._html.ledger import Ledger
from grader.reports._html.rows import rows_of
from grader.reports._html.tables import ranks
from grader.reports.html import Html
from tests.support.cohorts import HOSTILE_NAMES, Made, make_class
from tests.support.factories import make_check_result, make_result
from tests.support.gradebooks import make_book, make_person, make_task

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from grader.core.result import Result

_HARMLESS_LINKS = ("#", "students/", "../index.html", "data:,")


class _Read(HTMLParser):
    """Collects what a browser would act on."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: dict[str, int] = {}
        self.bad: list[str] = []
        self.ids: list[str] = []
        self.rows: list[dict[str, str]] = []
        self.blocks: list[str] = []
        self.packed = 0
        self._block = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] = self.tags.get(tag, 0) + 1
        found = {name: value or "" for name, value in attrs}
        for name, value in found.items():
            if name.startswith("on") or name in {"style", "srcdoc", "action", "formaction"}:
                self.bad.append(f"{tag} {name}")
            if name in {"href", "src"} and not value.startswith(_HARMLESS_LINKS):
                self.bad.append(f"{tag} {name}={value}")
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "tr" and "data-k" in found:
            self.rows.append(found)
        self._block = tag == "script" and found.get("type") == "text/plain"

    def handle_data(self, data: str) -> None:
        if self._block:
            self.packed += 1
            self.blocks += json.loads(zlib.decompress(base64.b64decode(data, validate=True), wbits=-15))
            self._block = False


def _single(results: Iterable[Result], cohort: Cohort | None, **more: int) -> tuple[str, list[str]]:
    stream = io.StringIO()
    page = klass.Single(stream, Edition.STAFF, cohort, **more)
    for result in results:
        page.add(result)
    page.stop()
    return stream.getvalue(), page.remarks


def _folder(path: Path, made: Made) -> str:
    report = Html(Edition.STAFF)
    report.accompany(made.cohort)
    report.start_in(path)
    for result in made.results():
        report.add(result)
    report.stop()
    return (path / "index.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def made() -> Made:
    return make_class(60)


def test_one_file_holds_a_row_and_the_details_of_each(made: Made) -> None:
    text, remarks = _single(made.results(), made.cohort)
    page = _Read(text)
    assert len(page.rows) == 60
    graded = [entry for entry in made.cohort.book.entries if entry.attempt]
    assert len(page.blocks) == len(graded) == sum("data-d" in row for row in page.rows)
    assert remarks == []
    assert len(set(page.ids)) == len(page.ids)


@pytest.mark.parametrize("hostile", [True, False])
def test_names_and_output_are_inert(hostile: bool) -> None:  # noqa: FBT001 - a parameter of a test
    made = make_class(40, hostile=hostile)
    page = _Read(_single(made.results(), made.cohort)[0])
    assert page.bad == []
    assert page.tags["script"] == 1 + page.packed
    assert not {"img", "iframe", "object", "embed", "form", "base"} & set(page.tags)
    for block in page.blocks:
        inner = _Read(block)
        assert inner.bad == []
        assert "script" not in inner.tags


def test_hostile_names_add_no_element() -> None:
    """The same class with other names has the same tags, but for what depends on how people are sorted."""
    pages = []
    for hostile in (True, False):
        made = make_class(len(HOSTILE_NAMES), hostile=hostile)
        pages.append(_Read(_single(made.results(), made.cohort)[0]).tags)
    assert pages[0] == pages[1]


def test_without_a_class_there_is_a_row_for_each_result() -> None:
    results = [make_result(attempt="same"), make_result(attempt="same"), make_result(attempt="other")]
    page = _Read(_single(results, None)[0])
    assert len(page.rows) == len(page.blocks) == 3


def test_without_any_result_there_is_a_page() -> None:
    assert "There are no results" in _single([], None)[0]


def test_what_finds_no_room_is_left_out_evidence_first(made: Made) -> None:
    text, remarks = _single(made.results(), made.cohort, largest=200_000)
    assert len(text) < 600_000
    assert "evidence, transcripts and files of" in remarks[0]
    assert "the details of" in remarks[1]
    assert all(remark.split(":")[0] in text for remark in remarks)
    assert len(_Read(text).rows) == 60


def test_a_folder_has_a_page_for_each(tmp_path: Path, made: Made) -> None:
    page = _Read(_folder(tmp_path, made))
    assert page.bad == []
    attempts = [entry for entry in made.cohort.book.entries if entry.attempt]
    students = sorted((tmp_path / "students").iterdir())
    assert len(students) == len(attempts)
    for one in students:
        assert one.name.isascii()
        assert not set(one.name) & set(" <>&'\"{}/\\")
        text = one.read_text(encoding="utf-8")
        found = _Read(text)
        assert found.bad == []
        assert found.tags["script"] == 1
        assert text.endswith("</html>\n")
        assert len(set(found.ids)) == len(found.ids)


def test_a_folder_has_one_page_for_several_exercises(tmp_path: Path) -> None:
    made = make_class(8, tasks=("serve-on-3000", "own-user"), hostile=False)
    index = _folder(tmp_path, made)
    assert 'href="students/s0000.html#exercise-2"' in index
    text = (tmp_path / "students" / "s0000.html").read_text(encoding="utf-8")
    assert _Read(text).ids.count("exercise-1") == _Read(text).ids.count("exercise-2") == 1
    assert text.count("</html>") == 1
    assert "s0001" not in text


def test_a_later_report_replaces_its_own_files_only(tmp_path: Path) -> None:
    _folder(tmp_path, make_class(8, hostile=False))
    (tmp_path / "students" / "notes.html").write_text("mine")
    (tmp_path / "mine.txt").write_text("mine")
    _folder(tmp_path, make_class(3, hostile=False))
    assert sorted(one.name for one in (tmp_path / "students").iterdir()) == [
        "notes.html", "s0000.html", "s0001.html", "s0002.html",
    ]  # fmt: skip
    assert (tmp_path / "mine.txt").read_text() == (tmp_path / "students" / "notes.html").read_text() == "mine"


def test_a_file_of_somebody_else_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "students").mkdir()
    (tmp_path / "students" / "s0000.html").write_text("mine")
    assert "students/s0000-2.html" in _folder(tmp_path, make_class(2, hostile=False))
    assert (tmp_path / "students" / "s0000.html").read_text() == "mine"
    other = tmp_path / "other"
    other.mkdir()
    (other / "index.html").write_text("mine")
    with pytest.raises(UsageError, match="no earlier report's"):
        _folder(other, make_class(2))


@pytest.mark.parametrize(
    "files", ["x", "[]", '{"files": 3}', '{"files": ["../../victim.html", "students/../../victim.html"]}']
)
def test_a_list_of_files_leads_nowhere_else(tmp_path: Path, files: str) -> None:
    victim, folder = tmp_path / "victim.html", tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    victim.write_text("here")
    (folder / klass.MANIFEST).write_text(files)
    _folder(folder, make_class(2))
    assert victim.read_text() == "here"


def _of(who: str, **changes: object) -> Result:
    result = make_result(**{"attempt": "3f2a", **changes})
    return result.model_copy(update={"submission": result.submission.model_copy(update={"id": who})})


def test_the_same_work_is_shown_with_each_as_their_own(tmp_path: Path) -> None:
    """What was graded once for two counts once for each, and what was decided about one is not said of the other."""
    people = [make_person("ada"), make_person("ben")]
    cohort = Cohort(title="twice", book=make_book(people, [make_task("serve-on-3000")]))
    results = [_of("ada", message="decided about Ada"), _of("ben", message="decided about Ben")]
    folder = klass.Folder(tmp_path, Edition.STAFF, cohort)
    for result in results:
        folder.add(result)
    folder.stop()
    pages = [(tmp_path / "students" / f"{who}.html").read_text(encoding="utf-8") for who in ("ada", "ben")]
    assert [(page.count("about Ada"), page.count("about Ben")) for page in pages] == [(1, 0), (0, 1)]
    assert [page.count("<article") for page in pages] == [1, 1]
    assert '"2 of 2 passed"' in (tmp_path / "index.html").read_text(encoding="utf-8")
    blocks = _Read(_single(results, cohort)[0]).blocks
    assert [("about Ada" in block, "about Ben" in block) for block in blocks] == [(True, False), (False, True)]


def test_what_is_of_nobody_in_the_book_is_of_all_with_its_attempt(tmp_path: Path) -> None:
    people = [make_person("ada"), make_person("ben")]
    cohort = Cohort(title="pairs", book=make_book(people, [make_task("serve-on-3000")]))
    report = klass.Folder(tmp_path, Edition.STAFF, cohort)
    report.add(_of("group-7"))
    report.stop()
    assert sorted(one.name for one in (tmp_path / "students").iterdir()) == ["ada.html", "ben.html"]


def test_ids_that_differ_in_case_only_have_files_of_their_own(tmp_path: Path) -> None:
    people = [make_person(who) for who in ("ada", "Ada", "a.da", "con", "...", "-rf")]
    cohort = Cohort(title="names", book=make_book(people, [make_task("serve-on-3000")]))
    report = klass.Folder(tmp_path, Edition.STAFF, cohort)
    for person in people:
        report.add(_of(person.id))
    report.stop()
    assert sorted(one.name for one in (tmp_path / "students").iterdir()) == [
        "Ada-2.html", "a-da.html", "ada.html", "con_.html", "rf.html", "student.html",
    ]  # fmt: skip


def test_text_is_sorted_as_people_do() -> None:
    assert ranks(["s10", "S2", "", "s2", "ada"]) == [2, 1, "-", 1, 0]


def test_few_whole_points_have_a_bar_each() -> None:
    ledger = Ledger(None)
    for points in (0, 1, 1, 2):
        ledger.keep(make_result(checks=(make_check_result(points=points, max_points=2),)))
    found = bins(rows_of(ledger, ledger.exercises["serve-on-3000"]))
    assert [(one.label, one.number) for one in found] == [("0", 1), ("1", 2), ("2", 1)]
    assert bins([]) == []


def test_without_a_roster_nobody_is_missing_from_it() -> None:
    people = [make_person(who, on_roster=False) for who in ("ada", "ben")]
    for roster in (False, True):
        book = make_book([*people, *([make_person("eve")] if roster else [])], [make_task("serve-on-3000")])
        text, _ = _single([_of("ada"), _of("ben")], Cohort(title="names", book=book))
        assert ("ot on the roster" in text) is roster


def test_an_empty_class_says_so() -> None:
    book = make_book([make_person()], [make_task("serve-on-3000")]).model_copy(update={"people": (), "entries": ()})
    text, _ = _single([], Cohort(title="nobody yet", book=book))
    assert "There are no students yet." in text
    assert 'href="#checks-1"' not in text


def test_a_name_that_may_be_cut_off_is_whole_in_its_title() -> None:
    people = [make_person("ada", name="Ada"), make_person("long", name="L" * 100)]
    text, _ = _single([], Cohort(title="names", book=make_book(people, [make_task("serve-on-3000")])))
    assert f'title="{"L" * 100}"' in text
    assert 'title="Ada"' not in text
