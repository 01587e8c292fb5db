"""A page of Markdown or text, from its blocks to drafts of commands."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from grader.core.script import markdown, prose
from grader.core.script.markdown import Block, Page
from grader.core.script.model import Row
from grader.core.script.quoting import Quotes, quotes
from grader.core.script.session import COMMENT, Session
from grader.core.script.vocabulary import vocabulary
from grader.core.script.windows import is_windows
from grader.core.script.wording import Verdict, in_prose, is_docker

QUOTED: Final = "part of the task's text"
HEADING: Final = "a heading"
_WINDOWS: Final = vocabulary("powershell ps1 pwsh cmd bat batch dos")
_SHELLS: Final = _WINDOWS | vocabulary("sh bash shell zsh fish")
_OTHERS: Final = vocabulary(
    "dockerfile docker-compose compose yaml yml json toml ini xml html css js javascript jsx ts typescript python py "
    "java go rust c cpp php ruby sql nginx conf diff output log logs csv http properties env makefile mermaid"
)


def read(text: str, task: str = "", *, block: bool = False, listed: bool = False) -> Session:
    """Read a page; `block`: the whole file is one block of commands; `listed`: its lines are, one by one."""
    if block:
        rows = [Row(number, line) for number, line in enumerate(text.split("\n"), 1)]
        return _run(Page([Block(rows, fenced=True, info="cmd")]), Quotes(), windows=True)
    page = markdown.read(text)
    found = quotes(page, task)
    windows = is_windows(text) or any(_info(block) in _WINDOWS for block in page.blocks)
    session = _run(page, found, windows=windows, listed=listed)
    if session.drafts or not found.commands:
        return session
    # Nothing else is in the file: then the task's own commands are the answer.
    return _run(page, Quotes(found.sentences), windows=windows, listed=listed)


def _run(page: Page, found: Quotes, *, windows: bool, listed: bool = False) -> Session:
    session = Session(windows=windows, listed=listed)
    for row in page.long:
        session.leave(row, "too long", doubtful=is_docker(row.text[:200].strip()))
    for block in page.blocks:
        for rows in _own(session, block, found):
            _block(session, block, rows)
    if not session.drafts:
        for block in page.blocks:
            if block.heading:
                _prose(session, block.rows)
    _drop_repeated(session)
    _rest(session, page)
    _trust_repeated(session, found)
    return session


def _own(session: Session, block: Block, found: Quotes) -> list[list[Row]]:
    """Give the runs of lines in a block that aren't copied from the task."""
    runs: list[list[Row]] = [[]]
    for row in block.rows:
        if row.number not in found.sentences and row.number not in found.commands:
            runs[-1].append(row)
            continue
        if row.text.strip():
            session.leave(row, QUOTED)
        runs.append([])
    return [run for run in runs if run]


def _info(block: Block) -> str:
    return block.info.strip("{}. ").split(" ")[0].split(",")[0].lower()


def _block(session: Session, block: Block, rows: list[Row]) -> None:
    info = _info(block)
    if block.hidden or (block.fenced and info in _OTHERS):
        reason = "hidden in an HTML comment" if block.hidden else f"in a block that is marked as {info}"
        for row in rows:
            if row.text.strip():
                text = row.text.strip().removeprefix("$ ")
                session.leave(row, reason, doubtful=is_docker(text) and in_prose(text) is Verdict.COMMAND)
    elif block.heading:
        if prose.tells(rows[0].text):
            session.leave(rows[0], HEADING, doubtful=True)
    elif block.fenced:
        session.block(rows, fenced=True, shell=info in _SHELLS)
    else:
        _prose(session, rows)


def _prose(session: Session, rows: list[Row]) -> None:
    spans = prose.Spans(session, rows)
    session.block([prose.peeled(row) for row in rows], fenced=False, other=spans.take)


def _rest(session: Session, page: Page) -> None:
    """Leave out every line that nobody looked at."""
    seen = set(page.markup) | {left.row.number + at for left in session.left for at in range(_height(left.row))}
    for draft in session.drafts:
        seen |= draft.typed | set(range(draft.number, draft.number + draft.lines))
    for block in page.blocks:
        for row in block.rows:
            text = row.text.strip()
            if text and row.number not in seen and not text.startswith(("#", "//")):
                session.leave(row, "not a command")


def _height(row: Row) -> int:
    return row.text.count("\n") + 1


def _drop_repeated(session: Session) -> None:
    """Run a command once that is told in a sentence and given in full elsewhere."""
    given = {_flat(draft.text) for draft in session.drafts if not draft.inline}
    for draft in session.drafts:
        if draft.inline and _flat(draft.text) in given:
            session.leave(Row(draft.number, draft.text), "given again elsewhere")
    session.drafts = [draft for draft in session.drafts if not draft.inline or _flat(draft.text) not in given]


def _trust_repeated(session: Session, found: Quotes) -> None:
    """Doubt commands in headings, comments and copied text only if the student doesn't give them as well."""
    given = {_flat(draft.text) for draft in session.drafts}
    for at, left in enumerate(session.left):
        text = _flat(left.row.text.strip("`*_$#>/ \t"))
        if left.reason == QUOTED and left.row.number in found.commands:
            session.left[at] = replace(left, doubtful=text not in given and is_docker(text))
        elif left.reason in {HEADING, COMMENT} and text in given:
            session.left[at] = replace(left, doubtful=False)


def _flat(text: str) -> str:
    return " ".join(text.split())
