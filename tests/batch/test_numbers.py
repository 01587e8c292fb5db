from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.batch.numbers import Placing, Work, placer

TITLES = (
    ("two-line-image", "Two line Dockerfile"),
    ("image-for-script", "Image for script"),
    ("volumes", "Volumes"),
    ("backend", "Back"),
    ("compose-first", "First compose file"),
    ("serve-on-3000", "Serve a page on port 3000"),
    ("run-a-container", "Run containers"),
)
NUMBERS = {
    "two-line-image": (1, 7),
    "image-for-script": (1, 8),
    "volumes": (1, 10),
    "backend": (1, 14),
    "compose-first": (2, 1),
    "serve-on-3000": (2, 4),
    "run-a-container": (3, 7),
}
COURSE = placer(TITLES, NUMBERS)
ORDER = placer(TITLES, {own: (n,) for n, (own, _) in enumerate(TITLES, 1)})
NAMED = placer(TITLES)


def where(placing: Placing) -> dict[str, str]:
    """Give by exercise the folder, or the files."""
    return {own: ", ".join([*([work.folder] if work.folder is not None else []), *work.files])
            for own, work in placing.placed.items()}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "exercise", "root"),
    [
        # a folder for each exercise
        ("part1/1.7/Dockerfile", "two-line-image", "part1/1.7"),
        ("part_1/exercise_07/Dockerfile", "two-line-image", "part_1/exercise_07"),
        ("part1/ex1-07/Dockerfile", "two-line-image", "part1/ex1-07"),
        ("Exercise_1-7/Dockerfile", "two-line-image", "Exercise_1-7"),
        ("1.07-two-lines/Dockerfile", "two-line-image", "1.07-two-lines"),
        ("1.08-image-for-script/Dockerfile", "image-for-script", "1.08-image-for-script"),
        ("Part 1/Exercise 1.7/Dockerfile", "two-line-image", "Part 1/Exercise 1.7"),
        ("Part1/Ex 7/Dockerfile", "two-line-image", "Part1/Ex 7"),
        ("PART1/EX1.7/DOCKERFILE", "two-line-image", "PART1/EX1.7"),
        ("part-1/ex-7/Dockerfile", "two-line-image", "part-1/ex-7"),
        ("part-01/task-07/Dockerfile", "two-line-image", "part-01/task-07"),
        ("osa1/tehtava7/Dockerfile", "two-line-image", "osa1/tehtava7"),
        ("osa1/tehtävä 7/Dockerfile", "two-line-image", "osa1/tehtävä 7"),
        ("week1/assignment7/Dockerfile", "two-line-image", "week1/assignment7"),
        ("chapter1/1_7/Dockerfile", "two-line-image", "chapter1/1_7"),
        ("1/7/Dockerfile", "two-line-image", "1/7"),
        ("01/07/Dockerfile", "two-line-image", "01/07"),
        ("1/07-two-lines/Dockerfile", "two-line-image", "1/07-two-lines"),
        ("part1/7/Dockerfile", "two-line-image", "part1/7"),
        ("part1/07/Dockerfile", "two-line-image", "part1/07"),
        ("part1/107/Dockerfile", "two-line-image", "part1/107"),
        ("part1/ex17/Dockerfile", "two-line-image", "part1/ex17"),
        ("part1/ex0107/Dockerfile", "two-line-image", "part1/ex0107"),
        ("ex107/Dockerfile", "two-line-image", "ex107"),
        ("ex17/Dockerfile", "two-line-image", "ex17"),
        ("110/Dockerfile", "volumes", "110"),
        ("ex110/Dockerfile", "volumes", "ex110"),
        ("part1-ex7/Dockerfile", "two-line-image", "part1-ex7"),
        ("part1ex7/Dockerfile", "two-line-image", "part1ex7"),
        ("p1e7/Dockerfile", "two-line-image", "p1e7"),
        ("P1_E07/Dockerfile", "two-line-image", "P1_E07"),
        ("part1.7/Dockerfile", "two-line-image", "part1.7"),
        ("Part 1 - 7/Dockerfile", "two-line-image", "Part 1 - 7"),
        ("ex 1.7 (final)/Dockerfile", "two-line-image", "ex 1.7 (final)"),
        ("#1.7/Dockerfile", "two-line-image", "#1.7"),
        ("1.7:image/Dockerfile", "two-line-image", "1.7:image"),
        ("devops-course/part1/1.7/Dockerfile", "two-line-image", "devops-course/part1/1.7"),
        ("docker-2026/part2/ex2.4/docker-compose.yml", "serve-on-3000", "docker-2026/part2/ex2.4"),
        ("solutions/part2/2.1/docker-compose.yml", "compose-first", "solutions/part2/2.1"),
        ("part3/ex07/README.md", "run-a-container", "part3/ex07"),
        ("exercise 1.14/backend-files/Dockerfile", "backend", "exercise 1.14"),
        # files in one folder
        ("part1/Dockerfile-1-14-backend", "backend", "part1/Dockerfile-1-14-backend"),
        ("1-7.Dockerfile", "two-line-image", "1-7.Dockerfile"),
        ("ex2.4.yml", "serve-on-3000", "ex2.4.yml"),
        ("part2/docker-compose-2-4.yaml", "serve-on-3000", "part2/docker-compose-2-4.yaml"),
        ("part1/Dockerfile.7", "two-line-image", "part1/Dockerfile.7"),
        ("part1/7.Dockerfile", "two-line-image", "part1/7.Dockerfile"),
        ("part1/Dockerfile_107", "two-line-image", "part1/Dockerfile_107"),
        ("exercise1.7", "two-line-image", "exercise1.7"),
        ("1.7.md", "two-line-image", "1.7.md"),
        ("part1/exercise7.txt", "two-line-image", "part1/exercise7.txt"),
        ("part1/commands7.sh", "two-line-image", "part1/commands7.sh"),
        # two numbers in one path: the outer one counts
        ("part1/1.7/1.8/Dockerfile", "two-line-image", "part1/1.7"),
        ("1.7/app/step-2/Dockerfile", "two-line-image", "1.7"),
        ("part1/1.7/part2/Dockerfile", "two-line-image", "part1/1.7"),
        ("part1/ex07/Dockerfile-1-8", "two-line-image", "part1/ex07"),
        ("part1/part3/ex07/Dockerfile", "two-line-image", "part1/part3/ex07"),
        # numbers of something else
        ("1.7/python3.11/Dockerfile", "two-line-image", "1.7"),
        ("part1/1.7-2nd-try/Dockerfile", "two-line-image", "part1/1.7-2nd-try"),
        ("part1/1.7-node16/Dockerfile", "two-line-image", "part1/1.7-node16"),
        ("2026/part1/ex7/Dockerfile", "two-line-image", "2026/part1/ex7"),
        ("part1/ex7-v2.1/Dockerfile", "two-line-image", "part1/ex7-v2.1"),
        ("part1/ex7 (2)/Dockerfile", "two-line-image", "part1/ex7 (2)"),
        # by name, where it is long enough to be no other word
        ("1.7-volumes/Dockerfile", "two-line-image", "1.7-volumes"),
        ("part1/two-line-image/Dockerfile", "two-line-image", "part1/two-line-image"),
        ("TwoLineImage/Dockerfile", "two-line-image", "TwoLineImage"),
        ("my two_line_image/Dockerfile", "two-line-image", "my two_line_image"),
        ("serve-on-3000/Dockerfile", "serve-on-3000", "serve-on-3000"),
        ("2.4 serve on 3000/Dockerfile", "serve-on-3000", "2.4 serve on 3000"),
        ("Volumes/commands.md", "volumes", "Volumes"),
        ("first-compose-file.yml", "compose-first", "first-compose-file.yml"),
    ],
)  # fmt: skip
def test_placed(path: str, exercise: str, root: str) -> None:
    placing = COURSE.place([path])
    assert where(placing) == {exercise: root}
    assert placing.unplaced == ()


