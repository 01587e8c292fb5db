"""Scales a score to so many points: outputs that take the place of those in the exercise's own points.

usage: scale.py POINTS RESULT.json CLASSROOM.txt >>"$GITHUB_OUTPUT"

Only the standard library, as any Python may run it. What is written has no text of a student's outside base64.
"""

from __future__ import annotations

import base64
import json
import sys
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, Final

LIMIT: Final = 95 * 1024
"""Bytes of the payload: the reporter reads it from an environment variable, which Linux limits to 128 KiB."""


def main(points_text: str, result_path: str, payload_path: str) -> int:
    """Write `score`, `max-score` and `result`; nothing for what has no score."""
    points = Decimal(points_text)
    result = json.loads(Path(result_path).read_text(encoding="utf-8"), parse_float=Decimal)
    if result["score"] is None or not (most := Decimal(result["max_score"])):
        return 0
    payload = Path(payload_path).read_text(encoding="ascii").strip()
    score = hundredths(Decimal(result["score"]) * points / most)
    sys.stdout.write(f"score={plain(score)}\nmax-score={plain(points)}\nresult={scaled(payload, points, most)}\n")
    return 0


def scaled(payload: str, points: Decimal, most: Decimal) -> str:
    """Give the reporter's payload with tests whose scores add up to the scaled score."""
    document: dict[str, Any] = json.loads(base64.b64decode(payload), parse_float=Decimal)
    before = told = Decimal(0)
    for test in document.get("tests", ()):
        before += Decimal(test.get("score") or 0)
        now = hundredths(before * points / most)
        test["score"] = float(now - told)
        told = now
    document["max_score"] = float(points)
    if len(_json(document)) > LIMIT:
        document["tests"] = [{**test, "test_code": ""} for test in document["tests"]]
    return base64.b64encode(_json(document)).decode()


def _json(document: dict[str, Any]) -> bytes:
    return json.dumps(document, separators=(",", ":"), default=float).encode()


def hundredths(number: Decimal) -> Decimal:
    """Round to two decimals, as one does by hand."""
    return number.quantize(Decimal("0.01"), ROUND_HALF_UP)


def plain(number: Decimal) -> str:
    """Write a number without an exponent or zeros at its end."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
