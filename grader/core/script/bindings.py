"""Ids and names of the student's own machine, and the containers here that they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.core.references import normalize
from grader.core.script.invocation import Invocation, parse
from grader.core.script.lexing import Word
from grader.core.script.model import Command, Made, Reference
from grader.core.script.patterns import pattern
from grader.core.script.statement import statement
from grader.core.script.vocabulary import vocabulary
from grader.core.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grader.core.script.output import Seen

# Where docker takes containers: as all its arguments, or as this many.
_ALL: Final = vocabulary("inspect kill pause restart rm start stats stop unpause wait")
_FIRST: Final = vocabulary("attach commit diff exec export logs port rename top update")
_NETWORK: Final = frozenset(["network connect", "network disconnect"])
_MAKE: Final = frozenset(["run", "create", "compose up", "compose run", "compose create"])
_MOST: Final = 200
"""Names in one file that are looked into."""
_ID: Final = r"^[0-9a-f]{3,64}$"
_GENERATED: Final = r"^[a-z]+_[a-z]+[0-9]?$"
_STANDS_FOR: Final = vocabulary(
    "containerid containername yourcontainerid yourcontainername thecontainerid thecontainername idofcontainer "
    "idofthecontainer mycontainerid dockercontainerid dockerid containeridorname cid"
)
_CAPITALS: Final = frozenset(["CONTAINER", "ID", "NAME", "HASH"])
# The first halves of the names that Docker makes up, of all its versions: moby's pkg/namesgenerator.
_ADJECTIVES: Final = vocabulary(
    "admiring adoring affectionate agitated amazing angry awesome backstabbing beautiful berserk big blissful bold "
    "boring brave busy charming clever cocky compassionate competent condescending confident cool cranky crazy "
    "dazzling desperate determined distracted dreamy drunk eager ecstatic elastic elated elegant eloquent epic evil "
    "exciting fervent festive flamboyant focused friendly frosty funny furious gallant gifted gloomy goofy gracious "
    "grave great happy hardcore heuristic high hopeful hungry infallible insane inspiring intelligent interesting "
    "jolly jovial keen kickass kind laughing lonely loving lucid mad magical modest musing mystifying naughty nervous "
    "nice nifty nostalgic objective optimistic peaceful pedantic pensive practical prickly priceless quirky quizzical "
    "recursing relaxed reverent romantic sad serene sharp sick silly sleepy small stoic strange stupefied suspicious "
    "sweet tender thirsty tiny trusting unruffled upbeat vibrant vigilant vigorous wizardly wonderful xenodochial "
    "youthful zealous zen"
)


def refer(texts: Sequence[tuple[int, str]], seen: Seen) -> list[tuple[Reference, ...]]:
    """Find what each command, given by number and text, means by ids and names that can't exist here."""
    parsed = [(number, text, list(_invocations(text))) for number, text in texts]
    given = {name for _, _, calls in parsed for call in calls for name in _given(call)}
    bound: dict[str, int] = dict(seen.made)
    makers: list[int] = []
    found: list[tuple[Reference, ...]] = []
    names: set[str] = set()
    for number, text, calls in parsed:
        references = []
        for call in calls:
            for name, start, end in _candidates(call, text):
                if _is_foreign(name, given, seen) and (name in names or len(names) < _MOST):
                    names.add(name)
                    references.append(_reference(name, (start, end), bound, makers, seen))
        found.append(tuple(sorted(references, key=lambda one: one.start)))
        makers += [number for call in calls if call.name in _MAKE]
    return found


def bind(command: Command, containers: Sequence[Made]) -> tuple[str, tuple[str, ...]]:
    """Put the containers made so far, in order, where the command means them; give the text and what was decided."""
    text, notes = command.text, list[str]()
    for reference in reversed(command.references):
        made = _meant(reference, containers)
        if made is not None:
            text = text[: reference.start] + (made.name or made.id) + text[reference.end :]
            notes.append(f"{quoted(reference.text)} is taken for the container {quoted(made.name or made.id)}")
    return text, tuple(reversed(notes))


