from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from rich.cells import cell_len

from grader.core.handin import HandIn, Person
from grader.store import open_store
from tests.support.commands import grader
from tests.support.factories import WHEN
from tests.support.handed_in import packed
from tests.support.stores import make_exercise

if TYPE_CHECKING:
    from pathlib import Path

OWN = """\
FROM node:18.3-alpine
# dont tuch the zebra
WORKDIR /srv/kiosk
COPY --chown=node kiosk.json .
RUN npm install left-pad-世界世界世界 && touch /srv/ready \x1b[31m
ENV KIOSK_MODE=night KIOSK_OWNER=zebra
EXPOSE 4711
CMD ["node", "kiosk.js", "--quiet"]
"""


def usual(number: int) -> str:
    bases = ("node:20", "node:22")
    return (
        f"FROM {bases[number % 2]}\nWORKDIR /app{number % 3}\nCOPY . .\nEXPOSE {3000 + number % 2}\nCMD node app.js\n"
    )


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give a store with a class in which Bob's work is Ada's, nearly, and Cleo's is in Dan's."""
    url = str(tmp_path / "grader.db")
    texts = {f"s{number:02}": usual(number) for number in range(30)}
    texts |= {"ada": OWN, "b\x1b[31mob": OWN.replace("4711", "4712"), "wide": usual(1)}
    with open_store(url) as opened:
        opened.add_exercise(make_exercise(id="kiosk"))
        opened.add_people([Person(id=student, name=student.title()) for student in texts])
        grading, _ = opened.begin("batch", "", {})
        rows: list[Any] = []
        for student, text in texts.items():
            work = HandIn(
                exercise="kiosk",
                student=student,
                path=tmp_path / "x",
                label=f"{student}.zip",
                received_at=WHEN,
                received_by="source",
            )
            opened.add_snapshot(f"digest of {student}", packed({"Dockerfile": text}), 1, len(text))
            rows.append((work, f"digest of {student}"))
        opened.add_handins(grading.id, rows)
    monkeypatch.setenv("GRADER_STORE", url)
    return url


def test_both_sides_with_what_they_share() -> None:
    ran = grader("results", "similar", "kiosk")
    assert ran.code == 0
    assert ran.err == "The folder of kiosk isn't here: what its starter gives can't be left out.\n"
    assert ran.out.startswith("1 pair among 33 submissions for kiosk, at least 80 % alike.\n")
    assert "a hint for a person, never a verdict" in " ".join(ran.out.split())
    assert "1. 93 %  Ada (ada) and B\\x1b[31Mob (b\\x1b[31mob)" in ran.out
    assert "The same comment, only these two have it: 'dont tuch the zebra'" in ran.out
    lines = ran.out.splitlines()
    [same] = [line for line in lines if "KIOSK_MODE" in line]
    assert (
        same == f"{'=    6 ENV KIOSK_MODE=night KIOSK_OWNER=zebra':48} | =    6 ENV KIOSK_MODE=night KIOSK_OWNER=zebra"
    )
    [other] = [line for line in lines if "EXPOSE" in line]
    assert other == f"{'     7 EXPOSE 4711':48} |      7 EXPOSE 4712"
    assert "\x1b" not in ran.out
    assert max(map(len, lines)) <= 100


def test_threshold_and_limit() -> None:
    nothing = grader("results", "similar", "kiosk", "--threshold", "99")
    assert nothing.out == "No two of 33 submissions for kiosk are suspiciously alike (at least 99 %).\n"
    assert grader("results", "similar", "kiosk", "--threshold", "0").code == 2
    assert grader("results", "similar", "kiosk", "--limit", "0").code == 2
    assert grader("results", "similar", "kiosk", "--limit", "1").out.count(" %  ") == 1


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_fits_every_width(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.cli.results._pairs._PLAIN_WIDTH", width)
    lines = grader("results", "similar", "kiosk").out.splitlines()
    assert max(map(cell_len, lines)) <= width
    assert any("KIOSK_MODE=night" in line for line in lines)


def test_one_above_the_other_where_it_is_narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.cli.results._pairs._PLAIN_WIDTH", 50)
    ran = grader("results", "similar", "kiosk")
    lines = ran.out.splitlines()
    assert max(map(len, lines)) <= 50
    assert [line for line in lines if "KIOSK_MODE" in line] == ["=    6 ENV KIOSK_MODE=night KIOSK_OWNER=zebra"] * 2
    ada = next(at for at, line in enumerate(lines) if line.startswith("ada.zip"))
    bob = next(at for at, line in enumerate(lines) if line.startswith("b\\x1b[31mob.zip"))
    assert ada < bob


def test_json() -> None:
    told = json.loads(grader("results", "similar", "kiosk", "--json").out)
    assert (told["schema"], told["exercise"], told["parties"]) == ("grader/similar/v1", "kiosk", 33)
    [pair] = told["pairs"]
    assert (pair["percent"], pair["part"], pair["identical"]) == (93, None, False)
    assert (pair["one"]["student"], pair["other"]["name"]) == ("ada", "B\\x1b[31Mob")
    assert [row["one"]["mark"] for row in pair["rows"]] == ["same"] * 5 + ["own", "same"]
    assert json.loads(grader("results", "similar", "kiosk", "--json", "--threshold", "99").out)["pairs"] == []


def test_the_starter_of_the_folder_is_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "kiosk"
    (folder / "starter").mkdir(parents=True)
    (folder / "exercise.yaml").write_text("id: kiosk\n")
    (folder / "starter" / "Dockerfile").write_text(OWN)
    ran = grader("results", "similar", str(folder))
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(
        "No two of 33 submissions for kiosk are suspiciously alike (at least 80 %).\n1 submission could"
    )


def test_what_there_is_not(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = grader("results", "similar", "kiosc")
    assert ran.code == 2
    assert "did you mean 'kiosk'?" in ran.err
    monkeypatch.setenv("GRADER_STORE", str(elsewhere / "none.db"))
    assert grader("results", "similar", "kiosk").code == 2


def test_help_has_examples() -> None:
    ran = grader("results", "similar", "--help")
    assert ran.code == 0
    assert "grader results similar serve-on-3000 --threshold 95" in ran.out


def test_a_class_that_is_too_small_to_tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = str(tmp_path / "small.db")
    monkeypatch.setenv("GRADER_STORE", url)
    with open_store(url) as opened:
        opened.add_exercise(make_exercise(id="kiosk"))
        grading, _ = opened.begin("batch", "", {})
        for student, text in {"ada": OWN, "bob": OWN, "cleo": usual(1)}.items():
            opened.add_snapshot(student, packed({"Dockerfile": text}), 1, len(text))
            work = HandIn(exercise="kiosk", student=student, path=tmp_path, label=student)
            opened.add_handins(grading.id, [(work, student)])
    ran = grader("results", "similar", "kiosk")
    assert ran.code == 0
    assert "This class is too small to say what is rare" in " ".join(ran.out.split())
    assert "in few others" not in ran.out
    assert not [line for line in ran.out.splitlines() if line.startswith(("=", "~"))]
    told = json.loads(grader("results", "similar", "kiosk", "--json").out)
    assert "too small" in told["hint"]
