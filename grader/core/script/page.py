"""A page of Markdown or text, from its blocks to drafts of commands."""

from __future__ import annotations

from typing import Final

from grader.core.script import markdown, prose
from grader.core.script.markdown import Block, Page
from grader.core.script.model import Row
from grader.core.script.quoting import Quotes, quotes
from grader.core.script.session import Session
from grader.core.script.vocabulary import vocabulary
from grader.core.script.wording import Verdict, in_prose, is_docker

QUOTED: Final = "part of the task's text"
_SHELLS: Final = vocabulary("sh bash shell zsh fish powershell ps1 pwsh cmd bat batch dos")
_OTHERS: Final = vocabulary(
    "dockerfile docker-compose compose yaml yml json toml ini xml html css js javascript jsx ts typescript python py "
    "java go rust c cpp php ruby sql nginx conf diff output log logs csv http properties env makefile mermaid"
)


def read(text: str, task: str = "", *, block: bool = False) -> Session:
    """Read a page; `block`: the whole file is one block of commands."""
    if block:
        rows = [Row(number, line) for number, line in enumerate(text.split("\n"), 1)]
        return _run(Page([Block(rows, fenced=True, info="cmd")]), Quotes())
    page = markdown.read(text)
    found = quotes(page, task)
    session = _run(page, found)
    if session.drafts or not found.commands:
        return session
    # Nothing else is in the file: then the task's own commands are the answer.
    return _run(page, Quotes(found.sentences))


def _run(page: Page, found: Quotes) -> Session:
    session = Session()
    for row in page.long:
        session.leave(row, "too long", doubtful=is_docker(row.text[:200].strip()))
    for block in page.blocks:
        rows = []
        for row in block.rows:
            if row.number in found.sentences or row.number in found.commands:
                if row.text.strip():
                    session.leave(row, QUOTED)
            else:
                rows.append(row)
        if rows:
            _block(session, block, rows)
    _rest(session, page)
    _doubt_quotes(session, found)
    return session


def _block(session: Session, block: Block, rows: list[Row]) -> None:
    info = block.info.strip("{}. ").split(" ")[0].split(",")[0].lower()
    if block.hidden or (block.fenced and info in _OTHERS):
        reason = "hidden in an HTML comment" if block.hidden else f"in a block that is marked as {info}"
        for row in rows:
            if row.text.strip():
                text = row.text.strip().removeprefix("$ ")
                session.leave(row, reason, doubtful=is_docker(text) and in_prose(text) is Verdict.COMMAND)
    elif block.fenced:
        session.block(rows, fenced=True, shell=info in _SHELLS)
    else:
        spans = prose.Spans(session, rows)
        session.block([prose.peeled(row) for row in rows], fenced=False, other=spans.take)


def _rest(session: Session, page: Page) -> None:
    """Leave out every line that nobody looked at."""
    seen = set(page.markup) | {left.row.number + at for left in session.left for at in range(_height(left.row))}
    for draft in session.drafts:
        seen |= set(range(draft.number, draft.number + draft.lines))
    for block in page.blocks:
        for row in block.rows:
            text = row.text.strip()
            if text and row.number not in seen and not text.startswith(("#", "//")):
                session.leave(row, "not a command")


def _height(row: Row) -> int:
    return row.text.count("\n") + 1


def _doubt_quotes(session: Session, found: Quotes) -> None:
    """Mark a copied command as doubtful, unless the student gives it as well."""
    given = {" ".join(draft.text.split()) for draft in session.drafts}
    for at, left in enumerate(session.left):
        if left.reason == QUOTED and left.row.number in found.commands:
            text = " ".join(left.row.text.strip("`*_$#> \t").split())
            doubtful = text not in given and is_docker(text)
            session.left[at] = type(left)(left.row, left.reason, doubtful)
