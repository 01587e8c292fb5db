"""What all HTML pages are made with: templates, one style, one script, and a policy that lets nothing else in.

How a page is made. A template extends `base.html.j2` and fills its blocks; `page(template, **values)` renders it,
`write(stream, template, **values)` does so without holding a long page in memory. A page that needs more than
`style.css` and `page.js` names its files: `page("klass.html.j2", styles=("klass.css",), scripts=("klass.js",), ...)`.
They are put into the page itself, and their hashes into its Content-Security-Policy. Nothing else runs or applies:
no `style="…"`, no `onclick="…"`, no file beside the page. Sizes that depend on data are attributes of SVG
(`macros.bar`) or classes. Data for a script go into the page as `<script type="application/json" id="…">{{
data(value) }}</script>`.

Blocks of `base.html.j2`: `title` (text only), `frame` (`wide` for a wide page, or nothing), `nav` (links at the top),
`main`, `foot`, `end` (data blocks).

Values. Whatever a template writes is escaped, and cleaned by `core.text.clean` before: bidi overrides, control
characters and lone surrogates can't reach a page. Never use `|safe`, nor an unquoted attribute, nor student text in
`href`, `id`, `class` or a tag's name. A name that isn't there is an error; None is written as nothing.
Filters: `points`, `seconds`, `duration` (of many seconds), `moment` (a `<time>`'s text), `percent` (of a fraction),
`prose` (a sentence, with what stands between backticks as code).

Macros of `macros.html.j2`: `icon(name)` (an outcome, `copy`, `warning`), `outcome(name)` (icon and word),
`badge(kind, word)`, `bar(fraction, kind)`, `folded(title)` around a body.

Classes of `style.css`. Layout: `.wrap` (the page's column), `.wide` (a wider one), `.card`, `.card-head`, `.row`
(things side by side that wrap), `.push` (to the right end), `.grid-2` (two columns where there is room), `.stack`
(even distance between children), `.scroll` (sideways, for tables; give it `tabindex="0"`, a `role="region"` and an
`aria-label`). Text: `.muted`, `.small`, `.mono`, `.num` (figures of one width), `.student` (text of a student's,
isolated from what surrounds it), `.vh` (only for those who listen), `.lead`. Parts: `.badge`, `.note`, `.facts` (a
`dl`), `.code` (a `pre`), `.button`, `table.plain`. Kinds, each with a colour and a ground of its own:
`.k-passed .k-failed .k-skipped .k-error .k-withheld .k-info`.
`.js-only` is hidden without a script, `.no-print` on paper.

Tokens: `--bg --surface --sunken --line --text --muted --accent --focus`, `--KIND --KIND-bg` for the kinds above,
`--radius --gap --mono --sans`. All pairs of text and ground have a contrast of 4.5 and more, light and dark.
"""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

import grader
from grader.core.quantities import show_duration, show_points, show_seconds
from grader.core.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

HERE: Final = Path(__file__).parent
_JSON: Final = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})
"""What could end a script element, or begin one."""


def page(template: str, *, styles: Sequence[str] = (), scripts: Sequence[str] = (), **values: object) -> str:
    """Render a whole page."""
    return environment().get_template(template).render(**_frame(tuple(styles), tuple(scripts)), **values)


def write(
    stream: TextIO, template: str, *, styles: Sequence[str] = (), scripts: Sequence[str] = (), **values: object
) -> None:
    """Write a whole page to a stream, piece by piece."""
    pieces = environment().get_template(template).stream(**_frame(tuple(styles), tuple(scripts)), **values)
    pieces.enable_buffering(200)
    stream.writelines(pieces)


def render(template: str, **values: object) -> str:
    """Render a part of a page: escaped as all templates are, but with no frame around it."""
    return environment().get_template(template).render(**values)


def data(value: object) -> Markup:
    """Write a value as JSON that can stand in a script element of the type `application/json`."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return Markup(text.translate(_JSON))  # noqa: S704 - what HTML would act on is escaped, as JSON escapes it


@cache
def environment() -> Environment:
    """Give the templates, with autoescape on for all of them, whatever their names end with."""
    made = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_final,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    made.filters.update(points=show_points, seconds=show_seconds, duration=show_duration)
    made.filters.update(moment=_moment, percent=_percent, prose=_prose)
    made.globals["data"] = data
    return made


def _final(value: Any) -> Any:
    """Clean what a template writes; it is escaped afterwards."""
    if value is None:
        return ""
    if isinstance(value, str) and not isinstance(value, Markup):
        return clean(value)
    return value


def _moment(when: datetime) -> str:
    zone = when.strftime("%Z") or "local time"
    return f"{when.day} {when:%B %Y, %H:%M} {zone}"


def _prose(text: str) -> Markup:
    parts = clean(text).split("`")
    if len(parts) % 2 == 0:
        return escape(clean(text))  # a backtick that stands alone
    return Markup("").join(Markup("<code>{}</code>").format(one) if at % 2 else one for at, one in enumerate(parts))


def _percent(fraction: float) -> str:
    return f"{fraction * 100:.0f} %"


@cache
def _frame(styles: tuple[str, ...], scripts: tuple[str, ...]) -> dict[str, object]:
    """Give what `base.html.j2` needs: what is inlined, and the policy that allows just that."""
    style = "\n".join(_asset(name) for name in ("style.css", *styles))
    script = "\n".join(_asset(name) for name in ("page.js", *scripts))
    rules = (
        "default-src 'none'",
        f"style-src {_hash(style)}",
        f"script-src {_hash(script)}",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    )
    return {
        "policy": "; ".join(rules),
        "style": Markup(style),  # noqa: S704 - our own file
        "script": Markup(script),  # noqa: S704 - our own file
        "version": grader.__version__,
    }


def _asset(name: str) -> str:
    text = (HERE / name).read_text(encoding="utf-8").strip()
    if "</" in text:
        raise ValueError(f"{name} would end the element that it stands in: '</' must not be in it")
    return text


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}'"
