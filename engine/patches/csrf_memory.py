"""Remembering which token against forgery is whose, for a minute, instead of asking the database at every request.

The engine's server reads a client's token from its database whenever something is to be changed: a transaction
beside every transaction. A token that was just found right is not looked up again; a wrong one is refused as before.
A token that was replaced or ran out is good for that minute longer.
"""

import time
from collections.abc import Iterable
from typing import Any

from prefect.server.api.middleware import CsrfMiddleware, NextMiddlewareFunction
from starlette.requests import Request
from starlette.responses import Response

from engine.patches.hook import Patch, takes

CLIENT, TOKEN = "Prefect-Csrf-Client", "Prefect-Csrf-Token"
FOR_SECONDS = 60.0
CHECKED = ("POST", "PUT", "PATCH", "DELETE")
"""With which methods the engine looks at a token; with others it lets any pass, so that passing says nothing."""

LIMIT = 10_000
"""How many tokens are remembered."""


class CsrfMemory(Patch):
    """Remembers for a minute which token is whose."""

    name = "csrf_memory"
    why = (
        "A client's token is read from the database whenever something is to be changed: a transaction beside every transaction."
    )
    needs = ("prefect.server.api.middleware:CsrfMiddleware.dispatch",)

    def differences(self) -> Iterable[str]:
        """A token is looked for in these headers, and with these methods only."""
        yield from takes(CsrfMiddleware.dispatch, "self", "request", "call_next")
        read = CsrfMiddleware.dispatch.__code__.co_consts
        yield from (f"dispatch 不再读取 {header}" for header in (CLIENT, TOKEN) if header not in read)
        if frozenset(CHECKED) not in read:
            yield f"受检查的方法不再是 {', '.join(CHECKED)}"

    def apply(self) -> None:
        """Put a memory in front of the check of tokens."""
        remember_right_tokens()


def remember_right_tokens() -> None:
    """Let this process look each token up once a minute."""
    check: Any = CsrfMiddleware.dispatch
    right: dict[tuple[str, str], float] = {}

    async def dispatch(self: CsrfMiddleware, request: Request, call_next: NextMiddlewareFunction) -> Response:
        pair = (request.headers.get(CLIENT, ""), request.headers.get(TOKEN, ""))
        if right.get(pair, 0.0) > time.monotonic():
            return await call_next(request)

        async def go_on(passed: Request) -> Response:
            if all(pair) and request.method in CHECKED:
                if len(right) >= LIMIT:
                    right.clear()
                right[pair] = time.monotonic() + FOR_SECONDS
            return await call_next(passed)

        answer: Response = await check(self, request, go_on)
        return answer

    CsrfMiddleware.dispatch = dispatch  # type: ignore[method-assign]
