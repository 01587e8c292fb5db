from __future__ import annotations

import gzip
import random
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.gradebook._elements import MAX_PIECES, stream, take_apart
from grader.gradebook._rarity import Author
from grader.gradebook._sides import shortened, side_by_side
from grader.gradebook._texts import MAX_FILE, MAX_FILES, unpack
from grader.gradebook.similarity import author_of, compare, flags, strongest
from tests.support.handed_in import HandedIn, packed

if TYPE_CHECKING:
    from grader.core.alike import Pair

NOBODY: Final = Author()
OWN: Final = """\
FROM node:18.3-alpine
WORKDIR /srv/kiosk
COPY --chown=node kiosk.json .
RUN npm install --omit=dev left-pad && touch /srv/ready
ENV KIOSK_MODE=night KIOSK_OWNER=zebra
EXPOSE 4711
CMD ["node", "kiosk.js", "--quiet"]
"""
USUAL: Final = ("node:20", "node:20-slim", "node:22", "node:lts")


def usual(number: int) -> str:
    """Give a Dockerfile such as many write, with choices that several make."""
    chosen = random.Random(number)  # noqa: S311 - the same at each run
    return (
        f"FROM {chosen.choice(USUAL)}\nWORKDIR {chosen.choice(('/app', '/usr/src/app', '/code'))}\nCOPY . .\n"
        f"RUN npm {chosen.choice(('install', 'ci'))}\nEXPOSE {chosen.choice(('3000', '8080'))}\n"
        f'CMD ["node", "{chosen.choice(("app.js", "index.js", "server.js"))}"]\n'
    )


def school(count: int = 40) -> HandedIn:
    """Give a class in which nobody copied."""
    made = HandedIn()
    for number in range(count):
        made.add(f"s{number:02}", {"Dockerfile": usual(number)})
    return made


def found(one: str, other: str, name: str = "Dockerfile", threshold: int = 80) -> list[Pair]:
    """Compare two submissions in a class of others."""
    made = school()
    made.add("ada", {name: one})
    made.add("bob", {name: other})
    return list(compare(made, "one", NOBODY, threshold).pairs)


def test_who_chose_alike_is_no_pair() -> None:
    assert compare(school(), "one", NOBODY, 1).pairs == ()


def test_the_same_usual_answer_is_no_pair() -> None:
    assert found(usual(1), usual(1)) == []


def test_the_same_work_is() -> None:
    [pair] = found(OWN, OWN)
    assert (pair.percent, pair.identical, pair.part) == (100, True, None)
    assert {pair.one.student, pair.other.student} == {"ada", "bob"}
    assert pair.shared > 10


@pytest.mark.parametrize(
    "changed",
    [
        OWN.replace("\n", "\n\n# to be explained one day\n"),
        OWN.replace("RUN", "run").replace("ENV", "Env"),
        OWN.replace(" && ", " \\\n  && \\\n   "),
        OWN.replace("KIOSK_MODE=night KIOSK_OWNER=zebra", "KIOSK_OWNER='zebra' KIOSK_MODE=\"night\""),
        OWN.replace("KIOSK_MODE=night KIOSK_OWNER=zebra", "KIOSK_OWNER=zebra\nENV KIOSK_MODE=night"),
        OWN.replace("WORKDIR /srv/kiosk", "WORKDIR    /srv/kiosk  "),
        OWN.replace("\n", "\r\n"),
        OWN.replace("--omit=dev left-pad", "left-pad --omit=dev"),
    ],
)
def test_what_makes_no_difference(changed: str) -> None:
    [pair] = found(OWN, changed)
    assert (pair.percent, pair.identical) == (100, False)


def test_a_copy_with_changes_is_found_and_one_that_shares_little_is_not() -> None:
    [pair] = found(OWN, OWN.replace("EXPOSE 4711", "EXPOSE 8080").replace("touch /srv/ready", "true"))
    assert 80 <= pair.percent < 100
    assert found(OWN, usual(3).replace("WORKDIR /app", "WORKDIR /srv/kiosk")) == []


def test_a_mistake_does_not_make_the_rest_unusual() -> None:
    assert found(usual(1).replace("FROM", "FORM"), usual(1).replace("FROM", "FORM")) == []
    broken = OWN.replace("FROM", "FORM").replace(" && ", " \\\n\n# why not\n && ")
    [pair] = found(OWN, broken)
    assert 80 <= pair.percent < 100
    places = [(one.line, one.end) for one in take_apart({"Dockerfile": broken}).elements]
    assert places == [(1, 1), (2, 2), (3, 3), (4, 7), (8, 8), (9, 9), (10, 10)]


