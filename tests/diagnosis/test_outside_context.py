"""The cause `outside_context`."""

from __future__ import annotations

import pytest

from tests.support.cases import absent, explains, files, silent

CAUSE = "outside_context"


@pytest.mark.parametrize(
    ("written", "path", "fix"),
    [
        ("../shared/x.txt", "/shared/x.txt", "Put x.txt into the folder"),
        ("../app.py", "/app.py", "change line 2 to: COPY src/app.py /"),
        ("/home/ada/work/x.txt", "/home/ada/work/x.txt", "Put x.txt"),
        ("/Users/ada/app.py", "/Users/ada/app.py", "COPY src/app.py /"),
        ("~/x.txt", "/~/x.txt", "Put x.txt"),
        ("C:/work/x.txt", "/C:/work/x.txt", "Put x.txt"),
    ],
)
def test_a_way_out(written: str, path: str, fix: str) -> None:
    case = absent(f"FROM a:1; COPY {written} /", 2, path, files=files("src/app.py"))
    explains(CAUSE, case, written, "sees only the folder", fix.replace("change", "Change"), line=2)


def test_is_silent_about_paths_inside() -> None:
    silent(CAUSE, absent("FROM a:1; COPY x.txt /", 2, "/x.txt"))
    silent(CAUSE, absent("FROM a:1; COPY /app/x.txt /", 2, "/app/x.txt"))
    silent(CAUSE, absent("FROM a:1 AS b; FROM a:1; COPY --from=b /home/x /", 3, "/home/x"))
