from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from grader.core.errors import ExerciseError, PolicyError, SubmissionError
from grader.core.progress import Silent
from grader.submissions import Work
from grader.submissions.dockerfile import MAX_DOCKERFILE, Dockerfile
from grader.submissions.intake import Snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from grader.sandbox.project import Plan


class FakeProject:
    """Takes the plan, and does nothing with it."""

    def __init__(self, _ledger: object, plan: Plan, *_: object) -> None:
        self.plan = plan
        self.closed = False

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Work:
    monkeypatch.setattr("grader.submissions.dockerfile.Project", FakeProject)
    for name in ("hand-in", "exercise"):
        (tmp_path / name).mkdir()
    unused: Any = None
    snapshot = Snapshot(tmp_path / "hand-in", "sha256:0", 0, 0)
    return Work(snapshot=snapshot, exercise=tmp_path / "exercise", ledger=unused, preparation=unused, progress=Silent())


def put(folder: Path, *names: str, text: str = "FROM busybox:1\n") -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def taken(work: Work, **fields: Any) -> dict[str, str]:
    """Give what of the submission is used."""
    with Dockerfile.model_validate(fields).open(work):
        pass
    return work.taken


def test_opens_and_closes(work: Work) -> None:
    put(work.snapshot.root, "Dockerfile")
    with Dockerfile().open(work) as opened:
        project: Any = opened
        assert project.plan.dockerfile == work.snapshot.root / "Dockerfile"
        assert not project.closed
    assert project.closed
    assert work.taken == {"dockerfile": "Dockerfile", "context": "."}


@pytest.mark.parametrize(
    ("names", "fields", "expected"),
    [
        (["dockerfile"], {}, "dockerfile"),
        (["Dockerfile", "dockerfile"], {}, "Dockerfile"),
        (["app/Dockerfile"], {"context": [".", "app"]}, "app/Dockerfile"),
        (["app/Dockerfile", "Dockerfile"], {"context": [".", "app"]}, "Dockerfile"),
        (["docker/web.Dockerfile"], {"dockerfile": ["docker/web.Dockerfile"]}, "docker/web.Dockerfile"),
    ],
)
def test_the_first_name_that_is_there(work: Work, names: list[str], fields: dict[str, Any], expected: str) -> None:
    put(work.snapshot.root, *names)
    assert taken(work, **fields)["dockerfile"] == expected


@pytest.mark.parametrize(
    ("copy", "files", "expected"),
    [
        ("COPY server.py .", ["app/server.py"], "app"),
        ("COPY app/server.py .", ["app/server.py"], "."),
        ("COPY . .", ["app/server.py"], "."),
        ("COPY nowhere.py .", ["app/server.py"], "."),
        ("COPY *.py .", ["app/server.py"], "."),
        ("COPY --from=build /x .", ["app/server.py"], "."),
        ("NONSENSE", ["app/server.py"], "."),
    ],
)
def test_the_context_has_what_is_copied(work: Work, copy: str, files: list[str], expected: str) -> None:
    put(work.snapshot.root, *files)
    put(work.snapshot.root, "Dockerfile", text=f"FROM busybox:1\n{copy}\n")
    assert taken(work, context=[".", "app"])["context"] == expected


def test_a_dockerfile_in_the_apps_folder_is_built_there(work: Work) -> None:
    put(work.snapshot.root, "app/Dockerfile", "app/server.py", text="FROM busybox:1\nCOPY . .\n")
    assert taken(work, context=[".", "app"]) == {"dockerfile": "app/Dockerfile", "context": "app"}


def test_there_is_no_dockerfile(work: Work) -> None:
    put(work.snapshot.root, "Dockerfile.txt", "app/x")
    with pytest.raises(SubmissionError, match="there is no Dockerfile in the submission") as caught:
        taken(work)
    assert str(caught.value.hint).endswith("It holds: Dockerfile.txt, app/.")


def test_an_empty_submission(work: Work) -> None:
    with pytest.raises(SubmissionError) as caught:
        taken(work)
    assert str(caught.value.hint).endswith("It holds: nothing.")


def test_a_folder_called_dockerfile(work: Work) -> None:
    (work.snapshot.root / "Dockerfile").mkdir()
    with pytest.raises(SubmissionError, match="'Dockerfile' is a folder; it must be a file"):
        taken(work)


def test_a_dockerfile_that_is_too_large(work: Work) -> None:
    put(work.snapshot.root, "Dockerfile", text="#" * (MAX_DOCKERFILE + 1))
    with pytest.raises(SubmissionError, match="larger than 256 KiB"):
        taken(work)


def test_a_dockerfile_that_leads_out(work: Work, tmp_path: Path) -> None:
    put(tmp_path, "elsewhere")
    (work.snapshot.root / "Dockerfile").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PolicyError, match="a link that leads out"):
        taken(work)


def test_a_dockerfile_that_is_a_link_inside(work: Work) -> None:
    put(work.snapshot.root, "docker/web.Dockerfile")
    (work.snapshot.root / "Dockerfile").symlink_to("docker/web.Dockerfile")
    assert taken(work) == {"dockerfile": "docker/web.Dockerfile", "context": "."}


