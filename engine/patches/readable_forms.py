"""Letting what is decided upon stand visibly above a form on the engine's page."""

from collections.abc import Iterable
from pathlib import Path

import prefect
from fastapi import FastAPI
from prefect.server.api import server
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.patches.hook import Patch, mentions, takes

STYLE = """<style>
.p-modal__card { max-width: 60rem; }
.p-modal__body > * { flex-shrink: 0; }
.p-modal__body > .markdown-renderer { max-height: 45vh; overflow: auto; }
</style>"""
"""The dialog is as high as the screen at most, and squeezes what stands above a long form down to nothing; now it scrolls."""

HEAD_END = b"</head>"
ANSWERED_BY_CACHE = (b"accept-encoding", b"if-none-match", b"if-modified-since")
"""What a browser asks for that would keep the page from coming whole and in clear; it is two thousand characters long."""


class ReadableForms(Patch):
    """Adds a few lines of style to the engine's pages."""

    name = "readable_forms"
    why = "On a screen of 768 lines the case, and why the last answer was refused, have no height above a long form."
    needs = ("prefect.server.api.server:create_ui_app", "prefect:__ui_static_path__")

    def differences(self) -> Iterable[str]:
        """The pages are still made where we add to them, and their dialog goes by the names that the style gives."""
        yield from takes(server.create_ui_app, "ephemeral")
        yield from mentions(server.create_app, "create_ui_app")
        pages = Path(prefect.__ui_static_path__)
        if HEAD_END.decode() not in (pages / "index.html").read_text():
            yield "index.html 没有 </head>"
        styles = "".join(file.read_text() for file in (pages / "assets").glob("*.css"))
        yield from (
            f"样式中没有 {name}" for name in (".p-modal__card", ".p-modal__body", ".markdown-renderer") if name not in styles
        )

    def apply(self) -> None:
        """Wrap the app that serves the pages."""
        make = server.create_ui_app

        def with_style(ephemeral: bool) -> FastAPI:
            made = make(ephemeral)
            made.add_middleware(StyledPages)
            return made

        server.create_ui_app = with_style


class StyledPages:
    """Puts the style into every page, and leaves everything else alone."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before the app that serves the pages."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or b"text/html" not in dict(scope["headers"]).get(b"accept", b""):
            await self._app(scope, receive, send)
            return
        headers = [(name, value) for name, value in scope["headers"] if name not in ANSWERED_BY_CACHE]
        await self._app({**scope, "headers": headers}, receive, _Styled(send))


class _Styled:
    """Holds a page back until it is whole, and sends it with the style in it."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if not MutableHeaders(raw=message["headers"]).get("content-type", "").startswith("text/html"):
                await self._send(message)
                return
            self._start = message
        elif self._start is None:
            await self._send(message)
        elif message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._finish(self._start)

    async def _finish(self, start: Message) -> None:
        page = self._body.replace(HEAD_END, STYLE.encode() + HEAD_END, 1)
        headers = MutableHeaders(raw=list(start["headers"]))
        headers["content-length"] = str(len(page))
        for name in ("etag", "last-modified"):
            if name in headers:
                del headers[name]
        await self._send({**start, "headers": headers.raw})
        await self._send({"type": "http.response.body", "body": page})
