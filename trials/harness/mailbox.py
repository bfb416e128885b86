"""A real SMTP server on a free loopback port, which refuses what it is told to refuse."""

import email
from asyncio.base_events import Server
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope


class Mailbox:
    """Keeps the mails it took, and all that were tried."""

    def __init__(self, *refusals: str) -> None:
        """Keep which addressees are to be refused."""
        self.mails: list[EmailMessage] = []
        self.tried: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.port = 0
        self._refusals = list(refusals)

    @property
    def address(self) -> str:
        """The address that settings name for this server."""
        return f"mailto://127.0.0.1:{self.port}?from=office@example.com"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        """Take a mail in, or refuse it, as the protocol wants."""
        mail = email.message_from_bytes(cast(bytes, envelope.content), policy=default)
        self.tried.append(mail)
        if self._refusals:
            return self._refusals.pop(0)
        self.mails.append(mail)
        self.recipients += envelope.rcpt_tos
        return "250 OK"


class _FreePort(Controller):
    def _trigger_server(self) -> None:
        self.port = cast(Server, self.server).sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def mailbox(*refusals: str) -> Iterator[Mailbox]:
    """Run a server that answers the first mails with the given refusals and takes the rest."""
    box = Mailbox(*refusals)
    server = _FreePort(box, hostname="127.0.0.1", port=0)
    server.start()
    box.port = server.port
    try:
        yield box
    finally:
        server.stop()