@pytest.mark.parametrize(
    ("path", "unplaced", "why"),
    [
        ("ex1-ex2/Dockerfile", "ex1-ex2", "'ex1-ex2' holds several answers: 1 and 2"),
        ("part1/ex7-ex8.md", "part1/ex7-ex8.md", "'ex7-ex8.md' holds several answers: 7 and 8"),
        ("part1/ex7 and 8/Dockerfile", "part1/ex7 and 8", "'ex7 and 8' holds several answers: 7 and 8"),
        ("assignments1-5.txt", "assignments1-5.txt", "'assignments1-5.txt' holds several answers: 1-5"),
        ("Exercises 1-7/Dockerfile", "Exercises 1-7", "'Exercises 1-7' holds several answers: 1-7"),
        ("1.7+1.8/Dockerfile", "1.7+1.8", "'1.7+1.8' holds several answers: 1.7 and 1.8"),
        ("1.7_1.8.md", "1.7_1.8.md", "nothing in its name says which exercise it is of"),
        ("part1/1.9/Dockerfile", "part1/1.9", "1.9 is the number of no exercise that is graded here"),
        ("part1/ex9/Dockerfile", "part1/ex9", "1.9 is the number of no exercise that is graded here"),
        ("part2/1.7/Dockerfile", "part2/1.7", "'1.7' says 1.7, and stands in part 2"),
        ("ex7/Dockerfile", "ex7", "'ex7' may be run-a-container or two-line-image"),
        ("1.7-serve-on-3000/x", "1.7-serve-on-3000",
         "'1.7-serve-on-3000' has the name of serve-on-3000 and the number of two-line-image"),
        ("python3.11/Dockerfile", "python3.11", "nothing in its name says which exercise it is of"),
        ("v1.7/Dockerfile", "v1.7", "nothing in its name says which exercise it is of"),
        ("node-1.7/Dockerfile", "node-1.7", "nothing in its name says which exercise it is of"),
        ("2026-01-07/Dockerfile", "2026-01-07", "nothing in its name says which exercise it is of"),
        ("app/src/Dockerfile", "app", "nothing in its name says which exercise it is of"),
        ("part1/Dockerfile", "part1", "nothing in its name says which exercise it is of"),
        ("README.md", "README.md", "nothing in its name says which exercise it is of"),
        ("image-for-script and serve-on-3000/x", "image-for-script and serve-on-3000",
         "'image-for-script and serve-on-3000' names several exercises: image-for-script, serve-on-3000"),
    ],
)  # fmt: skip
def test_not_placed(path: str, unplaced: str, why: str) -> None:
    placing = COURSE.place([path])
    assert placing.placed == {}
    assert placing.unplaced == ((unplaced, why),)


