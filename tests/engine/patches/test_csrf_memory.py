"""A token against forgery that was found right is not looked up again; nothing else is let through for it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from prefect.server.api.middleware import CsrfMiddleware
from starlette.requests import Request
from starlette.responses import Response

from engine.patches.csrf_memory import remember_right_tokens

LOOKED_UP: list[str] = []


@pytest.fixture(autouse=True)
def memory(monkeypatch: pytest.MonkeyPatch) -> None:
    async def check(_self: Any, request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        LOOKED_UP.append(request.method)
        right = request.method == "GET" or request.headers.get("Prefect-Csrf-Token") == "right"
        return await call_next(request) if right else Response(status_code=403)

    LOOKED_UP.clear()
    monkeypatch.setattr(CsrfMiddleware, "dispatch", check)
    remember_right_tokens()


async def _ask(method: str, token: str, client: str = "c") -> int:
    headers = [(b"prefect-csrf-client", client.encode()), (b"prefect-csrf-token", token.encode())]
    request = Request({"type": "http", "method": method, "headers": headers, "path": "/"})

    async def answer(_request: Request) -> Response:
        return Response(status_code=200)

    return (await CsrfMiddleware.dispatch(None, request, answer)).status_code  # type: ignore[arg-type]


def ask(method: str, token: str, client: str = "c") -> int:
    return asyncio.run(_ask(method, token, client))


def test_a_right_token_is_looked_up_once() -> None:
    assert [ask("POST", "right"), ask("DELETE", "right")] == [200, 200]
    assert LOOKED_UP == ["POST"]


@pytest.mark.parametrize(("token", "client"), [("wrong", "c"), ("", "c")], ids=["a wrong one", "none at all"])
def test_another_token_is_refused_as_before(token: str, client: str) -> None:
    assert ask("POST", "right") == 200
    assert ask("POST", token, client) == 403


def test_the_same_token_of_another_client_is_looked_up() -> None:
    ask("POST", "right")
    ask("POST", "right", "another")
    assert LOOKED_UP == ["POST", "POST"]


def test_reading_with_a_wrong_token_teaches_nothing() -> None:
    assert [ask("GET", "wrong"), ask("POST", "wrong")] == [200, 403]
