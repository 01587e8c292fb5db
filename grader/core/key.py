"""What makes two pieces of work the same work: graded once, the answer holds for the other."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def result_key(
    *,
    exercise_digest: str,
    submission_digest: str,
    images: Mapping[str, str],
    engine: str,
    past_due: bool,
    version: str,
) -> str:
    """Give the key of a result: `sha256:` over everything that decides what grading finds.

    `images` are ids by the names that the exercise uses, `engine` says what kind of engine it is and with which
    limits, `past_due` whether checks that wait for the due date are run, `version` is the grader's.
    """
    parts = [exercise_digest, submission_digest, dict(sorted(images.items())), engine, past_due, version]
    return f"sha256:{hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()}"