@pytest.mark.parametrize(
    ("path", "exercise"),
    [
        ("1/Dockerfile", "two-line-image"),
        ("01-two-lines/Dockerfile", "two-line-image"),
        ("exercise3/commands.sh", "volumes"),
        ("ex-03/commands.sh", "volumes"),
        ("Exercise 3/commands.sh", "volumes"),
        ("Task_7.md", "run-a-container"),
        ("week2/ex4/Dockerfile", "backend"),
        ("Dockerfile5", "compose-first"),
        ("lab06/Dockerfile", "serve-on-3000"),
        ("hw6/Dockerfile", "serve-on-3000"),
    ],
)
def test_numbers_by_the_order_of_the_course(path: str, exercise: str) -> None:
    assert list(ORDER.place([path]).placed) == [exercise]


@pytest.mark.parametrize("path", ["ex1.7/Dockerfile", "12-factors/Dockerfile", "ex8/Dockerfile", "2024/Dockerfile"])
def test_other_numbers_than_those_of_the_order(path: str) -> None:
    assert ORDER.place([path]).placed == {}


def test_without_numbers_names_tell() -> None:
    files = ["serve-on-3000/Dockerfile", "Serve a page/Dockerfile", "1.7/Dockerfile", "x/two_line_image/Dockerfile"]
    assert where(NAMED.place(files)) == {"serve-on-3000": "serve-on-3000", "two-line-image": "x/two_line_image"}


def test_a_part_that_is_the_only_one_need_not_be_named() -> None:
    one = placer(TITLES[:2], {"two-line-image": (1, 7), "image-for-script": (1, 8)})
    assert where(one.place(["ex07/Dockerfile", "8/Dockerfile"])) == {"two-line-image": "ex07", "image-for-script": "8"}


def test_a_whole_hand_in() -> None:
    files = [
        ".gitignore", "LICENSE", "README.md", "part1/1.7/Dockerfile", "part1/1.7/app/main.py", "part1/1.8/Dockerfile",
        "part1/1.9/notes.md", "part1/1.8/1.7.png", "part2/2.4/docker-compose.yml", "part2/2.4/screenshot.png",
        "notes/a.txt", "notes/b.txt", "part1/shot.png", "part2/Dockerfile",
    ]  # fmt: skip
    placing = COURSE.place(files)
    assert where(placing) == {
        "two-line-image": "part1/1.7", "image-for-script": "part1/1.8", "serve-on-3000": "part2/2.4",
    }  # fmt: skip
    assert placing.unplaced == (
        ("part1/1.9", "1.9 is the number of no exercise that is graded here"),
        ("notes", "nothing in its name says which exercise it is of"),
        ("part2/Dockerfile", "nothing in its name says which exercise it is of"),
    )


def test_files_of_many_exercises_in_one_folder() -> None:
    files = ["d/Dockerfile-1-14-backend", "d/Dockerfile-1-14-frontend", "d/1-7.Dockerfile", "d/ex2.4.yml"]
    placing = COURSE.place(files)
    assert placing.placed["backend"] == Work(None, ("d/Dockerfile-1-14-backend", "d/Dockerfile-1-14-frontend"))
    assert placing.placed["two-line-image"] == Work(None, ("d/1-7.Dockerfile",))
    assert placing.placed["serve-on-3000"] == Work(None, ("d/ex2.4.yml",))


