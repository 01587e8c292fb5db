from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.batch._names import joined, squeezed, unordered
from grader.batch.people import Joined, join
from grader.batch.roster import Roster
from grader.core.handin import Found, Person
from grader.core.text import clean

PEOPLE = (
    Person(id="17", name="Lovelace, Ada", email="ada@example.org", login="ada-l", group="Team A"),
    Person(id="18", name="Grace Hopper", email="grace@example.org", login="ghopper", group="Team A, Team B"),
    Person(id="19", name="José Ángel García López", login="jose"),
    Person(id="20", name="Alex Kim", login="akim1", email="alex.kim@example.org"),
    Person(id="21", name="Kim Alex", login="akim2"),
    Person(id="22", name="Łukasz Møller-Strauß"),
)
CLASS = Roster(PEOPLE, aliases={"17": ("501", "s-17"), "18": ("502",)}, participants={"123456": "17", "123457": "18"})


def found(label: str = "work", **who: str) -> Found:
    return Found(who=who, path=Path("/nowhere"), label=label)


def joined_one(who: dict[str, str]) -> tuple[tuple[str, ...], Joined]:
    made = join([found(**who)], CLASS)
    return made.owners[0].people, made


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ({"id": "17"}, "17"),
        ({"id": "501"}, "17"),
        ({"id": "S-17"}, "17"),
        ({"id": "ada-l"}, "17"),
        ({"id": "ADA@example.org"}, "17"),
        ({"id": "Participant 123456"}, "17"),
        ({"id": "Participant 123456", "name": "Ada Lovelace"}, "17"),
        ({"id": "501", "name": "lovelaceada"}, "17"),
        ({"id": "501", "name": "somebodyelse"}, "17"),
        ({"login": "Ada-L"}, "17"),
        ({"login": "ada-l", "repository": "web-ada-l"}, "17"),
        ({"login": "17"}, "17"),
        ({"email": "Grace@Example.org"}, "18"),
        ({"email": "grace@example.org", "name": "Grace"}, "18"),
        ({"name": "17"}, "17"),
        ({"name": "ada-l"}, "17"),
        ({"name": "ada@example.org", "email": "ada@example.org"}, "17"),
        ({"name": "Ada Lovelace"}, "17"),
        ({"name": "Lovelace, Ada"}, "17"),
        ({"name": "LOVELACE_ADA"}, "17"),
        ({"name": "adalovelace"}, "17"),
        ({"name": "garcialopezjoseangel"}, "19"),
        ({"name": "Garcia Lopez, Jose Angel"}, "19"),
        ({"name": "García López José Ángel"}, "19"),
        ({"name": "moller strauss lukasz"}, "22"),
        ({"name": "mollerstrausslukasz"}, "22"),
        ({"name": "akim1"}, "20"),
        ({"name": "Kim Alex", "login": "akim2"}, "21"),
        ({"name": "Team A-Ada Lovelace"}, "17"),
        ({"name": "Team B"}, "18"),
    ],
)
def test_who_it_is(who: dict[str, str], expected: str) -> None:
    people, made = joined_one(who)
    assert people == (expected,)
    assert made.strangers == ()
    assert made.people == PEOPLE


@pytest.mark.parametrize(
    ("who", "why", "near"),
    [
        ({"name": "Kim Alex"}, "'Kim Alex' may be any of several", ["20", "21"]),
        ({"name": "kimalex"}, "'kimalex' may be any of several", ["20", "21"]),
        ({"id": "17", "login": "ghopper"}, "its id and login are of different people", ["17", "18"]),
        ({"id": "17", "name": "Grace Hopper"}, "its id is of one person, and 'Grace Hopper' is another", ["17", "18"]),
        ({"name": "Ada King Lovelace"}, "not on the roster", ["17"]),
        ({"name": "Joan Clarke"}, "not on the roster", []),
        ({"id": "99"}, "not on the roster", []),
        ({}, "not on the roster", []),
        ({"name": "···"}, "not on the roster", []),
        ({"group": "Team C"}, "not on the roster", []),
    ],
)
def test_nothing_is_guessed(who: dict[str, str], why: str, near: list[str]) -> None:
    [own], made = joined_one(who)
    [stranger] = made.strangers
    assert (stranger.why, [person.id for person in stranger.near]) == (why, near)
    assert stranger.labels == ("work",)
    assert own not in {person.id for person in PEOPLE}
    assert made.people == (*PEOPLE, stranger.person)
    assert not stranger.person.on_roster


