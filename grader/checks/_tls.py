"""What is asked of a server's certificate, and of the TLS that it speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator

from grader.checks._problems import compare, report
from grader.core.matchers import Expectation
from grader.core.model import Model
from grader.core.web.tls import trust

if TYPE_CHECKING:
    from grader.core.web.tls import Session


def _authority(pem: str) -> str:
    trust(pem)
    return pem


class Tls(Model):
    """What is asked of a server's certificate, and of the TLS that it speaks."""

    ca: Annotated[str, AfterValidator(_authority)] | None = None
    """The certificate, as PEM text, of the authority that must have signed the server's; default: anyone may have."""
    subject: Expectation | None = None
    """For whom the certificate is, as `CN=localhost, O=Example`."""
    issuer: Expectation | None = None
    """Who signed it, written in the same way."""
    names: Expectation | None = None
    """The DNS names and addresses that it is for (subject alternative names)."""
    days_left: Expectation | None = None
    """Whole days until it expires; negative when it has."""
    version: Expectation | None = None
    """The version of TLS that is agreed on: `1.2` or `1.3`."""

    @property
    def asks(self) -> bool:
        """Whether a handshake has to be looked at."""
        return any(value is not None for value in (self.subject, self.issuer, self.names, self.days_left, self.version))

    def judge(self, port: int, session: Session) -> None:
        """Raise Mismatch, with everything that is not as expected."""
        shown, of = session.certificate, f"of the certificate on port {port}"
        found = [
            *compare(f"the subject {of}", shown.subject, self.subject),
            *compare(f"the issuer {of}", shown.issuer, self.issuer),
            *compare(f"the list of names {of}", list(shown.names), self.names),
            *compare(f"the number of days left {of}", shown.days_left, self.days_left),
            *compare(f"the version of TLS on port {port}", session.version, self.version),
        ]
        report(found)
