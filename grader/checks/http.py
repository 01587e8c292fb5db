"""The `http` check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import model_validator

from grader.checks import _container, _http_steps
from grader.checks._http_exchange import Exchange
from grader.checks._http_steps import Steps  # noqa: TC001 - pydantic reads it
from grader.checks._http_talk import Talk
from grader.checks._server import Server
from grader.core.errors import Failure
from grader.core.specs import Where

if TYPE_CHECKING:
    from grader.core.abilities import Containers
    from grader.core.handles import Container

_NAME = "try"
"""What a container is called that a person starts."""


class Http(Exchange, Server):
    """Passes if the server in the container answers HTTP requests as expected.

    They come from outside the container, through the published port.
    An exchange has one time limit: `within` if it is given, else `timeout`.
    Bodies are cut after 1 MiB; a compressed one is not unpacked.

    With `steps`, several requests are made one after the other.
    `{{name}}` stands there for what an earlier step captured as `name`.
    [Servers](exercise.md#servers) has the fields of a step, and what to know about each.
    """

    example: ClassVar[str] = """
    - {id: answers, kind: http, port: 3000, path: /health, status: 200, json: {"$.status": ok}, within: 5s}
    - {id: moved, kind: http, port: 3000, path: /old, redirect: {to: /new, status: 301}}
    - {id: patient, kind: http, port: 3000, path: /slow, concurrent: 10, seconds: {at_most: 5}}
    - {id: encrypted, kind: http, port: 3443, tls: {names: [localhost], days_left: {at_least: 30}}}
    - id: notes-stay
      kind: http
      port: 3000
      steps:
        - {method: POST, path: /notes, request_json: {text: hello}, status: 201, capture: {id: {json: $.id}}}
        - {path: "/notes/{{id}}", json: {$.text: hello}}
        - {restart: true, path: "/notes/{{id}}", json: {$.text: hello}}
    """

    kind: Literal["http"] = "http"
    steps: Steps | None = None
    """Requests that are made one after the other, instead of the one that the other fields describe."""
    cookies: bool = False
    """Keep the cookies that answers set, and send them with the requests that follow."""

    @model_validator(mode="before")
    @classmethod
    def _of_a_step(cls, data: Any) -> Any:
        for name, meant in (("restart", "true"), ("capture", "{id: {json: $.id}}")):
            if isinstance(data, dict) and name in data:
                raise ValueError(f"{name} is a field of a step; write steps: [{{path: /, {name}: {meant}}}]")
        return data

    @model_validator(mode="after")
    def _steps_say_it_all(self) -> Http:
        if self.steps:
            plain = Exchange()
            said = [name for name in Exchange.model_fields if getattr(self, name) != getattr(plain, name)]
            if said:
                word = Exchange.model_fields[said[0]].alias or said[0]
                raise ValueError(f"with steps, {word} is a matter of each step")
        return self

    def run(self, target: Containers) -> None:
        talk = Talk(self, cookies=self.cookies)
        first: Exchange = self.steps[0] if self.steps else self
        try:
            container = _container.serving(target, self.in_, expected=f"an answer to {first.method} {first.path}")
            self.look_at_certificate(container)
            self._talk(talk, container)
        except Failure as failure:
            if not talk.typed:
                talk.request(first)
            failure.reproduce = failure.reproduce or self._by_hand(target, talk)
            raise

    def _talk(self, talk: Talk, container: Container) -> None:
        if not self.steps:
            talk.exchange(container, self)
            return
        name = _container.handle(self.in_) if isinstance(self.in_, Where) else _NAME
        _http_steps.take(self.steps, talk, container, f"docker restart {name}; docker logs {name}")

    def _by_hand(self, target: Containers, talk: Talk) -> str:
        """Write the commands that say the same, up to what failed."""
        label = _NAME if any(step.restart for step in self.steps or ()) else None
        commands = _container.from_outside(
            target, self.in_, self.port, lambda port: "\n".join(filter(None, (say(port) for say in talk.typed))), label
        )
        if label is not None:
            # What removes itself at its end can't be asked afterwards.
            commands = tuple(line.replace("docker run --rm ", "docker run ", 1) for line in commands)
        return "\n# then, in a second terminal:\n".join(commands)