def test_threshold() -> None:
    changed = OWN.replace("EXPOSE 4711", "EXPOSE 8080").replace("left-pad", "right-pad")
    [pair] = found(OWN, changed, threshold=50)
    assert found(OWN, changed, threshold=pair.percent) == [pair]
    assert found(OWN, changed, threshold=pair.percent + 1) == []


COMMANDS: Final = """\
docker run -d -p 4711:80 --name kiosk-zebra -e OWNER=zebra nginx:1.19-perl
docker exec kiosk-zebra touch /srv/ready-for-zebra
docker stop -t 17 kiosk-zebra
"""


@pytest.mark.parametrize(
    "changed",
    [
        COMMANDS.replace("-d -p 4711:80", "--publish 4711:80 --detach"),
        COMMANDS.replace("-d -p 4711:80", "-dp 4711:80"),
        COMMANDS.replace("docker run", "sudo docker container run").replace("-t 17", "--time=17"),
        f"#!/bin/sh\n# what I typed\n{COMMANDS}",
        COMMANDS.replace(" --name kiosk-zebra", " \\\n  --name=kiosk-zebra"),
    ],
)
def test_commands_written_otherwise(changed: str) -> None:
    [pair] = found(COMMANDS, changed, "commands.sh")
    assert pair.percent == 100


COMPOSE: Final = """\
services:
  zebra: {image: "nginx:1.19-perl", ports: ["4711:80"], environment: [OWNER=zebra, MODE=night]}
  kiosk: {image: "redis:6.0.5", volumes: ["nightly:/data"]}
volumes: {nightly: {}}
"""


def test_compose_files_in_another_order_and_form() -> None:
    other = """\
# mine
volumes:
  nightly: {}
services:
  kiosk:
    volumes: ['nightly:/data']
    image: redis:6.0.5
  zebra:
    environment:
      MODE: night
      OWNER: zebra
    ports:
      - "4711:80"
    image: nginx:1.19-perl
"""
    [pair] = found(COMPOSE, other, "docker-compose.yml")
    assert pair.percent == 100


def test_what_is_no_compose_file_is_compared_line_by_line() -> None:
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\nzebra_kiosk: 4711\nnight_mode: [*b, *b]\nowner_of_kiosk: *b\n"
    [pair] = found(bomb, bomb.replace("[*a, *a]", "[*a,  *a]"), "docker-compose.yml")
    assert pair.percent == 100


def test_only_a_part_is_alike() -> None:
    made = school()
    essay = "\n".join(f"Sentence {number} of Ada's about {number * 7} ships and shoes." for number in range(60))
    made.add("ada", {"Dockerfile": OWN, "README.md": essay})
    made.add("bob", {"Dockerfile": OWN})
    [pair] = compare(made, "one", NOBODY).pairs
    assert (pair.percent, pair.part) == (100, "Dockerfiles")


def test_comments_and_slips_tell_though_nothing_else_does() -> None:
    made = school()
    for number in range(60):
        made.add(f"t{number}", {"Dockerfile": f"# Install the dependencies, version {number}\n{usual(number)}"})
    slips = "# dont forgett teh zebra\n# Instal the dependancies  as Uncle Bob sayd\n# then its finaly done\n"
    made.add("ada", {"Dockerfile": slips + usual(1)})
    made.add("bob", {"Dockerfile": usual(1).replace("COPY", "# then its finaly done\nCOPY") + slips})
    [pair] = compare(made, "one", NOBODY).pairs
    assert {pair.one.student, pair.other.student} == {"ada", "bob"}
    assert pair.shared == 0
    kinds = {(sign.kind, sign.text, sign.holders) for sign in pair.signs}
    assert ("comment", "dont forgett teh zebra", 2) in kinds
    assert ("spelling", "instal (for install)", 2) in kinds


def test_an_ordinary_word_is_no_odd_spelling() -> None:
    made = school()
    for number in range(60):
        made.add(f"t{number}", {"Dockerfile": f"# there are these, version {number}\n{usual(number)}"})
    for who in ("ada", "bob"):
        made.add(who, {"Dockerfile": f"# all three of them, for the zebra\n# content to instal\n{OWN}"})
    [pair] = compare(made, "one", Author(words=frozenset(["there", "context"]))).pairs
    assert [sign.text for sign in pair.signs if sign.kind == "spelling"] == ["instal (for install)"]


