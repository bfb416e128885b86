"""Letters really leave (SMTP, webhook), and a failure tells neither who nor with which password."""

import logging
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from models.vocabulary.papers import Letter
from notifications.channels import AppriseChannel, ChannelError, NullChannel, channel_for, mail_via
from notifications.rendering import render
from tests.notifications.invented import FACTS, PERSONAL
from trials.harness.mailbox import mailbox

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # Apprise 1.13 imports it
LETTER = render(Letter.ASSIGNMENT_LETTER, FACTS)
KEY = "<0123@xinfang>"
SECRET = "S3cret"


def send(address: str) -> None:
    channel_for(address).send(LETTER, address=address, message_id=KEY)


@pytest.fixture
def webhook() -> Iterator[HTTPServer]:
    """A web server that keeps what it is sent and answers with ``server.answer``."""

    class Keeper(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.server.kept.append((self.headers, body))  # type: ignore[attr-defined]
            self.send_response(self.server.answer)  # type: ignore[attr-defined]
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Keeper) as server:
        server.kept, server.answer = [], 200  # type: ignore[attr-defined]
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


class TestMail:
    def test_arrives_as_text_and_html_under_its_key(self) -> None:
        with mailbox() as box:
            send(mail_via(box.address, "unit@example.com"))
        (mail,) = box.mails
        assert (mail["Subject"], mail["X-Xinfang-Key"]) == ("交办函（XF-2026-0007）", KEY)
        parts = {part.get_content_type(): part.get_content() for part in mail.iter_parts()}
        assert "钱来顺等16人" in parts["text/plain"]
        assert parts["text/html"].split() == LETTER.html.split()

    def test_reaches_nobody_but_the_addressee(self) -> None:
        with mailbox() as box:
            server, _, options = box.address.partition("?")
            send(mail_via(f"{server}/archive@example.com?{options}&to=chief@example.com", "unit@example.com"))
        assert box.recipients == ["unit@example.com"]

    def test_that_is_refused_is_an_error_without_names(self) -> None:
        with mailbox("550 no such user qian.laishun@example.com") as box, pytest.raises(ChannelError) as caught:
            send(mail_via(box.address, "qian.laishun@example.com"))
        assert str(caught.value) == "mailto通道没有接收函件，请检查对方服务器或地址"
        assert caught.value.__cause__ is None


class TestWebhook:
    def test_gets_the_text_under_its_key(self, webhook: HTTPServer) -> None:
        send(f"json://127.0.0.1:{webhook.server_port}/hook")
        ((headers, body),) = webhook.kept  # type: ignore[attr-defined]
        assert headers["X-Xinfang-Key"] == KEY
        assert "<p" not in body

    def test_that_answers_500_is_an_error(self, webhook: HTTPServer) -> None:
        webhook.answer = 500  # type: ignore[attr-defined]
        with pytest.raises(ChannelError, match=r"^json通道没有接收函件"):
            send(f"json://clerk:{SECRET}@127.0.0.1:{webhook.server_port}/hook")


class TestFailure:
    @pytest.mark.parametrize(
        "address",
        [
            "nonsense",
            "mailto://",
            "carrier-pigeon://roof",
            "wecombot://",
            f"mailto://u:{SECRET}@127.0.0.1?from=x&to=qian.laishun",
        ],
        ids=["no scheme", "no server", "no such service", "no key", "no mailbox"],
    )
    def test_of_an_unreadable_address_is_told_in_chinese(self, address: str) -> None:
        with pytest.raises(ChannelError, match=r"^通道地址无法识别") as caught:
            send(address)
        assert not [word for word in (SECRET, address, *PERSONAL) if word in str(caught.value)]

    def test_leaks_nothing_into_the_log(self, webhook: HTTPServer, caplog: pytest.LogCaptureFixture) -> None:
        for name in ("", "apprise", "urllib3.connectionpool"):
            caplog.set_level(1, logger=name)
        send(f"json://127.0.0.1:{webhook.server_port}/{SECRET}")
        with mailbox("451 later") as box:
            mail = mail_via(box.address.replace("//", f"//clerk:{SECRET}@"), "qian.laishun@example.com")
            for bad in (mail, f"carrier-pigeon://{SECRET}", f"json://clerk:{SECRET}@127.0.0.1:1/"):
                with pytest.raises(ChannelError):
                    send(bad)
        assert not [word for word in (SECRET, *PERSONAL) if word in caplog.text]

    def test_inside_a_service_tells_only_its_kind(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def stumble(*_args: Any, **_options: Any) -> None:
            raise RuntimeError(SECRET)

        monkeypatch.setattr("apprise.plugins.email.NotifyEmail.send", stumble)
        with pytest.raises(ChannelError) as caught:
            send("mailto://127.0.0.1:1?from=office@example.com&to=unit@example.com")
        assert str(caught.value) == "mailto通道出错（RuntimeError），函件未发出"
        assert caught.value.__suppress_context__


class TestChoice:
    @pytest.mark.parametrize(
        ("address", "kind"), [("", NullChannel), ("wecombot://key", AppriseChannel)], ids=["recorded only", "an address"]
    )
    def test_follows_the_address(self, address: str, kind: type) -> None:
        assert isinstance(channel_for(address), kind)

    def test_of_no_channel_only_counts(self) -> None:
        channel = NullChannel()
        channel.send(LETTER, address="", message_id=KEY)
        assert vars(channel) == {"taken": 1}

    @pytest.mark.parametrize(
        ("channel", "aimed"),
        [
            ("mailtos://u:p@mx.example.com", "mailtos://u:p@mx.example.com?to=a%2Bb%40example.com"),
            ("mailto://mx.example.com:25/x?from=o&to=y&cto=9", "mailto://mx.example.com:25?from=o&cto=9&to=a%2Bb%40example.com"),
        ],
        ids=["bare server", "with its own recipients"],
    )
    def test_of_a_mailbox_replaces_the_channels_own(self, channel: str, aimed: str) -> None:
        assert mail_via(channel, "a+b@example.com") == aimed

    def test_costs_nothing_until_a_letter_leaves(self) -> None:
        code = "import sys, notifications.channels; sys.exit('apprise' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

    def test_keeps_apprise_silent_whatever_its_level(self) -> None:
        with pytest.raises(ChannelError):
            send("nonsense")
        record = logging.LogRecord("apprise", logging.CRITICAL, "", 0, SECRET, None, None)
        assert not logging.getLogger("apprise").filter(record)
