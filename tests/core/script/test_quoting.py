from __future__ import annotations

from typing import Final

import pytest

from grader.core.script import markdown
from grader.core.script.quoting import quotes

TASK: Final = """\
First pull the image
from [Docker Hub](https://hub.docker.com).

```
docker pull a
```

Then run it as you like:

`docker run -d a`
"""
BOTH: Final = "First pull the image\nfrom Docker Hub.\n\nThen run it as you like:\ndocker run -d a\ndocker ps"


@pytest.mark.parametrize(
    ("text", "sentences", "commands"),
    [
        (TASK, {1, 2, 8}, {5, 10}),
        ("First pull the **image** from Docker Hub.\n", {1}, set()),
        ("> First pull the image\n> from Docker Hub.\n\n```\ndocker pull a\n```\n", {1, 2}, {5}),
        ("First pull the image\nmine\n\n```\ndocker pull a\n```\n", {1}, set()),
        ("```\ndocker pull a\n```\n", set(), set()),
        (
            BOTH,
            {1, 2, 4},
            {5},
        ),
        ("Then run it as you like:\n\ndocker run -d b\n", {1}, set()),
        ("Then run it as you like:\n\ndocker run -d a\n\ndocker run -d a\n", {1}, {3}),
        ("My own words are these.\n", set(), set()),
        ("", set(), set()),
    ],
)
def test_what_is_copied(text: str, sentences: set[int], commands: set[int]) -> None:
    found = quotes(markdown.read(text), TASK)
    assert (set(found.sentences), set(found.commands)) == (sentences, commands)


def test_without_a_task_nothing_is() -> None:
    found = quotes(markdown.read(TASK), " \n")
    assert not found.sentences | found.commands