def test_a_file_beside_its_folder() -> None:
    placing = COURSE.place(["part1/1.7/shot.txt", "part1/1.7.md", "part1/1.7.png"])
    assert placing.placed == {"two-line-image": Work("part1/1.7", ("part1/1.7.md",))}


def test_several_places_are_no_place() -> None:
    placing = COURSE.place(["1.7/Dockerfile", "1.7-old/Dockerfile"])
    assert placing.placed == {}
    why = "one of several places for two-line-image: '1.7', '1.7-old'"
    assert placing.unplaced == (("1.7", why), ("1.7-old", why))


def test_what_everything_is_wrapped_in_says_nothing() -> None:
    files = ["ex1-ex5-ada/1.7/Dockerfile", "ex1-ex5-ada/1.8/Dockerfile", "ex1-ex5-ada/README.md"]
    assert where(COURSE.place(files)) == {
        "two-line-image": "ex1-ex5-ada/1.7", "image-for-script": "ex1-ex5-ada/1.8",
    }  # fmt: skip


def test_a_wrapping_may_have_a_number() -> None:
    files = ["ex9-1.5/1.7/Dockerfile", "ex9-1.5/1.8/Dockerfile"]
    assert set(COURSE.place(files).placed) == {"two-line-image", "image-for-script"}
    assert COURSE.place(files[:1]).placed == {}
    assert where(COURSE.place(["part1/ex7/x", "part1/ex8/x"])) == {
        "two-line-image": "part1/ex7", "image-for-script": "part1/ex8",
    }  # fmt: skip
    assert where(COURSE.place(["1.7/Dockerfile", "1.7/app.py"])) == {"two-line-image": "1.7"}


def test_pictures_are_no_answers() -> None:
    assert COURSE.place(["1.7.png", "part1/1.8.JPG"]) == Placing({})


def test_long_lists_are_cut() -> None:
    placing = COURSE.place([f"other-{n}/x" for n in range(100)])
    assert len(placing.unplaced) == 21
    assert placing.unplaced[-1] == ("", "and 80 more")


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (["part1/1.7"], Work("part1/1.7")),
        (["part1/1.7/"], Work("part1/1.7")),
        (["PART1/1.7"], Work("part1/1.7")),
        (["part1/ex*07", "part1/1.?"], Work("part1/1.7")),
        (["**/1.7"], Work("part1/1.7")),
        (["part1/1.[67]"], Work("part1/1.7")),
        (["part1/*/Dockerfile"], Work(None, ("part1/1.7/Dockerfile",))),
        (["dockerfiles/*7*"], Work(None, ("dockerfiles/7-a", "dockerfiles/7-b"))),
        (["."], Work("")),
        (["nowhere/*"], None),
        (["[p]*"], Work("part1")),
    ],
)
def test_patterns(patterns: list[str], expected: Work | None) -> None:
    files = ["dockerfiles/7-a", "dockerfiles/7-b", "part1/1.7/Dockerfile", "readme"]
    made = placer([("two-line-image", "Two")], {}, {"two-line-image": patterns}).place(files)
    assert made.placed.get("two-line-image") == expected


def test_a_pattern_that_fits_several_folders_places_nothing() -> None:
    made = placer([("it", "It")], {}, {"it": ["part1/*"]}).place(["part1/a/x", "part1/b/x"])
    why = "one of several places for it: 'part1/a', 'part1/b'"
    assert made == Placing({}, (("part1/a", why), ("part1/b", why)))


def test_patterns_look_into_a_wrapping() -> None:
    made = placer([("it", "It")], {}, {"it": ["part1/1.7"]}).place(["ada-main/part1/1.7/x", "ada-main/README.md"])
    assert made.placed == {"it": Work("ada-main/part1/1.7")}


def test_paths_and_numbers_side_by_side() -> None:
    made = placer(TITLES, NUMBERS, {"two-line-image": ["first"]}).place(["first/x", "1.7/x", "1.8/x"])
    assert where(made) == {"two-line-image": "first", "image-for-script": "1.8"}
    assert made.unplaced == (("1.7", "the course says that two-line-image is elsewhere"),)


_NAME = st.text(st.sampled_from("ab1270-_. /éex\u202e\0\udcff"), min_size=1, max_size=14)


@given(st.lists(st.one_of(_NAME, st.text(max_size=20)), max_size=8))
def test_hostile_names(names: list[str]) -> None:
    files = sorted({name.strip("/") for name in names if name.strip("/") and "//" not in name})
    for one in (COURSE, ORDER, NAMED, placer(TITLES, {}, {"volumes": ["**/*7*", "a/?"]})):
        placing = one.place(files)
        for work in placing.placed.values():
            assert all(file in files for file in work.files)
            assert work.folder is None or any(file.startswith(f"{work.folder}/") for file in files)
