"""`grader engine status`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from grader.sandbox.disposable.inspect import Standing

_HEADS: Final = ("NAME", "STATE", "AGE", "MEMORY", "DISK", "CONTAINERS", "IMAGES")
_COLOURS: Final = {"idle": "green", "in use": "cyan", "broken": "red", "abandoned": "red"}


@click.command()
def command() -> int:
    """Say which disposable engines there are: images, state, age, memory, disk and containers.

    States are idle, in use, resetting, starting, broken (the next one who needs it starts it afresh) and abandoned
    (`grader clean` removes it).
    """
    from grader.sandbox.disposable import image, seeds
    from grader.sandbox.disposable.inspect import look
    from grader.sandbox.engine import connect

    host = connect()
    try:
        found = list(look(host))
        count = len(seeds.every(host))
        made = image.present(host) is not None
    finally:
        host.close()
    if found:
        _table(found)
    else:
        click.echo(
            "There are no disposable engines. `grader engine up` starts some; grading starts one if it needs it."
        )
    disks = "1 disk" if count == 1 else f"{count} disks"
    click.echo(f"\nThe engine image is {'here' if made else 'not made yet'}; {disks} with base images.")
    return 0


def _table(found: list[Standing]) -> None:
    rows = [_HEADS, *(_row(one) for one in found)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADS))]
    for number, row in enumerate(rows):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        if number:
            cells[1] = click.style(cells[1], fg=_COLOURS.get(row[1]))
        click.echo("  ".join(cells).rstrip())
        if number and (why := found[number - 1].why):
            click.echo(f"  {why}")


def _row(one: Standing) -> tuple[str, ...]:
    from grader.core.quantities import show_bytes, show_seconds

    sizes = [show_bytes(size) if size is not None else "-" for size in (one.memory, one.disk)]
    containers = str(one.containers) if one.containers is not None else "-"
    return (one.name, one.state, show_seconds(round(one.seconds)), *sizes, containers, ", ".join(one.images))
