"""Canvas's names: whose a file is, and what it was called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.batch.sources import read
from grader.core.errors import UsageError
from tests.support.sources import DOCKERFILE, by, names, packed, write, zipped

if TYPE_CHECKING:
    from pathlib import Path

    from grader.core.handin import Found

ARCHIVE = packed({"answer/Dockerfile": DOCKERFILE})
CLASS: dict[str, str | bytes] = {
    "lovelaceada_12345_67890_answer.zip": ARCHIVE,
    "hoppergrace_LATE_12346_67891_my answer-1.zip": ARCHIVE,
    "turingalan_12347_67892_Dockerfile": DOCKERFILE,
    "turingalan_12347_67893_app.py": "print()\n",
}


def one(tmp_path: Path, work: Path, files: dict[str, str | bytes]) -> Found:
    [found] = read([write(tmp_path / "class", files)], work=work).found
    return found


def test_a_zip_is_unpacked_and_recognised(tmp_path: Path, work: Path) -> None:
    reading = read([zipped(tmp_path / "submissions.zip", CLASS)], work=work)
    [said] = reading.said
    assert said.startswith("submissions.zip: a Canvas download (3 submissions), by the names; Canvas doesn't tell when")
    assert said.endswith("; times in it have no time zone, and are taken as this machine's")
    people = by(reading, "id")
    assert {key: found.who["name"] for key, found in people.items()} == {
        "12345": "lovelaceada",
        "12346": "hoppergrace",
        "12347": "turingalan",
    }
    assert people["12346"].notes == ("Canvas marks it as late",)
    assert people["12345"].notes == ()
    assert people["12345"].path.read_bytes() == ARCHIVE
    assert all(found.received_by == "file" and found.received_at is not None for found in reading.found)


def test_an_unpacked_one_is_the_same(tmp_path: Path, work: Path) -> None:
    reading = read([write(tmp_path / "class", {**CLASS, "grades.csv": "x\n"})], work=work)
    assert set(by(reading, "id")) == {"12345", "12346", "12347"}
    assert "time zone" not in reading.said[0]


def test_several_files_are_one_hand_in_by_their_own_names(tmp_path: Path, work: Path) -> None:
    found = by(read([write(tmp_path / "class", CLASS)], work=work), "id")["12347"]
    assert names(found.path) == ["Dockerfile", "app.py"]
    assert found.label == "turingalan_12347_67892_Dockerfile and 1 more"


def test_a_single_file_has_its_own_name(tmp_path: Path, work: Path) -> None:
    found = one(tmp_path, work, {"lovelaceada_12345_67890_Dockerfile": DOCKERFILE})
    assert names(found.path) == ["Dockerfile"]


def test_an_archive_beside_a_picture_is_unpacked_there(tmp_path: Path, work: Path) -> None:
    found = one(tmp_path, work, {"a_1_2_answer.zip": ARCHIVE, "a_1_3_proof.png": b"\x89PNG"})
    assert names(found.path) == ["Dockerfile", "proof.png"]
    assert "'answer.zip' was unpacked beside the other files" in found.notes


def test_several_archives_have_folders_of_their_own(tmp_path: Path, work: Path) -> None:
    found = one(tmp_path, work, {"a_1_2_ex-1.zip": ARCHIVE, "a_1_3_ex-2.zip": ARCHIVE})
    assert names(found.path) == ["ex-1/Dockerfile", "ex-2/Dockerfile"]


def test_an_archive_that_cannot_be_unpacked_gets_its_own_verdict(tmp_path: Path, work: Path) -> None:
    found = one(tmp_path, work, {"a_1_2_answer.zip": packed({"../../evil": "x"}), "a_1_3_proof.png": b"\x89PNG"})
    assert found.path.name == "a_1_2_answer.zip"
    assert "'proof.png'" in found.notes[0]
    assert not (work / "evil").exists()


def test_versions(tmp_path: Path, work: Path) -> None:
    found = one(tmp_path, work, {"a_1_20_answer-1.zip": ARCHIVE, "a_1_3_answer.zip": packed({"old": ""})})
    assert found.path.name == "a_1_20_answer-1.zip"
    assert "'answer.zip' is left out: 'answer-1.zip' is a newer version" in found.notes


def test_a_second_upload_gets_its_name_back(tmp_path: Path, work: Path) -> None:
    found = one(tmp_path, work, {"a_1_2_Dockerfile-1": DOCKERFILE, "a_1_3_app-1.py": "", "a_1_4_db-2.sql.gz": ""})
    assert names(found.path) == ["Dockerfile", "app.py", "db.sql.gz"]


def test_a_number_of_the_students_own_stays(tmp_path: Path, work: Path) -> None:
    found = one(tmp_path, work, {"a_1_2_ex2-4.yml": "", "a_1_3_ex2-5.yml": "", "a_1_4_ex-9.yml": ""})
    assert names(found.path) == ["ex-9.yml", "ex2-4.yml", "ex2-5.yml"]
    other = tmp_path / "other"
    numbered = write(other, {"a_1_2_Dockerfile-1": "", "a_1_3_Dockerfile-2": ""})
    assert names(read([numbered], work=work / "x").found[0].path) == ["Dockerfile-1", "Dockerfile-2"]


def test_anonymous_assignments(tmp_path: Path, work: Path) -> None:
    files = {"anon_Xk3fQ_67890_answer.zip": ARCHIVE, "LATE_anon_p9_ZZ_67891_answer.zip": ARCHIVE}
    people = by(read([write(tmp_path / "class", files)], work=work), "id")
    assert set(people) == {"anon_Xk3fQ", "anon_p9_ZZ"}
    assert people["anon_p9_ZZ"].notes[0] == "Canvas marks it as late"
    assert all("name" not in found.who for found in people.values())


def test_typed_text_can_be_graded(tmp_path: Path, work: Path) -> None:
    page = (
        "<html><head><title>x</title></head><body><h1>Ada</h1><p>docker run&nbsp;-d nginx &amp;&amp; docker ps</p>"
        "<pre>docker stop a\n  docker rm a</pre><script>evil()</script></body></html>"
    )
    found = one(tmp_path, work, {"lovelaceada_LATE_12345_text.html": page})
    assert names(found.path) == ["answer.txt", "text.html"]
    lines = (found.path / "answer.txt").read_text().split("\n")
    assert [line for line in lines if line] == [
        "Ada",
        "docker run -d nginx && docker ps",
        "docker stop a",
        "  docker rm a",
    ]


def test_an_address_is_listed(tmp_path: Path, work: Path) -> None:
    found = one(tmp_path, work, {"lovelaceada_12345_link.html": "<a href=x>"})
    assert "a web address was handed in" in (found.problem or "")
    assert found.who == {"id": "12345", "name": "lovelaceada"}


def test_names_of_any_script(tmp_path: Path, work: Path) -> None:
    files = {
        "mullerjörg_1_2_x.zip": ARCHIVE,
        "李小龙_3_4_x.zip": ARCHIVE,
        "_5_6_x.zip": ARCHIVE,
        "a_b_7_8_9_x.zip": ARCHIVE,
    }
    people = by(read([write(tmp_path / "class", files)], work=work), "id")
    assert [people[key].who.get("name") for key in ("1", "3", "5", "7")] == ["mullerjörg", "李小龙", None, "a_b"]


def test_files_that_are_called_the_same_are_all_kept(tmp_path: Path, work: Path) -> None:
    found = one(tmp_path, work, {"a_1_2_..": "x", "a_1_3_notes.md": "y"})
    assert names(found.path) == ["file", "notes.md"]
    assert "'..' is kept as 'file'" in found.notes


def test_a_mixed_folder_is_not_guessed_at(tmp_path: Path, work: Path) -> None:
    source = write(tmp_path / "class", {**CLASS, "grace.zip": ARCHIVE})
    with pytest.raises(UsageError, match="4 of 5 entries are named as in a Canvas download") as caught:
        read([source], work=work)
    assert "'grace.zip'" in caught.value.message
    assert "canvas, classroom, folders, moodle, urls" in (caught.value.hint or "")
    asked = read([source], "canvas", work=work / "asked")
    assert by(asked)["grace"].problem == "its name is not one of a Canvas download"
    assert "1 of which can't be graded" in asked.said[0]