def test_a_small_class_has_nothing_rare() -> None:
    made = HandedIn()
    for who in ("ada", "bob"):
        made.add(who, {"Dockerfile": OWN})
    made.add("cleo", {"Dockerfile": usual(1)})
    small = compare(made, "one", NOBODY)
    assert (small.small, small.special) == (True, frozenset())
    [pair] = small.pairs
    rows = side_by_side(made, pair, small)
    assert not any(row.telling for row in rows)
    assert shortened(rows, 3)[0] == rows[0]
    assert not compare(school(), "one", NOBODY).small


def test_odd_spacing_is_told() -> None:
    odd = OWN.replace("COPY --chown", "COPY   --chown").replace("EXPOSE 4711", "EXPOSE \t4711")
    [pair] = found(odd, odd)
    assert {(sign.kind, sign.text) for sign in pair.signs} == {
        ("spacing", "COPY   --chown=node kiosk.json ."),
        ("spacing", "EXPOSE \t4711"),
    }


def test_what_many_have_is_nothing_special() -> None:
    made = school()
    for number in range(10):  # a fifth of the class has it from the same place
        made.add(f"page-{number}", {"Dockerfile": OWN})
    assert compare(made, "one", NOBODY).pairs == ()


def test_one_group_and_one_student_are_no_pairs() -> None:
    made = school()
    made.add("ada", {"Dockerfile": OWN}, group="red")
    made.add("bob", {"Dockerfile": OWN}, group="red")
    made.add("cleo", {"Dockerfile": f"{OWN}LABEL by=cleo\n"})
    made.add("cleo", {"Dockerfile": OWN})
    pairs = compare(made, "one", NOBODY).pairs
    assert {frozenset([pair.one.student, pair.other.student]) for pair in pairs} <= {
        frozenset(["bob", "cleo"]), frozenset(["ada", "cleo"])
    }  # fmt: skip
    assert [pair.percent for pair in pairs] == [100, 93]
    assert len(strongest(pairs)) == 1


def test_flags_name_the_others() -> None:
    made = school()
    numbers = [made.add(who, {"Dockerfile": OWN}) for who in ("ada", "b\x1b[31mob", "ada")]
    shown = flags(compare(made, "one", NOBODY).pairs)
    assert shown == {
        numbers[0]: "similar to b\\x1b[31mob (100 %)",
        numbers[1]: "similar to ada (100 %)",
        numbers[2]: "similar to b\\x1b[31mob (100 %)",
    }


def test_many_others_are_counted() -> None:
    made = school(100)
    numbers = [made.add(f"ring-{number}", {"Dockerfile": OWN}) for number in range(6)]
    shown = flags(compare(made, "one", NOBODY).pairs)
    assert shown[numbers[0]] == "similar to ring-1 (100 %), ring-2 (100 %), ring-3 (100 %) and 2 more"


def test_what_the_author_gave_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "starter").mkdir()
    (tmp_path / "exercise.yaml").write_text("id: one\n")
    (tmp_path / "starter" / "Dockerfile").write_text("# Ask the zebra about it\nFROM node:18.3-alpine\nENV KIOSK=1\n")
    (tmp_path / "task.md").write_text(f"# Do\n\n```dockerfile\n{OWN}```\n\n```sh\n{COMMANDS}```\n")
    author = author_of(tmp_path)
    monkeypatch.chdir(tmp_path.parent)
    assert author_of(Path(tmp_path.name)) == author
    made = school()
    for who in ("ada", "bob"):
        made.add(who, {"Dockerfile": f"# Ask the zebra about it\n{OWN}ENV KIOSK=1\n", "commands.sh": COMMANDS})
    assert compare(made, "one", author).pairs == ()
    assert compare(made, "one", NOBODY).pairs != ()
    assert author_of(None) == NOBODY


