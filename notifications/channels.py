"""Channels: how letters leave the office; every real one goes through Apprise."""

import logging
from functools import lru_cache
from typing import Any, Protocol
from urllib.parse import quote

from notifications.rendering import Rendered

KEY_HEADER = "X-Xinfang-Key"
"""Carries the message id: Apprise writes a new Message-ID of its own at every try and cannot be told one."""


class ChannelError(Exception):
    """A letter was not handed over; the message holds neither personal data nor credentials."""


class MessageChannel(Protocol):
    """Something that takes letters."""

    def send(self, rendered: Rendered, *, address: str, message_id: str) -> None:
        """Hand a letter over under an id that stays the same at every try, or raise ``ChannelError``."""


class NullChannel:
    """Takes every letter and keeps nothing: for development, and for papers that leave by post or by hand."""

    def __init__(self) -> None:
        """Begin counting."""
        self.taken = 0

    def send(self, rendered: Rendered, *, address: str, message_id: str) -> None:  # noqa: ARG002
        """Count the letter."""
        self.taken += 1


class AppriseChannel:
    """Sends to an Apprise address: mail, 企业微信 (wecombot), 钉钉 (dingtalk), webhooks (json) and others.

    Apprise 1.13 goes by the HTTP status: a chat service that refuses inside a 200 answer counts as served.
    """

    def send(self, rendered: Rendered, *, address: str, message_id: str) -> None:
        """Send HTML (with its text beside it) where the service takes HTML, plain text elsewhere."""
        service = _service(address)
        kind = _kind(address)
        if isinstance(headers := getattr(service, "headers", None), dict):
            headers[KEY_HEADER] = message_id
        html = service.notify_format == _apprise().NotifyFormat.HTML
        body = rendered.html if html else rendered.text
        try:
            taken = service.notify(title=rendered.subject, body=body, body_format=service.notify_format)
        except Exception as fault:  # whatever a service's plugin trips over; its words may quote the address
            raise ChannelError(f"{kind}通道出错（{type(fault).__name__}），函件未发出") from None
        if not taken:
            raise ChannelError(f"{kind}通道没有接收函件，请检查对方服务器或地址")


def channel_for(address: str) -> MessageChannel:
    """Choose the channel for an address; without one a letter is only recorded."""
    return AppriseChannel() if address else NullChannel()


def mail_via(mail_channel: str, mailbox: str) -> str:
    """Aim the office's mail address at one mailbox; recipients that it names itself get nothing."""
    server, _, options = mail_channel.partition("?")
    scheme, _, place = server.partition("://")
    kept = [option for option in options.split("&") if option and not option.startswith("to=")]
    query = "&".join([*kept, f"to={quote(mailbox, safe='')}"])
    return f"{scheme}://{place.partition('/')[0]}?{query}"


@lru_cache
def _apprise() -> Any:
    """Import Apprise when the first letter leaves (it is slow), and keep addresses out of the log."""
    import apprise

    logging.getLogger("apprise").addFilter(lambda _record: False)
    below = logging.getLogger("urllib3.connectionpool")  # its debug lines quote the keys of webhooks
    below.addFilter(lambda record: record.levelno > logging.DEBUG)
    return apprise


def _service(address: str) -> Any:
    library = _apprise()
    # The name becomes an HTTP header (ASCII only) and the sender's name in mail, unless the address says from=.
    asset = library.AppriseAsset(app_id="xinfang", app_desc="xinfang", app_url="", secure_logging=True)
    service = library.Apprise.instantiate(address, asset=asset)
    if service is None:
        raise ChannelError("通道地址无法识别，请按 Apprise 的写法检查通道设置或单位名册中的地址")
    return service


def _kind(address: str) -> str:
    """The kind of an address, which is all of it that may be told: its head can hold a token elsewhere."""
    return address.partition("://")[0]
