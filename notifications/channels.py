"""Channels: how letters leave; every real one goes through Apprise."""

import logging
from typing import Protocol
from urllib.parse import quote

from notifications.rendering import Rendered


class ChannelError(Exception):
    """A letter could not be handed over; says why without names, addresses or credentials."""


class Channel(Protocol):
    """Something that takes a letter."""

    def send(self, rendered: Rendered, *, message_id: str) -> None:
        """Hand a letter over under a stable id, or raise ``ChannelError``."""


class NullChannel:
    """Takes letters and keeps them on file only: for development, and for papers that are handed over by hand."""

    def send(self, rendered: Rendered, *, message_id: str) -> None:
        """Do nothing: the outbox row itself is the record."""


class AppriseChannel:
    """Sends to one Apprise address: mail, 企业微信, 钉钉, webhook and others."""

    def __init__(self, address: str) -> None:
        """Take an Apprise address; raises ``ChannelError`` when Apprise cannot read it."""
        import apprise

        logging.getLogger("apprise").setLevel(logging.CRITICAL)  # its own log lines carry addresses
        self._apprise = apprise
        self._address = address
        if not apprise.Apprise.instantiate(address):
            raise ChannelError("投递地址无法识别，请按 Apprise 的写法检查 XINFANG_OFFICE_CHANNEL、XINFANG_MAIL_CHANNEL 或名册")

    def send(self, rendered: Rendered, *, message_id: str) -> None:
        """Send text, or HTML by mail; the id travels as a header so that receivers can tell a repetition."""
        is_mail = self._address.startswith(("mailto", "mailtos"))
        address = self._with_header(message_id) if is_mail else self._address
        sender = self._apprise.Apprise()
        sender.add(address)
        kind = self._apprise.NotifyFormat.HTML if is_mail else self._apprise.NotifyFormat.TEXT
        body = rendered.html if is_mail else rendered.text
        if not sender.notify(title=rendered.subject, body=body, body_format=kind):
            raise ChannelError("投递未成功：对方服务器没有接收")

    def _with_header(self, message_id: str) -> str:
        joint = "&" if "?" in self._address else "?"
        return f"{self._address}{joint}+X-Xinfang-Key={quote(message_id)}"


def channel_for(address: str) -> Channel:
    """Choose the channel for an Apprise address; nothing means that the letter is only kept on file."""
    return AppriseChannel(address) if address else NullChannel()