def test_both_sides_with_what_they_share_marked() -> None:
    made = school()
    made.add("ada", {"Dockerfile": OWN})
    made.add("bob", {"Dockerfile": OWN.replace("EXPOSE 4711", "EXPOSE 8080").replace(" left-pad", "")})
    result = compare(made, "one", NOBODY)
    [pair] = result.pairs
    rows = side_by_side(made, pair, result)
    marks = [(row.one.mark if row.one else None, row.other.mark if row.other else None) for row in rows]
    assert marks == [("same", "same")] * 3 + [("partly", "partly")] + [("same", "same")] + [("own", "own")] + [
        ("same", "same")
    ]
    assert rows[5].one is not None
    assert (rows[5].one.text, rows[5].one.line) == ("EXPOSE 4711", 6)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no archive",
        packed({"Dockerfile": OWN})[:60],
        gzip.compress(b"\0" * (200 * 1024 * 1024)),
        packed({"Dockerfile": b"\xff\xfe\0\0" * 100, "image.png": b"\x89PNG\0" * 9}),
    ],
    ids=["empty", "not-gzip", "cut-off", "bomb", "binary"],
)
def test_hostile_snapshots_are_read_as_far_as_they_go(data: bytes) -> None:
    assert all(isinstance(text, str) for text in unpack(data).values())


def test_caps() -> None:
    assert len(unpack(packed({"big.txt": "x" * (MAX_FILE * 2)}))["big.txt"]) == MAX_FILE
    assert len(unpack(packed({f"{number}.txt": "x" for number in range(MAX_FILES * 2)}))) == MAX_FILES
    assert unpack(packed({"node_modules/left/index.js": "x", "package-lock.json": "{}"})) == {}
    nested = "[" * 100_000
    taken = take_apart({"a.yml": nested, "commands.sh": "docker run " * 20_000, "Dockerfile": "FROM x\n" * 90_000})
    assert len(stream(taken.elements)) <= MAX_PIECES


def test_a_lost_snapshot_is_counted() -> None:
    made = school(3)
    made.lose(2)
    result = compare(made, "one", NOBODY)
    assert (result.submissions, result.unreadable, result.pairs) == (3, 1, ())


def test_an_empty_class() -> None:
    assert compare(HandedIn(), "one", NOBODY).pairs == ()


PLAIN = st.text("abcdefghijkz/.-=0123456789", min_size=1, max_size=8).filter(lambda word: word.strip("-=./"))
LINE = st.tuples(st.sampled_from(["RUN", "COPY", "LABEL", "ENV"]), PLAIN, PLAIN).map(
    lambda one: f"{one[0]} {one[1]} {one[2]}"
)
DOCKERFILE = st.lists(LINE, min_size=1, max_size=8).map(lambda lines: "\n".join(["FROM zebra:7", *lines]))


def percents(one: str, other: str) -> list[int]:
    return [pair.percent for pair in found(one, other, threshold=1)]


@settings(max_examples=30, deadline=None)
@given(DOCKERFILE, DOCKERFILE)
def test_symmetric_and_in_range(one: str, other: str) -> None:
    there, back = percents(one, other), percents(other, one)
    assert there == back
    assert all(0 <= percent <= 100 for percent in there)


@settings(max_examples=30, deadline=None)
@given(DOCKERFILE)
def test_identical_is_all_or_too_little_to_tell(text: str) -> None:
    assert percents(text, text) in ([], [100])


@settings(max_examples=50, deadline=None)
@given(DOCKERFILE, st.lists(st.tuples(st.integers(0, 20), st.text("abc xyz#", max_size=20)), max_size=4))
def test_comments_and_blank_lines_change_nothing(text: str, remarks: list[tuple[int, str]]) -> None:
    lines = text.split("\n")
    for place, remark in remarks:
        lines.insert(place % (len(lines) + 1), f"  # {remark}" if remark else "")
    changed = "\n".join(lines)
    assert stream(take_apart({"Dockerfile": changed}).elements) == stream(take_apart({"Dockerfile": text}).elements)


OPTION = st.sampled_from(["-d", "--rm", "-p 80:80", "--name=web", "-e A=1", "-it", "-v /a:/b", "--cpus 2", "-w /x"])


@settings(max_examples=50, deadline=None)
@given(st.lists(OPTION, unique=True, max_size=6).flatmap(lambda one: st.tuples(st.just(one), st.permutations(one))))
def test_the_order_of_options_changes_nothing(orders: tuple[list[str], list[str]]) -> None:
    one, other = (
        stream(take_apart({"commands.sh": f"docker run {' '.join(options)} image sh -c 'x y'\n"}).elements)
        for options in orders
    )
    assert one == other


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(["Dockerfile", "a.yml", "a.sh", "README.md", "a.py", "x"]), st.text()))
def test_no_text_is_too_strange(texts: dict[str, str]) -> None:
    assert stream(take_apart(texts).elements) == stream(take_apart(dict(reversed(texts.items()))).elements)
