"""The cause `refused_by_policy`."""

from __future__ import annotations

from dataclasses import replace

from tests.support.cases import commanded, explains, silent
from tests.support.states import call, line, made

CAUSE = "refused_by_policy"
TOLD = (
    "docker: Error response from daemon: authorization denied by plugin grader: "
    "--privileged is not allowed (rule privileged): it has all rights of the machine.\n"
)
CALL = call("container create", arguments={"name": "web"}, status=403, refused="privileged")
RUN = line("docker run --privileged --name web nginx:1", 125, TOLD, CALL, number=5)
CASE = commanded(RUN)


def test_recognised() -> None:
    says = ["'docker run --privileged --name web nginx:1' in line 5 was refused", "it has all rights of the machine."]
    explains(CAUSE, CASE, *says, line=5)
    message = "'docker run --privileged --name web nginx:1' (line 5) ended with exit code 125"
    explains(CAUSE, replace(CASE, kind="transcript", where=None, message=message), *says, line=5)
    unknown = line("docker run x", 125, "", call("container create", status=403, refused="binds"))
    explains(CAUSE, commanded(unknown, where={}), "it breaks the rule binds", line=1)


def test_is_silent_otherwise() -> None:
    silent(CAUSE, replace(CASE, containers=(made("web"),)))
    silent(CAUSE, commanded(RUN, where={"container": "db"}))
    silent(CAUSE, commanded(line("docker ps")))
    silent(CAUSE, replace(CASE, kind="local_image"))
    silent(CAUSE, replace(CASE, kind="calls", where=None, asked=("image list",)))


def test_names_of_images_are_explained_elsewhere() -> None:
    pull = call("image pull", arguments={"fromImage": "ngnix", "tag": "1"}, status=403, refused="image")
    silent(CAUSE, commanded(line("docker run --name web ngnix:1", 125, TOLD, pull)))
    made = call("container create", arguments={"name": "web"}, status=403, refused="image")
    silent(CAUSE, commanded(line("docker run --name web ngnix:1", 125, TOLD, made)))


def test_is_silent_about_other_containers() -> None:
    nameless = line("docker run --privileged nginx:1", 125, TOLD, call("container create", refused="privileged"))
    silent(CAUSE, commanded(nameless))
