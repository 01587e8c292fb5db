"""Find the student's own containers and images, and say what there is instead."""

from __future__ import annotations

from string import digits
from typing import TYPE_CHECKING

from grader.core.errors import Mismatch, Missing
from grader.core.references import normalize
from grader.core.result import Evidence
from grader.core.specs import Where
from grader.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from grader.core.inventory import ContainerFacts, Inventory, LocalImage

_LISTED = 6


def fits(one: ContainerFacts, where: Where) -> bool:
    """Whether a container is among those that are meant."""
    if where.container is not None:
        return one.name == where.container
    if where.image is not None:
        return normalize(one.image) == normalize(where.image)
    return where.publishes is None or any(port.host_port == where.publishes for port in one.published)


def matching(containers: Sequence[ContainerFacts], where: Where) -> tuple[ContainerFacts, ...]:
    """Give all containers that are meant."""
    return tuple(one for one in containers if fits(one, where))


def the_one(containers: Sequence[ContainerFacts], where: Where) -> ContainerFacts:
    """Give the container that is meant: of several the running one, of several running ones the newest.

    Raises Missing where there is none, Mismatch where there are several and nothing says which one.
    """
    found = matching(containers, where)
    if not found:
        raise Missing(
            f"there is no {where.label}{_instead(containers)}{_nearly(containers, where)}",
            expected=f"a {where.label}",
            actual=listing(containers),
            reproduce="docker ps -a",
            evidence=table(containers),
        )
    if len(found) > 1 and where == Where():
        raise Mismatch(
            f"there must be one container, and there are {len(found)}: {listing(found)}",
            expected="one container",
            actual=listing(found),
            reproduce="docker ps -a",
            evidence=table(containers),
        )
    return next((one for one in found if one.running), found[0])


def similar(name: str, names: Iterable[str]) -> str | None:
    """Give a name that may be a slip of the other one; `web1` and `web2` are two names."""
    import difflib

    found = [one for one in names if one != name and one.strip(digits) != name.strip(digits)]
    other = [one for one in found if one.lower() == name.lower()]
    return next(iter(other or difflib.get_close_matches(name, found, 1, cutoff=0.8)), None)


def _nearly(containers: Sequence[ContainerFacts], where: Where) -> str:
    near = similar(where.container, (one.name for one in containers)) if where.container is not None else None
    return f"; '{one_line(near)}' is nearly '{where.container}'" if near is not None else ""


def _instead(containers: Sequence[ContainerFacts]) -> str:
    return (
        f"; there {'is' if len(containers) == 1 else 'are'}: {listing(containers)}" if containers else ", nor any other"
    )


def listing(containers: Sequence[ContainerFacts]) -> str:
    """Name containers in a sentence: `quirky_fermi (nginx:1, exited)`."""
    if not containers:
        return "no containers"
    named = [f"{one_line(one.name)} ({one_line(one.image)}, {one.status})" for one in containers[:_LISTED]]
    return ", ".join(named) + (f" and {len(containers) - _LISTED} more" if len(containers) > _LISTED else "")


def condition(one: ContainerFacts) -> str:
    """Say in what state a container is: `exited (1)`."""
    return one.status if one.exit_code is None or one.status != "exited" else f"exited ({one.exit_code})"


def table(containers: Sequence[ContainerFacts]) -> tuple[Evidence, ...]:
    """Show containers as `docker ps -a` does, with what matters most; nothing where there are none."""
    if not containers:
        return ()
    rows = [("NAMES", "IMAGE", "COMMAND", "STATUS", "PORTS")]
    for one in containers:
        ports = ", ".join(str(port) for port in one.published)
        command = one_line(" ".join(one.argv), 24)
        rows.append((one_line(one.name, 40), one_line(one.image, 40), command, condition(one), one_line(ports)))
    return (Evidence(kind="inspect", title="all containers (docker ps -a)", text=columns(rows)),)


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Lay rows out in columns."""
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    lines = ("   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def image(inventory: Inventory, reference: str) -> LocalImage | None:
    """Give the image that a name, with its tag or digest, stands for."""
    wanted = normalize(reference)
    return next(
        (
            one
            for one in inventory.images
            if wanted in {normalize(name) for name in (*one.tags, *one.digests)} or reference == one.id
        ),
        None,
    )
