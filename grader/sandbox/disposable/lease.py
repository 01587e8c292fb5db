"""A disposable engine for one attempt."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from grader.core.clock import budget
from grader.sandbox import images
from grader.sandbox.disposable import image as engine_image
from grader.sandbox.disposable import outer, start

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.core.specs import EngineSpec
    from grader.sandbox.disposable.engine import Isolated
    from grader.sandbox.engine import Engine


def lease(
    host: Engine, names: tuple[str, ...], spec: EngineSpec, report: Callable[[str], None], *, client: bool = True
) -> Isolated:
    """Give an engine that has these images and nothing else; closing it gives it back.

    With `client`, there is a container for commands beside it. Raises SandboxError when there can't be one.
    """
    image = engine_image.ensure(host, report)
    bases = images.ensure(host, names, report)
    seed = start.seed_name(image, spec, bases)
    place, token = start.new_place(), secrets.token_hex(32)
    try:
        report("Starting a disposable engine")
        with budget("engine", 600):
            engine = start.start(host, place, image, spec, token, seed=seed)
        if client:
            outer.create_client(host, place, image)
    except start.SeedMissing:
        outer.remove(host, place)
        start.remove_folder(place)
        start.make_seed(host, image, spec, bases, seed, report)
        return lease(host, names, spec, report, client=client)
    except BaseException:
        outer.remove(host, place)
        start.remove_folder(place)
        raise
    engine.host = host
    return engine