@pytest.mark.parametrize(
    "who",
    [
        {"group": "team a"},
        {"group": "Team A", "name": "Ada Lovelace"},
        {"id": "Participant 9", "name": "Team A"},
        {"id": "Participant 123456", "name": "Team A"},
        {"name": "Team A-somebody"},
        {"login": "team a"},
        {"id": "501", "name": "teama"},
        {"name": "team-a"},
    ],
)
def test_groups(who: dict[str, str]) -> None:
    made = join([found(**who)], CLASS)
    assert made.owners[0].people == ("17", "18")
    assert "it counts for 2 people" in made.owners[0].notes[0]


def test_a_members_own_hand_in_is_no_groups() -> None:
    labs = Roster((Person(id="ada", group="g1"), Person(id="groupie", group="g1")))
    assert join([found(name="ada")], labs).owners[0].people == ("ada",)
    assert join([found(name="g1")], labs).owners[0].people == ("ada", "groupie")


def test_a_name_of_a_group_and_of_a_person_is_nobodys() -> None:
    labs = Roster((Person(id="1", group="2"), Person(id="2", group="1"), Person(id="3", group="1")))
    [stranger] = join([found(name="1")], labs).strangers
    assert stranger.why == "'1' may be a group or a person"
    assert [one.id for one in stranger.near] == ["1", "2", "3"]
    alone = Roster((Person(id="1", group="1"), Person(id="2", group="2")))
    assert join([found(name="1")], alone).owners[0].people == ("1",)


def test_groups_whose_names_are_alike_are_not_mixed_up() -> None:
    labs = Roster((Person(id="1", group="Team A"), Person(id="2", group="Team-A")))
    assert join([found(name="team-a")], labs).owners[0].people == ("2",)
    assert len(join([found(name="teama")], labs).strangers) == 1


def test_a_login_that_two_have_is_told_by_the_name() -> None:
    twins = Roster((Person(id="1", name="Ada", login="x"), Person(id="2", name="Bob", login="x")))
    assert join([found(login="x", name="Bob")], twins).owners[0].people == ("2",)
    [stranger] = join([found(login="x")], twins).strangers
    assert stranger.why == "several people on the roster have its login"


def test_without_a_roster_everybody_is_a_person() -> None:
    made = join([found(name="ada", label="a"), found(id="7", name="Bob"), found(id="7", email="b@x.org")], None)
    assert [owner.people for owner in made.owners] == [("ada",), ("7",), ("7",)]
    assert [(one.id, one.name, one.email) for one in made.people] == [("7", "Bob", "b@x.org"), ("ada", "ada", "")]
    assert not any(one.on_roster for one in made.people)
    assert made.strangers == ()


def test_strangers_with_several_hand_ins_are_one() -> None:
    made = join([found("a", name="Joan"), found("b", name="Joan"), found("c", name="Jean")], CLASS)
    assert [(one.person.id, one.labels) for one in made.strangers] == [("Jean", ("c",)), ("Joan", ("a", "b"))]


def test_nothing_is_known() -> None:
    made = join([found("a.zip"), found("b.zip")], None)
    assert [owner.people for owner in made.owners] == [("a.zip",), ("b.zip",)]


def test_names_without_anything_in_common() -> None:
    assert unordered("Lovelace, ADA") == unordered("ada_lovelace") == "ada lovelace"
    assert joined("Ada-Maria") in squeezed("Maria Ada")
    assert unordered("Müller\u200c") == unordered("Mu\u0308ller\\u200c")
    assert unordered("王小明") == "王小明"


_WHO = st.dictionaries(
    st.sampled_from(["id", "name", "email", "login", "group", "other"]), st.text(max_size=12), max_size=4
)


@given(
    whos=st.lists(_WHO, max_size=6),
    ids=st.lists(st.text(max_size=8), max_size=4, unique_by=clean),
    listed=st.booleans(),
)
def test_nobody_is_lost(whos: list[dict[str, str]], ids: list[str], listed: bool) -> None:  # noqa: FBT001
    roster = Roster(tuple(Person(id=one, name=one, group=one) for one in ids)) if listed else None
    handed = [found(str(n), **who) for n, who in enumerate(whos)]
    made = join(handed, roster)
    known = [person.id for person in made.people]
    assert len(made.owners) == len(handed)
    assert all(owner.people and set(owner.people) <= set(known) for owner in made.owners)
    assert len(known) == len(set(known))
