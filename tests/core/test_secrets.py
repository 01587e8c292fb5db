from __future__ import annotations

import pytest

from grader.core.secrets import Scan, from_package, in_text, masked, named

# Put together here, so that no scanner takes this file itself for a leak.
KEY = "-----BEGIN RSA PRIVATE" + " KEY-----\nMIIEowIBAAKCAQEAwJf2x0Zr9+/=\n"
AWS = "AKIA" + "1234567890ABCDEF"
GITHUB = "ghp_" + "a1B2" * 9
SLACK = "xoxb-" + "123456789012-abcdefghij"


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("/app/.env", "a file of settings"),
        ("/app/.env.production", "a file of settings"),
        ("/app/.env.example", None),
        ("/app/env", None),
        ("/root/.ssh/id_rsa", "a private SSH key"),
        ("/root/.ssh/id_rsa.pub", None),
        ("/home/ada/.aws/credentials", "the credentials of an AWS account"),
        ("/aws/credentials", None),
    ],
)
def test_names_of_files(path: str, what: str | None) -> None:
    found = named(path)
    assert found is None if what is None else found is not None and found.startswith(what)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (KEY, "a private key"),
        (KEY.replace("\n", "\\n"), "a private key"),
        (KEY.replace("RSA ", "").replace("\n", "\r\n"), "a private key"),
        (KEY.replace("-----\n", "-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES,00\n\n"), "a private key"),
        ("-----BEGIN RSA PRIVATE KEY-----\0-----END", None),  # a program that knows how keys begin
        (KEY.replace("PRIVATE", "PUBLIC"), None),
        (f"key = '{AWS}'", "the id of an AWS key"),
        (f"X{AWS}", None),
        ("AKIAIOSFODNN7EXAMPLE", None),
        (f"https://{GITHUB}@github.com", "a GitHub token"),
        (GITHUB[:20], None),
        (SLACK, "a Slack token"),
        ("//registry.example/:_authToken=0123456789abcdef0", "a token of npm"),
        ("//registry.example/:_authToken=${TOKEN}", None),
        ("password = hunter2", None),  # in files, words like these are everywhere
    ],
)
def test_contents_of_files(content: str, what: str | None) -> None:
    scan = Scan((), secrets=True)
    scan.feed(b"\xff\x00 " + content.encode() + b" more")
    assert scan.secrets == ({what} if what else set())


def test_nothing_is_missed_between_two_pieces() -> None:
    content = b"x" * 1000 + KEY.encode() + b"my-token" + b"y" * 1000
    for cut in range(990, 1070):
        scan = Scan(["my-token", "other"], secrets=True)
        scan.feed(content[:cut])
        scan.feed(content[cut:])
        assert (scan.secrets, scan.values) == ({"a private key"}, {"my-token"})


def test_values_alone() -> None:
    scan = Scan(["é"], secrets=False)
    scan.feed(KEY.encode() + "é".encode())
    assert (scan.secrets, scan.values) == (set(), {"é"})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ENV DB_PASSWORD=hunter2", [("the value of DB_PASSWORD", "hunter2")]),
        ("ENV API_KEY='a b'", [("the value of API_KEY", "a b")]),
        ("RUN |1 TOKEN=abc /bin/sh -c echo $TOKEN", [("the value of TOKEN", "abc")]),
        ("ARG GITHUB_TOKEN=abc", [("the value of GITHUB_TOKEN", "abc")]),
        ("RUN tool --password hunter2", [("the value of password", "hunter2")]),
        ("RUN git clone https://ada:pw@example.org/x", [("a password in an address", "pw")]),
        (f"ENV ID={AWS}", [("the id of an AWS key", AWS)]),
        ("RUN useradd app && echo 'app:geheim' | chpasswd", [("the password of app", "geheim")]),
        ('RUN printf "app:geheim\\n"|chpasswd', [("the password of app", "geheim")]),
        ("RUN chpasswd <<< root:geheim", [("the password of root", "geheim")]),
        ("RUN echo app:$PW | chpasswd && echo a:b", []),
        (
            f"ENV GITHUB_TOKEN={GITHUB} TOKEN2=abc",
            [("a GitHub token", GITHUB), ("the value of TOKEN2", "abc")],
        ),
        ("ENV TOKENIZER=gpt SECRETARY=ada TOKEN_TYPE=bearer", []),
        ("ENV DB_PASSWORD_FILE=/run/secrets/db", []),
        ("ENV DB_PASSWORD=", []),
        ("ENV TOKEN_VERSION=2 MAX_TOKENS=50", []),
        ("RUN TOKEN=$(cat /run/secrets/token) make", []),
        ('RUN TOKEN="$TOKEN" make', []),
        ("RUN tool --password $PASSWORD --token -v", []),
        ("RUN git clone https://ada:$PW@example.org/x https://example.org:80/", []),
        ("ENV GPG_KEY=7169605F62C751356D054A26A821E680E5FA6305", []),
        ("ENV PASSWORD_REQUIRED=true", []),
    ],
)
def test_instructions(text: str, found: list[tuple[str, str]]) -> None:
    assert list(in_text(text)) == found


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ENV A=b DB_PASSWORD='a b' TOKEN=x EXTRA=1", "ENV A=b DB_PASSWORD=… TOKEN=… EXTRA=1"),
        (f"RUN curl -H {GITHUB} https://ada:pw@example.org", "RUN curl -H … https://ada:…@example.org"),
        ("RUN make ß && echo 'app:geheim' | chpasswd", "RUN make ß && echo 'app:…' | chpasswd"),
        ("RUN make", "RUN make"),
    ],
)
def test_secrets_are_left_out(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_files_of_packages() -> None:
    assert from_package("/usr/lib/python3/test.pem")
    assert from_package("/app/node_modules/x/key.pem")
    assert from_package("/srv/venv/lib/python3/site-packages/x/key.pem")
    assert not from_package("/usr/src/app/key.pem")
    assert not from_package("/app/lib/key.pem")
