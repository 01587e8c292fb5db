"""The cause `cache_order`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.cases import built, explains, files, silent

if TYPE_CHECKING:
    from grader.core.facts import Case

CAUSE = "cache_order"
AGAIN = "line 4, RUN install, was run again after app.py was changed, since line 3, COPY . ., stands above it"


def case(source: str, *paths: str, message: str = AGAIN, kind: str = "cache") -> Case:
    return built(source, kind=kind, message=message, files=files(*paths), container=None)


@pytest.mark.parametrize(
    ("command", "held", "says"),
    [
        ("pip install -r requirements.txt", ["requirements.txt", "app.py"], "`COPY requirements.txt ./`"),
        ("pip3 --quiet install -r requirements.txt", ["app.py"], "a COPY of the list of packages alone"),
        ("npm ci", ["package.json", "package-lock.json"], "`COPY package.json package-lock.json ./`"),
        ("yarn", ["package.json"], "`COPY package.json ./`"),
        ("bundle install", ["Gemfile"], "`COPY Gemfile ./`"),
    ],
)
def test_everything_is_copied_first(command: str, held: list[str], says: str) -> None:
    source = f"FROM a:1; WORKDIR /app; COPY . ./; RUN {command}"
    explains(CAUSE, case(source, *held), "Line 3 copies everything", says, "move line 3", line=3)


def test_the_place_is_that_of_the_copy() -> None:
    source = "FROM a:1; WORKDIR /app; COPY . {}; RUN npm install"
    explains(CAUSE, case(source.format("/srv"), "package.json"), "`COPY package.json /srv/`", line=3)
    explains(CAUSE, case(source.format("."), "package.json"), "`COPY package.json .`", line=3)
    both = case(source.format("."), "package.json", "package-lock.json")
    explains(CAUSE, both, "`COPY package.json package-lock.json ./`", line=3)


@pytest.mark.parametrize(
    "source",
    [
        "FROM a:1; WORKDIR /app; COPY app.py .; RUN pip install flask",
        "FROM a:1; WORKDIR /app; COPY . .; RUN make",
        "FROM a:1; COPY . .; FROM a:1; RUN pip install flask",
        "FROM a:1 AS one; FROM a:1; COPY --from=one . .; RUN pip install flask",
    ],
)
def test_is_silent_where_the_order_is_not_to_blame(source: str) -> None:
    silent(CAUSE, case(source, "app.py"))


def test_is_silent_about_other_failures() -> None:
    source = "FROM a:1; WORKDIR /app; COPY . .; RUN npm ci"
    silent(CAUSE, case(source, message="no step of the build is RUN npm"))
    silent(CAUSE, case(source, kind="build"))
