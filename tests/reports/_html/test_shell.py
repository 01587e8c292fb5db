"""The frame of every page: what it escapes, what it inlines, what its policy allows."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import jinja2
import pytest

from grader.reports._html import shell
from tests.support.html import policy_of, read

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATES = sorted(path.name for path in shell.HERE.glob("*.j2"))


def rendered(text: str, **values: object) -> str:
    return shell.environment().from_string(text).render(**values)


def test_everything_is_escaped_and_cleaned() -> None:
    assert rendered("{{ x }}", x="<b>&\"'") == "&lt;b&gt;&amp;&#34;&#39;"
    assert rendered("{{ x }}", x="a\u202eb\x00c\ud800{{ 7*7 }}") == r"a\u202eb\x00c\ud800{{ 7*7 }}"
    assert rendered("{{ x | prose }}", x="run `a<b` and\u202e") == r"run <code>a&lt;b</code> and\u202e"
    assert rendered("{{ x | prose }}", x="a ` alone <i>") == "a ` alone &lt;i&gt;"


def test_what_is_not_there_is_an_error() -> None:
    with pytest.raises(jinja2.UndefinedError):
        rendered("{{ nothing }}")
    assert rendered("{{ x }}", x=None) == ""


def test_data_ends_no_script() -> None:
    value = {"a": "</script><!--<script>&\u2028"}
    text = str(shell.data(value))
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == value


def test_moments_have_a_zone() -> None:
    assert rendered("{{ x | moment }}", x=datetime(2026, 3, 1, 12, 5, tzinfo=UTC)) == "1 March 2026, 12:05 UTC"


def test_the_policy_allows_what_is_inlined_and_nothing_else() -> None:
    for text in (shell.page("results.html.j2", views=[]), _written()):
        page = read(text)
        style, script = page.inner("style"), page.inner("script")
        assert policy_of(page) == {
            "default-src": ["'none'"],
            "style-src": [f"'sha256-{_digest(style[0])}'"],
            "script-src": [f"'sha256-{_digest(script[0])}'"],
            "img-src": ["data:"],
            "base-uri": ["'none'"],
            "form-action": ["'none'"],
        }
        assert (len(style), len(script)) == (1, 1)


def _written() -> str:
    stream = io.StringIO()
    shell.write(stream, "results.html.j2", styles=("result.css",), views=[])
    return stream.getvalue()


def _digest(text: str) -> str:
    import base64
    import hashlib

    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_an_asset_that_ends_its_element_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bad.js").write_text('"</script>"', encoding="utf-8")
    monkeypatch.setattr(shell, "HERE", tmp_path)
    with pytest.raises(ValueError, match=r"bad\.js"):
        shell._asset("bad.js")


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_goes_around_the_escaping(name: str) -> None:
    text = (shell.HERE / name).read_text(encoding="utf-8")
    for way in ("|safe", "| safe", "autoescape", "style=", " onclick", " onload", "http://", "https://"):
        assert way not in text, way
