"""TLS from outside: the way to a server that speaks it, and what it shows of itself."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from grader.core.clock import remaining
from grader.core.errors import Failure, Missing, TimedOut
from grader.core.quantities import show_seconds
from grader.core.text import one_line
from grader.core.web.certificate import Certificate, read

if TYPE_CHECKING:
    import socket
    import ssl

    from grader.core.web.wire import Connect

_PLAIN: Final = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE"})
"""What OpenSSL says of an answer that is no TLS at all."""


@dataclass(frozen=True, slots=True)
class Session:
    """What a handshake agreed on."""

    version: str
    """Of TLS: `1.3`."""
    certificate: Certificate


def trust(pem: str) -> ssl.SSLContext:
    """Give the settings for a client that trusts whom `pem` names only. Raises ValueError for what is no certificate.

    The name of the host isn't compared: where a container runs, no certificate can know it.
    """
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    try:
        context.load_verify_locations(cadata=pem)
    except (ssl.SSLError, ValueError):
        raise ValueError("not a certificate in PEM (-----BEGIN CERTIFICATE-----)") from None
    return context


def secured(connect: Connect, port: int, ca: str | None = None) -> Connect:
    """Make a way to a port one that speaks TLS; with `ca`, only to a server that it vouches for.

    It raises Failure, in words for a student, where the handshake does not succeed.
    """
    context = _anyone() if ca is None else trust(ca)

    def secure(timeout: float) -> socket.socket:
        end = time.monotonic() + timeout
        sock = connect(timeout)
        try:
            sock.settimeout(max(end - time.monotonic(), 0.001))
            return context.wrap_socket(sock, server_hostname="localhost")
        except OSError as error:
            raise _unsuccessful(error, port, timeout) from None
        finally:
            sock.close()  # its descriptor is the other's by now, or of no more use

    return secure


def look(connect: Connect, port: int, timeout: float, ca: str | None = None) -> Session:
    """Shake hands, and close."""
    from ssl import SSLSocket

    try:
        sock = secured(connect, port, ca)(remaining(timeout))
    except TimeoutError:
        raise TimedOut(f"port {port}: no connection within the time limit") from None
    except OSError:
        raise Missing(f"nothing answers on port {port}") from None
    with sock:
        shown = (sock.getpeercert(binary_form=True) or b"") if isinstance(sock, SSLSocket) else b""
        version = (sock.version() or "") if isinstance(sock, SSLSocket) else ""
    try:
        return Session(version.removeprefix("TLSv"), read(shown))
    except ValueError:
        raise Failure(f"port {port}: the server's certificate can't be read") from None


def speaks_tls(connect: Connect, port: int, timeout: float) -> bool:
    """Whether a server shakes hands."""
    try:
        secured(connect, port)(timeout).close()
    except (OSError, Failure):
        return False
    return True


def _anyone() -> ssl.SSLContext:
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # certificates in exercises are the students' own; `ca` asks for more
    return context


def _unsuccessful(error: OSError, port: int, timeout: float) -> Failure:
    import ssl

    if isinstance(error, TimeoutError):
        return TimedOut(f"port {port}: no end of the TLS handshake within {show_seconds(timeout)}")
    if isinstance(error, ssl.SSLCertVerificationError):
        reason = one_line(error.verify_message)
        return Failure(
            f"port {port}: the server's certificate is not trusted: {reason}",
            expected="a certificate signed by the authority that the exercise names",
            actual=reason,
        )
    cause = getattr(error, "reason", None)
    if cause in _PLAIN:
        return Failure(
            f"port {port} does not speak TLS: what it answers to a handshake is something else",
            expected="a TLS handshake",
            actual="another protocol, for example HTTP without TLS",
        )
    if not isinstance(error, ssl.SSLError) or isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return Missing(f"port {port}: the connection was closed during the TLS handshake")
    words = one_line(str(cause or error)).replace("_", " ").lower()
    return Failure(f"port {port}: the TLS handshake failed: {words}")