def _meant(reference: Reference, containers: Sequence[Made]) -> Made | None:
    some = [made for made in containers if made.command_number == reference.command] or list(containers)
    if reference.name is not None:
        some = [made for made in containers if made.name == reference.name] or some
    if reference.image is not None:
        image = normalize(reference.image)
        some = [made for made in some if normalize(made.image) == image] or some
    return some[-1] if some else None


def containers_named(text: str) -> frozenset[str]:
    """Give every word that stands where docker takes a container."""
    return frozenset(name for call in _invocations(text) for name, _, _ in _candidates(call, text))


def _reference(
    name: str, place: tuple[int, int], bound: dict[str, int], makers: Sequence[int], seen: Seen
) -> Reference:
    image, known_as = next(
        (row for key, row in seen.containers.items() if key == name or _same_id(key, name)), (None, None)
    )
    generated = known_as is None or _is_generated(known_as)
    command = next((number for key, number in bound.items() if key == name or _same_id(key, name)), None)
    if command is None and image is None and makers:
        # Two ids mean two containers, as long as there are as many.
        free = [number for number in makers if number not in bound.values()]
        command = (free or list(makers))[-1]
        if not _stands_for(name):
            bound[name] = command
    return Reference(name, *place, command, None if generated else known_as, image)


def _same_id(one: str, other: str) -> bool:
    if not (one.startswith(other) or other.startswith(one)):
        return False
    return bool(pattern(_ID).match(one) and pattern(_ID).match(other))


def _is_foreign(name: str, given: set[str], seen: Seen) -> bool:
    if name in given or name in seen.images:
        return False
    if _stands_for(name) or _is_generated(name):
        return True
    return bool(pattern(_ID).match(name)) and any(char.isdigit() for char in name)


def _is_generated(name: str) -> bool:
    return bool(pattern(_GENERATED).match(name)) and name.partition("_")[0] in _ADJECTIVES


def _stands_for(name: str) -> bool:
    if name.startswith("<") and name.endswith(">"):
        return True
    if "$" in name:
        return False
    bare = name.strip("[]{}")
    letters = "".join(char for char in bare.lower() if char.isalpha())
    return letters in _STANDS_FOR or bare in _CAPITALS or (bare != name and letters in {"container", "id", "name"})


def _invocations(text: str) -> Iterator[Invocation]:
    for words in statement(text).calls:
        call = parse(words)
        if call is not None:
            yield call


def _given(call: Invocation) -> Iterator[str]:
    """Give the names that the student chose."""
    if call.name in {"run", "create"}:
        for value in call.values("name"):
            yield value.text
    elif call.name == "rename":
        for value in call.arguments[1:]:
            yield value.text


def _containers(call: Invocation) -> Iterator[tuple[Word, str]]:
    """Give the words that name containers, and the names in them."""
    if call.name in _ALL:
        yield from ((word, word.text) for word in call.arguments)
    elif call.name in _FIRST:
        yield from ((word, word.text) for word in call.arguments[:1])
    elif call.name in _NETWORK:
        yield from ((word, word.text) for word in call.arguments[1:2])
    elif call.name == "cp":
        yield from ((word, word.text.partition(":")[0]) for word in call.arguments if ":" in word.text)
    elif call.name in {"run", "create"}:
        for word in call.values("network", "net", "pid", "ipc"):
            if word.text.startswith("container:"):
                name = word.text.removeprefix("container:")
                yield Word(name, word.end - len(name), word.end), name
        yield from ((word, word.text.partition(":")[0]) for word in call.values("link", "volumes-from"))


def _candidates(call: Invocation, text: str) -> Iterator[tuple[str, int, int]]:
    """Give what stands where docker takes a container, with its place in the text."""
    for word, name in _containers(call):
        raw = text[word.start : word.end]
        if name and raw.startswith(name):
            yield name, word.start, word.start + len(name)
        elif name and raw[:1] in {"'", '"'} and raw[1:].startswith(f"{name}{raw[0]}"):
            yield name, word.start, word.start + len(name) + 2
