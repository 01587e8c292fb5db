"""Classroom 50 as far as it meets an autograder: what its runner says, and what it and its collector take."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from jsonschema import Draft202012Validator

ENVIRONMENT: Final = {
    "PAGES_BASE_URL": "https://school.example/classroom50",
    "CLASSROOM": "docker-2026",
    "ASSIGNMENT": "serve",
    "SUBMISSION_TAG": "submit/2026-11-23T12-00-00Z-1a2b3c4",
    "USERNAME": "ada",
    "OWNER": "ada",
    "ASSIGNMENT_TYPE": "individual",
    "COMMIT_URL": "https://git.example/school/docker-2026-serve-ada/commit/1a2b3c4",
    "RELEASE_URL": "https://git.example/school/docker-2026-serve-ada/releases/tag/submit%2F1a2b3c4",
    "REVIEW_URL": "https://git.example/school/docker-2026-serve-ada/compare/0000000...1a2b3c4",
    "GITHUB_ACTOR": "ada",
    "GITHUB_ACTOR_ID": "1815",
}
"""What the runner gives to an autograder."""
_SCHEMA: Final = Path(__file__).parent.parent / "reports" / "schemas" / "classroom50.json"
_MOST_BYTES: Final = 10 * 1024 * 1024
_MOST_NAME: Final = 100


def collected(text: str, environment: dict[str, str] = ENVIRONMENT) -> dict[str, Any]:
    """Take a `result.json` as the collector does: whole numbers, sums, and this very repository's identity."""
    assert len(text.encode()) <= _MOST_BYTES
    found: dict[str, Any] = json.loads(text)
    Draft202012Validator(json.loads(_SCHEMA.read_text(encoding="utf-8"))).validate(found)
    for key, name in (("classroom", "CLASSROOM"), ("assignment", "ASSIGNMENT"), ("owner", "OWNER")):
        assert found[key] == environment[name]
    assert found["assignment_type"] == environment["ASSIGNMENT_TYPE"]
    assert found["submission"] == environment["SUBMISSION_TAG"]
    for one in (found, *found["tests"]):
        for key in ("score", "max-score"):
            assert type(one[key]) is int  # True is an int, too, and 1.0 is one for JSON Schema
        assert 0 <= one["score"] <= one["max-score"]
    for key in ("score", "max-score"):
        assert found[key] == sum(test[key] for test in found["tests"])
    for test in found["tests"]:
        assert 0 < len(test["test-name"].encode()) <= _MOST_NAME
    return found
