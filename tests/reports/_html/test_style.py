"""The palette: text can be read on each ground that it stands on, in light, in dark and on paper."""

from __future__ import annotations

import re
from typing import Final

import pytest

from grader.reports._html import shell

_STYLE: Final = (shell.HERE / "style.css").read_text(encoding="utf-8")
_ROOTS: Final = re.findall(r":root \{([^}]*)\}", _STYLE)
_KINDS: Final = ("passed", "failed", "skipped", "error", "withheld", "info", "warning")
_GROUNDS: Final = ("bg", "surface", "sunken")


def _tokens(text: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3}(?:[0-9a-f]{3})?)\b", text))


def _schemes() -> dict[str, dict[str, str]]:
    light, dark, paper = map(_tokens, _ROOTS)
    return {
        "light": light,
        "dark": light | dark,
        "paper": light | paper,
        "paper of a dark screen": light | dark | paper,
    }


def _light(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Give the ratio that WCAG defines."""
    dark, bright = sorted((_light(one), _light(other)))
    return (bright + 0.05) / (dark + 0.05)


def test_the_ratio_is_that_of_wcag() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#fff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", _schemes())
def test_text_has_a_contrast_of_4_5(scheme: str) -> None:
    tokens = _schemes()[scheme]
    pairs = [(text, ground) for text in ("text", "muted", "accent", *_KINDS) for ground in _GROUNDS]
    pairs += [(text, f"{kind}-bg") for kind in _KINDS for text in (kind, "text", "accent")]
    pairs += [("text", "mark-in"), ("text", "mark-out")]
    found = {pair: round(contrast(tokens[pair[0]], tokens[pair[1]]), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in found.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_has_the_focus_is_seen(scheme: str) -> None:
    tokens = _schemes()[scheme]
    assert all(contrast(tokens["focus"], tokens[ground]) >= 3 for ground in _GROUNDS)