def test_a_link_that_leads_into_the_apps_folder(work: Work) -> None:
    put(work.snapshot.root, "app/Dockerfile", "app/server.py", text="FROM busybox:1\nCOPY server.py .\n")
    (work.snapshot.root / "Dockerfile").symlink_to("app/Dockerfile")
    assert taken(work, context=[".", "app"]) == {"dockerfile": "app/Dockerfile", "context": "app"}


def test_a_dockerfile_that_links_inside_is_the_file_itself(work: Work) -> None:
    put(work.snapshot.root, "docker/main", "sub/x")
    (work.snapshot.root / "sub" / "Dockerfile").symlink_to("../docker/main")
    # BuildKit follows no link out of the folder that a Dockerfile is in.
    assert taken(work, context=["sub"])["dockerfile"] == "docker/main"


def test_required_files(work: Work) -> None:
    put(work.snapshot.root, "Dockerfile", *[f"f{n}" for n in range(9)])
    with pytest.raises(SubmissionError, match=r"missing from the submission: 'app\.py', 'x/y'") as caught:
        taken(work, required=["app.py", "x/y"])
    assert caught.value.hint == "It holds: Dockerfile, f0, f1, f2, f3, f4, f5, f6 and 2 more."


@pytest.mark.parametrize(("lay", "content"), [("missing", "theirs"), ("always", "ours")])
def test_given_files(work: Work, lay: str, content: str) -> None:
    put(work.snapshot.root, "Dockerfile")
    put(work.snapshot.root, "app/a.py", text="theirs")
    put(work.exercise, "starter/app/a.py", "starter/app/sub/b.py", text="ours")
    put(work.exercise, "starter/app/__pycache__/a.cpython-311.pyc")  # pip compiles what it installs
    names = taken(work, given={"app": {"from": "starter/app", "lay": lay}})["given"]
    assert (work.snapshot.root / "app" / "a.py").read_text() == content
    assert (work.snapshot.root / "app" / "sub" / "b.py").read_text() == "ours"
    assert not (work.snapshot.root / "app" / "__pycache__").exists()
    assert names == ("app/sub/b.py" if lay == "missing" else "app/a.py, app/sub/b.py")


def test_a_given_file_takes_the_place_of_anything(work: Work, tmp_path: Path) -> None:
    root = work.snapshot.root
    put(root, "Dockerfile", "b/inner", "c")
    put(tmp_path, "outside/a.py", text="untouched")
    (root / "a").symlink_to(tmp_path / "outside")
    put(work.exercise, "one", "many/a.py", text="ours")
    always = {"a": "many", "b": "one", "c": "many"}
    taken(work, given={place: {"from": source, "lay": "always"} for place, source in always.items()})
    assert (tmp_path / "outside" / "a.py").read_text() == "untouched"
    assert [(root / name).read_text() for name in ("a/a.py", "b", "c/a.py")] == ["ours"] * 3


def test_many_given_files_are_not_all_named(work: Work) -> None:
    put(work.snapshot.root, "Dockerfile")
    put(work.exercise, *[f"app/f{n}" for n in range(10)])
    assert taken(work, given={"app": {"from": "app"}})["given"].endswith("app/f7 and 2 more")


def test_given_files_that_have_gone(work: Work) -> None:
    put(work.snapshot.root, "Dockerfile")
    with pytest.raises(ExerciseError, match=r"submission\.given\.app: there is no starter"):
        taken(work, given={"app": {"from": "starter"}})


@pytest.mark.parametrize("field", ["dockerfile", "context", "required"])
@pytest.mark.parametrize("path", ["/etc/passwd", "..", "a/../../b"])
def test_paths_stay_inside(field: str, path: str) -> None:
    with pytest.raises(ValidationError, match="must be a path inside the submission"):
        Dockerfile.model_validate({field: [path]})


@pytest.mark.parametrize("name", ["a" * 300, "b/" * 3_000, "a" * 300 + "/*"])
def test_a_name_that_no_file_can_have_is_nowhere(work: Work, name: str) -> None:
    put(work.snapshot.root, "Dockerfile", text=f"FROM busybox:1\nCOPY {name} /y\n")
    assert taken(work)["context"] == "."


def test_the_dockerfile_is_kept_as_it_was_handed_in(work: Work) -> None:
    put(work.snapshot.root, "app/Dockerfile", text="\ufeffFROM busybox:1\r\nRUN \x1b[31m\r\n")
    put(work.exercise, "files/app.py", text="secret")
    taken(work, context=["app"], given={"app/app.py": {"from": "files/app.py"}})
    [kept] = work.facts["sources"]
    assert (kept.path, kept.language, kept.text) == (
        "app/Dockerfile",
        "dockerfile",
        "FROM busybox:1\nRUN \\x1b[31m\n",
    )


def test_an_authors_dockerfile_is_not_kept(work: Work) -> None:
    put(work.snapshot.root, "Dockerfile")
    put(work.exercise, "files/Dockerfile", text="FROM secret\n")
    taken(work, given={"Dockerfile": {"from": "files/Dockerfile", "lay": "always"}})
    assert "sources" not in work.facts


def test_a_link_that_leads_out_is_not_kept(work: Work, tmp_path: Path) -> None:
    put(tmp_path, "secret")
    (work.snapshot.root / "Dockerfile").symlink_to(tmp_path / "secret")
    with pytest.raises(PolicyError):
        taken(work)
    assert "sources" not in work.facts
